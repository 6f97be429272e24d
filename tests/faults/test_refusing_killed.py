"""The citizens' process is killed while people refuse: whoever was answered is recorded, once."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import pytest
from builders.heart import a_key, a_proposal, email, until

from izin.core.address import REACHED_BY, Address
from izin.core.terms import Channel, RecipientType
from izin.link.make import make
from izin.link.model import LIFE, PersonalLink, Reach
from izin.wiring.launch import environment_of
from izin.wiring.settings import Settings

PEOPLE, KILLS, ENOUGH = 40, 1, 8
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def settings(fresh_database, tmp_path, root) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        pool_size=7,
    )


@asynccontextmanager
async def a_process(
    settings: Settings, listening: socket.socket
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The citizens' pages in a process of their own, which is killed at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "izin.wiring.process"),
        *(str(os.getpid()), "citizen", str(listening.fileno())),
        env=environment_of(settings, settings.database_url),
        pass_fds=[listening.fileno()],
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def links(given, heart) -> list[str]:
    """One of each person's."""
    await given.provider()
    await given.brand()
    people = [email(f"okur{number}") for number in range(PEOPLE)]
    mails = [a_key(channel=Channel.EPOSTA, address=each) for each in people]
    await heart.record(*(a_proposal(key=each) for each in mails))
    until_then = datetime.now(UTC) + LIFE
    async with heart.database.connection() as connection:
        names = await make(
            connection,
            heart.keyring,
            [PersonalLink(reach=of(each), good_until=until_then) for each in people],
        )
    return [f"/k/{name}" for name in names]


def of(address: Address) -> Reach:
    return Reach(
        brand_code=a_key().brand_code,
        address=address,
        channels=REACHED_BY[address.kind],
        recipient_types=tuple(RecipientType),
    )


async def refused(owner) -> int:
    return await owner.fetchval("select count(*) from provider_consent where status = 'RET'")


async def test_whoever_was_answered_is_recorded_and_nobody_twice(settings, links, owner):
    answered: set[str] = set()

    async def refuse(client: httpx2.AsyncClient, link: str) -> None:
        try:
            told = await client.post(link, data=ONE_CLICK)
        except httpx2.TransportError:
            return  # killed before it was said; it is pressed again
        assert told.status_code == 200, told.text
        answered.add(link)

    with socket.create_server(("127.0.0.1", 0), backlog=PEOPLE) as listening:
        at = f"http://127.0.0.1:{listening.getsockname()[1]}"
        for number in range(KILLS):
            async with (
                httpx2.AsyncClient(base_url=at, timeout=60) as client,
                a_process(settings, listening) as process,
            ):
                mine = links[number * PEOPLE // KILLS : (number + 1) * PEOPLE // KILLS]
                before = len(answered)
                pressing = [asyncio.create_task(refuse(client, each)) for each in mine]

                async def so_many(before: int = before) -> bool:
                    return len(answered) >= before + ENOUGH

                await until(so_many)
                process.kill()
                await asyncio.gather(*pressing)
            assert await refused(owner) >= len(answered) >= before + ENOUGH
        async with (
            httpx2.AsyncClient(base_url=at, timeout=60) as client,
            a_process(settings, listening),
        ):
            await asyncio.gather(*(refuse(client, each) for each in links))
    assert answered == set(links)
    assert await refused(owner) == PEOPLE
    assert await owner.fetchval("select count(*) from consent_event") == 2 * PEOPLE, "once each"
    assert await owner.fetchval("select count(*) from receipt_number") == PEOPLE
