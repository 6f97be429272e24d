"""The one way to change parties, users, rights and keys: no change without its audit event."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from izin.audit import store
from izin.audit.model import Action, Deed, Fact, Principal
from izin.core.codes import IysCode
from izin.storage.database import Connection, Database


class Change:
    """A transaction that may change them. What is told is written before its commit."""

    def __init__(self, connection: Connection, by: Principal) -> None:
        """Take an open transaction; callers use `changing`."""
        self.connection = connection
        self.by = by
        self.deeds: list[Deed] = []

    def tell(
        self, action: Action, subject: object, *, of: IysCode | None = None, **facts: Fact
    ) -> None:
        """Say what was done.

        Takes   subject: its code or id · of: whose company's · facts: what stands since
        """
        deed = Deed(action=action, subject=str(subject), iys_code=of, facts=facts)
        self.deeds.append(deed)


@asynccontextmanager
async def changing(
    database: Database, by: Principal, *, acting_for: str | None = None
) -> AsyncIterator[Change]:
    """Lend a transaction in which somebody changes something.

    Takes   acting_for: the party whose rows it reaches, where row-level security asks for one

    Raises  UnavailableError
    Cost    one statement beside the caller's own, if anything was done
    """
    lent = database.transaction() if acting_for is None else database.acting_for(acting_for)
    async with lent as connection:
        change = Change(connection, by)
        yield change
        if change.deeds:
            await store.record(connection, by, change.deeds)
