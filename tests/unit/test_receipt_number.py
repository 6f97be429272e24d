"""Numbers of receipts: what is written is read, and a slip of the pen is told."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.receipt.number import BITS, read, written

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER = written(0x123456789ABCDEF01234)
BITS_OF_NUMBERS = st.integers(0, 2**BITS - 1)


def test_a_number_is_printed_in_groups_of_four():
    assert [len(group) for group in NUMBER.split("-")] == [4, 4, 4, 4, 1]


@given(BITS_OF_NUMBERS)
def test_what_is_written_is_read(bits):
    assert read(written(bits)) == written(bits)


@given(BITS_OF_NUMBERS, BITS_OF_NUMBERS)
def test_no_two_are_written_alike(one, other):
    assert (written(one) == written(other)) == (one == other)


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER.lower(),
        NUMBER.replace("-", ""),
        NUMBER.replace("-", " "),
        f"  {NUMBER}.",
        NUMBER.replace("0", "O").replace("1", "I"),
        NUMBER.replace("0", "o").replace("1", "l"),
        NUMBER.replace("1", "ı"),
        NUMBER.replace("1", "İ"),
        "".join(chr(0xFEE0 + ord(each)) for each in NUMBER),
    ],
)
def test_people_write_it_in_many_ways(typed):
    assert read(typed) == NUMBER


def test_each_wrong_sign_is_a_slip():
    bare = NUMBER.replace("-", "")
    for place, sign in itertools.product(range(len(bare)), SIGNS):
        if bare[place] != sign:
            assert read(bare[:place] + sign + bare[place + 1 :]) is None


@given(BITS_OF_NUMBERS)
def test_any_two_signs_that_changed_places_are_a_slip(bits):
    bare = written(bits).replace("-", "")
    for one, other in itertools.combinations(range(len(bare)), 2):
        swapped = list(bare)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert (read("".join(swapped)) is None) == (bare[one] != bare[other])


@pytest.mark.parametrize("typed", ["", "U" * 17, NUMBER[:-1], NUMBER + "0", "7" * 65, "\0", "🙂"])
def test_what_is_none_is_none(typed):
    assert read(typed) is None


@given(st.text())
def test_reading_never_fails(text):
    number = read(text)
    assert number is None or read(number) == number
