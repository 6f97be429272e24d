"""How long a loop rests: not at all while there is work, briefly after it, longer when idle."""

import asyncio

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
