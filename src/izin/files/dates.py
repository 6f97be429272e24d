"""Dates as people and spreadsheets write them, to the contract's wall clock."""

import re
from datetime import date, datetime, timedelta

from izin.core.clock import IYS_TIME
from izin.core.turkish import search_key
from izin.files.form import Cell
from izin.files.problem import Fault

_MONTHS = (
    "ocak", "subat", "mart", "nisan", "mayis", "haziran",
    "temmuz", "agustos", "eylul", "ekim", "kasim", "aralik",
)  # fmt: skip
_MONTH = {name: number for number, name in enumerate(_MONTHS, start=1)}
_MONTH |= {name[:3]: number for name, number in _MONTH.items()}

_CLOCK = r"(?:[ T,]+(?:saat )?([0-9]{1,2})[.:]([0-9]{2})(?:[.:]([0-9]{2})(?:[.,][0-9]+)?)?)?"
_in_words = re.compile(r"([0-9]{1,2}) ([^\W\d_]+)\.? ([0-9]{4})" + _CLOCK).fullmatch
_day_first = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})" + _CLOCK).fullmatch
_year_first = re.compile(
    r"([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})" + _CLOCK + r" ?(Z|[+-][0-9]{2}:?[0-9]{2})?"
).fullmatch
_is_wire_shape = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}").fullmatch
_is_serial = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?").fullmatch
_has_short_year = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}(?![0-9]).*").fullmatch
_BLANKS = re.compile(r"\s+")

_NO_SHAPE = Fault("H158", "date")
_NO_SUCH_DAY = Fault("H157", "H157")
_SERIAL = Fault("H158", "date_serial")
_SHORT_YEAR = Fault("H158", "date_short_year")


def wire_date(cell: Cell) -> str | Fault | None:
    """Write a cell's date as ``YYYY-MM-DD HH:mm:ss``.

    Takes   text in Turkish words, day first or year first, with or without a clock; or a real date
            cell. A day without a clock is its first second. An offset, if written, is honoured
    Gives   the wall clock; None for an empty cell; or why it is no date. Text that has the wire's
            shape already is given as it is: the row's own check reads it
    """
    if isinstance(cell, str):
        return _of_text(cell.strip())
    if isinstance(cell, datetime):
        # Excel keeps a fraction of a day: 11:00:00 may come back as 10:59:59.999999.
        return (cell + timedelta(milliseconds=500)).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.strftime("%Y-%m-%d 00:00:00")
    return _SERIAL if isinstance(cell, (int, float)) and not isinstance(cell, bool) else _NO_SHAPE


def _of_text(text: str) -> str | Fault | None:
    if not text:
        return None
    if _is_wire_shape(text):
        return text
    text = _BLANKS.sub(" ", text)
    if found := _day_first(text):
        day, month, year, *clock = found.groups("0")
        return _written(year, month, day, *clock)
    if found := _year_first(text):
        return _with_offset(found)
    if found := _in_words(search_key(text)):
        return _of_words(found)
    return _why_not(text)


def _of_words(found: re.Match[str]) -> str | Fault:
    day, word, year, *clock = found.groups("0")
    month = _MONTH.get(word)
    return _NO_SHAPE if month is None else _written(year, str(month), day, *clock)


def _with_offset(found: re.Match[str]) -> str | Fault:
    *parts, offset = found.groups("0")
    written = _written(*parts)
    if offset == "0":
        return written
    try:
        instant = datetime.fromisoformat(written + offset.replace("Z", "+00:00"))
        return instant.astimezone(IYS_TIME).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):
        return _NO_SUCH_DAY


def _written(year: str, month: str, day: str, *clock: str) -> str:
    """Put the parts in the wire's order; if there is such a day, the row's own check asks."""
    hour, minute, second = clock
    return f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute:0>2}:{second:0>2}"


def _why_not(text: str) -> Fault:
    if _is_serial(text):
        return _SERIAL
    return _SHORT_YEAR if _has_short_year(text) else _NO_SHAPE
