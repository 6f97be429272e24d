"""A caller says that his number is newly his: what stands approved under it is refused.

Source  data page 4, 5; decisions 0064, 0069
"""

from datetime import datetime
from uuid import UUID

import msgspec

from izin.account import keep
from izin.callcentre import hands, passing, store
from izin.callcentre.calls import Agents
from izin.callcentre.change import Heard, Tools, keep_heard, tell_of_change, work_of
from izin.callcentre.model import Call
from izin.callcentre.scripts import CLAIM, version_name
from izin.callcentre.seal import sealed
from izin.citizen import number
from izin.citizen.claim import Claimed, claim
from izin.citizen.model import day_since
from izin.consent.reach import follow
from izin.consent.record import Recorder
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Status
from izin.storage.database import Connection


async def claim_in_call(
    agents: Agents, recorder: Recorder, agent: UUID, script: str, *, now: datetime
) -> Claimed:
    """Refuse whatever was approved under the caller's number, as at the pages; see `claim`.

    Every session and every other call that showed it by a code is over; this one goes on.
    Takes   script: which text was read to him
    Raises  RefusalError IZ146 no call is open, its caller is not known, or came by no number; IZ148
            another version of the text is read now; IZ163 the number is in other hands ·
            UnavailableError
    """
    if script != version_name(CLAIM):
        raise RefusalError(Refused(code="IZ148"))
    tools = Tools(agents.database, agents.keyring, recorder, agents.pages)
    was = await agents.identified(agent)
    if not number.is_number(was.caller.address):
        raise RefusalError(Refused(code="IZ146"))
    missing = await follow(tools.database)
    async with tools.database.transaction() as connection:
        await number.hold(connection, tools.keyring.citizen, [was.caller.address])
        call = await agents.call_on(connection, agent)  # of two at once the second finds it changed
        if call is None or call.call_id != was.call_id:
            raise RefusalError(Refused(code="IZ146"))
        await hands.hold(connection, tools.keyring, call)
        claimed = await _claim(tools, connection, call, now, missing)
        if claimed.act is not None and claimed.is_new:
            words = "call_claiming" if claimed.act.parts else "call_claimed"
            heard = Heard(script, Status.RET, words)
            await keep_heard(tools, connection, (call, heard, claimed.act), now)
    if claimed.is_new:
        await tell_of_change(tools.database, call, Status.RET, script)
    return claimed


async def _claim(
    tools: Tools, connection: Connection, call: Call, now: datetime, missing: datetime | None
) -> Claimed:
    phones, keys = [call.caller.address], tools.keyring.citizen
    await keep.release(connection, keys, phones, now)
    tenures = await number.pass_on(connection, keys, phones, now)
    await passing.leave(connection, tools.keyring, call.caller.address)
    claimed = await claim(work_of(tools, connection, call), now=now, missing=missing)
    caller = msgspec.structs.replace(
        call.caller,
        since_day=day_since(claimed.since),
        since_at=claimed.since,
        tenure=tenures[call.caller.address],
    )
    body = sealed(tools.keyring, call.call_id, caller)
    if not await store.know_anew(connection, call.call_id, body):
        raise RefusalError(Refused(code="IZ146"))
    return claimed
