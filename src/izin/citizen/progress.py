"""How far an act of hers has come."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from izin.citizen.acts import Act, begun_of
from izin.citizen.call import Call
from izin.receipt.issue import all_proven_by, parts_of, proven_by


class Progress(msgspec.Struct, frozen=True):
    """How far an act has come: which movements it has made, and whether more are to come."""

    events: tuple[UUID, ...]
    parts: int
    parts_done: int

    @property
    def is_whole(self) -> bool:
        """Is all of it done?"""
        return self.parts_done == self.parts


async def act_of(call: Call, named: str) -> Act | None:
    """One of what was begun at this address's list, by its id. Cost: one round trip."""
    acts = await begun_of(call)
    return next((each for each in acts if str(each.act_id) == named), None)


async def receipts_of(call: Call, acts: Sequence[Act]) -> dict[UUID, str]:
    """Which movement has which receipt, of acts that were done at once. Cost: one round trip."""
    numbers = [each.receipt for each in acts if not each.parts]
    if not numbers:
        return {}
    found = await all_proven_by(call.connection, call.keyring, numbers)
    return {event: number for number, proven in found.items() for event in proven.events}


async def progress_of(call: Call, act: Act) -> Progress:
    """How far has it come? Cost: one round trip or two."""
    if not act.parts:
        proven = await proven_by(call.connection, call.keyring, act.receipt)
        return Progress(() if proven is None else proven.events, 0, 0)
    done = await parts_of(call.connection, call.keyring, act.receipt)
    events = tuple(event for part in sorted(done) for event in done[part])
    return Progress(events, act.parts, len(done))
