"""What a job gives: a figure of several runs, the limit measured beside it, and its aims."""

from collections.abc import Sequence
from enum import StrEnum
from statistics import median

import msgspec


class Of(StrEnum):
    """Which number an aim is about."""

    OURS = "ours"
    RATIO = "ratio"


class Aim(msgspec.Struct, frozen=True):
    """One bound: at least so much, or at most."""

    of: Of
    bound: float
    is_least: bool

    def holds(self, value: float | None) -> bool:
        """Is it reached? A figure that was not measured reaches nothing."""
        if value is None:
            return False
        return value >= self.bound if self.is_least else value <= self.bound

    def text(self, unit: str) -> str:
        """The aim as a reader writes it."""
        sign = "≥" if self.is_least else "≤"
        if self.of is Of.RATIO:
            return f"ratio {sign} {self.bound:g}"
        return f"{sign} {self.bound:,.10g} {unit}"


def at_least(bound: float) -> Aim:
    """Our own figure has to be so large."""
    return Aim(Of.OURS, bound, is_least=True)


def at_most(bound: float) -> Aim:
    """Our own figure has to be so small."""
    return Aim(Of.OURS, bound, is_least=False)


def ratio_at_least(bound: float) -> Aim:
    """The share of the limit has to be so large."""
    return Aim(Of.RATIO, bound, is_least=True)


def ratio_at_most(bound: float) -> Aim:
    """The multiple of the limit has to be so small."""
    return Aim(Of.RATIO, bound, is_least=False)


class Spread(msgspec.Struct, frozen=True):
    """Several runs of one measurement."""

    median: float
    least: float
    most: float
    runs: int


def spread(values: Sequence[float]) -> Spread:
    """Put runs together. Takes at least one value."""
    return Spread(median(values), min(values), max(values), len(values))


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table.

    limit     of what cannot be exceeded, measured on the same machine in the same run; None where
              there is none
    is_due    was it measured under the load that its aims are about? Else none is reached
    note      what a reader has to know of how it was measured
    """

    name: str
    unit: str
    ours: Spread
    limit: Spread | None = None
    limit_name: str = ""
    aims: tuple[Aim, ...] = ()
    is_due: bool = True
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours to the limit: a share of a rate, a multiple of a time."""
        if self.limit is None or not self.limit.median:
            return None
        return self.ours.median / self.limit.median

    @property
    def reached(self) -> bool | None:
        """Are all aims reached? None where there is no aim."""
        if not self.aims:
            return None
        values = {Of.OURS: self.ours.median, Of.RATIO: self.ratio}
        return self.is_due and all(aim.holds(values[aim.of]) for aim in self.aims)

    @property
    def aim(self) -> str:
        """All aims in words."""
        return "; ".join(aim.text(self.unit) for aim in self.aims)
