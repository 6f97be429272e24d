"""What comes to light after she has said "everything": recorded before, and not in her view then.

Source  decision 0085
"""

from datetime import datetime

import msgspec

from izin.citizen.call import Call
from izin.citizen.hers import hers
from izin.citizen.records import Place, place_of, records_in
from izin.citizen.scope import Scope
from izin.consent.of_citizen import consents_of
from izin.consent.reach import missing_of
from izin.core.errors import UnavailableError


class Late(msgspec.Struct, frozen=True, array_like=True):
    """What may have been missing when she asked; stored sealed only, new fields at the end.

    since  of what was recorded from then on
    """

    scope: Scope
    since: datetime


async def late_places(call: Call, late: Late, asked_at: datetime) -> tuple[Place, ...]:
    """Give what stands at ONAY of what was missing.

    Raises  UnavailableError: the view has not come that far; it is to be come back to
    Cost    two round trips, and five for each page of what was missing
    """
    if await missing_of(call.connection, asked_at) is not None:
        raise UnavailableError("the citizens' view does not have all that was recorded by then")
    found: list[Place] = []
    async for consents in consents_of(call.connection, call.keyring, call.address):
        places = [
            Place(each.brand_code, each.channel, each.recipient_type)
            for each in consents
            if each.recorded_at >= late.since
        ]
        if not places:
            continue
        records = await records_in(call.connection, call.keyring, call.address, places)
        meant = [each for each in records if late.scope.has(each)]
        own = await hers(call.connection, call.keyring, meant, call.since)
        found += map(place_of, own)
    return tuple(found)
