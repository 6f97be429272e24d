"""A command's work over the registry that is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from izin.access.directory import Directory
from izin.access.facts import BrandFacts
from izin.cli.screen import CannotError
from izin.core.clock import utc_now
from izin.core.codes import BrandCode
from izin.keyring import MemberKeyring
from izin.provider.model import Provider
from izin.storage.database import Database
from izin.storage.migrate import check_schema
from izin.subscription.model import as_subscribed
from izin.wiring.database import existing_database
from izin.wiring.parts import Parts, open_member_parts, open_parts
from izin.wiring.roles import OPERATOR
from izin.wiring.settings import Settings, read_settings

T = TypeVar("T")


def over(role: str, work: Callable[[Settings, Parts], Awaitable[T]]) -> T:
    """Do work over the registry's database under a role: named, running, or started for it.

    Raises  StartRefusedError, and whatever the work raises
    """
    settings = read_settings()
    with existing_database(settings) as opened:
        there = msgspec.structs.replace(settings, database_url=opened.url)
        return asyncio.run(_over(there, role, work))


async def _over(
    settings: Settings, role: str, work: Callable[[Settings, Parts], Awaitable[T]]
) -> T:
    async with open_parts(settings, role=role) as parts:
        return await work(settings, parts)


def over_parties(work: Callable[[Database], Awaitable[T]]) -> T:
    """Do work over parties and the trail of their changes: no key is opened, no consent in reach.

    Raises  StartRefusedError, and whatever the work raises
    """
    with existing_database(read_settings()) as opened:
        return asyncio.run(_over_parties(opened.url, work))


async def _over_parties(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    database = await Database.open(url, role=OPERATOR, size_max=1)
    try:
        async with database.connection() as connection:
            await check_schema(connection)
        return await work(database)
    finally:
        await database.close()


def over_members(work: Callable[[Database, MemberKeyring], Awaitable[T]]) -> T:
    """Do work over parties' members: their own keys are opened, by which no consent opens.

    Raises  StartRefusedError, and whatever the work raises
    """
    settings = read_settings()
    with existing_database(settings) as opened:
        there = msgspec.structs.replace(settings, database_url=opened.url)
        return asyncio.run(_over_members(there, work))


async def _over_members(
    settings: Settings, work: Callable[[Database, MemberKeyring], Awaitable[T]]
) -> T:
    async with open_member_parts(settings) as parts:
        return await work(parts.database, parts.keyring)


async def brand_and_provider(parts: Parts, brand_code: BrandCode) -> tuple[BrandFacts, Provider]:
    """Look a brand up, and whose it is. Raises CannotError where there is none."""
    directory = Directory(parts.database, parts.keyring.pseudonyms.brand_ref)
    await directory.refresh()
    brand = directory.brand(brand_code)
    if brand is None:
        raise CannotError("no_brand", brand=brand_code)
    provider = directory.provider(brand.iys_code)
    assert provider is not None, "a brand is a registered provider's"
    return brand, as_subscribed(provider, directory.subscribed(brand.iys_code), utc_now())
