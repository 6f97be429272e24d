"""A number is newly hers: whatever was approved under it before is refused, and that is kept.

So many records as fit one transaction are refused while she waits; the keeper goes on with the
rest, a transaction at a time. Each part has a receipt, and says what it was of for three years.

Source  data page 4, 5; security T14
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from izin.brand import lookup as brands
from izin.citizen import number, store
from izin.consent.event import Actor
from izin.consent.model import ConsentKey, Proposal, Recorded
from izin.consent.of_citizen import consents_of, key_under, standings
from izin.consent.project import CitizenConsent
from izin.consent.record import OnRepeat, Recorder
from izin.core.address import Address, AddressKind
from izin.core.clock import IYS_TIME
from izin.core.terms import Source, Status
from izin.keyring import Keyring
from izin.queue import queue
from izin.receipt.issue import issue
from izin.storage.database import Connection

JOB = "number newly hers"
AT_ONCE = 2_000
"""Records of one transaction."""

_KEPT = timedelta(days=3 * 365 + 1)
"""How long a refusal has to be proved. Source: Reg. 13"""

_ID_BYTES = 16
_JOB, _CLAIM = ("job", "payload"), ("number_claim", "body_sealed")


class _Claim(msgspec.Struct, frozen=True, array_like=True):
    """What is claimed, and how far it is carried out; stored sealed, new fields go to the end."""

    claim_id: UUID
    clear: str
    kind: AddressKind
    said_at: datetime
    looked_at: int = 0


class _Part(msgspec.Struct, frozen=True, array_like=True):
    """What a part of it did: evidence; stored sealed, new fields go to the end."""

    claim: _Claim
    refused: int
    receipt: str | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Claim).decode


class Claimed(msgspec.Struct, frozen=True):
    """What was refused at once, and by which receipt if anything; whether more is to follow."""

    refused: int
    receipt: str | None
    is_all: bool


async def claim(
    connection: Connection, keyring: Keyring, recorder: Recorder, address: Address, *, now: datetime
) -> Claimed:
    """Refuse everything that stands at ONAY under a number, in the caller's transaction.

    Of what was before today nothing is shown by name.
    Raises  UnavailableError
    """
    await number.say(connection, keyring.citizen, address, _today(now), now)
    begun = _Claim(uuid4(), address.clear, address.kind, now)
    return await _go_on(connection, keyring, recorder, begun, now)


class Claiming:
    """Does what `claim` left to be done."""

    def __init__(self, keyring: Keyring, recorder: Recorder) -> None:
        """Take the keys of both sides, and the one writer."""
        self._keyring = keyring
        self._recorder = recorder

    async def __call__(self, connection: Connection, payload: bytes) -> None:
        """Refuse the next part, in the transaction of the job's end."""
        row, sealed = payload[:_ID_BYTES], payload[_ID_BYTES:]
        left = _decode(self._keyring.citizen.accounts.open(sealed, *_JOB, row))
        now = await queue.now(connection)
        await _go_on(connection, self._keyring, self._recorder, left, now)


async def forget_old_claims(connection: Connection, now: datetime, limit: int) -> None:
    """Drop evidence that nobody may ask for any more."""
    await store.forget_claims(connection, _today(now), limit)


async def _go_on(
    connection: Connection, keyring: Keyring, recorder: Recorder, claimed: _Claim, now: datetime
) -> Claimed:
    """Refuse the next part. A record that came meanwhile moves others up: none is passed over."""
    address, keys = Address(claimed.clear, claimed.kind), keyring.citizen
    everything = sorted(await consents_of(connection, keyring, address), key=_in_order)
    end = claimed.looked_at + AT_ONCE
    part = everything[claimed.looked_at : end]
    refused, receipt = await _refuse(connection, keyring, recorder, (address, part))
    part_id = uuid4()
    body = _encode(_Part(claimed, refused, receipt))
    sealed = keys.accounts.seal(*_CLAIM, part_id.bytes, body)
    await store.put_claim(connection, part_id, sealed, _today(now) + _KEPT)
    is_all = end >= len(everything)
    if not is_all:
        left = msgspec.structs.replace(claimed, looked_at=end)
        row = part_id.bytes
        payload = row + keys.accounts.seal(*_JOB, row, _encode(left))
        await queue.put(connection, JOB, payload, None)
    return Claimed(refused, receipt, is_all)


async def _refuse(
    connection: Connection,
    keyring: Keyring,
    recorder: Recorder,
    of: tuple[Address, Sequence[CitizenConsent]],
) -> tuple[int, str | None]:
    keys = await _approved(connection, keyring, *of)
    if not keys:
        return 0, None
    proposals = [
        Proposal(key=key, status=Status.RET, source=Source.IYS_WEB, consented_at=None)
        for key in keys
    ]
    verdicts = await recorder.record(
        connection, proposals, actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES
    )
    recorded = [each for each in verdicts if isinstance(each, Recorded)]
    assert len(recorded) == len(keys), "a citizen's word on a record that exists gets through"
    at = max(each.recorded_at for each in recorded)
    return len(keys), await issue(connection, keyring, [each.event_id for each in recorded], at)


async def _approved(
    connection: Connection, keyring: Keyring, address: Address, part: Sequence[CitizenConsent]
) -> list[ConsentKey]:
    """Which of these stand at ONAY now. Cost: two round trips"""
    codes = sorted({each.brand_code for each in part})
    known = {each.brand_code: each for each in await brands.some(connection, codes)}
    keys = [
        key_under(known[each.brand_code], each.channel, each.recipient_type, address)
        for each in part
        if each.brand_code in known and not known[each.brand_code].is_test
    ]
    found = await standings(connection, keyring, keys)
    return [
        key
        for key, standing in zip(keys, found, strict=True)
        if standing is not None and standing.status is Status.ONAY
    ]


def _in_order(consent: CitizenConsent) -> tuple[int, str, str]:
    return consent.brand_code, consent.channel.value, consent.recipient_type.value


def _today(now: datetime) -> date:
    return now.astimezone(IYS_TIME).date()
