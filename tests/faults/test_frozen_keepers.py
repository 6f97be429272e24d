"""No keeper is at work: what people write to 3338 is taken in all the same."""

import asyncio
import os
import signal
import sys

import pytest
from builders.heart import a_key, a_proposal, phone, until
from builders.parties import BRAND_CODE

from izin.consent.of_citizen import standings
from izin.core.terms import Status
from izin.keyring import open_message_sealer
from izin.message.heard import Written, keep
from izin.queue import queue
from izin.storage.database import Database
from izin.wiring.citizen import listener_of
from izin.wiring.parts import open_parts
from izin.wiring.settings import Settings


@pytest.fixture
def citizens_settings(fresh_database, tmp_path) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        pool_size=5,
    )


@pytest.fixture
async def consents(given, heart) -> None:
    await given.provider()
    await given.brand()
    await heart.record(a_proposal(key=a_key(1)), a_proposal(key=a_key(2)))


@pytest.fixture
async def operator_brings(fresh_database, keyring, root):
    """What the courier does with a text that an operator brings."""
    database = await Database.open(fresh_database, role="izin_courier", size_max=2)
    sealer = await open_message_sealer(database, root)

    async def brings(number: int, text: str) -> None:
        await keep(database, sealer, Written(phone(number).clear, text))

    yield brings
    await database.close()


async def listening(settings: Settings, until_done) -> None:
    stop = asyncio.Event()
    async with open_parts(settings, role="izin_citizen") as parts, asyncio.TaskGroup() as tasks:
        tasks.create_task(listener_of(parts, settings, stop).run())
        await until(until_done)
        stop.set()


async def is_refused(heart, *numbers: int) -> bool:
    async with heart.database.connection() as connection:
        found = await standings(connection, heart.keyring, [a_key(each) for each in numbers])
    return all(each is not None and each.status is Status.RET for each in found)


async def test_a_refusal_by_text_waits_for_no_keeper(
    consents, operator_brings, heart, owner, citizens_settings
):
    await operator_brings(1, f"RET {BRAND_CODE}")
    await listening(citizens_settings, lambda: is_refused(heart, 1))
    assert await owner.fetchval("select count(*) from message") == 1, "and it is answered"
    assert await owner.fetchval("select count(*) from job where name = 'heard'") == 0
    assert not await is_refused(heart, 2)


async def test_who_takes_in_texts_takes_no_other_job(
    consents, operator_brings, heart, owner, citizen_database, citizens_settings
):
    async with citizen_database.transaction() as connection:
        await queue.put(connection, "batch", b"of a company", None)
    await operator_brings(1, f"RET {BRAND_CODE}")
    await listening(citizens_settings, lambda: is_refused(heart, 1))
    async with citizen_database.connection() as connection:
        for statement in ("update job set attempts = 9", "delete from job"):
            await connection.execute(statement + " where name <> 'message'")
    [left] = await owner.fetch("select attempts from job where name = 'batch'")
    assert left["attempts"] == 0


@pytest.mark.drill
async def test_two_keepers_that_are_frozen_keep_no_refusal_waiting(
    consents, operator_brings, heart, owner, citizens_settings
):
    """Real ones: what one has claimed comes back with its lease, and nothing else waits."""
    environment = os.environ | {
        "IZIN_DATABASE_URL": str(citizens_settings.database_url),
        "IZIN_DATA_FOLDER": str(citizens_settings.data_folder),
        "IZIN_ROOT_KEY_FILE": str(citizens_settings.root_key_file),
    }
    work = [sys.executable, "-m", "izin.wiring.process", str(os.getpid()), "keeper"]
    keepers = [await asyncio.create_subprocess_exec(*work, env=environment) for _ in range(2)]
    try:

        async def are_at_work() -> bool:
            return await owner.fetchval(
                "select count(distinct pid) >= 2 from pg_stat_activity"
                " where application_name = 'izin_keeper' and datname = current_database()"
            )

        await until(are_at_work)
        for keeper in keepers:
            keeper.send_signal(signal.SIGSTOP)
        await operator_brings(1, f"RET {BRAND_CODE}")
        await operator_brings(2, f"RET {BRAND_CODE}")
        await listening(citizens_settings, lambda: is_refused(heart, 1, 2))
    finally:
        for keeper in keepers:
            keeper.kill()
            await keeper.wait()
