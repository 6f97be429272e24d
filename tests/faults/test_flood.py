"""A process under the launcher goes on answering whatever strangers send it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import repeat
from urllib.parse import urlsplit

import psutil
import pytest
from builders.command import free_port
from builders.registry import brand_path
from builders.wire import Heard, Line, a_line

from izin.wiring.launch import serve
from izin.wiring.settings import Settings

PROBE = b"GET /healthz HTTP/1.1\r\nhost: izin\r\n\r\n"
MANY = f"POST {brand_path()}/consents/request HTTP/1.1\r\nhost: izin\r\n".encode()
CHUNK = b"10000\r\n" + b"[" * 0x10000 + b"\r\n"
MIB = 1024 * 1024


@pytest.fixture
def settings(fresh_database, tmp_path) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path / "var",
        port=free_port(),
        desk_port=free_port(),
        web_processes=1,
    )


async def nothing(_url: str) -> None:
    """The schema is there."""


class Flood:
    """What strangers do to one address; `resident` is read before and after."""

    def __init__(self, address: str) -> None:
        self._port = urlsplit(address).port or 0

    async def lines(self, stack: AsyncExitStack, count: int) -> list[Line]:
        return [await stack.enter_async_context(a_line(self._port)) for _ in range(count)]

    async def probe(self) -> int:
        async with a_line(self._port) as line:
            await line.say(PROBE)
            return (await line.hear()).status

    async def probing(self, until: asyncio.Event) -> AsyncIterator[int]:
        while not until.is_set():
            yield await self.probe()

    async def endless_header(self) -> tuple[int, Heard]:
        async with a_line(self._port) as line:
            await line.say(b"GET / HTTP/1.1\r\nx: ")
            return await line.say_on(repeat(b"a" * 65_536, 2400))

    async def body_without_token(self) -> tuple[int, Heard]:
        async with a_line(self._port) as line:
            await line.say(MANY + b"transfer-encoding: chunked\r\n\r\n")
            return await line.say_on(repeat(CHUNK, 62))


def resident() -> int:
    """Bytes of memory that the web process holds, which is the one that strangers reach."""
    [web] = [each for each in psutil.Process().children() if "web" in each.cmdline()]
    return web.memory_info().rss


async def attack(flood: Flood) -> None:
    before = resident()
    is_over = asyncio.Event()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:

        async def probes() -> list[int]:
            return [status async for status in flood.probing(is_over)]

        for line in await flood.lines(stack, 150):
            await line.say(PROBE[:-4])
        probed = group.create_task(probes())
        headers = await asyncio.gather(*(flood.endless_header() for _ in range(8)))
        bodies = await asyncio.gather(*(flood.body_without_token() for _ in range(60)))
        assert await flood.probe() == 200
        is_over.set()
    assert [(heard.status, heard.codes) for _, heard in headers] == [(431, ["IZ012"])] * 8
    assert [(heard.status, heard.codes) for _, heard in bodies] == [(401, ["H351"])] * 60
    assert max(taken for taken, _ in headers) < 64 * MIB, "they were 150"
    assert probed.result()
    assert set(probed.result()) == {200}
    assert resident() - before < 64 * MIB


def test_strangers_who_send_without_end_stop_nobody(settings):
    async def ready(address: str) -> None:
        await attack(Flood(address))
        os.kill(os.getpid(), signal.SIGTERM)

    serve(settings, prepare=nothing, ready=ready)
