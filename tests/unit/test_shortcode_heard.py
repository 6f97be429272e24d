"""Who wrote to 3338: telephones, and nothing that could answer itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.core.address import Address, AddressKind
from izin.shortcode.heard import may_be_answered, read_sender


@pytest.mark.parametrize(
    "said",
    ["905990000001", "+905990000001", "00905990000001", "05990000001", "5990000001"],
)
def test_an_operator_writes_a_number_in_many_ways(said):
    sender = read_sender(said, sandbox=True)
    assert sender == Address("+905990000001", AddressKind.PHONE)
    assert may_be_answered(sender)


@pytest.mark.parametrize(
    "said",
    [
        *("3338", "+3338", "4946", "900", "B001", "IZIN", "ORNEKMAGAZA", "", " ", "\0"),
        *("905990000001 ", "9059900000012", "59900000", "+90599000000a", "٩٠٥٩٩٠٠٠٠٠٠١"),
        *("ayse@posta.example", "0" * 15, "+" * 12, "9" * 400),
    ],
)
def test_what_is_no_telephone_is_nobody(said):
    assert read_sender(said, sandbox=True) is None


def test_nobodys_numbers_are_nobody_where_people_are_real():
    assert read_sender("905990000001", sandbox=False) is None


@pytest.mark.parametrize("said", ["+442079460000", "+902122340000"])
def test_only_a_mobile_telephone_of_this_country_is_answered(said):
    sender = read_sender(said, sandbox=True)
    assert sender is not None
    assert not may_be_answered(sender)


@given(st.text())
def test_reading_never_fails(text):
    sender = read_sender(text, sandbox=True)
    assert sender is None or sender.kind is AddressKind.PHONE
