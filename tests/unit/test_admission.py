"""How often, and how much at a time."""

import asyncio
from contextlib import suppress

import pytest

from izin.admission.buckets import Buckets
from izin.admission.gate import CrowdedError, Gate, Room
from izin.admission.lanes import LANE_OF_REFUSALS, Lane
from izin.admission.limiter import Known, Limiter, TooManyError
from izin.admission.limits import Limits, demonstration, documented
from izin.admission.overload import Overload, rooms
from izin.core.errors import UnavailableError


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_ten_calls_fit_into_a_second_and_the_eleventh_waits_a_tenth():
    clock = Hands()
    buckets = Buckets(10, key_count_max=100, clock=clock)
    assert [buckets.take("a") for _ in range(10)] == [0.0] * 10
    assert buckets.take("a") == pytest.approx(0.1)
    clock.now += 0.1
    assert buckets.take("a") == 0.0
    assert buckets.take("a") > 0


def test_a_refused_call_does_not_count():
    clock = Hands()
    buckets = Buckets(1, key_count_max=100, clock=clock)
    assert buckets.take("a") == 0.0
    for _ in range(50):
        assert buckets.take("a") == pytest.approx(1.0)
    clock.now += 1.0
    assert buckets.take("a") == 0.0


def test_a_slow_rate_lets_one_call_through():
    clock = Hands()
    buckets = Buckets(0.5, key_count_max=100, clock=clock)
    assert buckets.take("a") == 0.0
    assert buckets.take("a") == pytest.approx(2.0)


def test_memory_is_bounded_and_the_least_recent_client_is_forgotten():
    buckets = Buckets(1, key_count_max=3, clock=Hands())
    for client in "abca":
        buckets.take(client)
    buckets.take("d")
    assert len(buckets) == 3
    assert buckets.take("a") > 0  # still remembered
    assert buckets.take("b") == 0.0  # forgotten


def a_limiter(per_second=10):
    return Limiter(Limits(per_second=per_second, hourly={}))


async def admitted(limiter, lane, client="192.0.2.1", calls=20):
    count = 0
    for _ in range(calls):
        with suppress(TooManyError):
            await limiter.admit(lane, client)
            count += 1
    return count


async def test_a_client_that_floods_every_other_lane_can_still_sign_in_and_refuse():
    limiter = a_limiter(per_second=0.01)
    others = (Lane.SINGLE_STATUS, Lane.QUESTION, Lane.HISTORY, Lane.CHANGES, Lane.INFO)
    assert sum([await admitted(limiter, lane) for lane in others]) == 1
    for lane in (Lane.TOKEN, Lane.CONSENT, Lane.BATCH, *LANE_OF_REFUSALS.values()):
        assert await admitted(limiter, lane) == 1


async def test_other_lanes_share_one_pot():
    limiter = a_limiter(per_second=0.01)
    await limiter.admit(Lane.CHANGES, "192.0.2.1")
    with pytest.raises(TooManyError):
        await limiter.admit(Lane.INFO, "192.0.2.1")
    await limiter.admit(Lane.INFO, "192.0.2.2")


async def test_ten_calls_at_once_are_a_second_s_worth():
    assert await admitted(Limiter(Limits(per_second=10, hourly={})), Lane.INFO, calls=10) == 10


async def test_what_is_past_the_limit_says_when_to_come_back():
    limiter = a_limiter(per_second=1)
    await limiter.admit(Lane.INFO, "192.0.2.1")
    with pytest.raises(TooManyError) as refusal:
        await limiter.admit(Lane.INFO, "192.0.2.1")
    assert refusal.value.refused[0].code == "H124"
    assert refusal.value.retry_after_s == 1


async def test_who_is_refused_as_often_as_he_may_call_floods():
    limiter = a_limiter(per_second=2)
    refused = []
    for _ in range(6):
        try:
            await limiter.admit(Lane.INFO, "192.0.2.1")
        except TooManyError as error:
            refused.append(error.is_flood)
    assert refused == [False, False, True, True]
    assert await admitted(limiter, Lane.INFO, client="192.0.2.2") == 2


