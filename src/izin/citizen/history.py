"""What happened to a citizen's records: when, from what to what, by whom, and who can prove it.

Source  portal C9; Reg. 10/2: whoever says that there is a consent proves it
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from izin.citizen.call import Call
from izin.citizen.hers import own_part
from izin.citizen.records import Record
from izin.consent.event import EventBody
from izin.consent.history import histories
from izin.core.codes import IysCode
from izin.core.terms import Channel, RecipientType, Side, Source, Status
from izin.provider import lookup as providers

LINES_MAX = 50
"""Of one record; the rest is said to be there, and stands in what she may take away."""


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


class Told(msgspec.Struct, frozen=True):
    """The movements of one record, the newest first, and whether there may be older ones."""

    record: Record
    lines: list[Line]
    is_cut: bool


async def told_of(call: Call, records: Sequence[Record], *, limit: int = LINES_MAX) -> list[Told]:
    """What happened to these records, as far as the address was hers.

    Cost    as `histories`, and a round trip for the companies' names
    """
    keys = [each.key for each in records]
    found = await histories(call.connection, call.keyring, keys, limit=limit)
    codes = sorted({body.key.iys_code for bodies in found for body in bodies})
    titles = await providers.titles(call.connection, codes) if codes else {}
    return [
        Told(
            record,
            _lines(own_part(bodies, call.since), len(bodies), titles),
            len(own_part(bodies, call.since)) == limit and bodies[-1].previous_status is not None,
        )
        for record, bodies in zip(records, found, strict=True)
    ]


def _lines(own: Sequence[EventBody], read: int, titles: dict[IysCode, str]) -> list[Line]:
    """Tell what is hers of so many that were read: what stood before her first was another's."""
    lines = [_line(body, titles) for body in own]
    if 0 < len(own) < read:
        lines[-1] = msgspec.structs.replace(lines[-1], before=None)
    return lines


def _line(body: EventBody, titles: dict[IysCode, str]) -> Line:
    is_companys = body.actor.side is Side.HS
    return Line(
        at=body.consented_at or body.recorded_at,
        channel=body.key.channel,
        recipient_type=body.key.recipient_type,
        before=body.previous_status,
        after=body.status,
        source=body.source,
        holder=titles.get(body.key.iys_code, "") if is_companys else None,
    )
