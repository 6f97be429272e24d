"""Which days count as business days, and the earliest consent date that may still be registered.

No law of the field defines a business day; here it is Monday to Friday less the public holidays of
Law 2429. The day of the event is not counted. Half days (the eves) count or not by whom the
reading protects, so each caller says which.

Religious days are known up to `Calendar.known_until` and are not guessed beyond it: there they
count as business days, which makes the deadlines of duties earlier, and `earliest_registrable`
makes up for it by reaching further back. So nobody loses a right by a calendar not renewed.
"""

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Self

import msgspec

from izin.core.clock import IYS_TIME, beginning_of

REGISTER_WITHIN_WORKDAYS = 3
"""How far behind today a consent date may lie. Source: Regulation art. 7/11; contract, H467."""

UNKNOWN_FEAST_WORKDAYS = 5
"""The most business days that one religious feast can take: an eve and four days."""

_DAY = timedelta(days=1)
_FIRST_WEEKEND_DAY = 5
_RAMAZAN_DAYS, _KURBAN_DAYS = 3, 4
_NEVER = datetime.min.replace(tzinfo=UTC)


class Yearly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A holiday on the same day each year."""

    name: str
    month: int
    day: int
    half: bool = False
    first_year: int = 1


class Holidays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The calendar as data. Source: Law 2429 art. 2."""

    known_from: int
    known_until: int
    ramazan: tuple[date, ...]
    kurban: tuple[date, ...]
    yearly: tuple[Yearly, ...]


class Calendar:
    """Business days of Türkiye."""

    def __init__(self, holidays: Holidays) -> None:
        """Take the calendar's data; `load` reads the one that comes along."""
        self.known_from = holidays.known_from
        self.known_until = holidays.known_until
        self._yearly = {(each.month, each.day): each for each in holidays.yearly}
        self._whole = frozenset(_whole_days(holidays))
        self._half = frozenset(first - _DAY for first in (*holidays.ramazan, *holidays.kurban))
        # (from, until, answer): it holds for a whole Istanbul day, so the hot path only compares.
        self._today = (_NEVER, _NEVER, _NEVER)

    @classmethod
    def load(cls) -> Self:
        """Read the calendar that comes with the package."""
        text = files(__package__).joinpath("holidays.toml").read_text(encoding="utf-8")
        return cls(msgspec.convert(tomllib.loads(text), Holidays))

    def knows(self, day: date) -> bool:
        """Whether the religious days of this day's year are on record."""
        return self.known_from <= day.year <= self.known_until

    def is_workday(self, day: date, *, half_day_is_workday: bool) -> bool:
        """Whether a day is a business day.

        Takes   half_day_is_workday: true for duties that protect the recipient (earlier deadline),
                false where a provider would be refused as late
        Source  Law 2429 art. 2; in years not known, feasts count as business days
        """
        if day.weekday() >= _FIRST_WEEKEND_DAY or day in self._whole:
            return False
        fixed = self._yearly.get((day.month, day.day))
        if fixed and day.year >= fixed.first_year and not fixed.half:
            return False
        return half_day_is_workday or not self.is_half_day(day)

    def is_half_day(self, day: date) -> bool:
        """Whether a day is the eve of a holiday, free from 13:00; 28 October or a feast's."""
        fixed = self._yearly.get((day.month, day.day))
        return day in self._half or bool(fixed and fixed.half and day.year >= fixed.first_year)

    def add_workdays(self, day: date, count: int, *, half_day_is_workday: bool) -> date:
        """The last day of a period of `count` business days that begins after `day`."""
        return self._walk(day, count, _DAY, half_day_is_workday=half_day_is_workday)

    def nth_workday_before(
        self, day: date, count: int, *, half_day_is_workday: bool = False
    ) -> date:
        """The business day that lies `count` business days before `day`, which is not counted."""
        return self._walk(day, count, -_DAY, half_day_is_workday=half_day_is_workday)

    def earliest_registrable(self, now: datetime) -> datetime:
        """The oldest consent date that a provider may still register.

        Takes   now: aware instant
        Gives   00:00 in Istanbul of the third business day before today, in UTC; half days are not
                business days here, so that nobody is refused by our reading
        Cost    two comparisons but for the first call of a day
        Source  Regulation art. 7/11; contract, H467
        """
        since, until, answer = self._today
        if since <= now < until:
            return answer
        today = now.astimezone(IYS_TIME).date()
        answer = _midnight(self._earliest_day(today))
        self._today = (_midnight(today), _midnight(today + _DAY), answer)
        return answer

    def _earliest_day(self, today: date) -> date:
        earliest = self.nth_workday_before(today, REGISTER_WITHIN_WORKDAYS)
        if self.knows(earliest) and self.knows(today):
            return earliest
        return self.nth_workday_before(earliest, UNKNOWN_FEAST_WORKDAYS)

    def _walk(self, day: date, count: int, step: timedelta, *, half_day_is_workday: bool) -> date:
        if count < 1:
            raise ValueError(f"a period has at least one business day, not {count}")
        left = count
        while left:
            day += step
            left -= self.is_workday(day, half_day_is_workday=half_day_is_workday)
        return day


def _whole_days(holidays: Holidays) -> Iterator[date]:
    for firsts, length in ((holidays.ramazan, _RAMAZAN_DAYS), (holidays.kurban, _KURBAN_DAYS)):
        for first in firsts:
            yield from (first + _DAY * n for n in range(length))


def _midnight(day: date) -> datetime:
    return beginning_of(day).astimezone(UTC)
