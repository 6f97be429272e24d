"""What stands under a citizen's address.

Source  data page 4, 5; Reg. 9
"""

from collections.abc import AsyncIterator, Callable, Sequence
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
from izin.core.terms import Channel, RecipientType, Status
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

    @property
    def kind(self) -> tuple[RecipientType, Channel]:
        """Which of a brand's."""
        return self.recipient_type, self.channel


class Found(NamedTuple):
    """What is hers, by company and brand; and of all that there is under her address, how much.

    earlier   how many records are of whoever had it before
    approved  how many stand approved, whoever approved them
    """

    records: list[Record]
    earlier: int
    approved: int


class Named(NamedTuple):
    """A place, and what its brand and company are called."""

    place: Place
    brand: Brand
    company: str


def place_of(record: Record) -> Place:
    """Where a record lies."""
    return Place(record.brand.brand_code, record.key.channel, record.key.recipient_type)


async def records_of(connection: Connection, keyring: Keyring, opened: Opened) -> list[Record]:
    """All that is shown to her: records of hers, by company and brand."""
    return (await found_of(connection, keyring, opened)).records


async def found_of(connection: Connection, keyring: Keyring, opened: Opened) -> Found:
    """The same, and how much there is that is not. Cost: as `pages_of`, and `hers` of each."""
    records: list[Record] = []
    count = approved = 0
    async for page in pages_of(connection, keyring, opened.address):
        records += await hers(connection, keyring, page, opened.since)
        count += len(page)
        approved += sum(each.standing.status is Status.ONAY for each in page)
    return Found(sorted(records, key=_in_order), count - len(records), approved)


async def shown_pages(
    connection: Connection, keyring: Keyring, opened: Opened
) -> AsyncIterator[list[Record]]:
    """The same in no order, some at a time: whoever counts or chooses need not hold them all."""
    async for page in pages_of(connection, keyring, opened.address):
        yield await hers(connection, keyring, page, opened.since)


async def pages_of(
    connection: Connection,
    keyring: Keyring,
    address: Address,
    is_meant: Callable[[Place], bool] = lambda _: True,
) -> AsyncIterator[list[Record]]:
    """All records of an address, some at a time, in no order, whoever had it when.

    Which there are is read where they are projected to, a moment late; what stands, as it stands.
    Takes   is_meant: of which of them what stands is looked at
    Raises  UnavailableError. Cost: five round trips a page
    """
    async for consents in consents_of(connection, keyring, address):
        places = [Place(each.brand_code, each.channel, each.recipient_type) for each in consents]
        meant = [each for each in places if is_meant(each)]
        if meant:
            yield await records_in(connection, keyring, address, meant)


async def places_of(connection: Connection, keyring: Keyring, address: Address) -> list[Place]:
    """Which records of an address there are, by company and brand; else as `named_places`."""
    return [each.place for each in await named_places(connection, keyring, address)]


async def named_places(connection: Connection, keyring: Keyring, address: Address) -> list[Named]:
    """The same, and what their brands and companies are called.

    Of a hundred thousand records some 20 MB: what is read of them is held a page at a time.
    Cost    a round trip for each page of them, and two
    """
    places = [
        Place(each.brand_code, each.channel, each.recipient_type)
        async for page in consents_of(connection, keyring, address)
        for each in page
    ]
    known = await _known(connection, sorted({each.brand_code for each in places}))
    in_order = {
        code: (sort_key(company), sort_key(brand.name)) for code, (brand, company) in known.items()
    }
    named = [Named(each, *known[each.brand_code]) for each in places if each.brand_code in known]
    return sorted(named, key=lambda each: (*in_order[each.place.brand_code], *each.place.kind))


def _in_order(record: Record) -> tuple[str, ...]:
    kind = (record.key.recipient_type, record.key.channel)
    return (sort_key(record.company), sort_key(record.brand.name), *kind)


async def records_in(
    connection: Connection, keyring: Keyring, address: Address, places: Sequence[Place]
) -> list[Record]:
    """What stands at these places, in their order; what is not there is left out.

    Raises  UnavailableError. Cost: three round trips
    """
    known = await _known(connection, sorted({each.brand_code for each in places}))
    there = [each for each in places if each.brand_code in known]
    keys = [
        key_under(known[each.brand_code][0], each.channel, each.recipient_type, address)
        for each in there
    ]
    found = await standings(connection, keyring, keys) if keys else []
    return [
        Record(*known[place.brand_code], key, standing)
        for place, key, standing in zip(there, keys, found, strict=True)
        if standing is not None
    ]


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


async def _known(
    connection: Connection, codes: Sequence[BrandCode]
) -> dict[BrandCode, tuple[Brand, str]]:
    """Brands with their companies' names; test brands are nobody's."""
    if not codes:
        return {}
    found = [each for each in await brands.some(connection, codes) if not each.is_test]
    titles = await providers.titles(connection, sorted({each.iys_code for each in found}))
    return {each.brand_code: (each, titles.get(each.iys_code, "")) for each in found}
