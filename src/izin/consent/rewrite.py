"""Takes from the citizens' view what its pages and transactions tell of the order of movements.

The projector writes in the order of numbers, some movements at a time, and each row keeps the
transaction that wrote it. A person's rows, written in several of those, are like a fingerprint:
whoever holds both tables with their transactions finds the same one in the companies' view. So all
rows are written anew, now and then: some thousand neighbours in the order of keyed tags, which is
the order of nothing else, in one transaction.
"""

from uuid import UUID, uuid4

from izin.consent import store
from izin.ledger import entry as ledger
from izin.storage.database import Connection, Database

REWRITE_ROWS = 5000

_BEGINNING = UUID(int=0)


class Rewriter:
    """Goes through the citizens' view again and again while movements come in."""

    def __init__(self, database: Database) -> None:
        """Take the keeper's database; what was done before is not known, so begin anywhere.

        A keeper that is started anew often would else never come to the last rows.
        """
        self._database = database
        self._after = (uuid4(), _BEGINNING)
        self._since_idx = -1

    async def rewrite(self) -> int:
        """Write the next rows anew; none when nothing came in since the last time round began.

        Gives   how many rows were
        Raises  UnavailableError
        Cost    two round trips, five at the end of a round; locks the rows for about 20 µs each
        """
        async with self._database.connection() as connection:
            rewritten = await self._rewrite_next(connection)
            if not rewritten and await self._has_more(connection):
                rewritten = await self._rewrite_next(connection)
        return rewritten

    async def _rewrite_next(self, connection: Connection) -> int:
        keys = await store.citizen_keys(connection, *self._after, REWRITE_ROWS)
        if keys:
            to = (keys[-1]["tag"], keys[-1]["slot"])
            await store.rewrite_citizens(connection, self._after, to)
            self._after = to
        return len(keys)

    async def _has_more(self, connection: Connection) -> bool:
        """At the end of a round: did anything come in since it began? Then begin another."""
        projected_idx: int = (await ledger.head(connection))["projected_idx"]
        if projected_idx == self._since_idx:
            return False
        self._since_idx = projected_idx
        self._after = (_BEGINNING, _BEGINNING)
        return True
