"""One connection: requests with their answers, either way. Both ends of a link are one of these."""

import asyncio
from asyncio import Future, StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiosmpplib.state import SmppCommand, SmppCommandStatus

from izin.smpp.frames import (
    RESPONSE,
    SEQUENCE_MAX,
    BrokenFrameError,
    Frame,
    frame_bytes,
    is_known,
    read_frame,
)

_CLOSE_SECONDS = 1.0
_BINDS = (
    SmppCommand.BIND_TRANSCEIVER,
    SmppCommand.BIND_TRANSMITTER,
    SmppCommand.BIND_RECEIVER,
)

Asked = Callable[["Session", Frame], Awaitable[None]]


class Session:
    """Speaks over a connection that is open, until it ends.

    `asked` is called for every request but unbind, one after the other: it must not wait for an
    answer of the same session.
    """

    def __init__(self, reader: StreamReader, writer: StreamWriter, *, asked: Asked) -> None:
        """Take an open connection."""
        self._reader = reader
        self._writer = writer
        self._asked = asked
        self._pending: dict[int, tuple[int, Future[Frame | None]]] = {}
        self._sequence = 0
        self.is_open = True
        self.is_bound = False

    async def ask(self, command: int, body: bytes = b"", *, seconds: float) -> Frame:
        """Send a request and give its answer; it is written before anything is waited for.

        Raises  OSError: TimeoutError, or the connection has ended before the answer
        """
        if not self.is_open:
            raise ConnectionResetError
        sequence = self._next()
        answer: Future[Frame | None] = asyncio.get_running_loop().create_future()
        self._pending[sequence] = (command, answer)
        try:
            self._writer.write(frame_bytes(Frame(command, 0, sequence, body)))
            async with asyncio.timeout(seconds):
                await self._writer.drain()
                found = await answer
        finally:
            del self._pending[sequence]
        if found is None:
            raise ConnectionResetError
        return found

    async def tell(self, asked: Frame, status: int = 0, body: bytes = b"") -> None:
        """Answer a request."""
        await self._write(Frame(asked.command | RESPONSE, status, asked.sequence, body))

    async def refuse(self, status: int, sequence: int = 0) -> None:
        """Say by a generic_nack what could not be read."""
        await self._write(Frame(SmppCommand.GENERIC_NACK, status, sequence, b""))

    async def listen(self) -> None:
        """Read until the connection ends, the other side leaves or breaks the protocol."""
        try:
            while await self._took(await read_frame(self._reader)):
                pass
        except BrokenFrameError:
            await self.refuse(SmppCommandStatus.ESME_RINVCMDLEN)
        except (EOFError, OSError):
            pass  # the end of a connection is no error of ours
        finally:
            self._end()

    async def close(self) -> None:
        """End the connection; what was asked and not answered never will be."""
        self._end()
        self._writer.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()

    def abort(self) -> None:
        """Cut the connection off, as a broken line does."""
        self._end()
        self._writer.transport.abort()

    def _next(self) -> int:
        self._sequence = self._sequence % SEQUENCE_MAX + 1
        while self._sequence in self._pending:
            self._sequence = self._sequence % SEQUENCE_MAX + 1
        return self._sequence

    async def _write(self, frame: Frame) -> None:
        if not self.is_open:
            return
        with suppress(OSError):  # listen sees the end too, and says it to all
            self._writer.write(frame_bytes(frame))
            await self._writer.drain()

    async def _took(self, frame: Frame) -> bool:
        if frame.command & RESPONSE:
            self._answered(frame)
        elif frame.command == SmppCommand.UNBIND:
            await self.tell(frame)
            return False
        elif is_known(frame.command):
            await self._asked(self, frame)
        else:
            await self.refuse(SmppCommandStatus.ESME_RINVCMDID, frame.sequence)
        return True

    def _answered(self, frame: Frame) -> None:
        # an answer to nothing, or to something else than was asked, is passed over
        command, answer = self._pending.get(frame.sequence, (0, None))
        fits = frame.command in (command | RESPONSE, SmppCommand.GENERIC_NACK)
        if answer is None or answer.done() or not fits:
            return
        if command in _BINDS and frame.command == command | RESPONSE and frame.status == 0:
            self.is_bound = True  # before the next frame is read: a message may be right behind
        answer.set_result(frame)

    def _end(self) -> None:
        self.is_open = self.is_bound = False
        for _, answer in self._pending.values():
            if not answer.done():
                answer.set_result(None)
