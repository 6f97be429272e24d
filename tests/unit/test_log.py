"""The log: known fields only, and no address, token or password by any way in."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from izin.core.address import Address, AddressKind
from izin.core.errors import RefusalError, Refused
from izin.telemetry import log

PHONE = "+905990000012"
EMAIL = "canli.kanarya@ornek.example"
IZIN = logging.getLogger("izin")
NOBODY: dict[str, str] = {}


class Lines(io.StringIO):
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def only(self) -> dict[str, Any]:
        (line,) = self.all()
        return line


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for where, name in (
        (sys, "excepthook"),
        (sys, "unraisablehook"),
        (threading, "excepthook"),
    ):
        monkeypatch.setattr(where, name, getattr(where, name))
    stream = Lines()
    log.configure(stream, logging.INFO)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def _only_our_handler() -> None:
    """Put off the ones that pytest adds for the time of a test."""
    root = logging.getLogger()
    root.handlers[:] = [each for each in root.handlers if isinstance(each, log._Handler)]


def test_a_line_says_when_how_grave_who_and_what(lines: Lines) -> None:
    logging.getLogger("izin.jobs").info("%s rows moved", 12, extra={"row_count": 12, "job": "move"})
    line = lines.only()
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "INFO",
        "logger": "izin.jobs",
        "message": "12 rows moved",
        "row_count": 12,
        "job": "move",
    }


def test_an_unknown_field_is_named_and_left_out(lines: Lines) -> None:
    IZIN.info("stored", extra={"recipient": PHONE, "lane": "single"})
    line = lines.only()
    assert line["left_out"] == ["recipient"]
    assert line["lane"] == "single"
    assert PHONE[3:] not in lines.getvalue()


def test_a_field_of_text_is_redacted_and_an_identifier_is_kept(lines: Lines) -> None:
    IZIN.info("stored", extra={"reason": f"bad {EMAIL}", "request_id": UUID(int=10**30)})
    assert lines.only()["reason"] == "bad [e-mail]"
    assert lines.only()["request_id"] == str(UUID(int=10**30))


@pytest.mark.parametrize(
    "shown",
    [
        PHONE,
        "905990000012",
        "05990000012",
        "5990000012",
        "0599 000 00 12",
        "+90 599 000 00 12",
        "+90 (599) 000-00-12",
        "0090 599 0000012",
        "(0599) 000 00 12",
        "599.000.00.12",
        "+447700900123",
        "+٩٠٥٩٩٠٠٠٠٠١٢",
        f"tel:{PHONE}",
        f"x{PHONE}y",
    ],
)
def test_whatever_looks_like_a_phone_is_taken_out(shown: str) -> None:
    redacted = log.redact(f"told {shown}, then left at 2026-02-11 09:30:00")
    assert "[phone]" in redacted
    assert not {"599", "700900", "٩٩"} & {redacted[i : i + n] for i in range(99) for n in (2, 3, 6)}
    assert redacted.endswith("2026-02-11 09:30:00")


@pytest.mark.parametrize(
    "shown",
    [
        EMAIL,
        EMAIL.upper(),
        f"<{EMAIL}>",
        f"'{EMAIL}'",
        f"mailto:{EMAIL}",
        f"https://x.example/?to={EMAIL}&a=1",
        "to=canli.kanarya%40ornek.example",
        "canlı.kanarya@örnek.example",
        "canli+kanarya@ornek",
        "postgresql://kanarya:ornek@localhost/izin",
    ],
)
def test_whatever_looks_like_an_email_is_taken_out(shown: str) -> None:
    redacted = log.redact(f"told {shown} twice").lower()
    assert "[e-mail]" in redacted
    assert "kanarya" not in redacted
    assert "rnek" not in redacted
    assert redacted.endswith("twice")


@pytest.mark.parametrize(
    "shown",
    [
        "Authorization: Bearer kanarya-1",
        "authorization=Basic kanarya-1",
        "bearer kanarya-1",
        "password=kanarya-1",
        "'client_secret': 'kanarya-1'",
        '{"access_token":"kanarya-1"}',
        "api_key = kanarya-1",
        "API-KEY: kanarya-1",
        "şifre: kanarya-1",
        "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJrYW5hcnlhLTEifQ.c2lnbmF0dXJlMQ",
        "kanarya1ABCDEFGHIJKLMNOPQ-_x",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_whatever_looks_like_a_secret_is_taken_out(shown: str) -> None:
    redacted = log.redact(f"with {shown} again")
    assert "[secret]" in redacted
    assert not any(piece in redacted for piece in ("kanarya", "eyJzdWI", "89abcdef"))


@pytest.mark.parametrize(
    "plain",
    [
        "3 of 1000000 rows in 12.5 ms at 2026-02-11 09:30:00",
        "provider 12345678, dealer 87654321, H178",
        "@endpoint in izin/consent/record.py, line 1234, in record_many_proposals_of_a_request",
        "the token is expired",
        "request 018bcfe5-6800-7263-9fad-b54137d47980 of 01234567-0123-7123-8123-012345678901",
        "PostgreSQL 16.3 on port 5432",
        "Kanal seçilmedi: MESAJ, ARAMA",
    ],
)
def test_ordinary_words_and_numbers_stay(plain: str) -> None:
    assert log.redact(plain) == plain


def _fail_to_notify() -> None:
    try:
        _ = NOBODY[PHONE]
    except KeyError as error:
        error.add_note(f"while reading {EMAIL}")
        raise ValueError(f"cannot notify {EMAIL} at {PHONE}") from error


def test_the_traceback_of_an_error_that_names_an_address_is_redacted(lines: Lines) -> None:
    try:
        _fail_to_notify()
    except ValueError:
        logging.getLogger("izin").exception("row %r of %s failed", 3, EMAIL)
    line = lines.only()
    assert line["message"] == "row 3 of [e-mail] failed"
    assert "ValueError: cannot notify [e-mail] at [phone]" in line["traceback"]
    assert "KeyError" in line["traceback"]
    assert "test_log.py" in line["traceback"]
    assert not any(secret in lines.getvalue() for secret in (PHONE[1:], EMAIL, "kanarya"))


def test_arguments_of_every_kind_are_redacted(lines: Lines) -> None:
    logger = logging.getLogger("any.library")
    address = Address(PHONE, AddressKind.PHONE)
    logger.warning("%s %r", address, [address])
    logger.warning("%(to)s", {"to": EMAIL})
    logger.warning("%s", ValueError(PHONE))
    logger.warning({"to": [EMAIL, PHONE]})
    logger.warning("here", stack_info=True)
    assert len(lines.all()) == 5
    assert "stack" in lines.all()[4]
    assert not any(secret in lines.getvalue() for secret in (PHONE[1:], EMAIL, "kanarya"))


@pytest.mark.parametrize(
    "log_it",
    [
        lambda refused: IZIN.error("row: %s", refused),
        IZIN.error,
        lambda refused: IZIN.critical("call: %s", RefusalError(refused)),
        lambda refused: IZIN.error("call", exc_info=RefusalError(refused)),
    ],
)
def test_a_refusal_is_no_error(lines: Lines, log_it: Any) -> None:
    log_it(Refused(code="H121", location=("recipient",), value=PHONE))
    line = lines.only()
    assert line["level"] == "INFO"
    assert "traceback" not in line
    assert PHONE[3:] not in lines.getvalue()


def test_a_refusal_is_not_written_where_only_warnings_are(lines: Lines) -> None:
    logging.getLogger().setLevel(logging.WARNING)
    IZIN.error("row: %s", Refused(code="H121"))
    assert lines.all() == []


def test_a_refusal_keeps_its_low_level(lines: Lines) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    IZIN.debug("row: %s", Refused(code="H121"))
    assert lines.only()["level"] == "DEBUG"


def test_a_library_with_a_handler_of_its_own_cannot_go_around(lines: Lines) -> None:
    own = io.StringIO()
    library = logging.getLogger("a.library.with.handlers")
    library.addHandler(logging.StreamHandler(own))
    library.propagate = False
    log.configure(lines, "INFO")
    library.error("sent to %s", EMAIL)
    assert own.getvalue() == ""
    assert lines.only()["message"] == "sent to [e-mail]"


def test_a_line_that_cannot_be_made_is_said_without_its_arguments(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    _only_our_handler()
    logging.getLogger("izin").info("%d rows", PHONE)
    line = lines.only()
    assert line["message"] == "log line lost"
    assert line["where"].startswith("test_log:")
    assert capsys.readouterr() == ("", "")


def test_a_stream_that_is_gone_stops_nothing(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = logging.getLogger("izin")
    _only_our_handler()
    lines.close()
    logger.info("to nobody: %s", EMAIL)
    assert capsys.readouterr() == ("", "")


def test_a_line_of_the_log_is_one_line(lines: Lines) -> None:
    IZIN.info('first\nsecond {"level": "forged"}')
    assert lines.only()["message"].startswith("first\nsecond")


def test_warnings_and_deaths_pass_through_the_same_door(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"old form of {EMAIL}", stacklevel=1)
    error = ValueError(PHONE)
    sys.excepthook(ValueError, error, None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    sys.unraisablehook(SimpleNamespace(exc_value=error))
    thread = threading.Thread(target=lambda: int(EMAIL))
    thread.start()
    thread.join()
    assert [line["level"] for line in lines.all()] == ["WARNING", "CRITICAL", "ERROR", "ERROR"]
    assert all("[phone]" in line["traceback"] for line in lines.all()[1:3])
    assert not any(secret in lines.getvalue() for secret in (PHONE[1:], EMAIL, "kanarya"))
