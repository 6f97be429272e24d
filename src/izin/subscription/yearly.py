"""The most addresses that a company has in a year; it is told when its package fills up.

Source  rules 5: measured daily, told at 80, 95 and 100 %; decision 0047
"""

from collections import defaultdict
from datetime import datetime

from izin.audit.change import changing
from izin.audit.model import REGISTRY, Action
from izin.brand import lookup as brand_lookup
from izin.core.clock import IYS_TIME
from izin.core.codes import IysCode
from izin.keyring import Keyring
from izin.storage.database import Connection, Database
from izin.subscription import store
from izin.subscription.model import Subscribed, standing
from izin.subscription.pools import pools
from izin.subscription.store import Told
from izin.subscription.tariff import warnings


async def look(database: Database, keyring: Keyring, now: datetime) -> int:
    """See how many addresses every subscribed company has, and tell those that fill up.

    Gives   how many were told
    Raises  UnavailableError
    Cost    five round trips, and a transaction of two statements for each that is told
    """
    year = now.astimezone(IYS_TIME).year
    async with database.connection() as connection:
        subscribed = await _subscribed(connection, now)
        addresses = await _addresses(connection, keyring, subscribed)
        await store.raise_years(connection, year, addresses, now)
        told = await store.told_in(connection, year)
    count = 0
    for iys_code, each in sorted(subscribed.items()):
        reached = warnings(addresses[iys_code], each.address_limit) if each.is_measured else ()
        if reached and _is_news(Told(reached[-1], each.address_limit), told.get(iys_code)):
            count += await _tell(database, each, (year, reached[-1], addresses[iys_code]), now)
    return count


def _is_news(now: Told, before: Told | None) -> bool:
    """Is it more than was told, or of another limit? A larger package fills up anew."""
    if before is None or before.limit not in (None, now.limit):
        return True
    return now.share > before.share


async def _subscribed(connection: Connection, now: datetime) -> dict[IysCode, Subscribed]:
    by_company: defaultdict[IysCode, list[Subscribed]] = defaultdict(list)
    for each in await store.changed(connection, -1):
        if each.iys_code is not None:
            by_company[each.iys_code].append(each)
    found = {code: standing(tuple(some), now) for code, some in by_company.items()}
    return {code: each for code, each in found.items() if each is not None}


async def _addresses(
    connection: Connection, keyring: Keyring, subscribed: dict[IysCode, Subscribed]
) -> dict[IysCode, int]:
    tag_codes = {code: {code} for code in subscribed}
    for brand in await brand_lookup.changed(connection, -1):
        if brand.iys_code in tag_codes:
            tag_codes[brand.iys_code].add(brand.tagged_for or brand.iys_code)
    figures = await store.all_address_figures(connection)
    found = {}
    for code, tagged in sorted(tag_codes.items()):
        of_each = [pools(keyring.pseudonyms, code, each) for each in tagged]
        phones = sum(figures.get(each.phones, 0) for each in of_each)
        emails = sum(figures.get(each.emails, 0) for each in of_each)
        found[code] = max(phones, emails)
    return found


async def _tell(
    database: Database, each: Subscribed, seen: tuple[int, int, int], now: datetime
) -> bool:
    year, share, addresses = seen
    assert each.iys_code is not None, "a partner has no addresses"
    async with changing(database, REGISTRY) as change:
        told = Told(share, each.address_limit)
        is_news = await store.tell_share(change, each.iys_code, year, told, now)
        if is_news:
            change.tell(
                Action.SUBSCRIPTION_SHARE,
                each.subscription_id,
                of=each.iys_code,
                year=year,
                share=share,
                addresses=addresses,
                addressLimit=each.address_limit,
            )
    return is_news
