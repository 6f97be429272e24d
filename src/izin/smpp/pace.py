"""How fast it is written: so many a second, and pauses when the other side asks for them."""

import asyncio

from izin.core.errors import UnavailableError

_TIMES_MAX = 16
"""How many times as long a pause becomes."""


class Pace:
    """Gives turns at even distances."""

    def __init__(self, rate_per_second: float) -> None:
        """Take the turns of a second."""
        self._distance = 1 / rate_per_second
        self._next_at = 0.0
        self._not_before = 0.0
        self._times = 1

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
        """Let nobody have a turn for a while, those who already wait for one included.

        Twice as long each time that it did not help, to a bound; what was written before the pause
        and is answered in it asks for no other.
        """
        now = asyncio.get_running_loop().time()
        if now < self._not_before:
            return
        self._not_before = now + seconds * self._times
        self._times = min(self._times * 2, _TIMES_MAX)

    def helped(self) -> None:
        """Let the next pause be a short one: the other side takes messages again."""
        self._times = 1
