"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta

from izin.core.clock import IYS_TIME

NOON = datetime(2026, 2, 11, 12, tzinfo=IYS_TIME).astimezone(UTC)


class FakeClock:
    """Called for the instant, or as `seconds` for a count that only grows."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
