"""Waiting questions of one process travel together.

A batch leaves when a connection is free: at once when idle, large when busy. There is no cache, so
no stale answer.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

import msgspec

from izin.core.errors import UnavailableError

K = TypeVar("K")
A = TypeVar("A")
_Waiting: TypeAlias = "tuple[K, asyncio.Future[A]]"


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Past any of these the answer is 503, never a guess.

    waiting_max  questions in the queue · batch_max  questions in one look-up
    running_max  look-ups at a time: a second one only halves the batches, and an eighth of the
                 calls is lost · wait_s_max  how long a question waits for its look-up to begin
    """

    waiting_max: int = 4096
    batch_max: int = 512
    running_max: int = 1
    wait_s_max: float = 0.5


class Coalescer(Generic[K, A]):
    """Gathers single questions into batches and gives each its own answer."""

    def __init__(
        self, look_up: Callable[[Sequence[K]], Awaitable[Sequence[A]]], bounds: Bounds
    ) -> None:
        """Take the batch look-up, itself bounded: as many answers as keys, in their order."""
        self._look_up = look_up
        self._bounds = bounds
        self._waiting: deque[tuple[K, asyncio.Future[A], float]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None

    async def ask(self, key: K) -> A:
        """Wait for the answer to one key.

        Raises  UnavailableError when too many wait, this one waited too long, or the look-up was
                cut off; and whatever the look-up of its batch raises
        """
        if len(self._waiting) >= self._bounds.waiting_max:
            raise UnavailableError("too many questions wait")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[A] = loop.create_future()
        self._waiting.append((key, future, loop.time()))
        if self._alarm is None:
            self._alarm = loop.call_later(self._bounds.wait_s_max, self._give_up_on_old)
        if len(self._running) < self._bounds.running_max:
            task = loop.create_task(self._run())
            self._running.add(task)
            task.add_done_callback(self._cut_off)
        try:
            return await future
        finally:
            del future  # its error's traceback has this frame, and with it all of the call

    async def _run(self) -> None:
        while batch := self._next_batch():
            await self._answer(batch)
        # at once, not when the task's end is told: a question that comes in between would find
        # nobody at work and yet begin no look-up
        task = asyncio.current_task()
        assert task is not None, "a look-up runs as a task"
        self._running.discard(task)

    async def _answer(self, batch: "list[_Waiting[K, A]]") -> None:
        try:
            answers = await self._look_up([key for key, _ in batch])
            assert len(answers) == len(batch), "a look-up gives one answer a key"
        except Exception as error:  # noqa: BLE001  # each of those who wait gets it
            for _, future in batch:
                _fail(future, error)
            return
        except BaseException:
            for _, future in batch:
                _fail(future, UnavailableError("the look-up was cut off"))
            raise
        for (_, future), answer in zip(batch, answers, strict=True):
            # a client that left has cancelled its future; setting it would raise and strand
            # everyone behind it in the batch
            if not future.done():
                future.set_result(answer)

    def _next_batch(self) -> "list[_Waiting[K, A]]":
        batch: list[_Waiting[K, A]] = []
        while self._waiting and len(batch) < self._bounds.batch_max:
            key, future, _ = self._waiting.popleft()
            if not future.done():
                batch.append((key, future))
        return batch

    def _give_up_on_old(self) -> None:
        """Look-ups that do not come back must not keep those who wait beyond their time."""
        loop = asyncio.get_running_loop()
        oldest = loop.time() - self._bounds.wait_s_max
        while self._waiting and self._waiting[0][2] <= oldest:
            _fail(self._waiting.popleft()[1], UnavailableError("the question waited too long"))
        self._alarm = None
        if self._waiting:
            next_at = self._waiting[0][2] + self._bounds.wait_s_max
            self._alarm = loop.call_at(next_at, self._give_up_on_old)

    def _cut_off(self, task: "asyncio.Task[None]") -> None:
        """Leave nobody waiting for a look-up that nobody will begin: the process is stopping."""
        self._running.discard(task)
        while task.cancelled() and not self._running and self._waiting:
            _fail(self._waiting.popleft()[1], UnavailableError("the look-up was cut off"))


def _fail(future: "asyncio.Future[A]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # seen: a caller that leaves just now never fetches it
