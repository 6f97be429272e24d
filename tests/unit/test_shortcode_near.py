"""Which names are near enough to be offered to somebody who slipped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.shortcode.brands import are_near

KEYS = st.text(alphabet="abc1", max_size=8)


@pytest.mark.parametrize(
    ("one", "other", "slips", "near"),
    [
        ("omekm", "omekm", 0, True),
        ("omekm", "omekn", 1, True),
        ("omekm", "omek", 1, True),
        ("omekm", "omekmm", 1, True),
        ("omekm", "omemk", 1, False),  # two letters that changed places are two slips
        ("omekm", "omemk", 2, True),
        ("omekm", "omekm", 1, True),
        ("omek", "denememarket", 2, False),
        ("", "", 0, True),
    ],
)
def test_letters_too_much_too_few_or_wrong_are_slips(one, other, slips, near):
    assert are_near(one, other, slips) is near


@given(KEYS, KEYS, st.integers(0, 3))
def test_nearness_is_mutual_and_grows_with_the_slips(one, other, slips):
    near = are_near(one, other, slips)
    assert near == are_near(other, one, slips)
    assert not near or are_near(one, other, slips + 1)


@given(KEYS, KEYS)
def test_all_is_near_at_so_many_slips_as_there_are_letters(one, other):
    assert are_near(one, other, max(len(one), len(other)))
    assert are_near(one, other, 0) == (one == other)
