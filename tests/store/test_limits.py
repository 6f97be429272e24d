"""Hourly limits are rows."""

import asyncio
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from izin.admission import store
from izin.admission.lanes import Lane
from izin.admission.limiter import Limiter, TooManyError
from izin.admission.limits import HourlyLimit, Limits, documented

CLIENT = UUID(int=7)
THREE = {
    Lane.TOKEN: HourlyLimit(code="H084", call_count_max=3, does_restart=True),
    Lane.HISTORY: HourlyLimit(code="H089", call_count_max=3),
}


def tag(client):
    return uuid5(NAMESPACE_URL, client)


@pytest.fixture
def limiter(database):
    return Limiter(Limits(per_second=None, hourly=THREE), database=database, client_tag=tag)


async def age(owner, minutes):
    await owner.execute(
        "update limit_use set window_started_at = window_started_at - $1 * interval '1 minute'",
        minutes,
    )


async def blocked(limiter, lane, client="192.0.2.1"):
    with pytest.raises(TooManyError) as refusal:
        await limiter.admit(lane, client)
    return refusal.value


async def spend(limiter, lane, client="192.0.2.1"):
    for _ in range(3):
        await limiter.admit(lane, client)


async def test_a_lane_is_open_up_to_its_limit_and_says_when_it_opens_again(limiter, owner):
    await spend(limiter, Lane.HISTORY)
    error = await blocked(limiter, Lane.HISTORY)
    assert error.refused[0].code == "H089"
    assert 3590 <= error.retry_after_s <= 3600
    await age(owner, 59)
    assert (await blocked(limiter, Lane.HISTORY)).retry_after_s <= 60
    await age(owner, 1)
    await spend(limiter, Lane.HISTORY)
    await blocked(limiter, Lane.HISTORY)


async def test_an_attempt_while_blocked_restarts_the_token_calls_hour(limiter, owner):
    await spend(limiter, Lane.TOKEN)
    await age(owner, 40)
    first = await blocked(limiter, Lane.TOKEN)
    assert first.refused[0].code == "H084"
    assert first.retry_after_s <= 20 * 60
    assert (await blocked(limiter, Lane.TOKEN)).retry_after_s >= 59 * 60
    await age(owner, 30)
    await blocked(limiter, Lane.TOKEN)
    await age(owner, 40)
    await blocked(limiter, Lane.TOKEN)
    await age(owner, 60)
    await spend(limiter, Lane.TOKEN)


async def test_lanes_and_clients_are_counted_apart(limiter):
    await spend(limiter, Lane.HISTORY)
    await spend(limiter, Lane.TOKEN)
    await spend(limiter, Lane.HISTORY, client="192.0.2.2")
    await limiter.admit(Lane.CONSENT, "192.0.2.1")


async def test_calls_at_the_same_instant_are_all_counted(limiter):
    verdicts = await asyncio.gather(
        *(limiter.admit(Lane.HISTORY, "192.0.2.1") for _ in range(20)), return_exceptions=True
    )
    assert sum(verdict is None for verdict in verdicts) == 3
    assert all(verdict is None or isinstance(verdict, TooManyError) for verdict in verdicts)


async def test_a_row_holds_no_network_address(limiter, owner):
    await limiter.admit(Lane.HISTORY, "192.0.2.1")
    row = await owner.fetchrow("select row_to_json(limit_use)::text as row from limit_use")
    assert "192.0.2" not in row["row"]


async def test_a_lane_without_an_hourly_limit_asks_nobody(limiter, owner):
    await limiter.admit(Lane.CONSENT, "192.0.2.1")
    assert await owner.fetchval("select count(*) from limit_use") == 0


async def test_a_limit_that_was_lowered_holds_at_once(database):
    async with database.connection() as connection:
        for _ in range(5):
            await store.count_call(
                connection, "history", CLIENT, call_count_max=10, does_restart=False
            )
        use = await store.count_call(
            connection, "history", CLIENT, call_count_max=2, does_restart=False
        )
    assert use.used == 3


async def test_clients_whose_hour_is_over_are_forgotten(database, keeper_database, owner):
    async with database.connection() as connection:
        await store.count_call(connection, "history", CLIENT, call_count_max=9, does_restart=False)
        await age(owner, 61)
        await store.count_call(
            connection, "history", UUID(int=8), call_count_max=9, does_restart=False
        )
    async with keeper_database.connection() as connection:
        await store.forget_past_hours(connection)
    assert [row["client"] for row in await owner.fetch("select client from limit_use")] == [
        UUID(int=8)
    ]


def test_the_documented_limits_are_the_contracts():
    limits = documented()
    assert limits.per_second == 10
    assert {
        lane: (each.code, each.call_count_max, each.does_restart)
        for lane, each in limits.hourly.items()
    } == {
        Lane.TOKEN: ("H084", 100, True),
        Lane.SINGLE_STATUS: ("H086", 1000, False),
        Lane.HISTORY: ("H089", 100, False),
    }
