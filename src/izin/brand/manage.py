"""A brand that is there gets another name, other short names, another state; or leads."""

from collections.abc import Sequence

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.brand import store
from izin.brand.add import refuse_like, refuse_test, tell
from izin.brand.model import SHORT_NAMES_MAX, Brand, BrandStatus
from izin.brand.name import key_of, short_key_of
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError, Refused
from izin.provider.lookup import next_version
from izin.storage.database import Database


async def rename(database: Database, code: BrandCode, name: str, *, by: Principal) -> None:
    """Give a brand another name.

    Raises  RefusalError H018 there is none, IZ017 another brand's name is like it, IZ018 it is not
            of Latin letters · UnavailableError
    """
    name_key = key_of(name)
    async with changing(database, by) as change:
        version = await next_version(change)
        brand = msgspec.structs.replace(await the_brand(change, code), name=name)
        await refuse_like(change, brand, name_key)
        await store.change(change, brand, name_key, version)
        tell(change, brand)


async def set_status(
    database: Database, code: BrandCode, status: BrandStatus, *, by: Principal
) -> None:
    """Suspend a brand, close it, or let it be sent under again. Refusals pass in every state.

    Raises  RefusalError H018 there is none, IZ024 a closed one stays closed · UnavailableError
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        brand = await the_brand(change, code)
        if brand.status is BrandStatus.CLOSED and status is not BrandStatus.CLOSED:
            raise RefusalError(Refused(code="IZ024", facts=(("brandCode", str(code)),)))
        brand = msgspec.structs.replace(brand, status=status)
        await store.set_status(change, brand, version)
        tell(change, brand)


async def lead(database: Database, code: BrandCode, *, by: Principal) -> None:
    """Make a brand its company's master; the one before stands beside the others.

    Raises  RefusalError H018, IZ057 it is a test brand · UnavailableError
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        brand = await the_brand(change, code)
        refuse_test(brand)
        beside = await store.of_provider(change.connection, brand.iys_code)
        led = [each for each in beside if each.is_master and each.brand_code != code]
        for each, leads in (*((other, False) for other in led), (brand, True)):
            facts = msgspec.structs.replace(each, is_master=leads)
            await store.set_master(change, facts, version)
            tell(change, facts)


async def set_short_names(
    database: Database, code: BrandCode, short_names: Sequence[str], *, by: Principal
) -> None:
    """Give a brand its short names for 3338 instead of those that it has.

    Takes   short_names: at most three; none takes them all away
    Raises  RefusalError H018 there is none, IZ019 one like it is taken, IZ020 it cannot be one,
            IZ021 too many, IZ057 it is a test brand · UnavailableError
    """
    if len(short_names) > SHORT_NAMES_MAX:
        raise RefusalError(Refused(code="IZ021", facts=(("most", str(SHORT_NAMES_MAX)),)))
    keys = [short_key_of(each) for each in short_names]
    async with changing(database, by) as change:
        await next_version(change)  # so that changes of parties follow one another
        brand = await the_brand(change, code)
        refuse_test(brand)
        await store.drop_short_names(change, code)
        for key, short_name in zip(keys, short_names, strict=True):
            if not await store.add_short_name(change, key, code, short_name):
                raise RefusalError(
                    Refused(code="IZ019", location=("shortNames",), value=short_name)
                )
        names = ", ".join(short_names)
        change.tell(Action.BRAND_SHORT_NAMES, code, of=brand.iys_code, shortNames=names)


async def the_brand(change: Change, code: BrandCode) -> Brand:
    """Give a brand, which nobody else changes until the commit.

    Raises  RefusalError H018
    """
    brand = await store.one(change, code)
    if brand is None:
        raise RefusalError(Refused(code="H018", facts=(("brandCode", str(code)),)))
    return brand
