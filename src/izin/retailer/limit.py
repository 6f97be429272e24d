"""How many new consents a dealer may bring in a day: set by its company, taken as they come.

Source  decision 0052: a part of the module of advanced brands and dealers
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.core.codes import BrandCode, IysCode, RetailerCode, company
from izin.core.errors import RefusalError, Refused
from izin.retailer import store
from izin.storage.database import Connection, Database

NEW_A_DAY_MAX = 1_000_000


async def set_limit(
    database: Database,
    code: RetailerCode,
    new_a_day: int | None,
    *,
    of: tuple[IysCode, BrandCode],
    by: Principal,
) -> None:
    """Bound what a dealer may bring, or let it bring as much as it likes.

    Takes   of: the company and its brand
    Raises  RefusalError H058 it is no dealer of the brand · UnavailableError
    Cost    one transaction of two statements; it counts from the next call on
    """
    iys_code, brand_code = of
    async with changing(database, by, acting_for=company(iys_code)) as change:
        if not await store.set_limit(change, of, code, new_a_day):
            raise RefusalError(Refused(code="H058", facts=(("retailerCode", str(code)),)))
        facts = {"brandCode": brand_code, "newPerDay": new_a_day}
        change.tell(Action.RETAILER_LIMITED, code, of=iys_code, **facts)


async def take(connection: Connection, wanted: Iterable[RetailerCode]) -> dict[RetailerCode, int]:
    """Take room for new consents of dealers, one for each time a dealer is named.

    Whoever takes for the same dealer waits for the transaction's end, so that none is taken twice.

    Gives   how many of them there is room for, of those that have a limit
    Cost    one round trip
    """
    by_code = Counter(wanted)
    codes = sorted(by_code)
    return await store.take(connection, codes, [by_code[code] for code in codes])


async def give_back(connection: Connection, unused: Mapping[RetailerCode, int]) -> None:
    """Give room back that was taken today, for what was not recorded. Cost: one round trip."""
    codes = sorted(unused)
    await store.give_back(connection, codes, [unused[code] for code in codes])
