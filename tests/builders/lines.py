"""A client that is cheap beside the server and takes every answer: 200, 503, and none at all.

Requests are encoded beforehand; one connection has one request under way. A connection that the
server closes is opened anew, and its request counts as unanswered.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import cycle
from time import perf_counter
from typing import NamedTuple, Self, cast

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_STATUS = slice(9, 12)
_TICK_S = 0.002
_CONNECT_S = 0.05


class Answer(NamedTuple):
    """What came back; status 0 where nothing did."""

    status: int
    head: bytes
    body: bytes
    took_s: float

    @property
    def says_when_again(self) -> bool:
        """Does it say when to come again, and in the shape of all refusals?"""
        return b"\r\nretry-after: " in self.head and self.body.startswith(b'{"errors":[{"code":')


Told = Callable[[Answer], None]


class _Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, lost: Callable[["_Line"], None]) -> None:
        self._lost = lost
        self._told: Told | None = None
        self._heard = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def say(self, one: bytes, told: Told) -> None:
        assert self._told is None, "one request at a time"
        assert self._transport is not None, "it is connected"
        self._told, self._heard, self._sent_at = told, b"", perf_counter()
        self._transport.write(one)

    def data_received(self, data: bytes) -> None:
        heard = self._heard = self._heard + data if self._heard else data
        end = heard.find(_HEAD_END)
        if end < 0:
            return
        at = heard.find(_LENGTH, 0, end)
        length = 0 if at < 0 else int(heard[at + len(_LENGTH) : heard.find(b"\r", at)])
        if len(heard) >= end + len(_HEAD_END) + length:
            self._tell(int(heard[_STATUS]), heard[: end + 2], heard[end + len(_HEAD_END) :])

    def _tell(self, status: int, head: bytes, body: bytes) -> None:
        told, self._told = self._told, None
        if told is not None:
            told(Answer(status, head, body, perf_counter() - self._sent_at))

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(self)
        self._tell(0, b"", b"")

    def close(self) -> None:
        self._told = None
        if self._transport is not None:
            self._transport.abort()


class Lines:
    """Up to `count` connections from network addresses in turn to one port of this machine.

    Whichever has been idle for longest is used next, so all addresses call alike.
    """

    def __init__(self, port: int, count: int, *, sources: Iterable[str] = ("127.0.0.1",)) -> None:
        self._port = port
        self._count = count
        self._sources = cycle(sources)
        self._idle: deque[_Line] = deque()
        self._open: set[_Line] = set()
        self._waiting: list[asyncio.Future[_Line]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for line in list(self._open):
            line.close()
        await asyncio.sleep(0)

    async def ask(self, one: bytes) -> Answer:
        """Send one request and wait for what comes back."""
        line = await self._take()
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def told(answer: Answer) -> None:
            self._give_back(line)
            if not answered.done():
                answered.set_result(answer)

        line.say(one, told)
        return await answered

    async def steadily(self, requests: Iterator[bytes], told: Told) -> None:
        """Send the next request on each connection as soon as its answer is there."""

        async def one_line() -> None:
            for one in requests:
                told(await self.ask(one))

        async with asyncio.TaskGroup() as group:
            for _ in range(self._count):
                group.create_task(one_line())

    async def paced(
        self, requests: Iterator[bytes], per_second: float, seconds: float, told: Told
    ) -> int:
        """Send at a pace whatever comes back; no request waits for a connection.

        Gives   how many could not be sent in their turn, because every connection was at work
        """
        began = perf_counter()
        due = unsent = 0

        def send_due() -> bool:
            nonlocal due, unsent
            passed_s = perf_counter() - began
            if passed_s >= seconds:
                return False
            due_before, due = due, int(passed_s * per_second)
            sent = min(due - due_before, len(self._idle))
            for _ in range(sent):
                self._send(next(requests), answered)
            unsent += due - due_before - sent
            return True

        def answered(answer: Answer) -> None:
            told(answer)
            send_due()  # where every connection is at work, the next one is due by now

        while send_due():  # noqa: ASYNC110  # until its time is over
            await asyncio.sleep(_TICK_S)
        return unsent

    async def until_idle(self) -> None:
        """Wait for what has not been answered yet."""
        while len(self._idle) < len(self._open):  # noqa: ASYNC110  # the server's doing
            await asyncio.sleep(_TICK_S)

    def _send(self, one: bytes, told: Told) -> None:
        line = self._idle.popleft()

        def answered(answer: Answer) -> None:
            self._give_back(line)
            told(answer)

        line.say(one, answered)

    async def open_all(self) -> None:
        """Connect as often as may be."""
        while len(self._open) < self._count:
            self._idle.append(await self._connect())

    async def _take(self) -> _Line:
        if self._idle:
            return self._idle.popleft()
        if len(self._open) < self._count:
            return await self._connect()
        waiting: asyncio.Future[_Line] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return await waiting

    def _give_back(self, line: _Line) -> None:
        if line not in self._open:
            self._replace()
        elif self._waiting:
            self._waiting.pop(0).set_result(line)
        else:
            self._idle.append(line)

    def _replace(self) -> None:
        """Somebody waits for a connection, and one has gone."""
        if self._waiting:
            waiting = self._waiting.pop(0)
            task = asyncio.ensure_future(self._connect())
            task.add_done_callback(lambda done: waiting.set_result(done.result()))

    def _lost(self, line: _Line) -> None:
        self._open.discard(line)
        if line in self._idle:
            self._idle.remove(line)

    async def _connect(self) -> _Line:
        """Connect; again and again while nobody listens."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                _, line = await loop.create_connection(
                    lambda: _Line(self._lost),
                    "127.0.0.1",
                    self._port,
                    local_addr=(next(self._sources), 0),
                )
            except OSError:
                await asyncio.sleep(_CONNECT_S)
            else:
                self._open.add(line)
                return line


class Tally:
    """What came back: how often which status, and how long the good ones took."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.good_s: list[float] = []
        self.refused_s: list[float] = []
        self.longest_s = 0.0
        self.unclear = 0
        """Refusals without Retry-After, or in another shape than all refusals."""

    def __call__(self, answer: Answer) -> None:
        """Count one."""
        self.statuses[answer.status] += 1
        self.longest_s = max(self.longest_s, answer.took_s)
        if 200 <= answer.status < 300:
            self.good_s.append(answer.took_s)
        elif answer.status in (429, 503):
            self.refused_s.append(answer.took_s)
            self.unclear += not answer.says_when_again

    @property
    def good(self) -> int:
        return len(self.good_s)

    def p99_ms(self) -> float:
        return percentile_ms(self.good_s, 0.99)


def percentile_ms(seconds: list[float], share: float) -> float:
    """The time within which this share of them lies; 0 of none."""
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0


async def until_true(true: Callable[[], Awaitable[bool]], *, seconds: float) -> float:
    """Wait for a condition, bounded. Gives how long it took."""
    began = perf_counter()
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110  # the condition lies in other processes
            await asyncio.sleep(0.02)
    return perf_counter() - began


def report(words: str) -> None:
    """Say what a drill has measured."""
    print(words)  # noqa: T201  # it is half of what a drill is for
