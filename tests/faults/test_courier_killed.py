"""The courier is killed in the midst of its work: each message goes out, hardly one twice."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from builders.heart import until

from izin.core.address import Address, AddressKind
from izin.message import write
from izin.message.model import Rendered
from izin.message.write import Meant
from izin.simulator.smsc import Smsc, SmscSettings
from izin.wiring.courier import AT_ONCE
from izin.wiring.launch import environment_of
from izin.wiring.settings import Settings

PHONE = "+905990000073"
MESSAGES, KILLS = 60, 3


@pytest.fixture
async def operator() -> AsyncIterator[Smsc]:
    smsc = Smsc(SmscSettings(system_id="izin", password="gizli", retry_seconds=0.05))
    await smsc.start()
    yield smsc
    await smsc.stop()


@pytest.fixture
def settings(fresh_database, tmp_path, root, operator) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        smpp_urls=f"smpp://izin:gizli@127.0.0.1:{operator.port}",
    )


@asynccontextmanager
async def a_courier(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own, which is killed at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "izin.wiring.process", str(os.getpid()), "courier"),
        env=environment_of(settings, settings.database_url),
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def test_each_message_goes_out_however_often_it_is_killed(
    settings, database, keyring, operator, owner
):
    texts = [f"{number}. ileti" for number in range(MESSAGES)]
    meant = Meant("reply", 1, timedelta(minutes=5))
    async with database.transaction() as connection:
        for body in texts:
            rendered = Rendered(to=Address(PHONE, AddressKind.PHONE), body=body)
            await write.put(
                connection, keyring.message_sealer, rendered, meant, now=datetime.now(UTC)
            )

    def arrived() -> Counter[str]:
        return Counter(each.text for each in operator.inbox(PHONE))

    async def some_more(than: int) -> bool:
        return arrived().total() > than

    async def all_is_done() -> bool:
        # receipts of what went out twice wait for longer: their message has another reference
        return not await owner.fetchval("select count(*) from job where name = $1", write.JOB)

    for _ in range(KILLS):
        async with a_courier(settings):
            so_far = arrived().total()
            await until(lambda so_far=so_far: some_more(so_far))
    async with a_courier(settings):
        await until(all_is_done)
    assert set(arrived()) == set(texts)
    assert arrived().total() <= MESSAGES + KILLS * AT_ONCE
