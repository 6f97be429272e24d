"""Everything that the registry holds of an address, for its owner to take away.

It may be 100,000 records with long histories: which there are is read first, then so many at a
time, each in a transaction of its own, so that nobody's telephone holds a connection.

Source  Law 6698 art. 11; portal C14
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TypeAlias

import msgspec

from izin.citizen.acts import Act, acts_of
from izin.citizen.call import Call
from izin.citizen.hers import hers
from izin.citizen.history import Line, Told, older_of, told_of
from izin.citizen.records import Place, places_of, records_in

PART_RECORDS = 1000
"""Of one document for paper."""

AT_ONCE, LINES_AT_ONCE = 100, 100
"""So many records, and so many movements of each, are in memory."""

DEEP_LINES = 1000
"""Movements of one record at a time, where it has more."""

Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[Call]]
"""Opens a call on a connection that is given back afterwards."""


class Piece(msgspec.Struct, frozen=True):
    """Movements of one record; `is_new` where a record begins, which may have more pieces."""

    told: Told
    is_new: bool


class Sheet(msgspec.Struct, frozen=True):
    """What fits a document for paper.

    part   which part of how many it is; the acts stand in the first
    cut    of how many records of the part not all movements fitted
    """

    address: str
    at: datetime
    part: int
    parts: int
    records: list[Told]
    cut: int
    acts: list[Act]

    @property
    def lines(self) -> list[tuple[Told, Line]]:
        """Its movements, each with its record."""
        return [(told, line) for told in self.records for line in told.lines]


async def parts_of(call: Call) -> int:
    """In how many documents it is given for paper; one at least. Cost: as `places_of`."""
    places = await places_of(call.connection, call.keyring, call.address)
    return _parts(len(places))


async def pieces(opening: Opening) -> AsyncIterator[Piece]:
    """All records and all their movements, in the list's order.

    What changes meanwhile may be in it or not.
    Raises  UnavailableError
    """
    async with opening() as call:
        places = await places_of(call.connection, call.keyring, call.address)
    for at in range(0, len(places), AT_ONCE):
        async with opening() as call:
            some = await _told_at(call, places[at : at + AT_ONCE], LINES_AT_ONCE)
        for told in some:
            yield Piece(told, is_new=True)
            async for older in _older(opening, told):
                yield Piece(older, is_new=False)


async def acts(opening: Opening) -> list[Act]:
    """What was done of late at this address's list."""
    async with opening() as call:
        return await acts_of(call)


async def sheet(opening: Opening, part: int, *, now: datetime, lines_max: int) -> Sheet | None:
    """Give what fits one document, from part 1; None where there is no such part."""
    async with opening() as call:
        places = await places_of(call.connection, call.keyring, call.address)
    parts = _parts(len(places))
    if not 0 < part <= parts:
        return None
    own = places[(part - 1) * PART_RECORDS : part * PART_RECORDS]
    records: list[Told] = []
    room = lines_max
    cut = 0
    for at in range(0, len(own), AT_ONCE):
        async with opening() as call:
            some = await _told_at(call, own[at : at + AT_ONCE], LINES_AT_ONCE if room else 1)
        for told in some:
            fitting = told.lines[:room]
            room -= len(fitting)
            cut += len(fitting) < len(told.lines) or not told.is_whole
            records.append(msgspec.structs.replace(told, lines=fitting))
    return Sheet(
        address=call.address.clear,
        at=now,
        part=part,
        parts=parts,
        records=records,
        cut=cut,
        acts=await acts(opening) if part == 1 else [],
    )


def _parts(count: int) -> int:
    return max(1, -(-count // PART_RECORDS))


async def _told_at(call: Call, places: Sequence[Place], limit: int) -> list[Told]:
    records = await records_in(call.connection, call.keyring, call.address, places)
    own = await hers(call.connection, call.keyring, records, call.since)
    return await told_of(call, own, limit=limit) if own else []


async def _older(opening: Opening, told: Told) -> AsyncIterator[Told]:
    """What is older than what was read of a record, so many movements at a time."""
    while told.older is not None:
        async with opening() as call:
            told = await older_of(call, told.record, told.older, limit=DEEP_LINES)
        yield told
