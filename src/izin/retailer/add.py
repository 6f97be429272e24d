"""A dealer is added to a brand."""

from izin.provider.lookup import next_version
from izin.retailer import store
from izin.retailer.model import Retailer
from izin.storage.database import Database


async def add(database: Database, retailer: Retailer) -> None:
    """Enter a dealer of a brand; one that is known takes the new facts.

    Cost  one transaction, two statements; party changes wait for one another
    """
    async with database.transaction() as connection:
        await next_version(connection)
        await store.put(connection, retailer)
