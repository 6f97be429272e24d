"""A company takes a dealer away that no consent has ever named."""

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.core.codes import BrandCode, IysCode, RetailerCode, company
from izin.core.errors import RefusalError, Refused
from izin.retailer import store
from izin.storage.database import Database


async def remove(
    database: Database, code: RetailerCode, *, of: tuple[IysCode, BrandCode], by: Principal
) -> None:
    """Take it away.

    Takes   of: the company and its brand
    Raises  RefusalError H058 there is none, IZ008 a consent has named it · UnavailableError
    Source  contract 1.11: a dealer once linked stays
    """
    iys_code, brand_code = of
    async with changing(database, by, acting_for=company(iys_code)) as change:
        if await store.delete_unlinked(change, of, code):
            change.tell(Action.RETAILER_REMOVED, code, of=iys_code, brandCode=brand_code)
            return
        is_there = bool(await store.some(change.connection, brand_code, [code]))
    raise RefusalError(
        Refused(code="IZ008")
        if is_there
        else Refused(code="H058", facts=(("retailerCode", str(code)),))
    )
