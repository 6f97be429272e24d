"""Numbers of persons and companies: the check digits, and that a person's never prints."""

import pytest
from builders.dealers import a_mersis, a_tckn, a_vkn
from hypothesis import given
from hypothesis import strategies as st

from izin.core.identity import Tckn, is_mersis, is_tckn, is_tin, is_vkn

PUBLISHED_TCKN, PUBLISHED_VKN = "10000000146", "8450525470"
DIGITS = "0123456789"


def others(text: str) -> list[str]:
    """The same number with another digit in one place."""
    return [
        text[:at] + digit + text[at + 1 :]
        for at in range(len(text))
        for digit in DIGITS
        if digit != text[at]
    ]


def test_numbers_that_were_published_as_examples_are_good():
    assert is_tckn(PUBLISHED_TCKN)
    assert is_vkn(PUBLISHED_VKN)
    assert is_tin(PUBLISHED_TCKN)
    assert is_tin(PUBLISHED_VKN)


def test_one_wrong_digit_is_found_in_every_number_of_a_person():
    assert not [text for text in others(PUBLISHED_TCKN) if is_tckn(text)]


def test_nearly_every_wrong_digit_is_found_in_a_taxpayers_number():
    """The ring of nine cannot tell all digits apart in all places."""
    wrong = others(PUBLISHED_VKN)
    assert len([text for text in wrong if is_vkn(text)]) < len(wrong) / 10


@given(st.integers(0, 99_999), st.integers(0, 999_999_999))
def test_numbers_that_are_made_are_good(person, firm):
    assert is_tckn(a_tckn(person))
    assert is_vkn(a_vkn(firm))
    assert is_mersis(a_mersis(firm))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1000000014",
        "100000001460",
        "00000000000",
        "1000000014a",
        "１００００００146",
        " 0000000146",
    ],
)
def test_what_is_no_persons_number(text):
    assert not is_tckn(text)


@pytest.mark.parametrize(
    "text", ["", "845052547", "84505254700", "8450525471", "845052547a", "٨450525470"]
)
def test_what_is_no_taxpayers_number(text):
    assert not is_vkn(text)


def test_after_a_leading_nought_the_trade_registry_has_a_taxpayers_number():
    assert is_mersis(f"0{PUBLISHED_VKN}00015")
    assert not is_mersis("0845052547100015")
    assert is_mersis("1845052547100015")
    assert not is_mersis("084505254700015")
    assert not is_mersis("０845052547000015")


def test_a_persons_number_never_prints():
    number = Tckn(PUBLISHED_TCKN)
    shown = [str(number), repr(number), f"{number}", f"{number:>20}", str(number.__rich_repr__())]
    assert not [text for text in shown if "10000" in text or "146" in text]
