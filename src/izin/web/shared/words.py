"""What pages say, in both languages: one catalogue, its keys under the heading they belong to."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources

import msgspec

from izin.core.clock import IYS_TIME
from izin.i18n.catalogue import Language

_DIGITS = 10
_GROUPS = {Language.TR: ".", Language.EN: ","}
_POINTS = {Language.TR: ",", Language.EN: "."}


def say(key: str, language: Language, **facts: object) -> str:
    """Say one thing, its places filled from facts.

    Takes   key: its heading and its name, ``state.ACTIVE``
    """
    sentence = book()[key][language]
    return sentence.format_map(facts) if facts else sentence


@cache
def book() -> Mapping[str, Mapping[Language, str]]:
    """Everything that is said, by key."""
    text = resources.files("izin.i18n").joinpath("pages.toml").read_text("utf-8")
    read = msgspec.convert(tomllib.loads(text), dict[str, dict[str, dict[Language, str]]])
    return {
        f"{heading}.{name}": said for heading, names in read.items() for name, said in names.items()
    }


def day_in_words(day: date, language: Language) -> str:
    """A day as people write it: 26 Kasım 2026."""
    return f"{day.day} {say(f'month.{day.month}', language)} {day.year}"


def instant_in_words(instant: datetime, language: Language) -> str:
    """An instant on Turkey's clock: 26 Kasım 2026 14:02."""
    there = instant.astimezone(IYS_TIME)
    return f"{day_in_words(there.date(), language)} {there:%H:%M}"


def count_in_words(count: int, language: Language) -> str:
    """A count, its digits in groups of three."""
    return f"{count:,}".replace(",", _GROUPS[language])


def lira_in_words(kurus: int, language: Language) -> str:
    """An amount: ₺4.920,00."""
    whole, rest = divmod(kurus, 100)
    return f"₺{count_in_words(whole, language)}{_POINTS[language]}{rest:02}"


def phone_in_words(number: str) -> str:
    """A number of this country as people write it: 0599 123 45 67. Others stay as they are."""
    digits = number.removeprefix("+90")
    if len(digits) != _DIGITS:
        return number
    return f"0{digits[:3]} {digits[3:6]} {digits[6:8]} {digits[8:]}"


def last_day_before(end: datetime | date) -> date:
    """The last day of what ends at an instant, of Turkey's clock, or before a day."""
    if isinstance(end, datetime):
        return (end.astimezone(IYS_TIME) - timedelta(microseconds=1)).date()
    return end - timedelta(days=1)
