"""A brand of a provider is entered."""

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.brand import store
from izin.brand.model import Brand
from izin.brand.name import key_of
from izin.core.errors import RefusalError, Refused
from izin.provider.lookup import next_version
from izin.provider.manage import see_that_it_is_open
from izin.storage.database import Database


async def add(database: Database, brand: Brand, *, by: Principal) -> None:
    """Enter a new brand of a registered provider.

    Raises  RefusalError H001 there is no such provider, IZ085 it is closed, IZ017 another brand's
            name is like it, IZ018 the name is not of Latin letters, IZ023 the code is taken, IZ025
            another one leads it, IZ057 a test brand leads none · UnavailableError
    """
    async with changing(database, by) as change:
        await enter(change, brand, await next_version(change))


async def put(database: Database, brand: Brand, *, by: Principal) -> None:
    """Enter a brand; one that its provider has already takes the new facts, its state too.

    For whoever fills a registry and may have to begin again; raises as `add`
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        if await store.owner(change.connection, brand.brand_code) != brand.iys_code:
            await enter(change, brand, version)
            return
        name_key = key_of(brand.name)
        await refuse_like(change, brand, name_key)
        await _refuse_second_master(change, brand)
        await store.change(change, brand, name_key, version)
        tell(change, brand)


async def enter(change: Change, brand: Brand, version: int) -> None:
    """Enter a new brand in a change of parties that has begun, and tell of it; raises as `add`."""
    name_key = key_of(brand.name)
    await see_that_it_is_open(change.connection, brand.iys_code)
    await refuse_like(change, brand, name_key)
    await _refuse_second_master(change, brand)
    if not await store.enter(change, brand, name_key, version):
        raise RefusalError(Refused(code="IZ023", facts=(("brandCode", str(brand.brand_code)),)))
    tell(change, brand)


async def refuse_like(change: Change, brand: Brand, name_key: str) -> None:
    """Refuse a name like another brand's.

    Raises  RefusalError IZ017
    """
    other = await store.who_is_like(change.connection, name_key)
    if other not in (None, brand.brand_code):
        facts = (("brandCode", str(other)),)
        raise RefusalError(Refused(code="IZ017", location=("name",), value=brand.name, facts=facts))


async def _refuse_second_master(change: Change, brand: Brand) -> None:
    if not brand.is_master:
        return
    refuse_test(brand)
    for other in await store.of_provider(change.connection, brand.iys_code):
        if other.is_master and other.brand_code != brand.brand_code:
            facts = (("brandCode", str(other.brand_code)),)
            raise RefusalError(Refused(code="IZ025", facts=facts))


def refuse_test(brand: Brand) -> None:
    """Leave to real brands what people see of one. Raises RefusalError IZ057."""
    if brand.is_test:
        raise RefusalError(Refused(code="IZ057", facts=(("brandCode", str(brand.brand_code)),)))


def tell(change: Change, brand: Brand) -> None:
    """Leave the event of a brand's new facts."""
    change.tell(
        Action.BRAND_PUT,
        brand.brand_code,
        of=brand.iys_code,
        name=brand.name,
        isMaster=brand.is_master,
        status=brand.status.value,
        isTest=brand.is_test,
    )
