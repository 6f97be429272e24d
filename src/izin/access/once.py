"""What is signed for one use works once; who shows it again is told so. Source: security T18."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeGuard
from uuid import UUID

from izin.access import store
from izin.access.store import drop_signed as drop_signed
from izin.storage.database import Database

LEEWAY = timedelta(seconds=10)
"""How far two good clocks may differ; all other times of signed things follow from it."""

MARGIN = 6 * LEEWAY
"""How much longer a use is remembered than it could be repeated: our own clocks differ too."""

ID_MAX = 256


def is_early(seconds: int, now: datetime) -> bool:
    """Is an instant further in the future than clocks differ? Source: FAPI 2.0 5.3.2.1."""
    return seconds > (now + LEEWAY).timestamp()


def is_late(seconds: int, now: datetime) -> bool:
    """Is the last good instant over, however clocks differ?"""
    return seconds <= (now - LEEWAY).timestamp()


def is_id(value: object) -> TypeGuard[str]:
    """Can this be the id of something that is signed: a short text, which can be written down?"""
    if not isinstance(value, str) or not 0 < len(value) <= ID_MAX:
        return False
    return not _HALF_PAIR.search(value)


_HALF_PAIR = re.compile("[\ud800-\udfff]")
"""JSON can say one alone, and UTF-8 cannot."""


class Once:
    """Remembers what was shown, for all processes: one row each, written or refused at once."""

    def __init__(self, database: Database, tag_of: Callable[[str], UUID]) -> None:
        """Take where it is kept, and a keyed tag of a text."""
        self._database = database
        self._tag_of = tag_of

    async def is_first(self, kind: str, whose: str, id_: str, *, last_good: int) -> bool:
        """Is it shown for the first time? Of many at once one is.

        Takes   kind and whose: an id is somebody's own · last_good: seconds since 1970
        Raises  UnavailableError
        Cost    one round trip
        """
        until = datetime.fromtimestamp(last_good, tz=UTC) + LEEWAY + MARGIN
        tag = self._tag_of(f"\0{kind}\0{whose}\0{id_}")  # no name or token begins like this
        async with self._database.connection() as connection:
            return await store.sign_once(connection, tag, until)
