"""Instants are aware and UTC; the contract's wall clock is Istanbul at a fixed +03:00.

The zone database is not used for it: it says +02:00 for the winter of 2015/16.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone

IYS_TIME = timezone(timedelta(hours=3), "+03:00")
"""The clock of every date on the wire. Source: contract, tag TANIMLAR; rules 8."""

FIRST_CONSENT_DATE = datetime(2015, 5, 1, tzinfo=IYS_TIME)
"""Law 6563 in force; the only date that HS_2015 may carry."""

JUST_AFTER = timedelta(microseconds=1)
"""By how much an instant comes after the one before it: inside, microseconds are kept."""

YEARS = range(1970, 2200)
"""What a day that people name may lie in: others are slips of the pen, or past all reckoning."""

FOR_EVER = datetime(YEARS.stop, 1, 1, tzinfo=IYS_TIME)
"""The end of what has none."""

_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)


class WireTimeShapeError(ValueError):
    """Not of the form YYYY-MM-DD HH:mm:ss."""


class WireTimeValueError(ValueError):
    """Of the right form, but no such day or hour."""


def utc_now() -> datetime:
    """Read the machine's clock."""
    return datetime.now(UTC)


def day_of(instant: datetime) -> date:
    """The day of an instant on Turkey's clock."""
    return instant.astimezone(IYS_TIME).date()


def beginning_of(day: date) -> datetime:
    """A day's first instant on Turkey's clock."""
    return datetime(day.year, day.month, day.day, tzinfo=IYS_TIME)


def a_year_after(instant: datetime) -> datetime:
    """The same day and hour of the next year; of 29 February the first of March."""
    day = instant.astimezone(IYS_TIME)
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, month=3, day=1)


def parse_wire_time(text: str) -> datetime:
    """Read the contract's wall clock.

    Takes   text, exactly ``YYYY-MM-DD HH:mm:ss`` in ASCII digits, no blank around it
    Gives   an aware UTC instant
    Raises  WireTimeShapeError, WireTimeValueError
    """
    if not _SHAPE.fullmatch(text):
        raise WireTimeShapeError
    if text[11:13] == "24":  # from Python 3.14 on it would be read as the next day
        raise WireTimeValueError
    try:
        return datetime.fromisoformat(text + "+03:00").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise WireTimeValueError from error


def wire_time(instant: datetime) -> str:
    """Write an aware instant as the contract's wall clock, seconds cut off."""
    return instant.astimezone(IYS_TIME).replace(tzinfo=None).isoformat(" ", "seconds")


def wire_day(instant: datetime) -> str:
    """Write the Istanbul day of an aware instant as YYYY-MM-DD."""
    return day_of(instant).isoformat()
