"""A change of many records is done in parts: at once as far as one transaction goes, else as jobs.

Each part is one transaction with its own piece of the receipt, so what was cut off goes on where it
stopped, and nothing is done twice. The last says of the act what it has come to. The parts wait for
nobody's approvals: refusals have a place of their own among the jobs.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec

from izin.brand import lookup as brands
from izin.citizen.acts import settle
from izin.citizen.call import Call
from izin.citizen.records import Place
from izin.consent.model import Over, Proposal
from izin.consent.of_citizen import key_under
from izin.consent.opened import Opened, read_bodies
from izin.consent.record import Recorder
from izin.core.address import Address, AddressKind
from izin.core.terms import Source, Status
from izin.keyring import Keyring
from izin.queue import queue
from izin.receipt.issue import add_part, announce, issue
from izin.storage.database import Connection

JOB = "citizen's change"
ROWS_MAX = 1000
"""Records of one transaction: a second at most, and what a request may take."""

T = TypeVar("T")

_ID_BYTES = 16
_PLACE = ("job", "payload")
_IN_TURN = queue.Turn(follows=True)


class Work(msgspec.Struct, frozen=True, array_like=True):
    """What is to be done; new fields at the end.

    refuse     what stands at ONAY there is refused
    take_back  these refusals are taken back
    again      refusals there stay, whether or not an undo has taken them back by then
    """

    refuse: tuple[Place, ...] = ()
    take_back: tuple[UUID, ...] = ()
    again: tuple[Place, ...] = ()

    @property
    def count(self) -> int:
        """How many records it is about."""
        return len(self.refuse) + len(self.take_back) + len(self.again)

    def cut(self, rows: int) -> "list[Work]":
        """Cut it into parts of so many records."""
        return [
            *(Work(refuse=each) for each in _cut(self.refuse, rows)),
            *(Work(take_back=each) for each in _cut(self.take_back, rows)),
            *(Work(again=each) for each in _cut(self.again, rows)),
        ]


def _cut(whole: tuple[T, ...], rows: int) -> list[tuple[T, ...]]:
    return [whole[at : at + rows] for at in range(0, len(whole), rows)]


class Begun(msgspec.Struct, frozen=True):
    """What came of it: the receipt's number, from when it is, and how much is still to come.

    count  how many records are changed, or are to be
    parts  0: all is done
    """

    receipt: str
    at: datetime
    count: int
    parts: int = 0


class _Part(msgspec.Struct, frozen=True, array_like=True):
    """What a job carries; sealed only, new fields at the end."""

    address: str
    kind: AddressKind
    source: Source
    receipt: str
    part: int
    work: Work
    asked_at: datetime | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Part).decode


async def begin(call: Call, work: Work, *, rows_max: int = ROWS_MAX) -> Begun | None:
    """Do a change, or leave the jobs that will, in the caller's transaction; one receipt for all.

    Gives   None where nothing is left to be changed
    Raises  UnavailableError
    """
    if work.count > rows_max:
        return await _leave(call, work.cut(rows_max))
    events, at = await _do(call, work)
    if not events or at is None:
        return None
    receipt = await issue(call.connection, call.keyring, events, at)
    return Begun(receipt, at, len(events))


async def _leave(call: Call, parts: Sequence[Work]) -> Begun:
    at = await queue.now(call.connection)
    receipt = await announce(call.connection, call.keyring, at, len(parts))
    for number, work in enumerate(parts):
        address = (call.address.clear, call.address.kind)
        carried = _Part(*address, call.source, receipt, number, work, at)
        row = uuid4().bytes
        sealed = call.keyring.batch_sealer.seal(*_PLACE, row, _encode(carried))
        await queue.put(call.connection, JOB, row + sealed, None, _IN_TURN)
    return Begun(receipt, at, sum(work.count for work in parts), len(parts))


class Changing:
    """Does the jobs that `begin` left."""

    def __init__(self, keyring: Keyring, recorder: Recorder) -> None:
        """Take the keys of both sides, and the one writer."""
        self._keyring = keyring
        self._recorder = recorder

    async def __call__(self, connection: Connection, payload: bytes) -> None:
        """Do one part, in the transaction of the job's end. Raises UnavailableError."""
        row, sealed = payload[:_ID_BYTES], payload[_ID_BYTES:]
        opener = await self._keyring.openers([sealed])
        carried = _decode(opener.open(sealed, *_PLACE, row))
        call = Call(
            connection=connection,
            keyring=self._keyring,
            recorder=self._recorder,
            address=Address(carried.address, carried.kind),
            source=carried.source,
        )
        events, _ = await _do(call, carried.work, carried.asked_at)
        await add_part(connection, self._keyring, carried.receipt, carried.part, events)
        await settle(connection, self._keyring, call.address, carried.receipt)


async def _do(
    call: Call, work: Work, asked_at: datetime | None = None
) -> tuple[list[UUID], datetime | None]:
    proposals = await _refusals(call, work, asked_at)
    proposals += await _taken_back(call, work.take_back, asked_at)
    made = [each.recorded for each in await call.record(proposals)]
    at = max((each.recorded_at for each in made), default=None)
    return [each.event_id for each in made], at


async def _refusals(call: Call, work: Work, asked_at: datetime | None) -> list[Proposal]:
    """Of what the one writer finds there that was given before she asked, dated as she asked.

    Source  data page 4
    """
    overs = dict.fromkeys(work.again) | dict.fromkeys(work.refuse, Over.ONAY)
    places = list(overs)
    if not places:
        return []
    known = await brands.some(call.connection, sorted({each.brand_code for each in places}))
    by_code = {each.brand_code: each for each in known}
    return [
        Proposal(
            key=key_under(
                by_code[each.brand_code], each.channel, each.recipient_type, call.address
            ),
            status=Status.RET,
            source=call.source,
            consented_at=None,
            over=overs[each],
            given_by=asked_at,
            said_at=asked_at,
        )
        for each in places
        if each.brand_code in by_code
    ]


async def _taken_back(
    call: Call, event_ids: Sequence[UUID], asked_at: datetime | None
) -> list[Proposal]:
    """A new ONAY for each of her refusals that ended one; the rules see that it stands still."""
    if not event_ids:
        return []
    read = await read_bodies(call.connection, call.keyring, event_ids)
    bodies = [
        each.body
        for each in read
        if isinstance(each, Opened)
        and each.body.key.address == call.address
        and each.body.status is Status.RET
        and each.body.previous_status is Status.ONAY
    ]
    known = await brands.some(call.connection, sorted({each.key.brand_code for each in bodies}))
    by_code = {each.brand_code: each for each in known}
    return [
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
            said_at=asked_at,
        )
        for body in bodies
    ]
