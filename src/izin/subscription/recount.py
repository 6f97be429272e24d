"""The address count made anew from what records must be, compared, and put right.

What a company's addresses are follows from its records alone. Whatever moves meanwhile is told
apart: an address is wrong only if no movement of it is still to be counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from izin.storage.database import Connection, reading_whole_tables
from izin.subscription import count, store
from izin.subscription.count import Place
from izin.subscription.pools import Pools, record_of

COMPARED_ROWS = 1000


class Record(NamedTuple):
    """A record as it must be."""

    brand_ref: UUID
    channel: str
    recipient_type: str
    tag: UUID
    bucket: int
    has_onay: bool


class Difference(msgspec.Struct, frozen=True):
    """An address that is not counted as it should be."""

    place: Place
    found: frozenset[bytes]
    wanted: frozenset[bytes]


class Expectation:
    """What is to be counted of some records: all of each of their addresses."""

    def __init__(self) -> None:
        """Begin with none."""
        self._records: list[Record] = []
        self._unjudged: set[UUID] = set()

    def add(self, record: Record) -> None:
        """Take a record that is known."""
        self._records.append(record)

    def leave(self, tag: UUID) -> None:
        """Leave an address out: one of its records is not known."""
        self._unjudged.add(tag)

    async def differences(self, connection: Connection, idx: int) -> tuple[list[Difference], int]:
        """Which addresses are not counted as they should be, and how many are counted at all?

        Takes   idx: how far the count had come when the records were read
        Cost    a round trip for COMPARED_ROWS addresses, and one where something differs
        """
        brands = await count.brand_states(connection, {each.brand_ref for each in self._records})
        wanted, open_ = self._wanted(brands)
        places = sorted(wanted)
        differing: list[Difference] = []
        rows = 0
        for start in range(0, len(places), COMPARED_ROWS):
            some = places[start : start + COMPARED_ROWS]
            for place, found in (await count.counted(connection, some)).items():
                rows += bool(found)
                # of a brand that is gone through just now nothing can be said
                left = found & open_[place.tag]
                want = frozenset(wanted[place]) - open_[place.tag] | left
                if found != want and place.tag not in self._unjudged:
                    differing.append(Difference(place, found, want))
        return await _standing(connection, idx, differing), rows

    def _wanted(
        self, brands: dict[UUID, tuple[Pools, bool]]
    ) -> tuple[dict[Place, set[bytes]], defaultdict[UUID, set[bytes]]]:
        wanted: defaultdict[Place, set[bytes]] = defaultdict(set)
        open_: defaultdict[UUID, set[bytes]] = defaultdict(set)
        for each in self._records:
            name = record_of(each.brand_ref, each.channel, each.recipient_type)
            known = brands.get(each.brand_ref)
            if known is None or not known[1]:
                open_[each.tag].add(name)
            if known is not None:
                at = wanted[Place(each.tag, known[0].of(each.channel), each.bucket)]
                if each.has_onay:
                    at.add(name)
        return wanted, open_


async def _standing(
    connection: Connection, idx: int, differing: list[Difference]
) -> list[Difference]:
    """Those of which no movement is still to be counted."""
    if not differing:
        return []
    tags = sorted({each.place.tag for each in differing}, key=lambda tag: tag.int)
    moving = await store.uncounted(connection, idx, tags)
    return [each for each in differing if each.place.tag not in moving]


async def put_right(connection: Connection, idx: int, differing: Sequence[Difference]) -> int:
    """Count addresses as they should be, those that nobody has counted anew; give how many.

    Cost    a transaction of six statements
    """
    async with connection.transaction():
        await count.hold(connection)
        still = await _standing(connection, idx, list(differing))
        found = await count.counted(connection, [each.place for each in still])
        same = [each for each in still if found[each.place] == each.found]
        await count.write(
            connection,
            {each.place: each.found for each in same},
            {each.place: each.wanted for each in same},
        )
    return len(same)


async def wrong_figures(connection: Connection) -> dict[UUID, int]:
    """By how much pools' figures are off what they have; of one moment.

    Cost    reads all that is counted, and lets nobody count meanwhile
    """
    async with reading_whole_tables(connection):
        await count.hold(connection)
        return await _off(connection)


async def put_figures_right(connection: Connection) -> int:
    """Make pools' figures what they have; give how many were off."""
    async with reading_whole_tables(connection):
        await count.hold(connection)
        off = await _off(connection)
        pools = sorted(off)
        await store.move_address_figures(connection, pools, [off[pool] for pool in pools])
    return len(off)


async def row_count(connection: Connection, idx: int) -> int:
    """How many addresses are counted, of all companies, that surely were at a number?

    Each movement since then may have added one. Reads them whole.
    """
    counted_count = sum((await store.pool_sizes(connection)).values())
    return counted_count - await store.movements_since(connection, idx)


async def _off(connection: Connection) -> dict[UUID, int]:
    sizes = await store.pool_sizes(connection)
    figures = await store.all_address_figures(connection)
    by = {pool: sizes.get(pool, 0) - figures.get(pool, 0) for pool in _pools(sizes, figures)}
    return {pool: off for pool, off in by.items() if off}


def _pools(*known: Iterable[UUID]) -> set[UUID]:
    return set().union(*known)
