"""What a report counts, and by what."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeAlias
from uuid import UUID

import msgspec

DAYS_MAX = 366
ROWS_MAX = 10_000


class Aspect(StrEnum):
    """By what movements of a day are told apart; each movement counts once in each that it has."""

    ACTOR = "ACTOR"
    SOURCE = "SOURCE"
    RETAILER = "RETAILER"
    MANDATE = "MANDATE"


class Period(StrEnum):
    """How long one row is about."""

    DAY = "day"
    MONTH = "month"


class DayKey(NamedTuple):
    """Which figure; the order is that of the table's key."""

    brand_ref: UUID
    aspect: str
    day: date
    channel: str
    recipient_type: str
    value: str


class Counts(msgspec.Struct):
    """New approvals, renewals and refusals."""

    begun: int = 0
    renewed: int = 0
    refused: int = 0

    def add(self, other: "Counts", times: int = 1) -> None:
        """Add others, or take them off."""
        self.begun += times * other.begun
        self.renewed += times * other.renewed
        self.refused += times * other.refused

    def __bool__(self) -> bool:
        """Is any of them not nought?"""
        return bool(self.begun or self.renewed or self.refused)


Days: TypeAlias = dict[DayKey, Counts]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is to tell, of one brand.

    period      None: all days in one
    by_value    are whose or which told apart?
    value       only this one
    """

    brand_ref: UUID
    aspect: Aspect
    first: date
    last: date
    channels: tuple[str, ...]
    period: Period | None = None
    by_channel: bool = False
    by_recipient_type: bool = False
    by_value: bool = False
    value: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a report; what it does not tell apart is None."""

    period: date | None
    channel: str | None
    recipient_type: str | None
    value: str | None
    begun: int
    renewed: int
    refused: int


class Standing(msgspec.Struct, frozen=True):
    """How many consents of one kind stand now."""

    channel: str
    recipient_type: str
    approvals: int
    rejections: int
