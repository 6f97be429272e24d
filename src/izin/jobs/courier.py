"""The courier: hands what the registry sends to suppliers, several at once."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence

from izin.jobs.pace import repeat
from izin.queue.queue import Queue

AT_ONCE = 8
"""A supplier that answers in half a second still takes sixteen messages in each."""

Link = Callable[[], Coroutine[None, None, None]]
"""Something that is held open until told to stop."""


class Courier:
    """Runs the loops until it is told to stop."""

    def __init__(self, queue: Queue, links: Sequence[Link], stop: asyncio.Event) -> None:
        """Take a queue of the courier's own jobs, and what it holds open beside them."""
        self._queue = queue
        self._links = links
        self._stop = stop

    async def run(self) -> None:
        """Work until stopped; a loop that fails in an unforeseen way ends them all."""
        async with asyncio.TaskGroup() as loops:
            for link in self._links:
                loops.create_task(link())
            for _ in range(AT_ONCE):
                loops.create_task(repeat(self._do_job, self._stop))

    async def _do_job(self) -> int:
        jobs = await self._queue.claim(1)
        for job in jobs:
            await self._queue.work(job)
        return len(jobs)
