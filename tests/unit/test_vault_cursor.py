"""A cursor comes back as it went out; nobody else can write one or read a number off it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.core.codes import BrandCode
from izin.core.terms import Side
from izin.vault.cursor import Cursor, Cursors
from izin.vault.secret import Secret

CURSORS = Cursors(Secret(bytes(32)))
TEXT = CURSORS.seal_cursor(BrandCode(100001), Side.IYS, 42)


@given(st.integers(1, 99_999_999), st.sampled_from([Side.HS, Side.IYS]), st.integers(0, 2**63 - 1))
def test_a_cursor_says_where_its_reader_stood(brand_code, side, idx):
    text = CURSORS.seal_cursor(BrandCode(brand_code), side, idx)
    assert CURSORS.open_cursor(text) == Cursor(BrandCode(brand_code), side, idx)
    assert len(text) == 64
    assert set(text) <= set("0123456789abcdef")


def test_the_same_place_has_one_cursor_and_neighbours_look_unlike():
    assert CURSORS.seal_cursor(BrandCode(100001), Side.IYS, 42) == TEXT
    near = CURSORS.seal_cursor(BrandCode(100001), Side.IYS, 43)
    assert sum(one == other for one, other in zip(TEXT, near, strict=True)) < 24


@pytest.mark.parametrize("at", range(64))
def test_a_forged_cursor_is_none(at):
    digit = "0" if TEXT[at] != "0" else "1"
    assert CURSORS.open_cursor(TEXT[:at] + digit + TEXT[at + 1 :]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-2],
        TEXT + "00",
        TEXT.upper(),
        " " + TEXT[1:],
        TEXT[:62] + "  ",
        "g" * 64,
        "ş" * 64,
    ],
)
def test_a_cursor_has_one_spelling(text):
    assert CURSORS.open_cursor(text) is None


@given(st.binary(max_size=99), st.binary(max_size=99), st.binary(max_size=99))
def test_a_place_in_a_list_is_read_by_the_question_that_it_was_given_to(place, question, other):
    text = CURSORS.seal_place(question, place)
    assert CURSORS.open_place(question, text) == place
    assert CURSORS.open_place(other, text) == (place if other == question else None)
    assert CURSORS.open_place(question, text.upper() + "A") is None


@pytest.mark.parametrize("text", ["", "ab", "x", TEXT, "ş" * 64])
def test_a_place_that_no_list_gave_is_none(text):
    assert CURSORS.open_place(b"", text) is None


def test_another_registrys_cursor_is_none():
    assert Cursors(Secret.draw()).open_cursor(TEXT) is None
