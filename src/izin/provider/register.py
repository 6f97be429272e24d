"""A provider is entered, or entered anew."""

from izin.provider import store
from izin.provider.model import Provider
from izin.storage.database import Database


async def register(database: Database, provider: Provider) -> None:
    """Enter a provider; one that is known takes the new facts.

    Cost  one transaction, two statements; party changes wait for one another
    """
    async with database.transaction() as connection:
        version = await store.next_version(connection)
        await store.put(connection, provider, version)
