"""How often something may be tried in an hour, whoever tries it from wherever."""

from uuid import UUID

from izin.admission import store
from izin.admission.limiter import TooManyError
from izin.storage.database import Connection, Database


async def counted(connection: Connection, what: str, tag: UUID, most: int) -> int:
    """Count a try in the caller's transaction; give the hour's, one more than `most` past it.

    Whoever is counted does nothing else meanwhile: the row is his until the transaction ends.
    Cost    one round trip
    """
    use = await store.count_call(connection, what, tag, call_count_max=most, does_restart=False)
    return use.used


class Tries:
    """Counts tries before they are made, so that many at once are no more than allowed."""

    def __init__(self, database: Database, code: str) -> None:
        """Take the code of what is refused past the limit."""
        self._database = database
        self._code = code

    async def count(self, what: str, tag: UUID, most: int) -> None:
        """Count a try.

        Takes   what, tag: of what kind, and of whom
        Raises  TooManyError with the seconds until the hour is over · UnavailableError
        Cost    one round trip
        """
        async with self._database.connection() as connection:
            use = await store.count_call(
                connection, what, tag, call_count_max=most, does_restart=False
            )
        if use.used > most:
            raise TooManyError(self._code, retry_after_s=use.retry_after_s)

    async def forgive(self, what: str, tag: UUID) -> None:
        """Begin anew: it was the right one. Raises UnavailableError."""
        async with self._database.connection() as connection:
            await store.forgive(connection, what, tag)
