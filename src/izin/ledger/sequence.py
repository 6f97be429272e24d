"""The sequencer: the only writer of numbers.

Every committed movement waits in `pending` until one process gives it the next number. Paging by an
id drawn before commit loses events, ordering by transaction stalls behind any open one; this does
neither. Numbering and publishing are two transactions: nobody sees a number that is not durable.
"""

from datetime import UTC, datetime

from asyncpg import Record

from izin.ledger import store
from izin.storage.database import Connection, Database

LEASE_KEY = 0x495A494E  # "IZIN": the advisory lock that one sequencer holds

_COPIED = ("bucket", "brand_ref", "side", "recorded_at")


class FencedError(Exception):
    """A newer sequencer has begun, or this one's last commit had an unknown end: it must stop."""


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

        Takes   lease: a connection kept open for as long as this sequencer works, then given to
                `end`
        Gives   False when another one holds the lease
        """
        if not await store.take_lease(lease, LEASE_KEY):
            return False
        try:
            row = await store.begin_epoch(lease)
            self._epoch, self._assigned_idx = row["epoch"], row["assigned_idx"]
            # a crash between numbering and publishing leaves numbers that nobody has seen
            await store.publish(lease, self._epoch, self._assigned_idx)
        except BaseException:
            await self.end(lease)
            raise
        return True

    async def end(self, lease: Connection) -> None:
        """Give the lease back, however the work ended.

        A session that went back to the pool with it would keep every sequencer from beginning.
        """
        is_given = False
        try:
            is_given = await store.give_lease(lease, LEASE_KEY)
        finally:
            if not is_given:
                lease.terminate()

    async def number(self) -> int:
        """Number what waits, at most one batch.

        Gives   how many were numbered
        Raises  FencedError; UnavailableError: begin anew, for the numbering may be done or not
        Cost    one round trip when nothing waits; else two transactions, eight round trips
        """
        async with self._database.connection() as connection:
            waiting = await store.waiting(connection, self.BATCH_ROWS)
            if not waiting:
                return 0
            last = self._assigned_idx + len(waiting)
            await self._number(connection, waiting, last)
            self._assigned_idx = last
            await store.publish(connection, self._epoch, last)
            return len(waiting)

    async def _number(self, connection: Connection, waiting: list[Record], last: int) -> None:
        first = self._assigned_idx + 1
        ids = [row["event_id"] for row in waiting]
        columns: tuple[list[object], ...] = (
            list(range(first, last + 1)),
            list(ids),
            *([row[name] for row in waiting] for name in _COPIED),
        )
        hour = _hour_of(waiting[-1]["recorded_at"])
        async with connection.transaction():
            # first of all: from here on no other sequencer can number until this commits
            if await store.assign(connection, self._epoch, self._assigned_idx, last) is None:
                raise FencedError
            await store.number(connection, columns)
            buckets = [row["bucket"] for row in waiting]
            gone = await store.forget_waiting(connection, ids, buckets)
            assert gone == len(waiting), "only the sequencer takes from pending"
            if hour != self._hour:
                await store.mark_hour(connection, hour, first)
        self._hour = hour


def _hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
