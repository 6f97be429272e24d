"""A company lets one of its dealers rest, stops it, or lets it go on.

Source  contract 1.11: a dealer that was ever linked is never deleted
"""

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.core.codes import BrandCode, IysCode, RetailerCode, company
from izin.core.errors import RefusalError, Refused
from izin.retailer import store
from izin.retailer.model import RetailerStatus
from izin.storage.database import Database


async def set_status(
    database: Database,
    code: RetailerCode,
    status: RetailerStatus,
    *,
    of: tuple[IysCode, BrandCode],
    by: Principal,
) -> None:
    """Let a dealer be of another status; none but an active one may send or be named.

    Takes   of: the company and its brand
    Raises  RefusalError H058 it is no dealer of the brand · UnavailableError
    """
    iys_code, brand_code = of
    async with changing(database, by, acting_for=company(iys_code)) as change:
        if not await store.set_status(change, of, code, status.value):
            raise RefusalError(Refused(code="H058", facts=(("retailerCode", str(code)),)))
        facts = {"brandCode": brand_code, "status": status.value}
        change.tell(Action.RETAILER_STATUS, code, of=iys_code, **facts)