@pytest.mark.parametrize("of", ["of_account", "of_company"])
async def test_who_calls_from_many_addresses_is_counted_by_whose_he_is(of):
    limiter = Limiter(Limits(per_second=1, hourly={}, **{of: 2}))
    who = Known("account", None) if of == "of_account" else Known(None, 731001)
    for number in range(2):
        await limiter.admit(Lane.INFO, f"192.0.2.{number}", who)
    with pytest.raises(TooManyError) as refusal:
        await limiter.admit(Lane.INFO, "192.0.2.9", who)
    assert refusal.value.refused[0].code == "H124"
    await limiter.admit(Lane.REFUSAL, "192.0.2.8", who)  # a pot of its own
    await limiter.admit(Lane.INFO, "192.0.2.7", Known("other", 1))


async def test_probes_are_never_limited():
    assert await admitted(a_limiter(per_second=0.01), Lane.HEALTH) == 20


async def test_the_demonstration_limits_nobody():
    assert await admitted(Limiter(demonstration()), Lane.TOKEN) == 20


def test_hourly_limits_without_a_database_are_refused_at_the_start():
    with pytest.raises(AssertionError, match="hourly"):
        Limiter(documented())


async def hold(gate, entered, leave):
    async with gate.place("a"):
        entered.set()
        await leave.wait()


async def test_a_full_lane_queues_up_to_its_bound_and_then_says_so():
    gate = Gate(Room(1, 1, 5.0))
    entered, leave = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(hold(gate, entered, leave))
    await entered.wait()
    second_entered = asyncio.Event()
    second = asyncio.create_task(hold(gate, second_entered, leave))
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError, match="full"):
        async with gate.place("a"):
            pass
    leave.set()
    await asyncio.gather(first, second)
    assert second_entered.is_set()


async def test_who_waits_too_long_is_told_so_and_leaves_no_trace():
    gate = Gate(Room(1, 1, 0.01))
    entered, leave = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(hold(gate, entered, leave))
    await entered.wait()
    for _ in range(3):
        with pytest.raises(UnavailableError, match="in time"):
            async with gate.place("a"):
                pass
    leave.set()
    await first
    async with gate.place("a"):
        pass


class Crowd:
    """Calls that wait at a gate of one place, by a clock that is moved by hand."""

    def __init__(self, *, is_cut: bool = True) -> None:
        self.clock = Hands()
        self.gate = Gate(Room(1, 100, 5.0, is_cut), clock=self.clock)
        self.served: list[str] = []
        self.refused: list[str] = []
        self._leave: dict[str, asyncio.Event] = {}
        self._calls: list[asyncio.Task[None]] = []

    async def come(self, *names: str) -> None:
        for name in names:
            self._leave[name] = asyncio.Event()
            self._calls.append(asyncio.create_task(self._call(name)))
            await asyncio.sleep(0)

    async def _call(self, name: str) -> None:
        try:
            async with self.gate.place("a"):
                self.served.append(name)
                await self._leave[name].wait()
        except CrowdedError:
            self.refused.append(name)

    async def pass_on(self, after_s: float) -> None:
        """Whoever has the place leaves it after so long."""
        self.clock.now += after_s
        self._leave[self.served[-1]].set()
        for _ in range(4):
            await asyncio.sleep(0)

    async def stand(self) -> None:
        """Let the queue stand: nobody waits for less than 60 ms, for longer than is watched."""
        await self.come("first", *(f"early {number}" for number in range(3)))
        for _ in range(3):
            await self.pass_on(0.0625)
        assert not self.refused

    async def end(self) -> None:
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)


async def test_whoever_came_first_goes_first_and_last_goes_first_where_the_queue_stands():
    crowd = Crowd()
    await crowd.stand()
    assert crowd.served == ["first", *(f"early {number}" for number in range(3))]
    await crowd.come("a", "b", "c")
    await crowd.pass_on(0.01)
    assert crowd.served[-1] == "c"
    await crowd.end()


