"""Figures of days are kept as movements are counted, and made anew from all of them."""

from collections.abc import Mapping
from itertools import islice

from izin.report import store
from izin.report.model import Counts, DayKey, Days
from izin.storage.database import Connection

WRITTEN_ROWS = 1000


async def write_days(connection: Connection, moved: Mapping[DayKey, Counts]) -> None:
    """Add to the figures, in key order, in a transaction of the caller's.

    Cost    one statement for WRITTEN_ROWS figures, none where nothing moved
    """
    keys = iter(sorted(key for key, by in moved.items() if by))
    while some := list(islice(keys, WRITTEN_ROWS)):
        await store.move_days(connection, some, [moved[key] for key in some])


class DayExpectation:
    """What all movements make of the days, against what is kept.

    counted_idx  movements up to this number are in what is kept
    """

    def __init__(self, counted_idx: int, kept: Days) -> None:
        """Begin with what is kept, all of it in excess; callers use `expectation`."""
        self.counted_idx = counted_idx
        self._off = kept
        for each in kept.values():
            each.add(Counts(each.begun, each.renewed, each.refused), -2)

    def add(self, days: Mapping[DayKey, Counts]) -> None:
        """Say what one more movement makes of them."""
        for key, by in days.items():
            self._off.setdefault(key, Counts()).add(by)

    def wrong(self) -> Days:
        """By how much figures are off what they should be."""
        return {key: by for key, by in self._off.items() if by}


async def expectation(connection: Connection) -> DayExpectation:
    """Begin to compare the figures of days with all movements.

    Cost    reads them whole, and holds them: some 0.4 KiB each
    """
    return DayExpectation(*await store.days_at(connection))
