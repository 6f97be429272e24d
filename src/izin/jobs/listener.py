"""The listener: takes in what people write, beside whoever else does; no keeper is waited for."""

import asyncio

from izin.jobs.pace import repeat
from izin.queue.queue import Queue

AT_ONCE = 2
"""One text that waits for a row holds no other up."""


class Listener:
    """Runs its loops until it is told to stop."""

    def __init__(self, queue: Queue, stop: asyncio.Event) -> None:
        """Take a queue of what was heard, and of nothing else."""
        self._queue = queue
        self._stop = stop

    async def run(self) -> None:
        """Work until stopped; a loop that fails in an unforeseen way ends them all."""
        async with asyncio.TaskGroup() as loops:
            for _ in range(AT_ONCE):
                loops.create_task(repeat(self._do_job, self._stop))

    async def _do_job(self) -> int:
        jobs = await self._queue.claim(1)
        for job in jobs:
            await self._queue.work(job)
        return len(jobs)
