"""The address count, beside a plain count of the records that it is about."""

from collections.abc import Iterable, Mapping

from izin.core.codes import BrandCode, IysCode
from izin.storage.database import Connection
from izin.subscription.count import AddressCount, address_count
from izin.vault.pseudonym import Pseudonyms

Tagged = Mapping[BrandCode, tuple[IysCode, IysCode]]
"""Of each brand: whose it is, and under whose code it is tagged."""

_PLAIN = """
    select
        count(distinct tag) filter (where channel <> 'EPOSTA') as phones,
        count(distinct tag) filter (where channel = 'EPOSTA') as emails
    from provider_consent
    where brand_ref = any ($1) and status = 'ONAY'
"""


async def plainly(
    connection: Connection, pseudonyms: Pseudonyms, brands: Iterable[BrandCode]
) -> AddressCount:
    """Count the records of brands one by one."""
    refs = [pseudonyms.brand_ref(code) for code in brands]
    return AddressCount(*await connection.fetchrow(_PLAIN, refs))


async def assert_counted(connection: Connection, pseudonyms: Pseudonyms, brands: Tagged) -> None:
    """What is kept is what is there, of every company."""
    for owner in {whose for whose, _ in brands.values()}:
        own = [code for code, (whose, _) in brands.items() if whose == owner]
        kept = await address_count(connection, pseudonyms, owner, [brands[code][1] for code in own])
        assert kept == await plainly(connection, pseudonyms, own), owner
    figures = await connection.fetch(
        "select pool, addresses from address_figure where addresses <> 0 order by pool"
    )
    rows = await connection.fetch(
        "select pool, count(*) as addresses from counted_address group by pool order by pool"
    )
    assert [tuple(row) for row in figures] == [tuple(row) for row in rows]
