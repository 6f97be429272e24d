"""Refuse all of a company, of a brand, of a channel, of everything.

Source  data page 4; Law 6563 art. 8/1; Reg. 9
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import msgspec

from izin.citizen.acts import Act, Did, acts_of, hold_anew
from izin.citizen.call import Call
from izin.citizen.done import Begun, keep_act
from izin.citizen.hers import hers
from izin.citizen.late import Late
from izin.citizen.meanwhile import acts_going_on, newest
from izin.citizen.parts import ROWS_MAX, Leaving, Work, begin
from izin.citizen.records import Record, pages_of, place_of, records_at
from izin.citizen.scope import Scope as Scope
from izin.core.terms import Status

_LATE = timedelta(minutes=5)


async def refuse_all(
    call: Call, scope: Scope, *, missing: datetime | None = None, rows_max: int = ROWS_MAX
) -> Act | None:
    """Refuse all that a scope has, in the caller's transaction; past rows_max jobs do it.

    Takes   missing: since when something may not be in the view yet, as `follow` says; a job
            refuses it
    Gives   None where nothing of it stands at ONAY, but for what the same act refuses that goes on
    Raises  UnavailableError
    """
    begun = await begin_refusing(call, scope, missing=missing, rows_max=rows_max)
    if begun is None:
        return None
    return await keep_act(call, begun, Did.REFUSED, refused=begun.count, brand_code=scope.brand)


async def begin_refusing(
    call: Call, scope: Scope, *, missing: datetime | None = None, rows_max: int = ROWS_MAX
) -> Begun | None:
    """The same, for whoever keeps the act himself.

    Of acts at once that leave jobs one does; the next refuses what was given since.
    """
    given_from = _asked_at(await acts_going_on(call), scope)

    async def may_leave() -> bool:
        # jobs alone are left here: no record is held, but her list is
        acts = [each for each in await hold_anew(call) if not each.is_worked]
        return _asked_at(acts, scope) == given_from

    # one brand is asked for by its name, and the companies' view is never late
    late = None if missing is None or scope.brand is not None else Late(scope, missing)
    leaving = Leaving(call, late=late, may_leave=may_leave)
    begun = await begin(call, works_of(call, scope, given_from), rows_max=rows_max, leaving=leaving)
    if leaving.is_forestalled:
        return await begin_refusing(call, scope, missing=missing, rows_max=rows_max)
    return None if begun is None else msgspec.structs.replace(begun, sign=scope.sign)


def _asked_at(acts: list[Act], scope: Scope) -> datetime | None:
    """When was the same asked for last, of what goes on?"""
    return max((each.at for each in acts if each.sign == scope.sign), default=None)


async def refused_of_late(call: Call, scope: Scope, *, now: datetime) -> Act | None:
    """Her latest refusal, where it was a moment ago and may be why nothing of a scope is left.

    Of forms that are sent at once one refuses; the others are led to what it did. So they are to
    the same act that goes on, whenever it was begun.
    Cost    one round trip
    """
    acts = await acts_of(call)
    same = next((each for each in acts if not each.is_worked and each.sign == scope.sign), None)
    if same is not None:
        return same
    late = next((each for each in acts if each.refused), None)
    if late is None or now >= late.at + _LATE:
        return None
    is_elsewhere = scope.brand is not None and late.brand_code not in (None, scope.brand)
    return None if is_elsewhere else late


async def works_of(
    call: Call, scope: Scope, given_from: datetime | None = None
) -> AsyncIterator[Work]:
    """What a scope has, as it is found: of hers, some at a time.

    Takes   given_from: what was given before is being refused already
    """
    undone_at = newest(await acts_going_on(call), makes=Status.ONAY)  # before what stands is read
    async for page in _pages(call, scope):
        wanted = [
            each
            for each in page
            if _is_new(each, given_from)
            and (scope.has(each) or _is_undone_yet(scope, each, undone_at))
        ]
        own = await hers(call.connection, call.keyring, wanted, call.since)
        yield Work(
            refuse=tuple(place_of(each) for each in own if scope.has(each)),
            again=tuple(place_of(each) for each in own if not scope.has(each)),
        )


async def _pages(call: Call, scope: Scope) -> AsyncIterator[list[Record]]:
    held = call.connection, call.keyring, call.address
    if scope.brand is not None:
        yield await records_at(*held, scope.brand)
        return
    async for page in pages_of(*held, scope.reaches):
        yield page


def _is_new(record: Record, given_from: datetime | None) -> bool:
    return given_from is None or record.standing.recorded_at > given_from


def _is_undone_yet(scope: Scope, record: Record, undone_at: datetime | None) -> bool:
    """Is it refused, but may an undo that goes on make it ONAY once its turn comes?"""
    is_before = undone_at is not None and record.standing.since <= undone_at
    return is_before and record.standing.status is Status.RET and scope.covers(record)
