"""The sequencer: the only writer of numbers.

Every committed movement waits in `pending` until one process gives it the next number. Paging by an
id drawn before commit loses events, ordering by transaction stalls behind any open one; this does
neither. Numbering and publishing are two transactions: nobody sees a number that is not durable.
"""

from datetime import UTC, datetime

from izin.ledger import store
from izin.storage.database import Connection, Database

LEASE_KEY = 0x495A494E  # "IZIN": the advisory lock that one sequencer holds


_COPIED = ("bucket", "brand_ref", "side", "recorded_at")


class FencedError(Exception):
    """A newer sequencer has begun: this one must stop."""


class Sequencer:
    """Numbers what is committed, while it holds the lease."""

    BATCH_ROWS = 5000

    def __init__(self, database: Database) -> None:
        """Take a database whose connections keep their session: no transaction pooler between."""
        self._database = database
        self._epoch = 0
        self._assigned_idx = 0
        self._hour: datetime | None = None

    @property
    def epoch(self) -> int:
        """The fencing number of this sequencer; 0 before it began."""
        return self._epoch

    async def begin(self, lease: Connection) -> bool:
        """Try to become the one sequencer.

        Takes   lease: a connection kept open for as long as this sequencer works
        Gives   False when another one holds the lease
        """
        if not await store.take_lease(lease, LEASE_KEY):
            return False
        row = await store.begin_epoch(lease)
        self._epoch, self._assigned_idx = row["epoch"], row["assigned_idx"]
        # a crash between numbering and publishing leaves numbers that nobody has seen
        await store.publish(lease, self._epoch, self._assigned_idx)
        return True

    async def number(self) -> int:
        """Number what waits, at most one batch.

        Gives   how many were numbered
        Raises  FencedError
        Cost    two transactions, six round trips; none but one when nothing waits
        """
        async with self._database.connection() as connection:
            waiting = await store.waiting(connection, self.BATCH_ROWS)
            if not waiting:
                return 0
            first = self._assigned_idx + 1
            last = self._assigned_idx + len(waiting)
            async with connection.transaction():
                if await store.assign(connection, self._epoch, last) is None:
                    raise FencedError
                ids = [row["event_id"] for row in waiting]
                columns: tuple[list[object], ...] = (
                    list(range(first, last + 1)),
                    list(ids),
                    *([row[name] for row in waiting] for name in _COPIED),
                )
                await store.number(connection, columns)
                gone = await store.forget_waiting(connection, ids)
                assert gone == len(waiting), "only the sequencer takes from pending"
                await self._mark_hour(connection, waiting[-1]["recorded_at"], first)
            self._assigned_idx = last
            await store.publish(connection, self._epoch, last)
            return len(waiting)

    async def _mark_hour(self, connection: Connection, at: datetime, first_idx: int) -> None:
        hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            await store.mark_hour(connection, hour, first_idx)
            self._hour = hour
