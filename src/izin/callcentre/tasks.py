"""What a call of the voice menu has done, in the transaction that moves it on.

So whichever input does it moves the call, and has what came of it: a code that is used up, a
receipt.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec

from izin.brand import lookup as brands
from izin.brand.model import Brand
from izin.callcentre import hands
from izin.callcentre.calls import bound_to
from izin.callcentre.change import Tools, refuse_in_call
from izin.callcentre.menu import Move, Task
from izin.callcentre.model import Call, Caller
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError
from izin.i18n.catalogue import Language
from izin.proof.check import tried
from izin.proof.model import Asked, Purpose, Shown
from izin.proof.send import send
from izin.storage.database import Connection

_SENDER = "voice"
"""Who has the codes sent: past too many that nobody keys in, no more go."""


class Done(NamedTuple):
    """How a task went, and what it leaves."""

    is_well: bool
    caller: Caller
    receipt: str = ""


async def do(
    tools: Tools, connection: Connection, call: Call, move: Move, *, now: datetime
) -> Done:
    """Do what a move asks for. Raises RefusalError IZ146 · UnavailableError."""
    match move.task:
        case Task.SEND_CODE:
            return await _send(tools, connection, call, move.voice.language, now)
        case Task.CHECK_CODE:
            return await _check(tools, connection, call, move.number)
        case Task.FIND_BRAND:
            brand = await brand_of(connection, move.number)
            return Done(brand is not None, call.caller)
    return await _refuse(tools, connection, call, move, now)


async def brand_of(connection: Connection, number: str) -> Brand | None:
    """The brand of a number that was keyed in; brands to try with are nobody's."""
    if not number:
        return None
    found = await brands.some(connection, [BrandCode(int(number))])
    return next((each for each in found if not each.is_test), None)


async def _send(
    tools: Tools, connection: Connection, call: Call, language: Language, now: datetime
) -> Done:
    asked = Asked(
        to=call.caller.address,
        purpose=Purpose.CALL,
        bound=bound_to(call.call_id),
        words="voice_code",
        values={},
        language=language,
        sender=_SENDER,
    )
    keys, sealer = tools.keyring.proofs, tools.keyring.message_sealer
    try:
        async with connection.transaction():  # what was not sent counts for nothing
            proof_id = await send(connection, keys, sealer, asked, now=now)
    except RefusalError:  # there were too many
        return Done(is_well=False, caller=call.caller)
    return Done(is_well=True, caller=msgspec.structs.replace(call.caller, proof_id=proof_id))


async def _check(tools: Tools, connection: Connection, call: Call, code: str) -> Done:
    assert call.caller.proof_id is not None, "a code is asked for once one was sent"
    shown = Shown(
        proof_id=call.caller.proof_id,
        purpose=Purpose.CALL,
        bound=bound_to(call.call_id),
        code=code,
        sender=_SENDER,
    )
    try:
        refused = await tried(connection, tools.keyring.proofs, shown)
    except RefusalError:  # there were too many wrong ones
        return Done(is_well=False, caller=call.caller)
    if refused is not None:
        return Done(is_well=False, caller=call.caller)
    return Done(is_well=True, caller=await hands.checked(connection, tools.keyring, call.caller))


async def _refuse(
    tools: Tools, connection: Connection, call: Call, move: Move, now: datetime
) -> Done:
    """Refuse one brand, or all of them."""
    voice, brand = move.voice, await brand_of(connection, move.voice.brand)
    if move.task is Task.REFUSE_BRAND and brand is None:
        return Done(is_well=False, caller=call.caller)
    act = await refuse_in_call(tools, connection, call, brand, script=voice.heard, now=now)
    if act is None:
        return Done(is_well=False, caller=call.caller)
    return Done(is_well=True, caller=call.caller, receipt=act.receipt)
