"""One page of a longer list, and the opaque cursor to the next.

A cursor is the sort key of the last row shown, so a page costs the same wherever it lies and no row
is skipped or shown twice when others arrive. It is not secret and not signed: whoever uses one is
asked for his rights again.
"""

from base64 import b64decode, urlsafe_b64encode
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")
Key = TypeVar("Key", bound=tuple[object, ...])

CURSOR_LENGTH_MAX = 1024


class BadCursorError(ValueError):
    """Not a cursor that this list gave out."""


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some rows in order, and the cursor of what follows; None on the last page."""

    items: tuple[T, ...]
    next: str | None = None


def cursor_of(key: tuple[object, ...]) -> str:
    """Write a row's sort key as a cursor.

    Takes   key: numbers, texts, bytes, aware datetimes, UUIDs; every column of the ordering
    Gives   URL-safe ASCII without padding
    """
    return urlsafe_b64encode(msgspec.msgpack.encode(key)).rstrip(b"=").decode("ascii")


def key_of(cursor: str, shape: type[Key]) -> Key:
    """Read the sort key back.

    Takes   cursor as a caller sent it · shape: the key's type, such as ``tuple[datetime, UUID]``
    Raises  BadCursorError for whatever `cursor_of` would not have written for this shape
    """
    if len(cursor) > CURSOR_LENGTH_MAX:
        raise BadCursorError
    try:
        packed = b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        key = msgspec.msgpack.decode(packed, type=shape)
    except (ValueError, RecursionError) as error:
        raise BadCursorError from error
    if cursor_of(key) != cursor:
        raise BadCursorError
    return key
