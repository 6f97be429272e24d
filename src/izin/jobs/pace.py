"""How long a loop rests: not at all while there is work, briefly after it, longer when idle."""

import asyncio
from time import monotonic

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
