"""What happened to a citizen's records: when, from what to what, by whom, and who can prove it.

Source  portal C9; Reg. 10/2: whoever says that there is a consent proves it
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from izin.citizen.call import Call
from izin.citizen.hers import LOOKED_BACK, own_part
from izin.citizen.records import Record
from izin.consent.event import EventBody
from izin.consent.history import Stretch, stretch_from, stretches
from izin.core.codes import IysCode
from izin.core.terms import Channel, RecipientType, Side, Source, Status
from izin.provider import lookup as providers

PAGE_LINES = 50
"""Of one page; the older ones are on the next."""


class Line(msgspec.Struct, frozen=True):
    """One movement.

    before  what stood; None: it was the first
    holder  the company that has the evidence; None: the registry has it
    """

    at: datetime
    channel: Channel
    recipient_type: RecipientType
    before: Status | None
    after: Status
    source: Source | None
    holder: str | None
    event_id: UUID


class Told(msgspec.Struct, frozen=True):
    """Movements of one record, the newest first, and where older ones go on; None: nowhere."""

    record: Record
    lines: list[Line]
    older: UUID | None

    @property
    def is_whole(self) -> bool:
        """Are there no older ones?"""
        return self.older is None


class Page(msgspec.Struct, frozen=True):
    """Movements of a few records together, the newest first, and where each goes on."""

    lines: list[Line]
    older: tuple[UUID | None, ...]

    @property
    def is_last(self) -> bool:
        """Are there no older ones?"""
        return not any(self.older)


async def told_of(call: Call, records: Sequence[Record], *, limit: int) -> list[Told]:
    """What happened to these records, as far as the address was hers, `limit` of each at most.

    Cost    as `stretches`, and a round trip for the companies' names
    """
    return [
        Told(each.record, each.lines(limit), each.older_than(limit))
        for each in await _own_of(call, records, limit)
    ]


async def older_of(call: Call, record: Record, start: UUID, *, limit: int) -> Told:
    """The movements of one record from where it was told to go on. Cost: two round trips."""
    ahead = _ahead(call)
    found = await stretch_from(
        call.connection, call.keyring, record.key, start, limit=limit + ahead
    )
    [own] = await _own(call, [record], [found])
    return Told(record, own.lines(limit), own.older_than(limit))


async def page_of(
    call: Call,
    records: Sequence[Record],
    starts: Sequence[UUID | None] | None = None,
    *,
    limit: int = PAGE_LINES,
) -> Page:
    """What happened to a few records, all together: `limit` movements, the newest of all.

    Takes   starts: where each goes on, as it was told before; None: from the newest
    Cost    as `told_of`
    """
    own = await _own_of(call, records, limit, starts)
    newest = sorted(
        (body.recorded_at for each in own for body in each.bodies[:limit]), reverse=True
    )[:limit]
    if not newest:
        return Page([], tuple(None for _ in own))
    counts = [sum(body.recorded_at >= newest[-1] for body in each.bodies[:limit]) for each in own]
    lines = [line for each, count in zip(own, counts, strict=True) for line in each.lines(count)]
    older = tuple(each.older_than(count) for each, count in zip(own, counts, strict=True))
    return Page(sorted(lines, key=lambda line: line.at, reverse=True), older)


class _Own(NamedTuple):
    """What is hers of one record's movements, as far as it was read."""

    record: Record
    bodies: Sequence[EventBody]
    stretch: Stretch
    titles: Mapping[IysCode, str]

    def lines(self, count: int) -> list[Line]:
        """Tell so many: what stood before her first was another's."""
        lines = [_line(body, self.titles) for body in self.bodies[:count]]
        is_first = 0 < len(self.bodies) <= count and len(self.bodies) < len(self.stretch.bodies)
        if is_first:
            lines[-1] = msgspec.structs.replace(lines[-1], before=None)
        return lines

    def older_than(self, count: int) -> UUID | None:
        """Where it goes on after so many."""
        if count < len(self.bodies):
            return self.bodies[count].event_id
        return self.stretch.older if len(self.bodies) == len(self.stretch.bodies) else None


async def _own_of(
    call: Call,
    records: Sequence[Record],
    limit: int,
    starts: Sequence[UUID | None] | None = None,
) -> list[_Own]:
    keys = [each.key for each in records]
    limit += _ahead(call)
    found = await stretches(call.connection, call.keyring, keys, limit=limit, starts=starts)
    return await _own(call, records, found)


def _ahead(call: Call) -> int:
    """How many more are read where that tells whether the others are hers."""
    return 0 if call.since is None else LOOKED_BACK


async def _own(call: Call, records: Sequence[Record], found: Sequence[Stretch]) -> list[_Own]:
    codes = sorted({body.key.iys_code for each in found for body in each.bodies})
    titles = await providers.titles(call.connection, codes) if codes else {}
    return [
        _Own(record, own_part(each.bodies, call.since), each, titles)
        for record, each in zip(records, found, strict=True)
    ]


def _line(body: EventBody, titles: Mapping[IysCode, str]) -> Line:
    is_companys = body.actor.side is Side.HS
    return Line(
        at=body.consented_at or body.recorded_at,
        channel=body.key.channel,
        recipient_type=body.key.recipient_type,
        before=body.previous_status,
        after=body.status,
        source=body.source,
        holder=titles.get(body.key.iys_code, "") if is_companys else None,
        event_id=body.event_id,
    )
