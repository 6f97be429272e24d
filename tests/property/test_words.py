"""Keys and readings hold for every text, not only for the ones thought of."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.core import turkish
from izin.core.address import EMAIL_LENGTH_MAX, Address, parse_email, parse_phone
from izin.telemetry.log import redact

TURKISH = st.text(
    "aâbcçdefgğhıiîjklmnoöpqrsştuüûvwxyzAÂBCÇDEFGĞHIİÎJKLMNOÖPQRSŞTUÜÛVWXYZ -_./0123\u0307"
)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert turkish.fold(turkish.fold(text)) == turkish.fold(text)
    assert turkish.search_key(turkish.search_key(text)) == turkish.search_key(text)
    assert turkish.ascii_lower(turkish.ascii_lower(text)) == turkish.ascii_lower(text)


@given(TURKISH)
def test_casing_never_changes_the_key(text: str) -> None:
    assert turkish.fold(turkish.upper(text)) == turkish.fold(text)
    assert turkish.fold(turkish.lower(text)) == turkish.fold(text)


@given(TURKISH)
def test_casing_twice_is_casing_once_and_can_be_undone(text: str) -> None:
    small, capitals = turkish.lower(text), turkish.upper(text)
    assert turkish.lower(small) == small
    assert turkish.upper(capitals) == capitals
    assert turkish.lower(capitals) == small
    assert turkish.upper(small) == capitals


@given(st.text())
def test_ascii_lower_touches_nothing_but_a_to_z(text: str) -> None:
    lowered = turkish.ascii_lower(text)
    assert len(lowered) == len(text)
    for before, after in zip(text, lowered, strict=True):
        assert after == (chr(ord(before) + 32) if "A" <= before <= "Z" else before)


EMAIL_LIKE = st.text("aB.-_+@xn1ıİ ", max_size=40) | st.from_regex(
    r"[A-Za-z0-9._+-]{1,10}@[a-z0-9.-]{1,12}\.[A-Za-z-]{1,4}", fullmatch=True
)


@given(EMAIL_LIKE)
def test_what_is_read_as_an_email_is_read_again_as_the_same(text: str) -> None:
    read = parse_email(text)
    if isinstance(read, Address):
        assert parse_email(read.clear) == read
        assert read.clear == text.lower()
        assert _is_email_by_the_book(text)
    else:
        assert not _is_email_by_the_book(text)


def _is_email_by_the_book(text: str) -> bool:
    """The rule again, letter by letter."""
    local, _, domain = text.partition("@")
    labels = domain.split(".")
    letters = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    digits = set("0123456789")
    top = labels[-1]
    return (
        6 <= len(text) <= EMAIL_LENGTH_MAX
        and bool(local)
        and set(local) <= letters | digits | set("._+-")
        and len(labels) > 1
        and all(label and set(label) <= letters | digits | {"-"} for label in labels)
        and not any(label.startswith("-") or label.endswith("-") for label in labels)
        and ((len(top) > 1 and set(top) <= letters) or top.lower().startswith("xn--"))
    )


@given(text=st.text("+0123456789", max_size=18) | st.text(max_size=20), sandbox=st.booleans())
def test_what_is_read_as_a_phone_is_kept_as_it_came(text: str, *, sandbox: bool) -> None:
    read = parse_phone(text, sandbox=sandbox)
    if isinstance(read, Address):
        assert read.clear == text
        assert text[0] == "+"
        assert text[1:].isascii()
        assert text[1:].isdigit()


@pytest.mark.parametrize("piece", ["a", "a.", "-", "@", "a@", ".a", "a-", "xn--", "1", "+", "("])
@pytest.mark.parametrize("end", ["", "!", "@", "@a", ".", "@a.c", "@b.cc "])
def test_no_text_makes_the_reader_slow(piece: str, end: str) -> None:
    text = (piece * EMAIL_LENGTH_MAX)[: EMAIL_LENGTH_MAX - len(end)] + end
    assert _seconds_best_of_3(lambda: (parse_email(text), parse_phone(text, sandbox=True))) < 0.005


@pytest.mark.parametrize(
    "piece", ["a", "1", "1 ", "+", "(", "@", "%40", "aA1", "token=", "bearer "]
)
def test_redaction_is_linear_in_the_length(piece: str) -> None:
    short, long = piece * 2_000, piece * 40_000
    once = _seconds_best_of_3(lambda: redact(short))
    assert _seconds_best_of_3(lambda: redact(long)) < 0.05 + 80 * once


def _seconds_best_of_3(work: Callable[[], object]) -> float:
    def once() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return min(once() for _ in range(3))
