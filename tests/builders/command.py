"""The command line as an operator has it: real processes, stopped by real signals."""

import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import psutil

READY_S = 60
END_S = 40


PORTS_A_REGISTRY = 12
_PORTS_A_WORKER = 4_800
_bases = itertools.count()


def free_port() -> int:
    """A port that nobody listens on, nor on those after it that a registry takes too.

    Each worker of a run has its own below those that the system gives to connections.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    while True:
        place = next(_bases) * PORTS_A_REGISTRY % _PORTS_A_WORKER
        first = 12_000 + worker * _PORTS_A_WORKER + place
        if all(_is_free(port) for port in range(first, first + PORTS_A_REGISTRY)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@cache
def _port_beside(_port: int) -> int:
    """The desk's port of whoever has this one: the same at its next start."""
    return free_port()


def environment(folder: Path, port: int) -> dict[str, str]:
    """None of this machine's settings, and a registry of its own."""
    outer = {k: v for k, v in os.environ.items() if not k.startswith("IZIN_")}
    own = {"IZIN_DATA_FOLDER": str(folder), "IZIN_PORT": str(port), "COLUMNS": "200"}
    return outer | own | {"IZIN_DESK_PORT": str(_port_beside(port))}


class Command:
    """One ``izin …`` that runs; `under` is a command that runs it, such as nsenter."""

    def __init__(
        self,
        *arguments: str,
        folder: Path,
        port: int,
        settings: Mapping[str, str] | None = None,
        under: Sequence[str] = (),
    ) -> None:
        self._log = folder.parent / f"{folder.name}.{port}.stderr"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*under, sys.executable, "-m", "izin", *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(folder, port) | dict(settings or {}),
                cwd=folder.parent,
                start_new_session=True,
            )

    def answer(self) -> dict[str, Any]:
        """Wait for one line of JSON, such as a server says once it answers."""
        assert self.process.stdout is not None
        heard, _, _ = select.select([self.process.stdout], [], [], READY_S)
        line = self.process.stdout.readline() if heard else b""
        assert line, f"no answer; it said: {self.said()}"
        return json.loads(line)

    def said(self) -> str:
        """What people have read so far."""
        return self._log.read_text("utf-8")

    def tree(self) -> list[psutil.Process]:
        """It, and every process that it started."""
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def stop(self, signal_: int = signal.SIGINT) -> int:
        """Send a signal to it alone and wait for its end; gives its exit code."""
        self.process.send_signal(signal_)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end; gives its exit code."""
        return self.process.wait(END_S)

    def close(self) -> None:
        """See that nothing is left, whatever happened."""
        if self.process.poll() is None:
            for each in self.tree():
                with suppress(psutil.NoSuchProcess):
                    each.kill()
            self.process.wait(END_S)
        if self.process.stdout is not None:
            self.process.stdout.close()


def until(true: Callable[[], bool], *, seconds: float = END_S) -> None:
    """Wait for a condition of another process, bounded."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.02)


def until_gone(processes: list[psutil.Process], *, seconds: float = END_S) -> None:
    """Wait until all of these have ended by themselves, bounded."""
    until(lambda: not any(map(_runs, processes)), seconds=seconds)


def _runs(process: psutil.Process) -> bool:
    try:
        # whoever is nobody's child any more may wait long for somebody to note its end
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
