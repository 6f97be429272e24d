"""Dealers under dealers: a company says which of its brand's dealers stands under which.

Source  decision 0047: a part of the module of advanced brands and dealers
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.core.codes import BrandCode, IysCode, RetailerCode, company
from izin.core.errors import RefusalError, Refused
from izin.retailer import store
from izin.retailer.model import Branch
from izin.storage.database import Connection, Database

DEPTH_MAX = 5
"""How many dealers may stand above one another, the lowest included."""


async def put_under(
    database: Database,
    code: RetailerCode,
    parent: RetailerCode | None,
    *,
    of: tuple[IysCode, BrandCode],
    by: Principal,
) -> None:
    """Put a dealer, and all that stand under it, under another one of the brand, or at the top.

    Takes   of: the company and its brand
    Raises  RefusalError H058 one of both is no dealer of the brand, IZ079 it would stand under
            itself, or too deep · UnavailableError
    Cost    one transaction of four statements; dealers of a company are put one after the other
    """
    iys_code, brand_code = of
    async with changing(database, by, acting_for=company(iys_code)) as change:
        await store.hold(change.connection, iys_code)
        refused = misplaced(await store.tree(change.connection, brand_code), code, parent)
        if refused is not None:
            raise RefusalError(refused)
        await store.put_under(change, code, parent)
        facts = {"brandCode": brand_code, "parentCode": parent}
        change.tell(Action.RETAILER_PUT_UNDER, code, of=iys_code, **facts)


async def branches(connection: Connection, brand_code: BrandCode) -> list[tuple[int, Branch]]:
    """A brand's dealers, each followed by those that stand under it, with how deep it stands."""
    tree = await store.tree(connection, brand_code)
    under: defaultdict[RetailerCode | None, list[Branch]] = defaultdict(list)
    for each in tree:
        under[each.parent_code].append(each)

    def walk(parent: RetailerCode | None, depth: int) -> Iterator[tuple[int, Branch]]:
        for each in under[parent]:
            yield depth, each
            yield from walk(each.retailer_code, depth + 1)

    return list(walk(None, 0))


def misplaced(
    tree: Sequence[Branch], code: RetailerCode, parent: RetailerCode | None
) -> Refused | None:
    """What is wrong with putting a dealer there?"""
    above = {each.retailer_code: each.parent_code for each in tree}
    for each in (code, parent):
        if each is not None and each not in above:
            return Refused(code="H058", facts=(("retailerCode", str(each)),))
    way = _way_up(above, parent)
    deep = max(_way_up(above, each).index(code) for each in above if code in _way_up(above, each))
    if code in way or len(way) + 1 + deep > DEPTH_MAX:
        return Refused(code="IZ079", facts=(("most", str(DEPTH_MAX)),))
    return None


def _way_up(
    above: dict[RetailerCode, RetailerCode | None], code: RetailerCode | None
) -> list[RetailerCode]:
    """A dealer and all above it; of a tree that holds, so it ends."""
    way: list[RetailerCode] = []
    while code is not None:
        way.append(code)
        code = above[code]
    return way
