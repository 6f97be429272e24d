"""Whatever is killed under load: what was acknowledged is there, once, numbered, in both views."""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from itertools import count, cycle, islice
from time import perf_counter

import asyncpg
import msgspec
import psutil
import pytest
import uvloop
from builders.lines import Answer, Lines, percentile_ms, until_true
from builders.served import OTHER_BRAND_CODE, Served, served

WRITERS = 6
BATCHERS = 2
BATCH_ROWS = 20
ROUND_CALLS = 40
BATCHES_APART = 1_000_000
GONE = (0, 429, 500, 502, 503)
"""After these a client asks again; none of them but 0 and 503 may ever be seen."""


class Acknowledged(msgspec.Struct):
    """What clients were told."""

    receipts: dict[str, tuple[int, str]] = {}
    """By receipt: whose movement, and of which status."""

    batches: dict[str, range] = {}
    calls: int = 0
    retries: int = 0
    statuses: set[int] = set()
    longest_s: float = 0.0


class Clients:
    """Companies that send until they have an answer, and send again what had none."""

    def __init__(self, registry: Served) -> None:
        self.registry = registry
        self.told = Acknowledged()
        self._people = count(1)
        self._batches = count(BATCHES_APART, BATCH_ROWS)
        self._over = asyncio.Event()
        self._lines = Lines(registry.port, WRITERS + BATCHERS + 1)
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        work = [self._write] * WRITERS + [self._write_batches] * BATCHERS
        self._tasks = [asyncio.create_task(each()) for each in work]

    async def end(self) -> None:
        """Let each have the answer to what it has sent last."""
        self._over.set()
        await asyncio.gather(*self._tasks)
        await self._lines.__aexit__()

    async def insist(self, one: bytes) -> Answer:
        """Send until there is an answer that is one."""
        began = perf_counter()
        while True:
            answer = await self._lines.ask(one)
            self.told.statuses.add(answer.status)
            if answer.status not in GONE:
                self.told.longest_s = max(self.told.longest_s, perf_counter() - began)
                self.told.calls += 1
                return answer
            self.told.retries += 1
            await asyncio.sleep(0.05)

    async def _write(self) -> None:
        """An ONAY, and for every other person a RET after it."""
        while not self._over.is_set():
            person = next(self._people)
            await self._add(person, "ONAY", 0)
            if person % 2:
                await self._add(person, "RET", 60)

    async def _add(self, person: int, status: str, later_s: int) -> None:
        answer = await self.insist(self.registry.add(person, status=status, later_s=later_s))
        assert answer.status == 200, answer
        receipt = json.loads(answer.body)["transactionId"]
        movement = (person, status)
        assert self.told.receipts.setdefault(receipt, movement) == movement, "a receipt is one's own"

    async def _write_batches(self) -> None:
        while not self._over.is_set():
            await self.send_batch()

    async def send_batch(self) -> str:
        first = next(self._batches)
        people = range(first, first + BATCH_ROWS)
        answer = await self.insist(self.registry.add_batch(people))
        assert answer.status == 202, answer
        request_id = json.loads(answer.body)["requestId"]
        self.told.batches[request_id] = people
        return request_id

    async def read_results(self) -> None:
        """Every batch that was taken has been worked through, and each row has its receipt."""
        for request_id, people in self.told.batches.items():
            rows: list[dict] = []

            async def is_done(request_id=request_id, rows=rows) -> bool:
                answer = await self.insist(self.registry.results(request_id))
                rows[:] = json.loads(answer.body)
                return all(row["status"] != "enqueue" for row in rows)

            await until_true(is_done, seconds=60)
            assert [row["status"] for row in rows] == ["success"] * BATCH_ROWS
            for person, row in zip(people, rows, strict=True):
                movement = (person, "ONAY")
                assert self.told.receipts.setdefault(row["transactionId"], movement) == movement


