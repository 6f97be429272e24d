"""Waiting questions of one process travel together.

A batch leaves when a connection is free: at once when idle, large when busy. There is no cache, so
no stale answer.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Generic, TypeVar

import msgspec

from izin.core.errors import UnavailableError

K = TypeVar("K")
A = TypeVar("A")


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Past any of these the answer is 503, never a guess."""

    waiting_max: int = 4096
    batch_max: int = 512
    running_max: int = 2
    wait_s_max: float = 0.5


class Coalescer(Generic[K, A]):
    """Gathers single questions into batches and gives each its own answer."""

    def __init__(
        self, look_up: Callable[[Sequence[K]], Awaitable[Sequence[A]]], bounds: Bounds
    ) -> None:
        """Take the batch look-up: as many answers as keys, in their order."""
        self._look_up = look_up
        self._bounds = bounds
        self._waiting: deque[tuple[K, asyncio.Future[A], float]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, key: K) -> A:
        """Wait for the answer to one key.

        Raises  UnavailableError when too many wait, or this one waited too long
        """
        if len(self._waiting) >= self._bounds.waiting_max:
            raise UnavailableError("too many questions wait")
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, future, monotonic()))
        if len(self._running) < self._bounds.running_max:
            task = asyncio.create_task(self._run())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            if batch:
                await self._answer(batch)

    async def _answer(self, batch: list[tuple[K, asyncio.Future[A]]]) -> None:
        try:
            answers = await self._look_up([key for key, _ in batch])
        except BaseException as error:
            for _, future in batch:
                _fail(future, error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            # a client that left has cancelled its future; setting it would raise and strand
            # everyone behind it in the batch
            if not future.done():
                future.set_result(answer)

    def _next_batch(self) -> list[tuple[K, asyncio.Future[A]]]:
        batch: list[tuple[K, asyncio.Future[A]]] = []
        oldest = monotonic() - self._bounds.wait_s_max
        while self._waiting and len(batch) < self._bounds.batch_max:
            key, future, since = self._waiting.popleft()
            if since < oldest:
                _fail(future, UnavailableError("the question waited too long"))
            elif not future.done():
                batch.append((key, future))
        return batch


def _fail(future: asyncio.Future[A], error: BaseException) -> None:
    if future.done():
        return
    if isinstance(error, Exception):
        future.set_exception(error)
    else:
        future.cancel()
