"""What stands under a citizen's address.

Source  data page 4, 5; Reg. 9
"""

from typing import NamedTuple

import msgspec

from izin.brand import lookup as brands
from izin.brand.model import Brand
from izin.citizen.hers import hers
from izin.citizen.model import Opened
from izin.consent.model import ConsentKey, Standing
from izin.consent.of_citizen import consents_of, key_under, standings
from izin.core.address import Address
from izin.core.codes import BrandCode
from izin.core.terms import Channel, RecipientType
from izin.core.turkish import sort_key
from izin.keyring import Keyring
from izin.provider import lookup as providers
from izin.storage.database import Connection


class Record(NamedTuple):
    """One record of hers: whose, by which way, and what stands."""

    brand: Brand
    company: str
    key: ConsentKey
    standing: Standing

    def __repr__(self) -> str:
        """Leave the address out."""
        return f"Record({self.brand.brand_code})"


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Which of her records is meant."""

    brand_code: BrandCode
    channel: Channel
    recipient_type: RecipientType


async def records_of(connection: Connection, keyring: Keyring, opened: Opened) -> list[Record]:
    """All that is shown to her: records of hers, by company and brand, as `everything_of`."""
    records = await everything_of(connection, keyring, opened.address)
    return await hers(connection, keyring, records, opened.since)


async def everything_of(connection: Connection, keyring: Keyring, address: Address) -> list[Record]:
    """All records of an address, by company and brand, whoever had it when.

    Which there are is read where they are projected to, a moment late; what stands, as it stands.
    Raises  UnavailableError. Cost: four round trips
    """
    consents = await consents_of(connection, keyring, address)
    codes = sorted({each.brand_code for each in consents})
    if not codes:
        return []
    known = {each.brand_code: each for each in await brands.some(connection, codes)}
    titles = await providers.titles(connection, sorted({each.iys_code for each in known.values()}))
    places = [
        (known[each.brand_code], each.channel, each.recipient_type)
        for each in consents
        if each.brand_code in known and not known[each.brand_code].is_test
    ]
    keys = [key_under(*place, address) for place in places]
    found = await standings(connection, keyring, keys)
    records = [
        Record(brand, titles.get(brand.iys_code, ""), key, standing)
        for (brand, _, _), key, standing in zip(places, keys, found, strict=True)
        if standing is not None
    ]
    return sorted(records, key=_in_order)


async def records_at(
    connection: Connection, keyring: Keyring, address: Address, brand_code: BrandCode
) -> list[Record]:
    """Records of an address at one brand, as they stand: what was just recorded is among them.

    Cost    three round trips
    """
    known = await brands.some(connection, [brand_code])
    if not known or known[0].is_test:
        return []
    brand = known[0]
    keys = [
        key_under(brand, channel, recipient_type, address)
        for recipient_type in RecipientType
        for channel in Channel
    ]
    found = await standings(connection, keyring, keys)
    company = (await providers.titles(connection, [brand.iys_code])).get(brand.iys_code, "")
    return [
        Record(brand, company, key, standing)
        for key, standing in zip(keys, found, strict=True)
        if standing is not None
    ]


def _in_order(record: Record) -> tuple[str, str, str, str]:
    key = record.key
    return (
        sort_key(record.company),
        sort_key(record.brand.name),
        key.recipient_type.value,
        key.channel.value,
    )
