"""Refuse all of a company, of a brand, of a channel, of everything; and take it back within a day.

Source  data page 4; Law 6563 art. 8/1; Reg. 9
"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.citizen.acts import Act, Did, acts_of, begun_of, hold
from izin.citizen.call import Call
from izin.citizen.done import keep_act
from izin.citizen.hers import hers
from izin.citizen.meanwhile import acts_going_on, newest
from izin.citizen.parts import ROWS_MAX, Work, begin, one
from izin.citizen.records import Place, Record, pages_of, place_of
from izin.citizen.take_back import taking_back
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Channel, RecipientType, Status
from izin.keyring import Keyring
from izin.receipt.issue import parts_of, proven_by
from izin.storage.database import Connection

_LATE = timedelta(minutes=5)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be refused: everything, but for what is named here.

    kept  brands that stay as they are
    """

    company: IysCode | None = None
    brand: BrandCode | None = None
    channel: Channel | None = None
    recipient_type: RecipientType | None = None
    kept: frozenset[BrandCode] = frozenset()

    def has(self, record: Record) -> bool:
        """Is it to be refused? Only what stands at ONAY is."""
        return record.standing.status is Status.ONAY and self.covers(record)

    def covers(self, record: Record) -> bool:
        """Is it meant, however it stands?"""
        return self.company in (None, record.brand.iys_code) and self.reaches(place_of(record))

    def reaches(self, place: Place) -> bool:
        """Is it meant, as far as its place says?"""
        return (
            self.brand in (None, place.brand_code)
            and self.channel in (None, place.channel)
            and self.recipient_type in (None, place.recipient_type)
            and place.brand_code not in self.kept
        )


async def refuse_all(call: Call, scope: Scope, *, rows_max: int = ROWS_MAX) -> Act | None:
    """Refuse all that a scope has, in the caller's transaction; past rows_max jobs do it.

    Gives   None where nothing of it stands at ONAY
    Raises  UnavailableError
    """
    begun = await begin(call, works_of(call, scope), rows_max=rows_max)
    if begun is None:
        return None
    return await keep_act(call, begun, Did.REFUSED, refused=begun.count, brand_code=scope.brand)


async def refused_of_late(call: Call, scope: Scope, *, now: datetime) -> Act | None:
    """Her latest refusal, where it was a moment ago and may be why nothing of a scope is left.

    Of forms that are sent at once one refuses; the others are led to what it did.
    Cost    one round trip
    """
    acts = await acts_of(call.connection, call.keyring, call.address, call.since)
    late = next((each for each in acts if each.refused), None)
    if late is None or now >= late.at + _LATE:
        return None
    is_elsewhere = scope.brand is not None and late.brand_code not in (None, scope.brand)
    return None if is_elsewhere else late


async def works_of(call: Call, scope: Scope) -> AsyncIterator[Work]:
    """What a scope has, as it is found: of hers, some at a time."""
    undone_at = newest(await acts_going_on(call), makes=Status.ONAY)  # before what stands is read
    async for page in pages_of(call.connection, call.keyring, call.address, scope.reaches):
        wanted = [
            each for each in page if scope.has(each) or _is_undone_yet(scope, each, undone_at)
        ]
        own = await hers(call.connection, call.keyring, wanted, call.since)
        yield Work(
            refuse=tuple(place_of(each) for each in own if scope.has(each)),
            again=tuple(place_of(each) for each in own if not scope.has(each)),
        )


def _is_undone_yet(scope: Scope, record: Record, undone_at: datetime | None) -> bool:
    """Is it refused, but may an undo that goes on make it ONAY once its turn comes?"""
    is_before = undone_at is not None and record.standing.since <= undone_at
    return is_before and record.standing.status is Status.RET and scope.covers(record)


class Stays(StrEnum):
    """Why nothing was taken back; by this word pages say it."""

    UNDONE_BEFORE = "undone_before"
    CHANGED_SINCE = "nothing_to_undo"
    NOT_HERS = "not_hers"


async def undo(call: Call, named: str, *, now: datetime, rows_max: int = ROWS_MAX) -> Act | Stays:
    """Approve again what one of her acts refused, and nothing that was changed since.

    What it refused of whoever had the number before stays refused.

    Gives   why, where nothing was taken back
    Raises  RefusalError IZ121: a day has gone by, or there is no such act; IZ122: it is not done
            yet · UnavailableError
    """
    act = await act_of(call, named)
    if act is None or not act.may_be_undone(now):
        raise RefusalError(Refused(code="IZ121"))
    done = await progress_of(call.connection, call.keyring, act)
    if not done.is_whole:
        raise RefusalError(Refused(code="IZ122"))
    if len(done.events) > rows_max and await _has_been_undone(call, act):
        return Stays.UNDONE_BEFORE  # jobs alone are left here: no record is held, but her list is
    begun = await begin(call, one(Work(take_back=done.events)), rows_max=rows_max)
    if begun is None:
        return await _why(call, act, done)
    return await keep_act(
        call,
        begun,
        Did.UNDID,
        refused=0,
        brand_code=act.brand_code,
        undoes=act.act_id,
    )


async def _why(call: Call, act: Act, done: "Progress") -> Stays:
    if await _has_been_undone(call, act):
        return Stays.UNDONE_BEFORE
    is_hers = call.since is None or await taking_back(call, done.events)
    return Stays.CHANGED_SINCE if is_hers else Stays.NOT_HERS


def undone_by(act: Act, acts: Iterable[Act]) -> Act | None:
    """By which of them was it taken back?"""
    return next((each for each in acts if each.undoes == act.act_id and not each.is_void), None)


async def _has_been_undone(call: Call, act: Act) -> bool:
    acts = await hold(call.connection, call.keyring, call.address)
    return undone_by(act, acts) is not None


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
    acts = await begun_of(call.connection, call.keyring, call.address, call.since)
    return next((each for each in acts if str(each.act_id) == named), None)


async def progress_of(connection: Connection, keyring: Keyring, act: Act) -> Progress:
    """How far has it come? Cost: one round trip or two."""
    if not act.parts:
        proven = await proven_by(connection, keyring, act.receipt)
        return Progress(() if proven is None else proven.events, 0, 0)
    done = await parts_of(connection, keyring, act.receipt)
    events = tuple(event for part in sorted(done) for event in done[part])
    return Progress(events, act.parts, len(done))
