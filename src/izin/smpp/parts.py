"""Long messages that come in parts: kept until they are whole, and bounded in every way.

The acknowledgement of a part waits for the others, so that the operator keeps what we may lose.
It waits for a moment only: an operator that sends one message at a time would wait for ever. A part
that was acknowledged alone is ours, and is heard even if the others never come.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable
from itertools import groupby

import msgspec
from aiosmpplib.state import SmppCommandStatus

from izin.smpp.alphabet import text_of
from izin.smpp.message import Message, Part, UserData, number_of
from izin.smpp.model import Incoming, LinkSettings

TAKEN, NOT_NOW = SmppCommandStatus.ESME_ROK, SmppCommandStatus.ESME_RX_T_APPN

Told = Callable[[Incoming], Awaitable[SmppCommandStatus]]
_Key = tuple[str, str, int, int]


def incoming_of(message: Message, datas: list[UserData], *, is_whole: bool = True) -> Incoming:
    """Put what was written together.

    Octets first, since a part may end within a character; but each by the tables that it names.
    """
    runs = [
        (tables, b"".join(each.octets for each in run))
        for tables, run in groupby(datas, lambda data: (data.has_locking, data.has_single))
    ]
    return Incoming(
        sender=number_of(message.source, message.source_ton),
        receiver=number_of(message.destination, message.destination_ton),
        text="".join(
            text_of(octets, message.coding, locking=locking, single=single)
            for (locking, single), octets in runs
        ),
        is_whole=is_whole,
    )


class _Long(msgspec.Struct):
    message: Message
    total: int
    expires_at: float
    ended: Future[SmppCommandStatus]
    parts: dict[int, UserData] = msgspec.field(default_factory=dict)
    ours: set[int] = msgspec.field(default_factory=set)
    is_being_heard: bool = False
    is_heard: bool = False

    def __repr__(self) -> str:
        return "_Long(…)"

    def incoming(self) -> Incoming:
        datas = [data for _, data in sorted(self.parts.items())]
        return incoming_of(self.message, datas, is_whole=len(datas) == self.total)


class Parts:
    """Keeps parts, and tells who listens when they are whole."""

    def __init__(self, settings: LinkSettings, told: Told) -> None:
        """Take whom to tell; what he answers is what the operator is answered."""
        self._settings = settings
        self._told = told
        self._begun: dict[_Key, _Long] = {}
        self._bytes = 0

    async def take(self, message: Message, data: UserData, part: Part) -> SmppCommandStatus:
        """Keep a part, and give its answer once there is one."""
        key = (message.source, message.destination, part.mark, part.total)
        long = self._begun.get(key)
        if long is not None and long.is_heard:
            if long.parts.get(part.index) == data:
                return TAKEN  # sent again, since our answer was lost
            self._forget(key)  # the mark is used anew
            long = None
        long = long or self._begin(key, message, part)
        if long is None or not self._keep(long, part.index, data):
            return NOT_NOW
        if len(long.parts) == long.total and not long.is_being_heard:
            return await self._hear(key, long)
        return await self._held(long, part.index)

    async def expire(self, now: float) -> None:
        """Tell what never became whole, and forget what was heard.

        Takes   now: the loop's time
        """
        for key, long in list(self._begun.items()):
            if long.expires_at > now or long.is_being_heard:
                continue
            if long.is_heard or not long.ours:
                self._forget(key)
            else:
                await self._hear(key, long)

    def _begin(self, key: _Key, message: Message, part: Part) -> _Long | None:
        if len(self._begun) >= self._settings.parts_max and not self._made_room():
            return None
        loop = asyncio.get_running_loop()
        expires_at = loop.time() + self._settings.parts_seconds
        long = _Long(message, part.total, expires_at, loop.create_future())
        self._begun[key] = long
        return long

    def _keep(self, long: _Long, index: int, data: UserData) -> bool:
        if index in long.parts:
            return long.parts[index] == data  # else the mark is used anew too soon
        if long.is_being_heard:
            return False
        while self._bytes + len(data.octets) > self._settings.parts_bytes_max:
            if not self._made_room():
                return False
        self._bytes += len(data.octets)
        long.parts[index] = data
        return True

    def _made_room(self) -> bool:
        # what was heard is kept only in case that it is sent again
        key = next((each for each, long in self._begun.items() if long.is_heard), None)
        if key is None:
            return False
        self._forget(key)
        return True

    async def _held(self, long: _Long, index: int) -> SmppCommandStatus:
        ended = long.ended
        try:
            async with asyncio.timeout(self._settings.hold_seconds):
                return await asyncio.shield(ended)
        except TimeoutError:
            if ended.done():
                return ended.result()
            long.ours.add(index)
            return TAKEN

    async def _hear(self, key: _Key, long: _Long) -> SmppCommandStatus:
        long.is_being_heard = True
        status = NOT_NOW
        try:
            status = await self._told(long.incoming())
        finally:
            long.is_being_heard = False
            self._settle(key, long, status)
        return status

    def _settle(self, key: _Key, long: _Long, status: SmppCommandStatus) -> None:
        loop = asyncio.get_running_loop()
        ended, long.ended = long.ended, loop.create_future()
        ended.set_result(status)
        long.expires_at = loop.time() + self._settings.parts_seconds
        long.is_heard = status == TAKEN
        if long.is_heard:
            return
        for index in set(long.parts) - long.ours:  # the operator has these, and sends them again
            self._bytes -= len(long.parts.pop(index).octets)
        if not long.parts:
            del self._begun[key]

    def _forget(self, key: _Key) -> None:
        long = self._begun.pop(key)
        self._bytes -= sum(len(each.octets) for each in long.parts.values())
