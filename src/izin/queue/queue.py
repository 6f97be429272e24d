"""Jobs in the database: claimed with a lease, taken off in the transaction of their work."""

import logging
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from izin.core.errors import UnavailableError
from izin.queue import store
from izin.queue.store import Turn as Turn
from izin.queue.store import backlog as backlog
from izin.queue.store import now as now
from izin.queue.store import put as put
from izin.storage.database import Connection, Database

_log = logging.getLogger("izin.queue")


class Job(msgspec.Struct, frozen=True):
    """One claimed job."""

    job_id: int
    name: str
    payload: bytes
    attempts: int


Handler = Callable[[Connection, bytes], Awaitable[None]]
"""Does a job's work in the transaction that takes the job off: the work and its end are one."""


class Queue:
    """The worker's side of the table `job`."""

    LEASE_S = 5.0
    """Until the work begins: from then on its row is locked, however long it takes."""
    LOCKED_MS = 1000
    """A row that another holds for longer is come back to: somebody else's job takes the place."""
    ATTEMPTS_MAX = 8
    TROUBLE_S = 10.0
    """How long at most a job rests that the database kept from being done."""
    REVIVED_S = 3600.0
    """How long a dead letter rests: what was acknowledged is never dropped."""

    def __init__(self, database: Database, handlers: Mapping[str, Handler]) -> None:
        """Take a handler for each job name."""
        self._database = database
        self._handlers = handlers

    async def claim(self, count: int, *, only_following: bool = False) -> list[Job]:
        """Take up to `count` due jobs that there is a handler for, for LEASE_S.

        Whoever falls silent gives them back.
        """
        async with self._database.connection() as connection:
            claim = store.claim_following if only_following else store.claim
            rows = await claim(connection, count, self.LEASE_S, self._handlers)
        return [Job(*row.values()) for row in rows]

    async def work(self, job: Job) -> None:
        """Do one job; if it fails put it back, after growing pauses, in the end of an hour each.

        A worker that is slower than its lease does nothing twice: the job is its own until it is
        done, or somebody else's.
        Raises  UnavailableError when the job could not be put back: the lease gives it back
        """
        if job.attempts > self.ATTEMPTS_MAX:  # its workers died, none of them told why
            await self._put_back(job, "WorkerLost")
            return
        try:
            async with self._database.transaction() as connection:
                # first of all: from here on nobody else can claim it, however long the work takes
                if await store.finish(connection, job.job_id, job.attempts):
                    await store.bear_locks(connection, self.LOCKED_MS)
                    await self._handlers[job.name](connection, job.payload)
        except UnavailableError as trouble:  # nobody's fault: it never makes a dead letter
            _log.warning("job waits", extra={"job": job.name, "reason": str(trouble)})
            wait_s = min(0.2 * 2**job.attempts, self.TROUBLE_S)
            async with self._database.connection() as connection:
                await store.retry(
                    connection, job.job_id, job.attempts, wait_s, self.ATTEMPTS_MAX - 1
                )
        except Exception as error:  # noqa: BLE001  # a worker outlives any one job
            _log.exception("job failed", extra={"job": job.name, "attempt": job.attempts})
            await self._put_back(job, type(error).__name__)

    async def _put_back(self, job: Job, why: str) -> None:
        async with self._database.connection() as connection:
            if job.attempts >= self.ATTEMPTS_MAX:
                _log.error("job given up for now", extra={"job": job.name, "why": why})
                last = self.ATTEMPTS_MAX - 1
                await store.bury(connection, job.job_id, job.attempts, why, self.REVIVED_S, last)
            else:
                wait_s = min(0.2 * 2**job.attempts, 300.0)
                await store.retry(connection, job.job_id, job.attempts, wait_s, job.attempts)
