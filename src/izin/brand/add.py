"""A brand is added to a provider, renamed, or moved to another."""

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.brand import store
from izin.brand.model import Brand
from izin.provider.lookup import next_version
from izin.storage.database import Database


async def add(database: Database, brand: Brand, *, by: Principal) -> None:
    """Enter a brand of a registered provider; one that is known takes the new facts.

    Cost  one transaction, three statements; party changes wait for one another
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        await store.put(change, brand, version)
        change.tell(
            Action.BRAND_PUT,
            brand.brand_code,
            of=brand.iys_code,
            name=brand.name,
            isMaster=brand.is_master,
            isActive=brand.is_active,
        )
