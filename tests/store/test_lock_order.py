"""Bulks of the same records wait for each other, in whatever order each names them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from builders.heart import Heart, a_proposal, until

from izin.consent.model import Recorded

COUNT = 20


async def in_order(heart: Heart, numbers: list[int], ago: timedelta) -> list[object]:
    at = datetime.now(UTC) - ago
    return await heart.record(*(a_proposal(number, consented_at=at) for number in numbers))


@pytest.mark.plain
async def test_two_bulks_in_opposite_order_never_block_each_other(heart, owner):
    """Both stand before a record in the midst of their lists, each with a half behind it."""
    await in_order(heart, list(range(COUNT)), timedelta(hours=3))
    [middle] = await heart.record(a_proposal(COUNT))
    key = await owner.fetchval(
        "select tag from provider_consent where event_id = "
        "(select event_id from consent_event where commitment = $1)",
        bytes.fromhex(middle.transaction_id),
    )

    async def both_wait() -> bool:
        await owner.execute("select pg_stat_clear_snapshot()")
        waiting = await owner.fetchval(
            "select count(*) from pg_stat_activity where application_name = 'izin_web' "
            "and datname = current_database() and wait_event_type = 'Lock'"
        )
        return waiting == 2

    numbers = [*range(COUNT // 2), COUNT, *range(COUNT // 2, COUNT)]
    held = owner.transaction()
    await held.start()
    await owner.execute("select from provider_consent where tag = $1 for update", key)
    bulks = [
        asyncio.create_task(in_order(heart, each, timedelta(minutes=minutes)))
        for each, minutes in ((numbers, 2), (numbers[::-1], 1))
    ]
    await until(both_wait)
    await held.rollback()
    first, second = await asyncio.gather(*bulks)
    assert all(isinstance(each, Recorded) for each in second)
    assert len(first) == len(second) == COUNT + 1
