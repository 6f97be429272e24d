"""When accounts and keys were used last: to the minute, and never a write for each call."""

from datetime import datetime, timedelta
from uuid import UUID

from izin.access import store
from izin.storage.database import Database

APART = timedelta(minutes=1)
_KEPT_MAX = 10_000


class Uses:
    """Notes uses, of one thing at most one a minute in this process."""

    def __init__(self, database: Database) -> None:
        """Take where they are noted."""
        self._database = database
        self._noted: dict[UUID, datetime] = {}

    async def note(self, *used: UUID, now: datetime) -> None:
        """Note that these are used. Raises UnavailableError."""
        for each in used:
            noted = self._noted.get(each)
            if noted is not None and abs(now - noted) < APART:
                continue
            async with self._database.connection() as connection:
                await store.note_use(connection, each, now)
            while len(self._noted) >= _KEPT_MAX:
                del self._noted[next(iter(self._noted))]
            self._noted[each] = now
