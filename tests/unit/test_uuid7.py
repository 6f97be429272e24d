"""Identifiers in bulk: version 7, ordered, distinct, and as good as the library's own."""

import copy
import pickle
from uuid import RFC_4122, UUID

import pytest

from izin.core.uuid7 import uuid7s

NOW_MS = 1_790_000_000_123


def test_identifiers_of_one_call_are_ordered_and_distinct() -> None:
    made = uuid7s(5000, NOW_MS)
    assert made == sorted(set(made))
    assert len(made) == 5000


def test_an_identifier_carries_version_variant_and_time() -> None:
    for uuid in uuid7s(200, NOW_MS):
        assert (uuid.version, uuid.variant) == (7, RFC_4122)
        assert uuid.int >> 80 == NOW_MS


def test_a_later_millisecond_sorts_after() -> None:
    assert max(uuid7s(100, NOW_MS)) < min(uuid7s(100, NOW_MS + 1))


def test_an_identifier_is_a_whole_uuid() -> None:
    (made,) = uuid7s(1, NOW_MS)
    known = UUID(str(made))
    assert made == known
    assert hash(made) == hash(known)
    assert made.is_safe is known.is_safe
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == known


def test_all_random_bits_move() -> None:
    made = uuid7s(500, NOW_MS)
    varying = 0
    for uuid in made:
        varying |= uuid.int ^ made[0].int
    assert varying == (0xFFF << 64) | ((1 << 62) - 1)


def test_two_calls_share_no_identifier() -> None:
    assert not set(uuid7s(1000, NOW_MS)) & set(uuid7s(1000, NOW_MS))


def test_none_asked_none_made() -> None:
    assert uuid7s(0, NOW_MS) == []


@pytest.mark.parametrize(
    ("count", "now_ms"), [(-1, NOW_MS), (100_001, NOW_MS), (1, -1), (1, 1 << 48)]
)
def test_what_does_not_fit_is_said(count: int, now_ms: int) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        uuid7s(count, now_ms)
