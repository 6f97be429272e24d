"""A dealer is added to a brand."""

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.provider.lookup import next_version
from izin.retailer import store
from izin.retailer.model import Retailer
from izin.storage.database import Database


async def add(database: Database, retailer: Retailer, *, by: Principal) -> None:
    """Enter a dealer of a brand; one that is known takes the new facts.

    Cost  one transaction, three statements; party changes wait for one another
    """
    async with changing(database, by) as change:
        await next_version(change)
        iys_code = await store.put(change, retailer)
        change.tell(
            Action.RETAILER_PUT,
            retailer.retailer_code,
            of=iys_code,
            brandCode=retailer.brand_code,
            status=retailer.status.value,
        )
