"""Connections lie evenly on the web processes of a real registry, also after one has died."""

import psutil
from builders.heart import until
from builders.lines import Lines
from builders.served import Served, served


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


async def test_connections_of_one_client_are_shared_by_both_web_processes(quick_folder):
    async with served(quick_folder / "var") as registry:

        async def are_even() -> bool:
            """No connection waits for a process that is away; once it is there it has its share."""
            async with Lines(registry.port, 8) as lines:
                await lines.open_all()
                found = await taken(registry, 8)
            await taken(registry, 0)
            return found == [4, 4]

        await until(are_even)
        killed = registry.web()[0]
        killed.kill()
        await until(are_even)
        assert killed not in registry.web()
