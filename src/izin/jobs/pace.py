"""How long a loop rests: not at all while there is work, briefly after it, longer when idle."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from izin.core.errors import UnavailableError

_log = logging.getLogger("izin.jobs")

BUSY_S = 0.02
IDLE_S = 0.1
TROUBLE_S = 1.0


class Pace:
    """Rests between two turns of a loop; an ended loop is not kept waiting."""

    def __init__(self, stop: asyncio.Event) -> None:
        """Take the event that ends the loop."""
        self._stop = stop
        self._rest_s = BUSY_S

    @property
    def stopped(self) -> bool:
        """Shall the loop end?"""
        return self._stop.is_set()

    async def rest(self, done: int) -> None:
        """Rest after a turn that did `done` pieces of work."""
        self._rest_s = BUSY_S if done else min(self._rest_s * 1.5, IDLE_S)
        await self.wait(self._rest_s)

    async def wait(self, seconds: float) -> None:
        """Wait, unless the loop is to end."""
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return


Turn = Callable[[], Awaitable[int]]
"""One turn of a loop; it gives how much it did."""


async def repeat(turn: Turn, stop: asyncio.Event, rest_s: float | None = None) -> None:
    """Take turns until told to stop; trouble that passes makes a pause.

    Takes   rest_s: how long it rests after each; None: as `Pace.rest`
    """
    pace = Pace(stop)
    while not pace.stopped:
        try:
            done = await turn()
        except UnavailableError as trouble:
            _log.warning("work pauses", extra={"reason": str(trouble)})
            await pace.wait(TROUBLE_S)
            continue
        await (pace.rest(done) if rest_s is None else pace.wait(rest_s))


class Patience:
    """Lets work wait a while from when it was first seen."""

    def __init__(self, wait_s: float) -> None:
        """Take how long."""
        self._wait_s = wait_s
        self._since_s: float | None = None

    def is_over(self, *, is_waiting: bool) -> bool:
        """Has what is waiting waited long enough?"""
        if not is_waiting:
            self._since_s = None
            return False
        now_s = monotonic()
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s >= self._wait_s

    def begin_anew(self) -> None:
        """What was waiting is done."""
        self._since_s = None
