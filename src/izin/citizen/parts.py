"""A change of many records is done in parts: at once as far as one transaction goes, else as jobs.

Each part is one transaction with its own piece of the receipt, so what was cut off goes on where it
stopped, and nothing is done twice. The last says of the act what it has come to. The parts wait for
nobody's approvals: refusals have a place of their own among the jobs.
"""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from datetime import date, datetime
from uuid import UUID

import msgspec

from izin.brand import lookup as brands
from izin.citizen.acts import settle
from izin.citizen.call import Call, Made
from izin.citizen.done import Begun, receipt_of
from izin.citizen.late import Late, late_places
from izin.citizen.model import day_since, since_of
from izin.citizen.records import Place
from izin.citizen.take_back import taking_back
from izin.consent.model import Over, Proposal
from izin.consent.of_citizen import key_under
from izin.consent.record import Recorder
from izin.core.address import Address, AddressKind
from izin.core.codes import BrandCode
from izin.core.terms import Source, Status
from izin.keyring import Keyring
from izin.queue import payload, queue
from izin.receipt.issue import add_part, announce, draw
from izin.storage.database import Connection

JOB = "citizen's change"
ROWS_MAX = 1000
"""Records of one transaction: a second at most, and what a request may take."""

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

    def with_more(self, more: "Work") -> "Work":
        """Give this and more."""
        return Work(
            self.refuse + more.refuse, self.take_back + more.take_back, self.again + more.again
        )

    def cut(self, rows: int) -> "tuple[Work, Work]":
        """Cut so many records off; give them, and the rest."""
        refuse, rows = self.refuse[:rows], rows - len(self.refuse[:rows])
        take_back, rows = self.take_back[:rows], rows - len(self.take_back[:rows])
        again = self.again[:rows]
        rest = Work(
            self.refuse[len(refuse) :], self.take_back[len(take_back) :], self.again[len(again) :]
        )
        return Work(refuse, take_back, again), rest


class _Part(msgspec.Struct, frozen=True, array_like=True):
    """What a job carries; sealed only, new fields at the end."""

    address: str
    kind: AddressKind
    source: Source
    receipt: str
    part: int
    work: Work
    asked_at: datetime | None = None
    since_day: date | None = None
    late: Late | None = None
    since_at: datetime | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Part).decode


async def begin(
    call: Call,
    works: AsyncIterable[Work],
    *,
    rows_max: int = ROWS_MAX,
    leaving: "Leaving | None" = None,
) -> Begun | None:
    """Do a change, or leave the jobs that will, in the caller's transaction; one receipt for all.

    Takes   works: what is to be done, as it is found; more than rows_max of it is never held, but
            for one of them · leaving: how jobs are left, where more is to be said of that
    Gives   None where nothing is left to be changed, or another was there first
    Raises  UnavailableError
    """
    held, leaving = Work(), leaving or Leaving(call)
    async for work in works:
        held = held.with_more(work)
        while held.count > rows_max:
            part, held = held.cut(rows_max)
            if not await leaving.leave(part):
                return None
    if leaving.goes_on:
        return await leaving.begun(held)
    return await receipt_of(call, await _do(call, held))


async def one(work: Work) -> AsyncIterator[Work]:
    """Give what is known as a whole."""
    yield work


class Leaving:
    """Leaves jobs, each of a part, and in the end one receipt for them.

    is_forestalled  whether nothing was left, for another has left the same
    """

    def __init__(
        self,
        call: Call,
        *,
        late: Late | None = None,
        may_leave: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Take what comes to light afterwards, and who says whether the first job may be left."""
        self.parts = 0
        self.is_forestalled = False
        self._call = call
        self._late = late
        self._may_leave = may_leave
        self._receipt = draw()
        self._at: datetime | None = None
        self._count = 0
        self._brands: set[BrandCode] = set()

    @property
    def goes_on(self) -> bool:
        """Is anything left to be done afterwards?"""
        return self.parts > 0 or self._late is not None

    async def leave(self, work: Work, late: Late | None = None) -> bool:
        """Leave a job. Gives False where another has left the same."""
        call = self._call
        if self._at is None:
            self.is_forestalled = self._may_leave is not None and not await self._may_leave()
            if self.is_forestalled:
                return False
            self._at = await queue.now(call.connection)
        address = (call.address.clear, call.address.kind)
        carried = _Part(
            *address,
            call.source,
            self._receipt,
            self.parts,
            work,
            self._at,
            day_since(call.since),
            late,
            call.since,
        )
        sealed = payload.seal(call.keyring.batch_sealer, _encode(carried))
        await queue.put(call.connection, JOB, sealed, None, _IN_TURN)
        self.parts += 1
        self._count += work.count
        self._brands |= {each.brand_code for each in (*work.refuse, *work.again)}
        return True

    async def _do_at_once(self, work: Work) -> None:
        """Do what is known: only what is not known yet has to wait."""
        call = self._call
        self._at = await queue.now(call.connection)
        made = await _do(call, work)
        events = [each.recorded.event_id for each in made]
        await add_part(call.connection, call.keyring, self._receipt, self.parts, events)
        self.parts += 1
        self._count += len(made)
        self._brands |= {each.proposal.key.brand_code for each in made}

    async def begun(self, rest: Work) -> Begun | None:
        """Leave the last of it. Gives None where another has left the same."""
        if rest.count and self.parts:
            await self.leave(rest)
        elif rest.count:
            await self._do_at_once(rest)
        if self._late is not None and not await self.leave(Work(), self._late):
            return None
        assert self._at is not None, "something was left"
        call, number = self._call, self._receipt
        await announce(call.connection, call.keyring, self._at, self.parts, number=number)
        return Begun(number, self._at, self._count, len(self._brands), self.parts)


class Changing:
    """Does the jobs that `begin` left."""

    def __init__(self, keyring: Keyring, recorder: Recorder) -> None:
        """Take the keys of both sides, and the one writer."""
        self._keyring = keyring
        self._recorder = recorder

    async def __call__(self, connection: Connection, sealed: bytes) -> None:
        """Do one part, in the transaction of the job's end. Raises UnavailableError."""
        opener = await self._keyring.openers([payload.envelope_of(sealed)])
        carried = _decode(payload.opened(opener, sealed))
        call = Call(
            connection=connection,
            keyring=self._keyring,
            recorder=self._recorder,
            address=Address(carried.address, carried.kind),
            source=carried.source,
            since=since_of(carried.since_day, carried.since_at),
        )
        work = carried.work
        if carried.late is not None and carried.asked_at is not None:
            work = Work(refuse=await late_places(call, carried.late, carried.asked_at))
        made = await _do(call, work, carried.asked_at)
        events = [each.recorded.event_id for each in made]
        await add_part(connection, self._keyring, carried.receipt, carried.part, events)
        await settle(call, carried.receipt)


async def _do(call: Call, work: Work, asked_at: datetime | None = None) -> list[Made]:
    proposals = await _refusals(call, work, asked_at)
    proposals += await taking_back(call, work.take_back, asked_at)
    return await call.record(proposals)


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
