"""Whatever is killed under load: what was acknowledged is there, once, numbered, in both views.

Who follows the changes all the while sees each once and in order.
"""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import cycle, islice
from time import perf_counter

import asyncpg
import psutil
import pytest
import uvloop
from builders.acknowledged import NO_ANSWER, Clients, is_right
from builders.follower import Follower
from builders.lines import percentile_ms, report, until_true
from builders.served import Served, served

from izin.core.errors import StartRefusedError

ROUND_CALLS = 40
EACH_ONCE = 7


class Killing:
    """One registry under load, and the ways to kill what it is made of."""

    def __init__(self, registry: Served, clients: Clients) -> None:
        self.registry = registry
        self.clients = clients
        self.way = "the start"
        self.back_s: dict[str, list[float]] = {}
        self.ways: dict[str, Callable[[], Awaitable[None]]] = {
            "a web process": self._a_web,
            "a keeper": self._the_keeper,
            "PostgreSQL": self._postgresql,
            "the keepers after a 202": self._the_keeper_after_a_202,
            "a web process's backend": self._a_backend_of_web,
            "the launcher": self._the_launcher,
            "a keeper's backend": self._a_backend_of_keeper,
        }

    async def round(self, way: str) -> None:
        """Kill in the midst of the load, and see the load go on."""
        await self._goes_on()
        self.way = way
        began = perf_counter()
        await self.ways[way]()
        await self._goes_on()
        self.back_s.setdefault(way, []).append(perf_counter() - began)

    async def _goes_on(self) -> None:
        enough = self.clients.told.calls + ROUND_CALLS

        async def is_so() -> bool:
            return self.clients.told.calls >= enough

        try:
            await until_true(is_so, seconds=90)
        except TimeoutError:
            ended = self.registry.command.process.poll()
            said = self.registry.said()[-8000:]
            raise AssertionError(f"{self.way}: nothing goes on; ended {ended}; {said}") from None

    async def _alive(self, which: Callable[[], list[psutil.Process]]) -> psutil.Process:
        async def is_there() -> bool:
            return bool(which())

        await until_true(is_there, seconds=60)
        return which()[0]

    async def _a_web(self) -> None:
        (await self._alive(self.registry.web)).kill()

    async def _the_keeper(self) -> None:
        (await self._alive(self.registry.keeper)).kill()

    async def _the_keeper_after_a_202(self) -> None:
        """Nobody works at batches while they are taken, and who should is killed."""
        await self._alive(self.registry.keeper)
        keepers = self.registry.keeper()
        for keeper in keepers:
            keeper.suspend()
        request_id = await self.clients.send_batch()
        answer = await self.clients.insist(self.registry.results(request_id), "results")
        assert {row["status"] for row in json.loads(answer.body)} == {"enqueue"}
        for keeper in keepers:
            keeper.kill()

    async def _postgresql(self) -> None:
        """End all of it at one instant, none of it able to say a word."""
        tree = self.registry.database()
        for process in tree:
            with suppress(psutil.NoSuchProcess):  # a worker of its own that has just ended
                process.suspend()
        for process in tree:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    async def _a_backend_of_web(self) -> None:
        await self._a_backend("izin_web")

    async def _a_backend_of_keeper(self) -> None:
        await self._a_backend("izin_keeper")

    async def _a_backend(self, role: str) -> None:
        pid: int | None = None

        async def is_found() -> bool:
            nonlocal pid
            try:
                async with self.registry.owner() as owner:
                    pid = await owner.fetchval(
                        "select pid from pg_stat_activity where application_name = $1"
                        " order by state = 'active' desc, pid desc limit 1",
                        role,
                    )
            except (OSError, asyncpg.PostgresError):
                return False
            return pid is not None

        await until_true(is_found, seconds=60)
        assert pid is not None
        # PostgreSQL runs in another namespace of users, not of processes: its numbers are ours
        os.kill(pid, signal.SIGKILL)

    async def _the_launcher(self) -> None:
        """Nobody is left; whoever watches over services starts it again."""
        self.registry.command.process.kill()
        await asyncio.to_thread(self.registry.command.process.wait)

        async def is_started() -> bool:
            try:
                await self.registry.start()
            except StartRefusedError:  # who is about to end holds the port for a moment
                return False
            return True

        await until_true(is_started, seconds=60)


async def outlives(folder, rounds: int, *, looked_at_every: int) -> None:
    async with served(folder / "var") as registry:
        clients = Clients(registry)
        killing = Killing(registry, clients)
        began = perf_counter()
        follower = Follower(registry)
        clients.begin()
        follower.begin()
        for turn, way in enumerate(islice(cycle(killing.ways), rounds), start=1):
            await killing.round(way)
            if turn % looked_at_every == 0 and turn < rounds:
                await clients.end()
                await clients.read_results()
                await is_right(registry, clients.told)
                clients = killing.clients = clients.again()
        await clients.end()
        await clients.read_results()
        took_s = perf_counter() - began
        await is_right(registry, clients.told)
        await follower.end()
        async with registry.owner() as owner:
            await follower.saw_all_in_order(owner)
        code, found = await registry.run("rebuild")
        told = clients.told
        assert follower.statuses & set(NO_ANSWER), "the follower met what was killed, too"
        report(
            f"\n{rounds} rounds in {took_s:.0f} s: {len(told.receipts):,} movements acknowledged,"
            f" {len(told.batches):,} batches, {told.retries:,} calls sent again,"
            f" the longest wait {told.longest_s:.1f} s; none lost, none twice;"
            f" who follows the changes saw {len(follower.seen):,} in their order"
        )
        for way, back_s in killing.back_s.items():
            report(
                f"  {way}: killed {len(back_s)} times; {ROUND_CALLS} more calls answered after"
                f" {percentile_ms(back_s, 0.5) / 1000:.1f} s, at most {max(back_s):.1f} s"
            )
        assert code == 0, found
        assert found["movements"] == len(told.receipts)
        assert told.statuses() <= {0, 200, 202, 503}


def test_what_was_acknowledged_outlives_each_way_to_kill(quick_folder):
    uvloop.run(outlives(quick_folder, EACH_ONCE, looked_at_every=EACH_ONCE))


@pytest.mark.drill
def test_what_was_acknowledged_outlives_two_hundred_kills(quick_folder):
    uvloop.run(outlives(quick_folder, 200, looked_at_every=20))
