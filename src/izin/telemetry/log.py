"""The log: one JSON object a line, known fields only, no address and no secret in it.

Messages, arguments and tracebacks of any library pass through the same door. Whatever looks like
a phone number, an e-mail address, a token or a password is taken out; rather too much than too
little. Numbers and identifiers that are worth having belong into fields, as numbers and UUIDs.
"""

import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO
from uuid import UUID

import msgspec

from izin.core.errors import RefusalError, Refused

FIELDS = frozenset(
    {
        "attempt",
        "byte_count",
        "code",
        "duration_ms",
        "job",
        "lane",
        "migration",
        "operation",
        "port",
        "process",
        "profile",
        "reason",
        "request_id",
        "retry_after_s",
        "row_count",
        "status",
        "version",
        "wait_ms",
        "worker",
    }
)
"""What a line may carry beside its message. Nothing here tells of a person."""

_OWN_OF_RECORDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# Every pattern reads a text once: a run is taken whole (possessive) and tried only at its start.
_SECRET_VALUE = re.compile(
    r"(?i)(bearer\s{1,3}|(?:password|passwd|secret|token|api.?key|authorization|parola|[sş]ifre)"
    r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:bearer\s{1,3}|basic\s{1,3})?)[^\s\"',;}]++"
)
_WORD = re.compile(r"[^\s\"'<>(),;=\[\]{}]++")
_HEX_KEY = re.compile(r"[0-9a-fA-F]{32}")
_OPAQUE = re.compile(r"(?<![A-Za-z0-9_\-])[A-Za-z0-9_\-]{24,}+")
# \d on purpose: a number in other digits is a number too. A day is none, nor is a UUID.
_PHONE = re.compile(
    r"(?<![0-9a-f])(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])|"
    r"(?<!\d)(?!(?:19|20)\d\d-\d\d-\d\d)"
    r"(?:\+\s?\d(?:[ ().\-/]{0,2}\d){6,}+|\d(?:[ ().\-/]{0,2}\d){9,}+)"
)


def redact(text: str) -> str:
    """Take out whatever looks like an address or a secret.

    Takes   text of any origin and length
    Gives   the text with ``[secret]``, ``[e-mail]`` and ``[phone]`` in such places
    Cost    linear in the length
    """
    text = _SECRET_VALUE.sub(r"\1[secret]", text)
    text = _WORD.sub(_without_email_or_key, text)
    return _PHONE.sub(lambda match: match["uuid"] or "[phone]", text)


def _without_email_or_key(match: re.Match[str]) -> str:
    word = match[0]
    if word.find("@") > 0 or "%40" in word:
        return "[e-mail]"
    if _HEX_KEY.search(word):
        return "[secret]"
    return _OPAQUE.sub(_without_opaque, word)


def _without_opaque(match: re.Match[str]) -> str:
    """Long words of capitals, small letters and digits are tokens; names in code are not."""
    word = match[0]
    is_mixed = any(map(str.isdigit, word)) and any(map(str.isupper, word))
    return "[secret]" if is_mixed and any(map(str.islower, word)) else word


def configure(stream: TextIO, level: int | str = logging.INFO) -> None:
    """Send everything that any library logs, warns of or dies of to `stream`, redacted.

    Takes   stream: text, written a line at a time · level: the lowest that is written
    """
    handler = _Handler(stream)
    handler.setFormatter(_JsonLine())
    handler.addFilter(_calm_refusal)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        # A handler of a library's own would go around the redaction.
        logger.handlers.clear()
        logger.propagate = True
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    sys.unraisablehook = _log_unraisable
    threading.excepthook = _log_dead_thread


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say that a line was lost; the library would print its arguments in clear."""
        line = {"level": "ERROR", "logger": record.name, "message": "log line lost"}
        line["where"] = f"{record.module}:{record.lineno}"
        try:
            self.stream.write(msgspec.json.encode(line).decode() + self.terminator)
        except (OSError, ValueError):
            return  # the stream itself is gone; there is nowhere left to say so


class _JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One JSON object: when, how grave, who, what; then fields and traceback, if any."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        extra = vars(record).keys() - _OWN_OF_RECORDS
        line |= {name: _shown(vars(record)[name]) for name in sorted(extra & FIELDS)}
        if extra - FIELDS:
            line["left_out"] = sorted(extra - FIELDS)
        if record.exc_info and record.exc_info[0]:
            line["traceback"] = redact("".join(traceback.format_exception(*record.exc_info)))
        if record.stack_info:
            line["stack"] = redact(record.stack_info)
        return msgspec.json.encode(line).decode()


def _shown(value: object) -> object:
    if value is None or isinstance(value, int | float | UUID):
        return value
    return redact(str(value))


def _calm_refusal(record: logging.LogRecord) -> bool:
    """A refusal is the caller's affair: never graver than INFO, and without a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    args = record.args if isinstance(record.args, tuple) else ()
    if isinstance(error, RefusalError):
        record.exc_info = record.exc_text = None
    elif not any(isinstance(each, Refused | RefusalError) for each in (*args, record.msg)):
        return True
    record.levelno = min(record.levelno, logging.INFO)
    record.levelname = logging.getLevelName(record.levelno)
    return logging.root.isEnabledFor(record.levelno)


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("izin").critical("stopped by an error", exc_info=(kind, error, trace))


def _log_unraisable(what: "sys.UnraisableHookArgs") -> None:
    logging.getLogger("izin").error("error where none can be raised", exc_info=what.exc_value)


def _log_dead_thread(what: threading.ExceptHookArgs) -> None:
    logging.getLogger("izin").error("thread stopped by an error", exc_info=what.exc_value)
