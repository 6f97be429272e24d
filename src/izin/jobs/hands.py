"""Hands at a queue of some jobs, several at once, beside what is held open for them.

The courier's carry what the registry sends to suppliers; the citizens' process has some for what
people write, so that no keeper is waited for.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence

from izin.jobs.pace import repeat
from izin.queue.queue import Queue

Link = Callable[[], Coroutine[None, None, None]]
"""Something that is held open until told to stop."""


class Hands:
    """Runs its loops until it is told to stop."""

    def __init__(
        self, queue: Queue, stop: asyncio.Event, *, at_once: int, links: Sequence[Link] = ()
    ) -> None:
        """Take a queue of those jobs alone, and what is held open beside them."""
        self._queue = queue
        self._stop = stop
        self._at_once = at_once
        self._links = links

    async def run(self) -> None:
        """Work until stopped; a loop that fails in an unforeseen way ends them all."""
        async with asyncio.TaskGroup() as loops:
            for link in self._links:
                loops.create_task(link())
            for _ in range(self._at_once):
                loops.create_task(repeat(self._do_job, self._stop))

    async def _do_job(self) -> int:
        jobs = await self._queue.claim(1)
        for job in jobs:
            await self._queue.work(job)
        return len(jobs)
