"""What was recorded for a citizen: one receipt, and the act under which she finds it again.

Source  data page 7; decisions 0078, 0083
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from izin.citizen.acts import Act, Did, keep, new_id
from izin.citizen.call import Call, Made
from izin.core.codes import BrandCode
from izin.receipt.issue import issue


class Begun(msgspec.Struct, frozen=True):
    """What came of it: the receipt's number, from when it is, and how much is still to come.

    count   how many records are changed, or are to be
    brands  at how many brands; of what is taken back in parts it is not known
    parts   0: all is done
    sign    of what it is about, where others may ask for the same
    """

    receipt: str
    at: datetime
    count: int
    brands: int
    parts: int = 0
    sign: bytes = b""


async def receipt_of(call: Call, made: Sequence[Made]) -> Begun | None:
    """Give one receipt for what was just recorded, in the caller's transaction.

    Gives   None where nothing was
    Cost    one round trip
    """
    if not made:
        return None
    at = max(each.recorded.recorded_at for each in made)
    events = [each.recorded.event_id for each in made]
    receipt = await issue(call.connection, call.keyring, events, at)
    return Begun(receipt, at, len(made), len({each.proposal.key.brand_code for each in made}))


async def keep_act(
    call: Call,
    begun: Begun,
    did: Did,
    *,
    refused: int,
    brand_code: BrandCode | None = None,
    undoes: UUID | None = None,
) -> Act:
    """Keep what she did where she finds it again, in the caller's transaction.

    Takes   refused: how many of the records to RET · brand_code: at which brand, if at one
    Cost    two round trips
    """
    act = Act(
        act_id=new_id(),
        did=did,
        at=begun.at,
        receipt=begun.receipt,
        asked=begun.count,
        refused=refused,
        parts=begun.parts,
        brand_code=brand_code,
        undoes=undoes,
        source=call.source,
        sign=begun.sign,
    )
    await keep(call, act)
    return act
