"""How fast it is written: so many a second, and a pause when the other side asks for one."""

import asyncio

from izin.core.errors import UnavailableError


class Pace:
    """Gives turns at even distances."""

    def __init__(self, rate_per_second: float) -> None:
        """Take the turns of a second."""
        self._distance = 1 / rate_per_second
        self._next_at = 0.0
        self._not_before = 0.0

    async def turn(self, until: float) -> None:
        """Wait for a turn.

        Takes   until: the loop's time after which none is of use
        Raises  UnavailableError where there is none before
        """
        now = asyncio.get_running_loop().time
        at = max(now(), self._next_at, self._not_before)
        if at > until:
            raise UnavailableError("the rate to the operator is used up")
        self._next_at = at + self._distance
        while (wait := max(at, self._not_before) - now()) > 0:
            if self._not_before > until:
                raise UnavailableError("the operator asked for a pause")
            await asyncio.sleep(wait)

    def pause(self, seconds: float) -> None:
        """Let nobody have a turn for a while, those who already wait for one included."""
        self._not_before = asyncio.get_running_loop().time() + seconds
