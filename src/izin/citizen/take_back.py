"""What an undo records: approvals that a refusal of hers ended, and that were hers.

A refusal may have ended what whoever had the number before approved: by a link, at a brand's page,
or before she said since when it is hers. To approve that anew would make it hers unseen, so it is
left refused. Source: decisions 0066, 0075
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from izin.brand import lookup as brands
from izin.citizen.call import Call
from izin.citizen.hers import hers, stood
from izin.consent.event import EventBody
from izin.consent.model import Proposal
from izin.consent.of_citizen import key_under
from izin.consent.opened import Opened, read_bodies
from izin.core.terms import Status


async def taking_back(
    call: Call, event_ids: Sequence[UUID], said_at: datetime | None = None
) -> list[Proposal]:
    """A new ONAY for each of her refusals that ended one; the rules see that it stands still.

    Takes   said_at: when she said so, if it is recorded later
    Cost    two round trips; where she has said since when the address is hers, as `hers` more
    """
    bodies = await _refusals(call, event_ids)
    known = await brands.some(call.connection, sorted({each.key.brand_code for each in bodies}))
    by_code = {each.brand_code: each for each in known}
    proposals = [
        Proposal(
            key=key_under(
                by_code[body.key.brand_code],
                body.key.channel,
                body.key.recipient_type,
                call.address,
            ),
            status=Status.ONAY,
            source=call.source,
            consented_at=None,
            cites=body.event_id,
            said_at=said_at,
        )
        for body in bodies
        if body.key.brand_code in by_code
    ]
    return await _hers(call, proposals)


async def _refusals(call: Call, event_ids: Sequence[UUID]) -> list[EventBody]:
    """Those movements that refused what was approved under her address."""
    read = await read_bodies(call.connection, call.keyring, event_ids) if event_ids else []
    return [
        each.body
        for each in read
        if isinstance(each, Opened)
        and each.body.key.address == call.address
        and each.body.status is Status.RET
        and each.body.previous_status is Status.ONAY
    ]


async def _hers(call: Call, proposals: list[Proposal]) -> list[Proposal]:
    if call.since is None or not proposals:
        return proposals
    found = await stood(call.connection, call.keyring, [each.key for each in proposals])
    own = {each.key for each in await hers(call.connection, call.keyring, found, call.since)}
    return [each for each in proposals if each.key in own]
