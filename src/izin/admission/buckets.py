"""Calls of the last second, counted in memory."""

import time
from collections.abc import Callable, Hashable

_ROUNDING_S = 1e-6


class Buckets:
    """One leaky bucket a key; it holds one second's worth and at least one call.

    A key is one number: the instant at which its bucket will have run empty.
    """

    def __init__(
        self, rate: float, *, key_count_max: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take `rate` in calls a second."""
        self._step_s = 1 / rate
        self._slack_s = max(rate - 1, 0) / rate
        self._key_count_max = key_count_max
        self._clock = clock
        self._empty_at: dict[Hashable, float] = {}

    def take(self, key: Hashable) -> float:
        """Count one call of `key`: 0 if it may go on, else the seconds until one may."""
        now = self._clock()
        empty_at = max(self._empty_at.pop(key, now), now)
        wait_s = empty_at - now - self._slack_s
        is_free = wait_s <= _ROUNDING_S
        # Written anew even if refused: a dict keeps order, so its first key is the least recent.
        self._empty_at[key] = empty_at + self._step_s if is_free else empty_at
        if len(self._empty_at) > self._key_count_max:
            del self._empty_at[next(iter(self._empty_at))]
        return 0.0 if is_free else wait_s

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._empty_at)
