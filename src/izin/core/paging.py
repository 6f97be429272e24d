"""One page of a longer list.

Its cursor is the sort key of the last row looked at, sealed: a page costs the same wherever it lies
and no row is skipped or shown twice when others arrive.
"""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class BadCursorError(ValueError):
    """Not a cursor that this list gave out for this question."""


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some rows in order, and the cursor of what follows; None on the last page."""

    items: tuple[T, ...]
    next: str | None = None
