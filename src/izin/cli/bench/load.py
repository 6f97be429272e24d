"""A client that is cheap beside the server: raw sockets, requests encoded beforehand.

It reads of an answer only its status, its length and, where asked, its body. One connection has one
request under way; more would measure the client's queue.
"""

import asyncio
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Self, cast

import msgspec

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_STATUS_AT = len(b"HTTP/1.1 ")

Heard = Callable[[bytes, float], None]
"""Gets the body of an answer and the instant at which it was whole."""


class AnswerError(RuntimeError):
    """The server answered something else than what is measured."""


class Timing(msgspec.Struct, frozen=True):
    """One run: how long it took, and each call's own time in order of length."""

    seconds: float
    call_s: list[float]

    @property
    def per_second(self) -> float:
        """Calls answered a second."""
        return len(self.call_s) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """The time within which this share of the calls was answered."""
        return self.call_s[min(int(len(self.call_s) * share), len(self.call_s) - 1)] * 1000


def request(
    method: str, path: str, *, token: str | None = None, body: bytes | None = None
) -> bytes:
    """Write a whole request, ready for the socket."""
    lines = [f"{method} {path} HTTP/1.1", "host: izin.example"]
    if token is not None:
        lines.append(f"authorization: Bearer {token}")
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join(lines).encode("ascii") + _HEAD_END + (body or b"")


class Client:
    """Some open connections to one address, used as ``async with Client(port, 8) as client``."""

    def __init__(self, port: int, connection_count: int) -> None:
        """Take a port of this machine."""
        self._port = port
        self._count = connection_count
        self._lines: list[_Line] = []

    async def __aenter__(self) -> Self:
        """Connect."""
        await self._connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        for line in self._lines:
            line.close()
        await asyncio.gather(*(line.lost for line in self._lines))

    async def _connect(self) -> None:
        """Connect anew what the server has closed: it hangs up on who says nothing for seconds."""
        self._lines = [line for line in self._lines if not line.lost.done()]
        loop = asyncio.get_running_loop()
        while len(self._lines) < self._count:
            _, line = await loop.create_connection(_Line, "127.0.0.1", self._port)
            self._lines.append(line)

    async def ask(self, one: bytes, *, status: bytes = b"200") -> bytes:
        """Send one request and give the answer's body."""
        heard: list[bytes] = []
        await self.run(iter((one,)), status=status, heard=lambda body, _: heard.append(body))
        return heard[0]

    async def run(
        self, requests: Iterator[bytes], *, status: bytes = b"200", heard: Heard | None = None
    ) -> Timing:
        """Answer by answer: each connection sends its next request when it has its answer.

        Raises  AnswerError for an answer of another status
        """
        await self._connect()
        run = _Run(requests, status, heard)
        began = perf_counter()
        for line in self._lines:
            line.begin(run)
        await run.ended
        return Timing(perf_counter() - began, sorted(run.call_s))

    async def pace(
        self,
        requests: Iterator[bytes],
        per_second: float,
        *,
        status: bytes = b"200",
        heard: Heard | None = None,
    ) -> Timing:
        """Send at a fixed pace, as far as free connections allow.

        Raises  AnswerError for an answer of another status
        """
        await self._connect()
        run = _Run(requests, status, heard, paced=True)
        began = perf_counter()
        for line in self._lines:
            line.begin(run)
        sent = 0
        while not run.ended.done():
            due = int((perf_counter() - began) * per_second)
            run.wake(due - sent)
            sent = due
            await asyncio.sleep(_TICK_S)
        await run.ended
        return Timing(perf_counter() - began, sorted(run.call_s))


_TICK_S = 0.002


class _Run:
    """What the connections of one run share."""

    def __init__(
        self, requests: Iterator[bytes], status: bytes, heard: Heard | None, *, paced: bool = False
    ) -> None:
        self.requests = requests
        self.status = status
        self.heard = heard
        self.call_s: list[float] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._busy = 0
        self._owed = 0 if paced else None
        self._idle: list[_Line] = []

    def wake(self, count: int) -> None:
        """Let so many more requests go out."""
        assert self._owed is not None, "only a paced run is woken"
        self._owed += count
        while self._owed and self._idle:
            self._idle.pop().send_next()

    def next_for(self, line: "_Line") -> bytes | None:
        """The next request, or None: then the line waits or has done its part."""
        if self._owed is not None:
            if not self._owed:
                self._idle.append(line)
                return None
            self._owed -= 1
        one = next(self.requests, None)
        if one is None:
            self._end_if_last()
            return None
        self._busy += 1
        return one

    def answered(self, line: "_Line", body: bytes, took_s: float, at: float) -> None:
        self._busy -= 1
        self.call_s.append(took_s)
        if self.heard is not None:
            self.heard(body, at - took_s)
        line.send_next()

    def fail(self, why: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(AnswerError(why))

    def _end_if_last(self) -> None:
        if not self._busy and not self.ended.done():
            self.ended.set_result(None)


class _Line(asyncio.Protocol):
    """One connection with at most one request under way."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._run: _Run | None = None
        self._parts: list[bytes] = []
        self._missing = -1
        self._sent_s = 0.0
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def connection_lost(self, exc: Exception | None) -> None:
        if self._run is not None and not self._run.ended.done():
            self._run.fail(f"the server hung up: {exc}")
        self.lost.set_result(None)

    def close(self) -> None:
        self._run = None
        if self._transport is not None:
            self._transport.close()

    def begin(self, run: _Run) -> None:
        self._run = run
        self.send_next()

    def send_next(self) -> None:
        assert self._run is not None, "a line sends for a run"
        assert self._transport is not None, "a line that sends is connected"
        one = self._run.next_for(self)
        if one is not None:
            self._sent_s = perf_counter()
            self._transport.write(one)

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            data = b"".join((*self._parts, data))
            self._parts.clear()
            if not self._read_head(data):
                return
        else:
            self._missing -= len(data)
            self._parts.append(data)
        if self._missing == 0:
            self._answer()

    def _read_head(self, data: bytes) -> bool:
        end = data.find(_HEAD_END)
        if end < 0:
            self._parts.append(data)
            return False
        assert self._run is not None, "nobody answers what was not asked"
        if not data.startswith(self._run.status, _STATUS_AT):
            self._run.fail(f"the server answered {data[:end].decode('latin-1').splitlines()[0]}")
            return False
        at = data.find(_LENGTH, 0, end)
        length = 0 if at < 0 else int(data[at + len(_LENGTH) : data.find(b"\r", at)])
        body = data[end + len(_HEAD_END) :]
        self._parts.append(body)
        self._missing = length - len(body)
        return True

    def _answer(self) -> None:
        now = perf_counter()
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self._missing = -1
        assert self._run is not None, "nobody answers what was not asked"
        self._run.answered(self, body, now - self._sent_s, now)