async def test_a_burst_waits_its_turn_and_a_queue_that_stands_is_cut():
    crowd = Crowd()
    await crowd.come(*(f"burst {number}" for number in range(10)))
    for _ in range(10):
        await crowd.pass_on(0.004)
    assert (len(crowd.served), crowd.refused) == (10, [])
    await crowd.stand()
    await crowd.come(*(f"late {number}" for number in range(90)))
    while len(crowd.served) + len(crowd.refused) < 104:
        await crowd.pass_on(0.004)
    assert crowd.served[14:] == [f"late {number}" for number in range(89, 84, -1)]
    assert len(crowd.refused) == 85
    await crowd.end()


async def test_a_queue_stands_as_long_as_somebody_is_cut_off():
    crowd = Crowd()
    await crowd.stand()
    for round_ in range(100):  # of each two who come one is served soon, and one never
        await crowd.come(f"old {round_}", f"new {round_}")
        await crowd.pass_on(0.004)
    assert len(crowd.refused) > 90
    assert crowd.refused == [f"old {round_}" for round_ in range(len(crowd.refused))]
    assert crowd.served[-1] == "new 99"
    await crowd.end()


async def test_a_queue_stands_no_more_once_nobody_was_cut_off_for_a_while():
    crowd = Crowd()
    await crowd.stand()
    for round_ in range(30):
        await crowd.come(f"alone {round_}")
        await crowd.pass_on(0.004)
    assert not crowd.refused
    await crowd.come("a", "b")
    await crowd.pass_on(0.004)
    assert crowd.served[-1] == "a", "whoever came first goes first again"
    await crowd.end()


async def test_refusals_wait_in_their_order_however_long_the_queue():
    crowd = Crowd(is_cut=False)
    await crowd.stand()
    await crowd.come("a", "b", "c")
    await crowd.pass_on(1.0)
    assert (crowd.served[-1], crowd.refused) == ("a", [])
    await crowd.end()


async def test_whoever_is_given_a_place_as_he_leaves_hands_it_on():
    gate = Gate(Room(1, 4, 5.0))
    entered, leave = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(hold(gate, entered, leave))
    await entered.wait()
    waiting = asyncio.create_task(hold(gate, asyncio.Event(), leave))
    await asyncio.sleep(0)
    leave.set()
    await first  # the place is handed on, and its taker has not run yet
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(1), gate.place("a"):
        pass


async def test_a_refused_call_waits_but_not_more_than_half_a_process_full():
    overload = Overload({lane: Room(1, 0, 0.0) for lane in Lane}, held_s=0.2, held_max=1)
    loop = asyncio.get_running_loop()
    began = loop.time()
    first = asyncio.create_task(overload.hold())
    await asyncio.sleep(0)
    await overload.hold()
    assert not first.done(), "the second goes at once"
    await first
    assert loop.time() - began >= 0.1


async def test_a_caller_who_leaves_while_waiting_keeps_no_place():
    gate = Gate(Room(1, 4, 5.0))
    entered, leave = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(hold(gate, entered, leave))
    await entered.wait()
    waiting = asyncio.create_task(hold(gate, asyncio.Event(), leave))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    leave.set()
    await first
    async with gate.place("a"):
        pass


async def test_one_lanes_crowd_does_not_fill_another():
    overload = Overload({lane: Room(1, 0, 0.0) for lane in Lane})
    async with overload.place(Lane.BATCH, "a"):
        with pytest.raises(UnavailableError):
            async with overload.place(Lane.BATCH, "a"):
                pass
        async with overload.place(Lane.CONSENT, "a"):
            pass


@pytest.mark.parametrize("connections", [8, 16, 64])
def test_long_work_leaves_half_of_the_connections_free(connections):
    divided = rooms(connections)
    long_work = (Lane.BATCH, Lane.QUESTION, Lane.HISTORY, Lane.CHANGES)
    assert sum(divided[lane].running_max for lane in long_work) <= connections // 2
    assert set(divided) == set(Lane) - {Lane.HEALTH}


def test_a_lane_without_a_room_is_refused_at_the_start():
    with pytest.raises(AssertionError, match="BATCH"):
        Overload({lane: Room(1, 0, 0.0) for lane in Lane if lane is not Lane.BATCH})
