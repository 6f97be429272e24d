"""The keeper: one at work in the whole registry numbers and projects; each does queued work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import msgspec

from izin.consent.project import Projector
from izin.consent.rewrite import Rewriter
from izin.core.errors import UnavailableError
from izin.jobs.pace import TROUBLE_S, Pace, Patience, Turn, repeat
from izin.ledger import entry as ledger
from izin.ledger.sequence import FencedError, Sequencer
from izin.queue.queue import Queue
from izin.storage.database import Database

_log = logging.getLogger("izin.keeper")

PROJECT_ROWS_MIN = 64
PROJECT_WAIT_S = 1.0
"""Source: data page 1: at least 64 rows or one second's worth."""

COUNT_WAIT_S = 5.0
"""Figures name brands: they follow the citizens' view late enough to be about more than one row."""

REWRITE_WAIT_S = 60.0
"""Seven million rows of the citizens' view a day."""

JOBS_AT_ONCE = 2
TIMER_S = 600.0
BRISK_S = 5.0
"""Between two looks at what people wait for."""

Timer = Callable[[], Awaitable[None]]
Timers = Mapping[float, tuple[Timer, ...]]


class Waits(msgspec.Struct, frozen=True):
    """For how many seconds the citizens' view, the figures and old rows are let be.

    sweep_s     after the start, what is swept every TIMER_S
    """

    project_s: float = PROJECT_WAIT_S
    count_s: float = COUNT_WAIT_S
    rewrite_s: float = REWRITE_WAIT_S
    sweep_s: float = 0.0


USUAL = Waits()


class Keeper:
    """Runs the loops until it is told to stop."""

    def __init__(
        self,
        database: Database,
        projector: Projector,
        queue: Queue,
        timers: Timers,
        stop: asyncio.Event,
        *,
        waits: Waits = USUAL,
    ) -> None:
        """Take a database whose connections keep their session.

        Takes   timers: what is done again after so many seconds
        """
        self._database = database
        self._projector = projector
        self._queue = queue
        self._timers = timers
        self._stop = stop
        self._unprojected = Patience(waits.project_s)
        self._uncounted = Patience(waits.count_s)
        self._rewriter = Rewriter(database)
        self._unwritten = Patience(waits.rewrite_s)
        self._sweep_s = waits.sweep_s

    async def run(self) -> None:
        """Work until stopped; a loop that fails in an unforeseen way ends them all."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._keep_numbering())
            for rest_s, timers in self._timers.items():
                loops.create_task(self._sweep(partial(_take, timers), rest_s))
            for _ in range(JOBS_AT_ONCE):
                loops.create_task(self._repeat(self._do_job))
            loops.create_task(self._repeat(self._do_following))

    async def _sweep(self, turn: Turn, rest_s: float) -> None:
        if rest_s >= TIMER_S:
            await Pace(self._stop).wait(self._sweep_s)
        await self._repeat(turn, rest_s)

    async def _keep_numbering(self) -> None:
        pace = Pace(self._stop)
        while not pace.stopped:
            try:
                async with self._database.connection() as lease:
                    sequencer = Sequencer(self._database)
                    if await sequencer.begin(lease):
                        try:
                            await self._number(sequencer)
                        finally:
                            await sequencer.end(lease)
            except* (UnavailableError, FencedError) as trouble:
                reasons = ", ".join(type(error).__name__ for error in trouble.exceptions)
                _log.warning("numbering pauses", extra={"reason": reasons})
            await pace.wait(TROUBLE_S)

    async def _number(self, sequencer: Sequencer) -> None:
        """Number and project until stopped; trouble of either comes out as a group."""
        _log.info("numbering begins in epoch %d", sequencer.epoch)

        async def project() -> int:
            try:
                return await self._project(sequencer.epoch)
            except (UnavailableError, FencedError):
                raise
            except Exception as error:  # what does not open must not stop the numbers
                if _is_cancelled():
                    raise asyncio.CancelledError from error
                _log.exception("projecting fails")
                await Pace(self._stop).wait(TROUBLE_S)
                return 0

        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._follow(sequencer.number))
            loops.create_task(self._follow(project))

    async def _follow(self, turn: Turn) -> None:
        pace = Pace(self._stop)
        while not pace.stopped:
            await pace.rest(await turn())

    async def _project(self, epoch: int) -> int:
        """Let movements wait for others to hide among, but not long; figures a little longer."""
        async with self._database.connection() as connection:
            head = await ledger.head(connection)
        done = 0
        waiting = head["published_idx"] - head["projected_idx"]
        if self._unprojected.is_over(is_waiting=waiting > 0) or waiting >= PROJECT_ROWS_MIN:
            self._unprojected.begin_anew()
            done = await self._projector.project(epoch)
        uncounted = head["projected_idx"] - head["counted_idx"]
        if self._uncounted.is_over(is_waiting=uncounted > 0):
            counted = await self._projector.count(epoch)
            if counted >= uncounted:
                self._uncounted.begin_anew()
        # in turn with the projector, so that neither waits for the other's rows
        if self._unwritten.is_over(is_waiting=True):
            self._unwritten.begin_anew()
            await self._rewriter.rewrite()
        return done

    async def _do_job(self) -> int:
        return await self._do(only_following=False)

    async def _do_following(self) -> int:
        """Whatever holds the other places, refusals find one that no other job ever takes."""
        return await self._do(only_following=True)

    async def _do(self, *, only_following: bool) -> int:
        jobs = await self._queue.claim(1, only_following=only_following)
        for job in jobs:
            await self._queue.work(job)
        return len(jobs)

    async def _repeat(self, turn: Turn, rest_s: float | None = None) -> None:
        await repeat(turn, self._stop, rest_s)


async def _take(timers: tuple[Timer, ...]) -> int:
    for timer in timers:
        await timer()
    return 0


def _is_cancelled() -> bool:
    """Whether this task is to end, though something else was raised on the way."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
