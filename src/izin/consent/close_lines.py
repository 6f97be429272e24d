"""A carrier says that lines are closed: every consent of those numbers ends.

The carrier's call leaves a job. The keeper does it, which alone may look from a number to all that
its owner has consented to, once everything recorded before the report is in the citizens' view.

Source  data 4, 5; contract, IYS_AHS_HAT_KAPATMA
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from izin.brand import lookup as brands
from izin.consent import store
from izin.consent.event import Actor
from izin.consent.model import ConsentKey, Proposal
from izin.consent.project import CitizenConsent, decode_citizen
from izin.consent.record import OnRepeat, Recorder
from izin.core.address import Address, AddressKind
from izin.core.clock import utc_now
from izin.core.errors import UnavailableError
from izin.core.terms import Source, Status
from izin.keyring import Keyring
from izin.ledger import entry as ledger
from izin.queue import queue
from izin.storage.database import Connection

JOB = "lines closed"
SETTLING = timedelta(seconds=5)
"""What was under way when the report came has committed by then, but for a load of a file."""

ROWS_MAX = 10_000
"""Records of one number: three channels and two types of each of many brands."""

_BEHIND_MAX = 5000
_ID_BYTES = 16
_MS_SHIFT = 80


class _Report(msgspec.Struct, frozen=True, array_like=True):
    """What the job carries; sealed only."""

    reported_at: datetime
    phones: list[str]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Report).decode
_PLACE = ("job", "payload")


async def submit(
    connection: Connection, keyring: Keyring, phones: Sequence[Address], now: datetime
) -> UUID:
    """Leave the job, in the caller's transaction; give its number."""
    request_id = uuid4()
    report = _encode(_Report(now, [phone.clear for phone in phones]))
    sealed = keyring.batch_sealer.seal(*_PLACE, request_id.bytes, report)
    await queue.put(connection, JOB, request_id.bytes + sealed, None)
    return request_id


class ClosingLines:
    """Does the job that `submit` left."""

    def __init__(self, keyring: Keyring, recorder: Recorder) -> None:
        """Take the keys of both sides, and the one writer."""
        self._keyring = keyring
        self._recorder = recorder

    async def __call__(self, connection: Connection, payload: bytes) -> None:
        """Refuse for those numbers whatever stands at ONAY, in the transaction of the job's end.

        Raises  UnavailableError: what was recorded before is not all in the citizens' view yet
        """
        row, sealed = payload[:_ID_BYTES], payload[_ID_BYTES:]
        opener = await self._keyring.openers([sealed])
        report = _decode(opener.open(sealed, *_PLACE, row))
        await _see_that_all_is_projected(connection, report.reported_at)
        found: list[tuple[Address, CitizenConsent]] = []
        for phone in report.phones:
            address = Address(phone, AddressKind.PHONE)
            found += [(address, each) for each in await self._consents(connection, address)]
        proposals = await _refusals(connection, found)
        await self._recorder.record(
            connection, proposals, actor=Actor.OPERATOR, on_repeat=OnRepeat.ANSWER
        )

    async def _consents(self, connection: Connection, phone: Address) -> list[CitizenConsent]:
        """What stands at ONAY under a number, of whichever brand."""
        citizen = self._keyring.citizen
        [(tag, bucket)] = citizen.pseudonyms.citizen_tags([phone.clear])
        rows = await store.citizen_rows(connection, tag, bucket, ROWS_MAX)
        opened = [
            decode_citizen(citizen.sealer.open(row["sealed"], bucket, row["slot"].bytes))
            for row in rows
        ]
        return [each for each in opened if each.status is Status.ONAY]


async def _refusals(
    connection: Connection, found: Sequence[tuple[Address, CitizenConsent]]
) -> list[Proposal]:
    codes = sorted({each.brand_code for _, each in found})
    owners = {each.brand_code: each for each in await brands.some(connection, codes)}
    return [
        Proposal(
            key=ConsentKey(
                owners[each.brand_code].iys_code,
                each.brand_code,
                each.channel,
                each.recipient_type,
                address,
                owners[each.brand_code].tagged_for,
            ),
            status=Status.RET,
            source=Source.IYS_AHS_HAT_KAPATMA,
            consented_at=None,
        )
        for address, each in found
    ]


async def _see_that_all_is_projected(connection: Connection, at: datetime) -> None:
    if utc_now() < at + SETTLING:
        raise UnavailableError("what was under way may not have committed yet")
    last_ms = int(at.timestamp() * 1000)
    head = await ledger.head(connection)
    behind = await ledger.entries(
        connection, head["projected_idx"], head["projected_idx"] + _BEHIND_MAX
    )
    waiting = await ledger.waiting(connection, 1)
    ids = [row["event_id"] for row in (*behind, *waiting)]
    is_long = head["assigned_idx"] - head["projected_idx"] > _BEHIND_MAX
    if is_long or any(event_id.int >> _MS_SHIFT <= last_ms for event_id in ids):
        raise UnavailableError("what was recorded before is not all in the citizens' view yet")
