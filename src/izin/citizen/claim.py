"""A number is newly hers: whatever was approved under it before is refused, and that is kept.

Source  data page 4, 5; security T14
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import msgspec

from izin.citizen import number, store
from izin.citizen.acts import Act, Did, begun_of
from izin.citizen.call import Call
from izin.citizen.done import keep_act
from izin.citizen.late import Late
from izin.citizen.parts import ROWS_MAX, Leaving, begin
from izin.citizen.refuse import Scope, works_of
from izin.core.address import AddressKind
from izin.core.clock import beginning_of, day_of
from izin.storage.database import Connection

_KEPT = timedelta(days=3 * 365 + 1)
"""How long a refusal has to be proved. Source: Reg. 13"""

_PLACE = ("number_claim", "body_sealed")


class _Claim(msgspec.Struct, frozen=True, array_like=True):
    """What was claimed, and what came of it: evidence; stored sealed, new fields go to the end."""

    clear: str
    kind: AddressKind
    said_at: datetime
    refused: int
    receipt: str


_encode = msgspec.msgpack.Encoder().encode


class Claimed(NamedTuple):
    """The act that refused what stood, and whether it is of this claim or of one before.

    act    None: nothing stood approved, and no claim of hers had refused it
    since  from when on the number is hers now
    """

    act: Act | None
    is_new: bool
    since: datetime


async def claim(
    call: Call, *, now: datetime, missing: datetime | None = None, rows_max: int = ROWS_MAX
) -> Claimed:
    """Refuse everything that stands at ONAY under a number, in the caller's transaction.

    Records of whoever had it before too; of what was before this instant nothing is shown by name
    from here on, and no act. What does not fit one transaction the keeper does. Of claims at once
    one refuses, and all are told its act.
    Takes   call: of whoever holds the number until the transaction ends; since when it was hers
            before she claimed it · missing: since when something may not be in the view yet, as
            `follow` says; a job refuses it
    Raises  UnavailableError
    """
    today = day_of(now)
    before = await _before(call, today)
    is_at_it = before is not None and not before.is_worked  # a second one would refuse the same
    act = None if is_at_it else await _do(call, missing, rows_max)
    since = now if act is not None or before is None else before.at
    count, receipt = (0, "") if act is None else (act.asked, act.receipt)
    said = _Claim(call.address.clear, call.address.kind, now, count, receipt)
    await _keep_evidence(call, said, today + _KEPT)
    await number.say(call.connection, call.keyring.citizen, call.address, since, now)
    return Claimed(act or before, is_new=act is not None, since=since)


async def forget_old_claims(connection: Connection, now: datetime, limit: int) -> None:
    """Drop evidence that nobody may ask for any more."""
    await store.forget_claims(connection, day_of(now), limit)


async def _before(call: Call, today: date) -> Act | None:
    """The latest claim of hers that refused something, or is about to."""
    since = max(filter(None, (call.since, beginning_of(today))))
    acts = await begun_of(msgspec.structs.replace(call, since=since))
    return next((each for each in acts if each.did is Did.CLAIMED and not each.is_void), None)


async def _do(call: Call, missing: datetime | None, rows_max: int) -> Act | None:
    everything, scope = msgspec.structs.replace(call, since=None), Scope()
    leaving = Leaving(everything, late=None if missing is None else Late(scope, missing))
    works = works_of(everything, scope)
    begun = await begin(everything, works, rows_max=rows_max, leaving=leaving)
    if begun is None:
        return None
    return await keep_act(call, begun, Did.CLAIMED, refused=begun.count)


async def _keep_evidence(call: Call, said: _Claim, forget_on: date) -> None:
    claim_id = uuid4()
    sealer = call.keyring.citizen.accounts
    sealed = sealer.seal(*_PLACE, claim_id.bytes, _encode(said))
    await store.put_claim(call.connection, claim_id, sealed, forget_on)
