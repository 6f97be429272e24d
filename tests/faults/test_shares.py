"""Connections lie evenly on the web processes of a real registry, also after one has died."""

import asyncio
import signal

import psutil
from builders.heart import until
from builders.lines import Lines
from builders.served import Served, served

TRIALS = 12


async def taken(registry: Served, count: int) -> list[int]:
    """How many connections each web process has, once there are so many in all."""
    found: list[int] = []

    async def are_all() -> bool:
        try:
            found[:] = [
                sum(each.status == psutil.CONN_ESTABLISHED for each in one.net_connections("tcp"))
                for one in registry.web()
            ]
        except psutil.NoSuchProcess:  # it has just been killed
            return False
        return sum(found) == count

    await until(are_all)
    return found


async def splits(registry: Served, trials: int) -> list[int]:
    """How far apart both processes are, for each of some crowds of eight."""
    found = []
    for _ in range(trials):
        async with Lines(registry.port, 8) as lines:
            await lines.open_all()
            one, other = await taken(registry, 8)
        await taken(registry, 0)
        found.append(abs(one - other))
    return found


async def test_connections_of_one_client_are_shared_by_both_web_processes(quick_folder):
    async with served(quick_folder / "var") as registry:
        await until(lambda: are_there(registry))
        before = await splits(registry, TRIALS)
        killed = registry.web()[0]
        killed.kill()
        await until(lambda: are_there(registry))
        assert killed not in registry.web()
        # one process that wakes first and takes all is eight apart; on a busy machine one sleeps
        for found in (before, await splits(registry, TRIALS)):
            assert sum(found) <= 3 * TRIALS, found


async def are_there(registry: Served) -> bool:
    """Do both take connections? Then a crowd is not all in one."""
    try:
        return await splits(registry, 1) != [8]
    except ValueError:  # one of them has just been killed
        return False


async def test_whoever_comes_while_it_stops_is_refused_and_who_is_there_is_answered(quick_folder):
    async with served(quick_folder / "var") as registry:
        whole = registry.add(1)
        reader, writer = await asyncio.open_connection("127.0.0.1", registry.port)
        writer.write(whole[:-5])
        await writer.drain()
        await taken(registry, 1)
        registry.command.process.send_signal(signal.SIGTERM)

        async def is_refused() -> bool:
            try:
                _, late = await asyncio.open_connection("127.0.0.1", registry.port)
            except ConnectionRefusedError:
                return True
            late.close()
            return False

        await until(is_refused)
        assert registry.web(), "it waits for who is there"
        writer.write(whole[-5:])
        assert (await reader.readline()).split()[1] == b"200"
        writer.close()
