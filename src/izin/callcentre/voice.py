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
from izin.callcentre import hands, store
from izin.callcentre.change import Tools, scope_of, tell_of_change
from izin.callcentre.line import is_fixed, see_that_it_is_not_worn_out
from izin.callcentre.menu import (
    COUNTED,
    MENU,
    OVER,
    READ_BEFORE,
    Move,
    Step,
    Task,
    Voice,
    again,
    counted,
    keyed,
    went,
)
from izin.callcentre.model import LIFE, Call, Caller, Ended
from izin.callcentre.said import Said, said, signs
from izin.callcentre.scripts import voice_name
from izin.callcentre.seal import opened, sealed
from izin.callcentre.tasks import Done, brand_of, do
from izin.citizen.records import shown_pages
from izin.consent.reach import follow
from izin.core.address import Address
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Status
from izin.core.uuid7 import uuid7s
from izin.storage.database import Connection

BY = Principal(PrincipalKind.REGISTRY, "voice")
_BRAND_SAID = frozenset((Step.CONFIRM_BRAND, Step.LINE_CONFIRM_BRAND))


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
                    await self._believe(change, call_id, caller)
        except TooManyError:
            return said(Voice(step=Step.ENDED), ("line_busy",), {})
        return said(voice, (MENU[voice.step].says,), {}, call_id)

    async def _believe(self, change: Change, call_id: UUID, caller: Caller) -> None:
        """Open a fixed line by the platform's word; the trail says that no code was asked."""
        connection, keyring = change.connection, self._tools.keyring
        await see_that_it_is_not_worn_out(connection, keyring.proofs, caller.address)
        known = sealed(keyring, call_id, await hands.checked(connection, keyring, caller))
        await store.identify(connection, call_id, known)
        change.tell(Action.CALL_BELIEVED, call_id)

    async def hear(
        self, call_id: UUID, digits: str, turn: int | None = None, *, now: datetime
    ) -> Said:
        """Take what the caller keyed in, "" for nothing, and go on.

        Takes   turn: of the answer that it is keyed in to; where the call has moved since, the step
                is said again. None: it is not known
        Raises  RefusalError IZ128 no such call is open, IZ129 another input of it came meanwhile,
                and the turn is not known, IZ146 it ended meanwhile · UnavailableError: what was
                changed, if anything was, is said to the next input
        """
        at, receipt = await self._gone_on(call_id, digits, turn, now)
        if receipt:
            await tell_of_change(
                self._tools.database, at.call, Status.RET, _voice_of(at.call).heard
            )
        return await self._say(at)

    async def _gone_on(
        self, call_id: UUID, digits: str, turn: int | None, now: datetime
    ) -> tuple["_At", str]:
        """Do what an input asks for and move the call, in one transaction.

        Of inputs at once one does it, and moves the call: no other has what came of it.
        Gives   where the call is now, and the receipt of what was changed, if anything was
        """
        async with changing(self._tools.database, BY) as change:
            was, call = await self._open(change.connection, call_id)
            is_late = turn not in (None, _voice_of(call).turn)
            if not is_late and not await store.take(change.connection, call_id, was):
                if turn is None:
                    raise RefusalError(Refused(code="IZ129"))
                is_late, (was, call) = True, await self._open(change.connection, call_id)
            if is_late:
                return _At(call, again(_voice_of(call)), was), ""
            move, done = keyed(_voice_of(call), digits), Done(is_well=True, caller=call.caller)
            if move.task is not None:
                done = await do(self._tools, change.connection, call, move, now=now)
                if move.task is Task.CHECK_CODE and done.is_well:
                    await store.identify(change.connection, call_id, was)
                    change.tell(Action.CALL_IDENTIFIED, call_id)
                move = _with(went(move, is_well=done.is_well), done.receipt)
            return await self._kept(change, _At(call, move, was), done.caller), done.receipt

    async def _open(self, connection: Connection, call_id: UUID) -> tuple[bytes, Call]:
        row = await store.open_by_voice(connection, call_id)
        if row is None:
            raise RefusalError(Refused(code="IZ128"))
        call = opened(self._tools.keyring, row, BY)
        if await hands.have_passed_on(connection, self._tools.keyring, call):
            raise RefusalError(Refused(code="IZ128"))  # it is over; by itself, with its time
        return call.was, call

    async def _kept(self, change: Change, at: "_At", caller: Caller) -> "_At":
        """Write where the call is now, if it has moved."""
        call, move, _ = at
        voice = _having_heard(move.voice)
        if voice.step in OVER:
            await store.hang_up(change.connection, call.call_id, Ended.MENU.value)
            change.tell(Action.CALL_ENDED, call.call_id)
            return at
        if (caller, voice) == (call.caller, _voice_of(call)):
            return at
        voice = msgspec.structs.replace(voice, turn=voice.turn + 1)
        body = self._sealed(call, caller, voice)
        await store.go_on(change.connection, call.call_id, body)
        return _At(call, move._replace(voice=voice), body)

    async def _say(self, at: "_At") -> Said:
        """Say where the call is: elsewhere, if nothing stands that could be refused there."""
        call, missing = at.call, None
        if at.move.voice.step in COUNTED:
            missing = await follow(self._tools.database)
        async with self._tools.database.connection() as connection:
            move, values = await self._worded(connection, call, at.move, is_late=bool(missing))
            if move.voice.step is not at.move.voice.step:
                body = self._sealed(call, call.caller, move.voice)
                async with connection.transaction():
                    if await store.take(connection, call.call_id, at.was):
                        await store.go_on(connection, call.call_id, body)
        return said(move.voice, move.says, values, call.call_id)

    def _sealed(self, call: Call, caller: Caller, voice: Voice) -> bytes:
        caller = msgspec.structs.replace(caller, voice=voice, language=voice.language)
        return sealed(self._tools.keyring, call.call_id, caller)

    async def _worded(
        self, connection: Connection, call: Call, move: Move, *, is_late: bool
    ) -> tuple[Move, dict[str, str]]:
        """What stands in the texts' places; nothing of anybody before the code was right."""
        values = {"receipt": signs(move.voice.receipt)}
        if move.voice.step in COUNTED:
            count = await self._count(connection, call)
            values["count"] = str(count)
            return move if is_late else counted(move, count), values  # what is not seen may stand
        if move.voice.step in _BRAND_SAID:
            brand = await brand_of(connection, move.voice.brand)
            assert brand is not None, "it was found, and no brand is ever deleted"
            code = signs("-".join(_in_threes(brand.brand_code)))
            values |= {"brand": brand.name, "code": code}
        return move, values

    async def _count(self, connection: Connection, call: Call) -> int:
        scope, count = scope_of(call), 0
        async for page in shown_pages(connection, self._tools.keyring, call.caller.opened):
            count += sum(map(scope.has, page))
        return count


class _At(NamedTuple):
    """Where a call is and what is said there; the call as it was read; its row as it is now."""

    call: Call
    move: Move
    was: bytes


def _voice_of(call: Call) -> Voice:
    assert call.caller.voice is not None, "it is a call of the menu"
    return call.caller.voice


def _with(move: Move, receipt: str) -> Move:
    """The same with the receipt of what was changed, if anything was."""
    if not receipt:
        return move
    return move._replace(voice=msgspec.structs.replace(move.voice, receipt=receipt))


def _having_heard(voice: Voice) -> Voice:
    """What is said before a change is kept with it, in the version that was said."""
    if voice.step not in READ_BEFORE:
        return voice
    return msgspec.structs.replace(voice, heard=voice_name(MENU[voice.step].says))


def _in_threes(code: BrandCode) -> list[str]:
    text = str(code)
    return [text[at : at + 3] for at in range(0, len(text), 3)]
