"""Whoever sends more than all others together stands behind himself."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from izin.admission.gate import COMPANY_S, SHARE, CrowdedError, Gate, Room


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Crowd:
    """Calls of several parties at one gate, by a clock that is moved by hand."""

    def __init__(self, room: Room) -> None:
        self.clock = Hands()
        self.gate = Gate(room, clock=self.clock)
        self.inside: list[tuple[str, asyncio.Event]] = []
        self.refused: Counter[str] = Counter()
        self._calls: list[asyncio.Task[None]] = []

    async def come(self, party: str, count: int = 1) -> None:
        self._calls += [asyncio.create_task(self._call(party)) for _ in range(count)]
        await self.settle()

    async def _call(self, party: str) -> None:
        try:
            async with self.gate.place(party):
                leave = asyncio.Event()
                self.inside.append((party, leave))
                try:
                    await leave.wait()
                finally:  # cancelled ones are no longer in either
                    self.inside.remove((party, leave))
        except CrowdedError:
            self.refused[party] += 1

    async def leave(self, party: str) -> None:
        """One of a party's calls is done."""
        next(leave for who, leave in self.inside if who == party).set()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(6):
            await asyncio.sleep(0)

    def count(self, party: str) -> int:
        return sum(who == party for who, _ in self.inside)

    async def end(self) -> None:
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)


@pytest.fixture
async def crowd():
    crowds = []

    def make(places: int = 8, queue: int = 100) -> Crowd:
        crowds.append(Crowd(Room(places, queue, 5.0)))
        return crowds[-1]

    yield make
    for each in crowds:
        await each.end()


async def test_whoever_is_alone_has_all_places(crowd):
    some = crowd(8)
    await some.come("big", 20)
    assert some.count("big") == 8


async def test_among_others_nobody_has_more_than_a_quarter(crowd):
    some = crowd(8)
    await some.come("small")
    await some.come("big", 20)
    assert (some.count("small"), some.count("big")) == (1, 8 // SHARE)
    await some.come("other")
    assert some.count("other") == 1, "a place is left for whoever else comes"


async def test_a_place_goes_to_whoever_has_waited_behind_nobody_of_his_own(crowd):
    some = crowd(4)
    await some.come("big", 50)
    await some.come("small")
    await some.come("other")
    await some.leave("big")
    assert some.count("small") + some.count("other") == 1
    await some.leave("big")
    assert (some.count("small"), some.count("other")) == (1, 1)
    assert some.count("big") == 2


async def test_lines_are_served_in_turn(crowd):
    some = crowd(1)
    await some.come("a")
    for party in ("a", "b", "c"):
        await some.come(party, 3)
    served = []
    for _ in range(9):
        await some.leave(some.inside[0][0])
        served.append(some.inside[0][0])
    assert served == ["a", "b", "c"] * 3


async def test_where_the_queue_is_full_the_longest_line_makes_way(crowd):
    some = crowd(1, queue=10)
    await some.come("big", 11)
    assert not some.refused
    await some.come("small")
    assert some.refused == {"big": 1}
    await some.come("big")
    assert some.refused == {"big": 2}, "not for its own"
    await some.leave("big")
    assert some.inside[0][0] == "big"
    await some.leave("big")
    assert some.inside[0][0] == "small"


async def test_all_places_are_there_again_once_the_others_have_gone(crowd):
    some = crowd(8)
    await some.come("small")
    await some.come("big", 20)
    await some.leave("small")
    assert some.count("big") == 2
    some.clock.now += COMPANY_S + 0.1
    await some.leave("big")
    assert some.count("big") == 8


async def test_nobody_waits_for_ever_though_no_place_comes_free(crowd):
    gate = Gate(Room(1, 10, 0.02))
    async with gate.place("a"):
        for party in ("a", "b", "a", "b"):
            with pytest.raises(CrowdedError, match="in time"):
                async with gate.place(party):
                    pass
        assert set(gate._lines) == {"a"}, "nobody is remembered who neither is in nor waits"
    assert not gate._lines


async def test_a_place_that_was_given_just_as_its_taker_left_goes_on(crowd):
    some = crowd(1)
    await some.gate.enter("in")
    await some.come("leaving")
    await some.come("next")
    some.gate.leave("in")  # its place is given, and nobody has heard of that yet
    some._calls[0].cancel()
    await some.settle()
    assert some.count("next") == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["come", "leave", "cancel", "wait"]), st.sampled_from("abc")),
    max_size=60,
)


@given(STEPS)
@settings(max_examples=150)
def test_no_place_is_lost_and_none_is_given_twice(steps):
    asyncio.run(_played(steps))


def could_enter(gate: Gate) -> list[str]:
    """Who waits though a place is free that he may have."""
    now = gate._clock()
    return [
        party
        for party, line in gate._lines.items()
        if gate._free
        and line.running < gate._most(party, now)
        and any(not place.done() for place, _ in line.waiting)
    ]


async def _played(steps) -> None:
    some = Crowd(Room(3, 5, 5.0))
    for step, party in steps:
        if step == "come":
            await some.come(party)
        elif step == "leave" and some.count(party):
            await some.leave(party)
            assert not could_enter(some.gate), "a place is free, and who may have it waits"
        elif step == "cancel" and some._calls:
            some._calls.pop().cancel()
            await some.settle()
        else:
            some.clock.now += 0.4
    await some.end()
    gate = some.gate
    assert gate._free == 3
    assert gate._waiting_count == sum(len(line.waiting) for line in gate._lines.values())
    async with asyncio.timeout(1), gate.place("d"), gate.place("e"), gate.place("f"):
        assert gate.is_full


@pytest.mark.parametrize("gone", [1, 2, 3])
async def test_whoever_waits_behind_those_who_have_left_gets_the_place_that_is_free(crowd, gone):
    some = crowd(1)
    await some.come("in")
    for number in range(gone):
        await some.come(f"gone {number}")
        some._calls[-1].cancel()
    await some.come("waiting")
    await some.leave("in")
    assert some.count("waiting") == 1