class Killing:
    """One registry under load, and the ways to kill what it is made of."""

    def __init__(self, registry: Served, clients: Clients) -> None:
        self.registry = registry
        self.clients = clients
        self.back_s: dict[str, list[float]] = {}
        self.ways: dict[str, Callable[[], Awaitable[None]]] = {
            "a web process": self._a_web,
            "the keeper": self._the_keeper,
            "PostgreSQL": self._postgresql,
            "the keeper after a 202": self._the_keeper_after_a_202,
            "a web process's backend": self._a_backend_of_web,
            "the launcher": self._the_launcher,
            "the keeper's backend": self._a_backend_of_keeper,
        }

    async def round(self, way: str) -> None:
        """Kill in the midst of the load, and see the load go on."""
        await self._goes_on()
        began = perf_counter()
        await self.ways[way]()
        await self._goes_on()
        self.back_s.setdefault(way, []).append(perf_counter() - began)

    async def _goes_on(self) -> None:
        enough = self.clients.told.calls + ROUND_CALLS

        async def is_so() -> bool:
            return self.clients.told.calls >= enough

        await until_true(is_so, seconds=90)

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
        keeper = await self._alive(self.registry.keeper)
        keeper.suspend()
        request_id = await self.clients.send_batch()
        answer = await self.clients.insist(self.registry.results(request_id))
        assert {row["status"] for row in json.loads(answer.body)} == {"enqueue"}
        keeper.kill()

    async def _postgresql(self) -> None:
        """End all of it at one instant, none of it able to say a word."""
        tree = self.registry.database()
        for process in tree:
            process.suspend()
        for process in tree:
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
        await self.registry.start()


async def is_settled(owner: asyncpg.Connection) -> bool:
    return await owner.fetchval(
        "select not exists (select from pending) and assigned_idx = counted_idx from sequence_head"
    )


async def is_right(registry: Served, told: Acknowledged) -> None:
    """Every receipt is found, none has a twin, the numbers have no gap, views and figures agree."""
    async with registry.owner() as owner:
        await until_true(lambda: is_settled(owner), seconds=90)
        found = await owner.fetch("select commitment from consent_event")
        assert {row["commitment"].hex() for row in found} == set(told.receipts)
        assert len(found) == len(told.receipts)
        assert len(set(told.receipts.values())) == len(told.receipts), "a movement is recorded once"
        numbers = await owner.fetch("select idx, event_id from entry order by idx")
        assert [row["idx"] for row in numbers] == list(range(1, len(found) + 1))
        assert len({row["event_id"] for row in numbers}) == len(found)
        people = len({person for person, _ in told.receipts.values()})
        refused = sum(status == "RET" for _, status in told.receipts.values())
        for view in ("provider_consent", "citizen_consent"):
            assert await owner.fetchval(f"select count(*) from {view}") == people
        figures = "select sum(approvals), sum(rejections) from brand_figure"
        assert tuple(await owner.fetchrow(figures)) == (people - refused, refused)
        assert await owner.fetchval("select count(*) from job") == 0


async def outlives(folder, rounds: int, *, looked_at_every: int) -> None:
    async with served(folder / "var") as registry:
        clients = Clients(registry)
        killing = Killing(registry, clients)
        began = perf_counter()
        clients.begin()
        for turn, way in enumerate(islice(cycle(killing.ways), rounds), start=1):
            await killing.round(way)
            if turn % looked_at_every == 0 and turn < rounds:
                await clients.end()
                await clients.read_results()
                await is_right(registry, clients.told)
                clients = killing.clients = again(clients)
        await clients.end()
        await clients.read_results()
        took_s = perf_counter() - began
        await is_right(registry, clients.told)
        code, report = await registry.run("rebuild")
        told = clients.told
        print(
            f"\n{rounds} rounds in {took_s:.0f} s: {len(told.receipts):,} movements acknowledged,"
            f" {len(told.batches):,} batches, {told.retries:,} calls sent again,"
            f" the longest wait {told.longest_s:.1f} s; none lost, none twice"
        )
        for way, back_s in killing.back_s.items():
            print(
                f"  {way}: killed {len(back_s)} times; {ROUND_CALLS} more calls answered after"
                f" {percentile_ms(back_s, 0.5) / 1000:.1f} s, at most {max(back_s):.1f} s"
            )
        assert code == 0, report
        assert report["movements"] == len(told.receipts)
        assert told.statuses <= {0, 200, 202, 503}


def again(clients: Clients) -> Clients:
    """The same clients go on."""
    more = Clients(clients.registry)
    more.told, more._people, more._batches = clients.told, clients._people, clients._batches
    more.begin()
    return more


def test_what_was_acknowledged_outlives_twenty_kills(quick_folder):
    uvloop.run(outlives(quick_folder, 20, looked_at_every=20))


@pytest.mark.drill
def test_what_was_acknowledged_outlives_two_hundred_kills(quick_folder):
    uvloop.run(outlives(quick_folder, 200, looked_at_every=20))
