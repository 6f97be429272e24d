"""The citizens' view is written anew while movements come in, and rests when none do."""

import asyncio

import pytest
from builders.heart import a_proposal, until

from izin.consent.rewrite import Rewriter
from izin.jobs.keeper import Keeper
from izin.queue.queue import Queue

ROWS = 70


async def test_it_goes_round_once_for_what_came_in(heart, keeper_database):
    rewriter = Rewriter(keeper_database)
    assert await rewriter.rewrite() == 0
    await heart.record(*(a_proposal(number) for number in range(ROWS)))
    await heart.number_and_project()
    assert [await rewriter.rewrite() for _ in range(3)] == [ROWS, 0, 0]
    await heart.record(a_proposal(ROWS))
    await heart.number_and_project()
    assert [await rewriter.rewrite() for _ in range(2)] == [ROWS + 1, 0]


async def test_whoever_begins_does_not_know_what_was_done_before(heart, keeper_database):
    await heart.record(a_proposal())
    await heart.number_and_project()
    assert await Rewriter(keeper_database).rewrite() == 1
    assert await Rewriter(keeper_database).rewrite() == 1


@pytest.mark.plain
async def test_the_keeper_sees_to_it(heart, owner, keeper_database):
    written = "select min(xmin::text::bigint) from citizen_consent"
    await heart.record(*(a_proposal(number) for number in range(ROWS)))
    await heart.number_and_project()
    before = await owner.fetchval(written)
    stop = asyncio.Event()
    queue = Queue(keeper_database, {})
    keeper = Keeper(keeper_database, heart.projector, queue, (), stop, rewrite_wait_s=0)
    running = asyncio.create_task(keeper.run())

    async def is_written_anew() -> bool:
        return await owner.fetchval(written) > before

    await until(is_written_anew)
    stop.set()
    await running
