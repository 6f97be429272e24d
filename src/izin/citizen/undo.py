"""Take back within a day what an act of hers refused.

Source  data page 4; decision 0066
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from izin.citizen.acts import Act, Did, hold
from izin.citizen.call import Call
from izin.citizen.done import keep_act
from izin.citizen.parts import ROWS_MAX, Work, begin, one
from izin.citizen.progress import Progress, act_of, progress_of
from izin.citizen.take_back import taking_back
from izin.core.errors import RefusalError, Refused


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
    done = await progress_of(call, act)
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


def undone_by(act: Act, acts: Iterable[Act]) -> Act | None:
    """By which of them was it taken back?"""
    return next((each for each in acts if each.undoes == act.act_id and not each.is_void), None)


async def has_something_to_undo(call: Call, done: Progress) -> bool:
    """May an undo come to anything? Not where all that was refused was of whoever was before her.

    Of more than ROWS_MAX it is not looked at. Cost: as `taking_back`
    """
    if call.since is None or len(done.events) > ROWS_MAX:
        return True
    return bool(await taking_back(call, done.events))


async def _why(call: Call, act: Act, done: Progress) -> Stays:
    if await _has_been_undone(call, act):
        return Stays.UNDONE_BEFORE
    is_hers = call.since is None or await taking_back(call, done.events)
    return Stays.CHANGED_SINCE if is_hers else Stays.NOT_HERS


async def _has_been_undone(call: Call, act: Act) -> bool:
    acts = await hold(call)
    return undone_by(act, acts) is not None
