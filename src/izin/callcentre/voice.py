"""Calls of the voice menu: the platform says the line and what was keyed in, and hears what to say.

A call opens one line, once the code that came there was keyed in; a fixed line, to which none can
be sent, refuses calls by the platform's word. What changes is changed as in an agent's call.

Source  rules 3.9; security T10, T12, T14
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from izin.admission.limiter import TooManyError
from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal, PrincipalKind
from izin.brand import lookup as brands
from izin.brand.model import Brand
from izin.callcentre import store
from izin.callcentre.calls import bound_to
from izin.callcentre.change import Tools, refuse_in_call, scope_of
from izin.callcentre.line import is_fixed, see_that_it_is_not_worn_out
from izin.callcentre.menu import MENU, OVER, READ_BEFORE, Move, Step, Task, Voice, keyed, went
from izin.callcentre.model import LIFE, Call, Caller, Ended
from izin.callcentre.said import Said, said, signs
from izin.callcentre.scripts import voice_name
from izin.callcentre.seal import opened, sealed
from izin.citizen.records import records_of
from izin.core.address import Address
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError, Refused
from izin.core.uuid7 import uuid7s
from izin.proof.check import check
from izin.proof.model import Asked, Purpose, Shown
from izin.proof.send import send

BY = Principal(PrincipalKind.REGISTRY, "voice")
_SENDER = "voice"
"""Who has the codes sent: past too many that nobody keys in, no more go."""


class _Done(NamedTuple):
    """How a task went, and what it leaves."""

    is_well: bool
    caller: Caller
    receipt: str = ""


class Voices:
    """What the voice platform asks of the registry, of one line at a time."""

    def __init__(self, tools: Tools) -> None:
        """Take what changes are made with."""
        self._tools = tools

    async def begin(self, line: Address | None, *, now: datetime) -> Said:
        """Begin a call.

        Takes   line: who calls, as the platform's own network says it; None: withheld, or no line
                of this country
        Gives   what to say; of no line, and of a fixed one that called too often, a call that is
                over and was never kept
        Raises  UnavailableError
        """
        if line is None:
            return said(Voice(step=Step.AGENT), ("no_line",), {})
        (call_id,) = uuid7s(1, int(now.timestamp() * 1000))
        voice = Voice(step=Step.LINE_LANGUAGE if is_fixed(line) else Step.LANGUAGE)
        caller = Caller(line.clear, line.kind, voice.language, None, None, voice)
        body = sealed(self._tools.keyring, call_id, caller)
        try:
            async with changing(self._tools.database, BY) as change:
                await store.begin(change.connection, call_id, None, body, now + LIFE)
                change.tell(Action.CALL_STARTED, call_id)
                if is_fixed(line):
                    await self._believe(change, call_id, line, body)
        except TooManyError:
            return said(Voice(step=Step.ENDED), ("line_busy",), {})
        return said(voice, (MENU[voice.step].says,), {}, call_id)

    async def _believe(self, change: Change, call_id: UUID, line: Address, body: bytes) -> None:
        """Open a fixed line by the platform's word; the trail says that no code was asked."""
        await see_that_it_is_not_worn_out(change.connection, self._tools.keyring.proofs, line)
        await store.identify(change.connection, call_id, body)
        change.tell(Action.CALL_BELIEVED, call_id)

    async def hear(self, call_id: UUID, digits: str, *, now: datetime) -> Said:
        """Take what the caller keyed in, "" for nothing, and go on.

        Raises  RefusalError IZ128 no such call is open, IZ129 another input of it came before ·
                UnavailableError
        """
        was, call = await self._open(call_id)
        move, done = keyed(_voice_of(call), digits), _Done(is_well=True, caller=call.caller)
        is_known = call.is_identified
        if move.task is not None:
            done = await self._do(call, move, now)
            is_known = is_known or (move.task is Task.CHECK_CODE and done.is_well)
            move = went(move, is_well=done.is_well)
        voice = _having_heard(move.voice)
        if done.receipt:
            voice = msgspec.structs.replace(voice, receipt=done.receipt)
        values = await self._values(call, move) | {"receipt": signs(voice.receipt)}
        caller = msgspec.structs.replace(done.caller, voice=voice, language=voice.language)
        now_at = msgspec.structs.replace(call, caller=caller, is_identified=is_known)
        await self._keep(was, call, now_at)
        return said(voice, move.says, values, call_id)

    async def _open(self, call_id: UUID) -> tuple[bytes, Call]:
        async with self._tools.database.connection() as connection:
            row = await store.open_by_voice(connection, call_id)
        if row is None:
            raise RefusalError(Refused(code="IZ128"))
        return row["body_sealed"], opened(self._tools.keyring, row, BY)

    async def _keep(self, was: bytes, before: Call, call: Call) -> None:
        """Write where the call is now, if it is still where it was."""
        voice = _voice_of(call)
        async with changing(self._tools.database, BY) as change:
            if voice.step in OVER:
                row = call.call_id, was, Ended.MENU.value
                is_kept = await store.hang_up(change.connection, *row)
                change.tell(Action.CALL_ENDED, call.call_id)
            else:
                body = sealed(self._tools.keyring, call.call_id, call.caller)
                row_of = call.call_id, was, body, call.is_identified
                is_kept = await store.go_on(change.connection, *row_of)
            if not is_kept:
                raise RefusalError(Refused(code="IZ129"))
            if call.is_identified and not before.is_identified:
                change.tell(Action.CALL_IDENTIFIED, call.call_id)

    async def _do(self, call: Call, move: Move, now: datetime) -> _Done:
        match move.task:
            case Task.SEND_CODE:
                return await self._send(call, move.voice, now)
            case Task.CHECK_CODE:
                return await self._check(call, move.number)
            case Task.FIND_BRAND:
                brand = await self._brand(move.number)
                return _Done(brand is not None, call.caller)
        return await self._refuse(call, move, now)

    async def _send(self, call: Call, voice: Voice, now: datetime) -> _Done:
        asked = Asked(
            to=call.caller.address,
            purpose=Purpose.CALL,
            bound=bound_to(call.call_id),
            words="voice_code",
            values={},
            language=voice.language,
            sender=_SENDER,
        )
        keys, sealer = self._tools.keyring.proofs, self._tools.keyring.message_sealer
        try:
            async with self._tools.database.transaction() as connection:
                proof_id = await send(connection, keys, sealer, asked, now=now)
        except RefusalError:  # there were too many
            return _Done(is_well=False, caller=call.caller)
        caller = msgspec.structs.replace(call.caller, proof_id=proof_id)
        return _Done(is_well=True, caller=caller)

    async def _check(self, call: Call, code: str) -> _Done:
        assert call.caller.proof_id is not None, "a code is asked for once one was sent"
        shown = Shown(
            proof_id=call.caller.proof_id,
            purpose=Purpose.CALL,
            bound=bound_to(call.call_id),
            code=code,
            sender=_SENDER,
        )
        try:
            await check(self._tools.database, self._tools.keyring.proofs, shown)
        except RefusalError:  # wrong, too old, or there were too many wrong ones
            return _Done(is_well=False, caller=call.caller)
        return _Done(is_well=True, caller=call.caller)

    async def _refuse(self, call: Call, move: Move, now: datetime) -> _Done:
        """Refuse one brand, or all of them."""
        voice, brand = move.voice, await self._brand(move.voice.brand)
        if move.task is Task.REFUSE_BRAND and brand is None:
            return _Done(is_well=False, caller=call.caller)
        act = await refuse_in_call(self._tools, call, brand, script=voice.heard, now=now)
        if act is None:
            return _Done(is_well=False, caller=call.caller)
        return _Done(is_well=True, caller=call.caller, receipt=act.receipt)

    async def _brand(self, number: str) -> Brand | None:
        """The brand of a number that was keyed in; brands to try with are nobody's."""
        if not number:
            return None
        async with self._tools.database.connection() as connection:
            found = await brands.some(connection, [BrandCode(int(number))])
        return next((each for each in found if not each.is_test), None)

    async def _values(self, call: Call, move: Move) -> dict[str, str]:
        """What stands in the texts' places; nothing of anybody before the code was right."""
        step = move.voice.step
        if step in _BRAND_SAID:
            brand = await self._brand(move.voice.brand)
            assert brand is not None, "it was found, and no brand is ever deleted"
            return {"brand": brand.name, "code": signs("-".join(_in_threes(brand.brand_code)))}
        if step in _COUNTED:
            return {"count": str(await self._count(call))}
        return {}

    async def _count(self, call: Call) -> int:
        async with self._tools.database.connection() as connection:
            records = await records_of(connection, self._tools.keyring, call.caller.opened)
        scope = scope_of(call)
        return sum(scope.has(each) for each in records)


_BRAND_SAID = frozenset((Step.CONFIRM_BRAND, Step.LINE_CONFIRM_BRAND))
_COUNTED = frozenset((Step.MAIN, Step.CONFIRM_ALL, Step.LINE_CONFIRM_ALL))


def _voice_of(call: Call) -> Voice:
    assert call.caller.voice is not None, "it is a call of the menu"
    return call.caller.voice


def _having_heard(voice: Voice) -> Voice:
    """What is said before a change is kept with it, in the version that was said."""
    if voice.step not in READ_BEFORE:
        return voice
    return msgspec.structs.replace(voice, heard=voice_name(MENU[voice.step].says))


def _in_threes(code: BrandCode) -> list[str]:
    text = str(code)
    return [text[at : at + 3] for at in range(0, len(text), 3)]
