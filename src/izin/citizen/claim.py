"""A number is newly hers: whatever was approved under it before is refused, and that is kept.

Source  data page 4, 5; security T14
"""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from izin.citizen import number, store
from izin.citizen.call import Call
from izin.citizen.parts import ROWS_MAX, begin
from izin.citizen.refuse import Scope, works_of
from izin.core.address import AddressKind
from izin.core.clock import IYS_TIME
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


class Claimed(msgspec.Struct, frozen=True):
    """By which receipt it was refused, "" where nothing stood; whether more is to follow."""

    receipt: str
    is_all: bool


async def claim(call: Call, *, now: datetime, rows_max: int = ROWS_MAX) -> Claimed:
    """Refuse everything that stands at ONAY under a number, in the caller's transaction.

    Records of whoever had it before too; of what was before today nothing is shown by name from
    here on. What does not fit one transaction the keeper does.
    Raises  UnavailableError
    """
    keys = call.keyring.citizen
    today = now.astimezone(IYS_TIME).date()
    await number.say(call.connection, keys, call.address, today, now)
    everything = msgspec.structs.replace(call, since=None)
    begun = await begin(call, works_of(everything, Scope()), rows_max=rows_max)
    count, receipt = (0, "") if begun is None else (begun.count, begun.receipt)
    claimed = _Claim(call.address.clear, call.address.kind, now, count, receipt)
    await _keep(call, claimed, uuid4(), today + _KEPT)
    return Claimed(receipt, begun is None or begun.parts == 0)


async def forget_old_claims(connection: Connection, now: datetime, limit: int) -> None:
    """Drop evidence that nobody may ask for any more."""
    await store.forget_claims(connection, now.astimezone(IYS_TIME).date(), limit)


async def _keep(call: Call, claimed: _Claim, claim_id: UUID, forget_on: date) -> None:
    sealer = call.keyring.citizen.accounts
    sealed = sealer.seal(*_PLACE, claim_id.bytes, _encode(claimed))
    await store.put_claim(call.connection, claim_id, sealed, forget_on)
