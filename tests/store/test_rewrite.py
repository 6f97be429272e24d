"""The citizens' view is written anew while movements come in, and rests when none do."""

import asyncio

import pytest
from builders.heart import a_proposal, until

from izin.consent.rewrite import Rewriter
from izin.jobs.keeper import Keeper, Waits
from izin.queue.queue import Queue

ROWS = 70


async def once_round(rewriter: Rewriter) -> int:
    """How many rows the last round wrote; the first begins anywhere."""
    written = [0]
    while rows := await rewriter.rewrite():
        written.append(rows)
    return written[-1]


async def test_it_goes_round_once_for_what_came_in(heart, keeper_database):
    rewriter = Rewriter(keeper_database)
    assert await rewriter.rewrite() == 0
    await heart.record(*(a_proposal(number) for number in range(ROWS)))
    await heart.number_and_project()
    assert await once_round(rewriter) == ROWS
    await heart.record(a_proposal(ROWS))
    await heart.number_and_project()
    assert await once_round(rewriter) == ROWS + 1


async def test_whoever_begins_does_not_know_what_was_done_before(heart, keeper_database):
    await heart.record(a_proposal())
    await heart.number_and_project()
    assert await once_round(Rewriter(keeper_database)) == 1
    assert await once_round(Rewriter(keeper_database)) == 1


@pytest.mark.plain
async def test_rows_are_written_in_the_order_of_their_keys_whatever_the_server_knows(
    heart, owner, keeper_database
):
    """A plan that reads in the order of pages would leave them in the order of numbers."""
    await owner.execute(
        "insert into citizen_consent (tag, slot, bucket, sealed)"
        " select gen_random_uuid(), gen_random_uuid(), 1, decode(repeat('a5', 300), 'hex')"
        " from generate_series(1, 10000)"
    )
    await owner.execute("update sequence_head set projected_idx = 1")
    await owner.execute("analyze citizen_consent")
    rewriter = Rewriter(keeper_database)
    while await rewriter.rewrite():
        pass
    keys = "select (row_number() over (order by tag, slot) - 1) / 5000 as part, ctid, tag, slot"
    out_of_order = await owner.fetchval(
        "select count(*) from ("
        " select (tag, slot) < lag((tag, slot)) over (partition by part order by ctid) as is_so"
        f" from ({keys} from citizen_consent) as keyed) as pairs where is_so"
    )
    assert out_of_order < 1_500  # where a page ends; half of them in an order that is none


@pytest.mark.plain
async def test_the_keeper_sees_to_it(heart, owner, keeper_database):
    written = "select min(xmin::text::bigint) from citizen_consent"
    await heart.record(*(a_proposal(number) for number in range(ROWS)))
    await heart.number_and_project()
    before = await owner.fetchval(written)
    stop = asyncio.Event()
    queue = Queue(keeper_database, {})
    keeper = Keeper(keeper_database, heart.projector, queue, {}, stop, waits=Waits(rewrite_s=0))
    running = asyncio.create_task(keeper.run())

    async def is_written_anew() -> bool:
        return await owner.fetchval(written) > before

    await until(is_written_anew)
    stop.set()
    await running
