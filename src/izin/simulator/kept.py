"""What a provider remembers for a while, under names that nobody guesses."""

from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")

COUNT_MAX = 10_000


class Kept(Generic[T]):
    """Values by name. All last equally long; where there are too many, the oldest goes."""

    def __init__(self, lasts: timedelta, count_max: int = COUNT_MAX) -> None:
        """Take how long and how many."""
        self._lasts = lasts
        self._count_max = count_max
        self._values: dict[str, tuple[datetime, T]] = {}

    def put(self, name: str, value: T, now: datetime) -> None:
        """Keep a value from now on, instead of another of this name."""
        self._values.pop(name, None)
        self._values[name] = (now + self._lasts, value)
        while self._values:
            oldest = next(iter(self._values))
            if len(self._values) <= self._count_max and now < self._values[oldest][0]:
                return
            del self._values[oldest]

    def get(self, name: str | None, now: datetime) -> T | None:
        """The value of this name, if it still lasts."""
        until, value = self._values.get(name or "", (now, None))
        return value if now < until else None

    def take(self, name: str | None, now: datetime) -> T | None:
        """The same, and it is kept no longer."""
        value = self.get(name, now)
        self._values.pop(name or "", None)
        return value

    def __len__(self) -> int:
        """How many are kept, those that have run out among them."""
        return len(self._values)
