"""A company takes a dealer away that no consent has ever named."""

from izin.core.codes import BrandCode, RetailerCode
from izin.core.errors import RefusalError, Refused
from izin.retailer import store
from izin.storage.database import Database


async def remove(database: Database, brand_code: BrandCode, code: RetailerCode) -> None:
    """Take it away.

    Raises  RefusalError H058 there is none, IZ008 a consent has named it · UnavailableError
    Source  contract 1.11: a dealer once linked stays
    """
    async with database.connection() as connection:
        if await store.delete_unlinked(connection, brand_code, code):
            return
        is_there = bool(await store.one(connection, brand_code, code))
    raise RefusalError(
        Refused(code="IZ008")
        if is_there
        else Refused(code="H058", facts=(("retailerCode", str(code)),))
    )
