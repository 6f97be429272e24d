"""Everything that the registry holds of an address, for its owner to take away, a part at a time.

Source  Law 6698 art. 11; portal C14
"""

from datetime import datetime

import msgspec

from izin.citizen.acts import Act, acts_of
from izin.citizen.call import Call
from izin.citizen.hers import hers
from izin.citizen.history import Told, told_of
from izin.citizen.records import everything_of

PART_RECORDS = 1000
MOVEMENTS_MAX = 200


class Mine(msgspec.Struct, frozen=True):
    """One part of it.

    parts  how many there are; the acts stand in the first
    """

    address: str
    at: datetime
    part: int
    parts: int
    records: list[Told]
    acts: list[Act]


async def parts_of(call: Call) -> int:
    """In how many parts it is given; one at least."""
    records = await everything_of(call.connection, call.keyring, call.address)
    own = await hers(call.connection, call.keyring, records, call.since)
    return max(1, -(-len(own) // PART_RECORDS))


async def mine(
    call: Call, part: int, *, now: datetime, records_max: int = PART_RECORDS
) -> Mine | None:
    """Give a part of it, from 1; None where there is no such part.

    Cost    as the list, and as many round trips as the longest history of the part has movements
    """
    everything = await everything_of(call.connection, call.keyring, call.address)
    records = await hers(call.connection, call.keyring, everything, call.since)
    parts = max(1, -(-len(records) // records_max))
    if not 0 < part <= parts:
        return None
    some = records[(part - 1) * records_max : part * records_max]
    is_first = part == 1
    acts = await acts_of(call.connection, call.keyring, call.address, call.since)
    return Mine(
        address=call.address.clear,
        at=now,
        part=part,
        parts=parts,
        records=await told_of(call, some, limit=MOVEMENTS_MAX) if some else [],
        acts=acts if is_first else [],
    )
