"""The keeper under trouble: it pauses, it hands over, it goes on; it never counts wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from builders.heart import a_proposal, keeping, until

from izin.consent.project import Projector
from izin.jobs.keeper import PROJECT_WAIT_S, Keeper
from izin.queue.queue import Queue
from izin.wiring.parts import Parts, open_parts
from izin.wiring.settings import Settings


@pytest.fixture
def keeper_settings(fresh_database, tmp_path) -> Settings:
    # the root key of the other fixtures: both ends work with the same keys
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        pool_size=6,
    )


@asynccontextmanager
async def a_keeper(settings: Settings) -> AsyncIterator[Parts]:
    async with open_parts(settings, role="izin_keeper") as parts, keeping(parts):
        yield parts


async def is_at(owner, column: str, count: int) -> bool:
    return await owner.fetchval(f"select {column} from sequence_head") == count


async def comes_to(owner, column: str, count: int) -> None:
    await until(lambda: is_at(owner, column, count))


async def all_is_right(owner, count: int) -> None:
    await comes_to(owner, "projected_idx", count)
    await comes_to(owner, "counted_idx", count)
    assert [row["idx"] for row in await owner.fetch("select idx from entry order by idx")] == list(
        range(1, count + 1)
    )
    assert await owner.fetchval("select count(*) from pending") == 0
    seen = await owner.fetchval("select sum(approvals) + sum(rejections) from brand_figure")
    assert seen == await owner.fetchval("select count(*) from provider_consent")


async def end_sessions(owner, which: str) -> None:
    await owner.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        f"where application_name = 'izin_keeper' and datname = current_database() and {which}"
    )


LEASE = "pid in (select pid from pg_locks where locktype = 'advisory')"


async def test_a_keeper_whose_database_has_no_room_goes_on_when_it_has(
    heart, owner, keeper_settings, caplog
):
    await owner.execute(
        """
        create function no_room() returns trigger language plpgsql as
            $$ begin raise 'no space left on device' using errcode = '53100'; end $$;
        create trigger no_room before insert on entry
            for each statement execute function no_room();
        """
    )
    async with a_keeper(keeper_settings):
        await heart.record(*(a_proposal(number) for number in range(70)))
        await until(lambda: said("numbering pauses", caplog))
        assert await is_at(owner, "assigned_idx", 0)
        await owner.execute("drop trigger no_room on entry")
        await all_is_right(owner, 70)


@pytest.mark.drill
async def test_a_keeper_whose_connections_are_cut_goes_on(heart, owner, keeper_settings):
    async with a_keeper(keeper_settings):
        for turn in range(200):
            await heart.record(*(a_proposal(turn * 10 + number) for number in range(10)))
            await end_sessions(owner, "true")
        await all_is_right(owner, 2000)


async def test_a_second_keeper_waits_and_takes_over(heart, owner, keeper_settings):
    async with a_keeper(keeper_settings):
        async with a_keeper(keeper_settings):
            await heart.record(*(a_proposal(number) for number in range(10)))
            await comes_to(owner, "published_idx", 10)
            assert await is_at(owner, "epoch", 1)
            await end_sessions(owner, LEASE)
            await comes_to(owner, "epoch", 2)
            await heart.record(*(a_proposal(number) for number in range(10, 20)))
            await all_is_right(owner, 20)
        await heart.record(a_proposal(20))
        await all_is_right(owner, 21)


async def test_a_keeper_that_stops_gives_the_lease_back_at_once(heart, owner, keeper_settings):
    for number in range(2):
        async with a_keeper(keeper_settings):
            await heart.record(a_proposal(number))
            await comes_to(owner, "published_idx", number + 1)
        locks = "select count(*) from pg_locks where locktype = 'advisory' and database = ("
        own = "select oid from pg_database where datname = current_database())"
        assert await owner.fetchval(locks + own) == 0
    assert await is_at(owner, "epoch", 2)


async def test_a_lone_movement_waits_for_others_to_hide_among(heart, owner, keeper_settings):
    async with a_keeper(keeper_settings):
        for number in range(2):
            began_s = monotonic()
            await heart.record(a_proposal(number))
            await comes_to(owner, "projected_idx", number + 1)
            assert monotonic() - began_s >= PROJECT_WAIT_S


async def test_a_crowd_of_movements_is_projected_without_waiting(heart, owner, keeper_settings):
    async with a_keeper(keeper_settings):
        await heart.record(*(a_proposal(number) for number in range(64)))
        await all_is_right(owner, 64)


async def test_a_movement_that_does_not_open_is_set_aside_and_holds_up_nobody(
    heart, owner, keeper_settings, caplog
):
    await heart.record(a_proposal(1))
    [lost] = await owner.fetch("select event_id, body_sealed from consent_event")
    await owner.execute("update consent_event set body_sealed = set_byte(body_sealed, 30, 7)")
    async with a_keeper(keeper_settings):
        await comes_to(owner, "projected_idx", 1)
        await until(lambda: said(str(lost["event_id"]), caplog))  # told once it is committed
        await heart.record(a_proposal(2))
        await comes_to(owner, "counted_idx", 2)
    assert await owner.fetchval("select count(*) from citizen_consent") == 1
    assert await owner.fetchval("select sum(approvals) from brand_figure") == 1
    assert tuple(await owner.fetchrow("select idx, event_id from unprojected")) == (
        1,
        lost["event_id"],
    )


class BreaksOnce(Projector):
    """Breaks when it is told to end, as a connection may that is lost on the way; then works."""

    began: asyncio.Event | None = None

    async def project(self, epoch: int) -> int:
        if self.began is None:
            self.began = asyncio.Event()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise ValueError from None
        return await super().project(epoch)


async def test_numbering_begins_anew_though_the_projector_breaks_as_it_is_stopped(
    heart, owner, keeper_settings
):
    stop = asyncio.Event()
    async with open_parts(keeper_settings, role="izin_keeper") as parts:
        projector = BreaksOnce(parts.database, parts.keyring)
        keeper = Keeper(parts.database, projector, Queue(parts.database, {}), {}, stop)
        running = asyncio.create_task(keeper.run())
        await heart.record(*(a_proposal(number) for number in range(70)))

        async def is_projecting() -> bool:
            return projector.began is not None

        await until(is_projecting)
        await owner.execute("update sequence_head set epoch = epoch + 1")  # as another keeper would
        await heart.record(a_proposal(70))
        await all_is_right(owner, 71)
        stop.set()
        await running


async def said(words: str, caplog) -> bool:
    await asyncio.sleep(0)
    return words in caplog.text
