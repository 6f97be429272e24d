"""What this process has recorded of late is asked of the primary, and soon forgotten."""

from builders.clock import FakeClock
from builders.movements import EMAIL, a_key, an_address

from izin.consent.nearest import OwnWrites
from izin.core.terms import Channel

KEPT_S = 0.8
OURS, OTHER = a_key(), a_key(channel=Channel.EPOSTA, address=an_address(EMAIL))


def own_writes() -> tuple[OwnWrites, FakeClock]:
    clock = FakeClock()
    return OwnWrites(KEPT_S, clock.seconds), clock


def test_where_nothing_was_recorded_no_key_is_looked_at():
    own, clock = own_writes()
    assert own.since(clock.seconds() - 1) is None


def test_a_key_is_our_own_until_a_proof_begins_after_it():
    own, clock = own_writes()
    before_s = clock.seconds()
    clock.forward(0.1)
    own.note([OURS])
    is_own = own.since(before_s)
    assert is_own(OURS)
    assert not is_own(OTHER)
    assert own.since(clock.seconds()) is None


def test_a_key_recorded_again_is_our_own_anew():
    own, clock = own_writes()
    own.note([OURS])
    clock.forward(0.1)
    between_s = clock.seconds()
    clock.forward(0.1)
    own.note([OTHER])
    assert not own.since(between_s)(OURS)
    own.note([OURS])
    assert own.since(between_s)(OURS)


def test_what_no_proof_can_lie_before_is_forgotten():
    own, clock = own_writes()
    own.note([OURS])
    clock.forward(0.5)
    own.note([OURS, OTHER])
    clock.forward(0.5)
    assert own.since(clock.seconds() - KEPT_S)(OURS)
    clock.forward(0.5)
    assert own.since(0.0) is None
    assert (own._last_s, len(own._notes)) == ({}, 0)


def test_no_address_is_kept():
    own, _ = own_writes()
    own.note([OURS])
    assert OURS.address.clear not in f"{own._last_s}{own._notes}"
