"""A brand is added to a provider, renamed, or moved to another."""

from izin.brand import store
from izin.brand.model import Brand
from izin.provider.lookup import next_version
from izin.storage.database import Database


async def add(database: Database, brand: Brand) -> None:
    """Enter a brand of a registered provider; one that is known takes the new facts.

    Cost  one transaction, two statements; party changes wait for one another
    """
    async with database.transaction() as connection:
        version = await next_version(connection)
        await store.put(connection, brand, version)
