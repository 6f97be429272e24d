"""Pages and their cursors: what was given out comes back, everything else is refused."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from izin.core.paging import BadCursorError, Page, cursor_of, key_of

KEY = (datetime(2026, 2, 11, 9, 30, 0, 123456, tzinfo=UTC), UUID(int=7), 42, "Çorum")
SHAPE: type[tuple[datetime, UUID, int, str]] = tuple[datetime, UUID, int, str]


def test_a_cursor_brings_its_key_back() -> None:
    cursor = cursor_of(KEY)
    assert key_of(cursor, SHAPE) == KEY
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def _packed(value: object) -> str:
    return urlsafe_b64encode(msgspec.msgpack.encode(value)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "A",
        "x" * 2000,
        "ş",
        "%%%",
        cursor_of(KEY) + "=",
        cursor_of(KEY) + "\n",
        cursor_of(KEY)[:-1],
        cursor_of(KEY) + "AA",
        cursor_of(KEY[:3]),
        cursor_of((1, 2, 3, 4)),
        _packed("text"),
        _packed({"a": 1}),
    ],
)
def test_what_was_never_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        key_of(cursor, SHAPE)


def test_a_nest_of_lists_is_refused() -> None:
    nest = urlsafe_b64encode(b"\x91" * 700).rstrip(b"=").decode()
    with pytest.raises(BadCursorError):
        key_of(nest, tuple[object])


def test_one_key_has_one_cursor() -> None:
    assert key_of(cursor_of((5,)), tuple[int]) == (5,)
    five_in_two_bytes = urlsafe_b64encode(b"\x91\xcc\x05").rstrip(b"=").decode()
    with pytest.raises(BadCursorError):
        key_of(five_in_two_bytes, tuple[int])


def test_a_bad_cursor_is_a_bad_value() -> None:
    assert issubclass(BadCursorError, ValueError)


def test_the_last_page_has_no_next() -> None:
    assert Page(items=(1, 2)).next is None
    assert Page(items=(1, 2), next=cursor_of((2,))).items == (1, 2)
