"""Which quarter a brand's key is of, and how many keys are kept."""

from datetime import datetime

import pytest

from izin.keyring.keyring import quarter_of
from izin.keyring.recent import RecentSealers
from izin.vault.sealing import Sealer
from izin.vault.secret import Secret


@pytest.mark.parametrize(
    ("at", "quarter"),
    [
        ("2026-01-01T00:00:00+03:00", "2026Q1"),
        ("2026-03-31T23:59:59+03:00", "2026Q1"),
        ("2026-04-01T00:00:00+03:00", "2026Q2"),
        ("2026-09-30T20:59:59+00:00", "2026Q3"),
        ("2026-09-30T21:00:00+00:00", "2026Q4"),
        ("2026-12-31T20:59:59+00:00", "2026Q4"),
        ("2026-12-31T21:00:00+00:00", "2027Q1"),
    ],
)
def test_quarters_turn_at_midnight_in_istanbul(at, quarter):
    assert quarter_of(datetime.fromisoformat(at)) == quarter


def a_sealer(key_id):
    return Sealer(key_id, Secret.draw().gcm_siv())


@pytest.fixture
def recent():
    recent = RecentSealers(2)
    recent.keep("one", "2026Q4", a_sealer(1))
    recent.keep("two", "2026Q4", a_sealer(2))
    return recent


def kept(recent):
    return [key_id for key_id in (1, 2, 3) if recent.by_id(key_id)]


def test_a_kept_sealer_is_found_by_number_and_by_brand(recent):
    assert recent.by_id(2) is recent.of_brand("two", "2026Q4")
    assert recent.by_id(3) is None
    assert recent.of_brand("two", "2027Q1") is None


def test_the_one_unused_for_longest_leaves(recent):
    recent.of_brand("one", "2026Q4")
    recent.keep("three", "2026Q4", a_sealer(3))
    assert kept(recent) == [1, 3]
    assert recent.of_brand("two", "2026Q4") is None


def test_one_kept_twice_takes_one_place(recent):
    recent.keep("one", "2026Q4", a_sealer(1))
    assert kept(recent) == [1, 2]
