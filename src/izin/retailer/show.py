"""A company sees its dealers."""

from collections.abc import Sequence

import msgspec

from izin.core.codes import BrandCode, RetailerCode
from izin.keyring import Keyring
from izin.retailer import store
from izin.retailer.enter import PER_BRAND_MAX
from izin.retailer.model import Branch, Person, Retailer
from izin.retailer.person import open_all
from izin.storage.database import Connection, Database


class Shown(msgspec.Struct, frozen=True):
    """A dealer and who stands for it; None of one that the registry itself has entered."""

    retailer: Retailer
    person: Person | None


class Page(msgspec.Struct, frozen=True):
    """Some of a brand's dealers in their order, and how many there are."""

    items: tuple[Shown, ...]
    total_count: int


async def page(
    database: Database, keyring: Keyring, brand_code: BrandCode, *, offset: int, limit: int
) -> Page:
    """Give a brand's dealers, the oldest first.

    Raises  UnavailableError · KeyLostError, SealBrokenError: a person does not open
    Cost    two round trips, one more where a brand's key is not kept; a brand has at most 3,000
    """
    async with database.connection() as connection:
        counts = await store.count_by_brand(connection, [brand_code])
        found = await store.page(connection, brand_code, offset, limit)
    return Page(await _opened(keyring, found), counts.get(brand_code, 0))


async def some(
    database: Database, keyring: Keyring, brand_code: BrandCode, codes: Sequence[RetailerCode]
) -> tuple[Shown, ...]:
    """Give the brand's dealers of these codes, in the order of codes.

    Raises  as `page`
    Cost    one round trip, and as `page`
    """
    async with database.connection() as connection:
        found = await store.some(connection, brand_code, codes)
    return await _opened(keyring, found)


async def every(
    connection: Connection, brand_code: BrandCode
) -> list[tuple[Retailer, Branch | None]]:
    """Give all of a brand's dealers, the oldest first, with where each stands; nobody is opened.

    Raises  UnavailableError
    Cost    two round trips; a brand has at most 3,000
    """
    under = {each.retailer_code: each for each in await store.tree(connection, brand_code)}
    found = await store.page(connection, brand_code, 0, PER_BRAND_MAX)
    return [(each.retailer, under.get(each.retailer.retailer_code)) for each in found]


async def _opened(keyring: Keyring, found: Sequence[store.Stored]) -> tuple[Shown, ...]:
    sealed = [
        (each.retailer.retailer_code, each.person) for each in found if each.person is not None
    ]
    persons = open_all(await keyring.openers(blob for _, blob in sealed), sealed)
    return tuple(Shown(each.retailer, persons.get(each.retailer.retailer_code)) for each in found)
