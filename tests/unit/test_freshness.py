"""What a replica's position proves, and what it does not."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from izin.storage.freshness import Evidence, Flushed, Log, Proof, Replayed

OURS = Log(system=7, database=16_384, timeline=1)
BEGUN = datetime(2026, 2, 11, 12, tzinfo=UTC)
AGE_S_MAX = 0.8


def flushed(position: int, asked_s: float, **log: int) -> Flushed:
    return Flushed(msgspec.structs.replace(OURS, **log), position, asked_s)


def replayed(position: int, asked_s: float, life: datetime = BEGUN, **log: int) -> Replayed:
    return Replayed(msgspec.structs.replace(OURS, **log), position, life, asked_s)


def evidence(*of_primary: Flushed) -> Evidence:
    """The primary was read while the replica still had nothing of it."""
    made = Evidence(AGE_S_MAX)
    for each in of_primary:
        made.take(replayed(0, each.asked_s), each)
    return made


def test_nothing_is_proved_before_the_replica_has_come_so_far():
    assert Evidence(AGE_S_MAX).proof(0.0) is None
    assert evidence(flushed(10, 0.0), flushed(10, 0.2)).proof(0.2) is None


def test_a_replica_proves_the_newest_position_that_it_has_replayed():
    made = evidence(flushed(10, 1.0), flushed(20, 1.2))
    made.take(replayed(29, 1.4), flushed(30, 1.41))
    assert made.proof(1.5) == Proof(since_s=1.2, read_s=1.4, life=BEGUN)


def test_a_replica_that_has_all_is_as_young_as_the_reading_of_its_primary():
    made = evidence()
    made.take(replayed(30, 1.4), flushed(30, 1.41))
    assert made.proof(1.5) == Proof(since_s=1.41, read_s=1.4, life=BEGUN)


def test_a_proof_begins_before_the_primary_was_read_and_ends_with_the_bound():
    made = evidence()
    made.take(replayed(10, 0.9), flushed(10, 1.0))
    assert made.proof(1.0 + AGE_S_MAX) is not None
    assert made.proof(1.01 + AGE_S_MAX) is None


def test_an_idle_primary_keeps_its_replica_young():
    made = evidence()
    for look in range(100):
        made.take(replayed(10, look * 0.2), flushed(10, look * 0.2 + 0.01))
        assert made.proof(look * 0.2 + 0.02) == Proof(look * 0.2 + 0.01, look * 0.2, BEGUN)


def test_a_replica_that_stands_still_proves_less_and_less_and_then_nothing():
    made = evidence(flushed(10, 0.0))
    since = []
    for look in range(1, 10):
        made.take(replayed(10, look * 0.2), flushed(10 + look, look * 0.2))
        proof = made.proof(look * 0.2)
        since.append(None if proof is None else proof.since_s)
    assert since == [0.0] * 4 + [None] * 5


@pytest.mark.parametrize("other", [{"system": 8}, {"database": 5}, {"timeline": 2}])
@pytest.mark.parametrize("position", [10, 10_000])
def test_a_position_of_another_log_proves_nothing(position, other):
    made = evidence(flushed(10, 1.0))
    made.take(replayed(position, 1.1, **other), flushed(10, 1.2))
    assert made.proof(1.2) is None


def test_after_a_promotion_only_positions_of_the_new_timeline_count():
    made = evidence(flushed(6, 1.0), flushed(8, 1.2, timeline=2))
    made.take(replayed(9, 1.3, timeline=2), flushed(10, 1.31, timeline=2))
    assert made.proof(1.4).since_s == 1.2


def test_a_replica_that_is_ahead_of_its_primary_follows_another_history():
    made = evidence(flushed(90, 1.0))
    made.take(replayed(100, 1.1), flushed(60, 1.11))  # an old copy of the primary was put back
    assert made.proof(1.2) is None
    made.take(replayed(100, 1.3), flushed(99, 1.31))
    assert made.proof(1.4) is None
    made.take(replayed(100, 1.5), flushed(101, 1.51))  # and has come further than the replica had
    assert made.proof(1.6) is None


def test_a_replica_that_came_back_with_less_takes_its_own_proof_back():
    made = evidence()
    made.take(replayed(10, 1.0), flushed(10, 1.1))
    made.take(replayed(6, 1.3, life=BEGUN + timedelta(seconds=1)), flushed(10, 1.31))
    assert made.proof(1.4) is None


def test_a_failure_drops_the_proof_until_the_next_reading():
    made = evidence()
    made.take(replayed(10, 0.9), flushed(10, 1.0))
    made.drop()
    assert made.proof(1.2) is None
    made.take(replayed(10, 1.3), flushed(11, 1.31))
    assert made.proof(1.4).since_s == 1.0


def test_the_same_database_is_known_across_a_promotion_and_no_other_is():
    assert msgspec.structs.replace(OURS, timeline=2).is_copy_of(OURS)
    assert not msgspec.structs.replace(OURS, system=8).is_copy_of(OURS)
    assert not msgspec.structs.replace(OURS, database=5).is_copy_of(OURS)
