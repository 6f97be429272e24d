"""Fails the suite at its end if any test stored or logged an address, in any of its processes.

Read here are the lines logged in the tests' own processes, as they would be written, and what
processes and servers that tests started have left below their folders.
"""

import logging
import tempfile
from collections.abc import Iterator
from typing import TextIO

import pytest
from builders.watch import found, kinds, look_at_what_is_left, name_written_addresses, tell

from izin.telemetry import log

_lines = pytest.StashKey[TextIO]()
_handler = pytest.StashKey[logging.Handler]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    lines = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 closed with the suite
    config.stash[_lines] = lines
    handler = log._Handler(lines)
    handler.setFormatter(log._JsonLine())
    handler.addFilter(log._calm_refusal)
    config.stash[_handler] = handler
    name_written_addresses()


def pytest_runtest_setup(item: pytest.Item) -> None:
    handler = item.config.stash[_handler]
    if handler not in logging.root.handlers:  # the test before may have set up a log of its own
        logging.root.addHandler(handler)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    lines = config.stash[_lines]
    lines.seek(0)
    tell("log", kinds(lines.read().encode()))
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is not None and factory._basetemp is not None:
        look_at_what_is_left(factory._basetemp, "a test's folder")
    if hasattr(config, "workeroutput"):
        config.workeroutput["addresses"] = sorted(found)
    elif found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    found.update(getattr(node, "workeroutput", {}).get("addresses", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in _shown():
        terminalreporter.write_line(line, red=True)


def _shown() -> Iterator[str]:
    if found:
        yield "ADDRESSES where none may be:"
        yield from sorted(found)
