"""The address count: kept by what each record becomes, never by counting.

An address of a company is a row that names its records with an ONAY. What a record becomes is put
into that row or taken out of it; to do so twice changes nothing, and the last one decides, in
whatever order a walk through the records and the projector come by. A row that appears or goes
moves the company's figure by one.

Source  the presentation, "Adres Sayısı"; decision 0048
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

import msgspec

from izin.core.codes import IysCode
from izin.storage.database import Connection
from izin.subscription import store
from izin.subscription.pools import Pools, joined, pools, split
from izin.subscription.store import Places
from izin.vault.pseudonym import Pseudonyms


class Place(NamedTuple):
    """One address in one pool; in the order of the primary key."""

    tag: UUID
    pool: UUID
    bucket: int


Becoming = Mapping[Place, Mapping[bytes, bool]]
"""Of each address: which of its records have an ONAY from now on, and which have not."""


class AddressCount(msgspec.Struct, frozen=True):
    """How many addresses with an ONAY a company has."""

    phones: int = 0
    emails: int = 0

    @property
    def addresses(self) -> int:
        """What its package is measured by: the greater of both. Source: "Adres Sayısı"."""
        return max(self.phones, self.emails)


async def hold(connection: Connection) -> None:
    """Let nobody else change what is counted until this transaction ends."""
    await store.hold_counts(connection)


async def become(connection: Connection, becoming: Becoming) -> None:
    """Write what records have become, and move the figures; inside a transaction that holds.

    Cost    one statement; three more where an address comes or goes
    """
    places = sorted(becoming, key=_order)
    if not places:
        return
    before = await counted(connection, places)
    after = {
        place: (before[place] | {each for each, is_in in records.items() if is_in})
        - {each for each, is_in in records.items() if not is_in}
        for place, records in ((place, becoming[place]) for place in places)
    }
    await write(connection, before, after)


async def write(
    connection: Connection,
    before: Mapping[Place, frozenset[bytes]],
    after: Mapping[Place, frozenset[bytes]],
) -> None:
    """Write rows that differ, and move the figures; inside a transaction that holds."""
    changed = [place for place in sorted(after, key=_order) if after[place] != before[place]]
    put = [place for place in changed if after[place]]
    gone = [place for place in changed if not after[place]]
    if put:
        records = [joined(after[place]) for place in put]
        await store.put_counted(connection, _columns(put), records)
    if gone:
        await store.drop_counted(connection, _columns(gone))
    moved: defaultdict[UUID, int] = defaultdict(int)
    for place in changed:
        moved[place.pool] += bool(after[place]) - bool(before[place])
    pools_moved = sorted(pool for pool, by in moved.items() if by)
    if pools_moved:
        await store.move_address_figures(
            connection, pools_moved, [moved[pool] for pool in pools_moved]
        )


async def counted(connection: Connection, places: Iterable[Place]) -> dict[Place, frozenset[bytes]]:
    """Which records with an ONAY addresses have, as they are counted; none: it is not counted.

    Cost    one round trip, index counted_address_pkey
    """
    asked = list(places)
    found = dict.fromkeys(asked, frozenset[bytes]())
    for row in await store.counted(connection, _columns(asked)):
        found[asked[row["ord"] - 1]] = split(row["records"])
    return found


async def address_count(
    connection: Connection,
    pseudonyms: Pseudonyms,
    owner: IysCode,
    tag_codes: Iterable[IysCode],
) -> AddressCount:
    """How many addresses with an ONAY a company has, over all of its brands.

    Takes   tag_codes: under which codes its brands are tagged
    Cost    one round trip; it reads two rows for each code
    """
    of_each = [pools(pseudonyms, owner, code) for code in sorted({owner, *tag_codes})]
    asked = [pool for each in of_each for pool in each]
    found = await store.address_figures(connection, asked)
    return AddressCount(
        phones=sum(found.get(each.phones, 0) for each in of_each),
        emails=sum(found.get(each.emails, 0) for each in of_each),
    )


async def pools_of_brands(
    connection: Connection, wanted: Mapping[UUID, Pools]
) -> dict[UUID, Pools]:
    """Where brands are counted; one that nobody knew is entered as wanted.

    Cost    one statement, three where a brand is new
    """
    refs = sorted(wanted)
    rows = await store.brands(connection, refs)
    if len(rows) < len(refs):
        known = {row["brand_ref"] for row in rows}
        missing = [ref for ref in refs if ref not in known]
        await store.enter_brands(connection, missing, [wanted[ref] for ref in missing])
        rows = await store.brands(connection, refs)
    return {row["brand_ref"]: Pools(row["phone_pool"], row["email_pool"]) for row in rows}


async def brand_states(
    connection: Connection, brand_refs: Iterable[UUID]
) -> dict[UUID, tuple[Pools, bool]]:
    """Where known brands are counted, and whether they are gone through to their end."""
    rows = await store.brands(connection, sorted(brand_refs))
    return {
        row["brand_ref"]: (Pools(row["phone_pool"], row["email_pool"]), row["is_whole"])
        for row in rows
    }


def _order(place: Place) -> tuple[int, int]:
    return place.tag.int, place.pool.int


def _columns(places: list[Place]) -> Places:
    return Places(
        [place.tag for place in places],
        [place.pool for place in places],
        [place.bucket for place in places],
    )
