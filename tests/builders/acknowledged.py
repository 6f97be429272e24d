"""Clients who keep what they were told, and what the registry must then hold: that, and no more."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from time import perf_counter

import asyncpg
import msgspec
from builders.lines import Answer, Lines, Tally, until_true
from builders.served import Served

WRITERS = 6
BATCHERS = 2
BATCH_ROWS = 20
BATCHES_APART = 1_000_000
NO_ANSWER = (0, 503)
"""After these a client asks again: nothing came back, or it was told to."""


class Acknowledged(msgspec.Struct):
    """What clients were told."""

    receipts: dict[str, tuple[int, str, int]] = {}
    """By receipt: whose movement, of which status, and how many seconds after the first."""

    batches: dict[str, range] = {}
    calls: int = 0
    retries: int = 0
    longest_s: float = 0.0
    """From the first try of a call to its answer."""

    tallies: dict[str, Tally] = msgspec.field(default_factory=lambda: defaultdict(Tally))
    """By what was asked: every answer of every try."""

    def statuses(self) -> set[int]:
        """Whatever came back."""
        return {status for tally in self.tallies.values() for status in tally.statuses}


class Clients:
    """Companies that send until they have an answer, and send again what had none.

    is_lost  whether an answer that was sent is lost on its way
    """

    def __init__(self, registry: Served, is_lost: Callable[[], bool] = lambda: False) -> None:
        self.registry = registry
        self.told = Acknowledged()
        self._is_lost = is_lost
        self._people = count(1)
        self._batches = count(BATCHES_APART, BATCH_ROWS)
        self._over = asyncio.Event()
        self._lines = Lines(registry.port, WRITERS + BATCHERS + 1)
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        work = [self._write] * WRITERS + [self._write_batches] * BATCHERS
        self._tasks = [asyncio.create_task(each()) for each in work]

    def again(self) -> "Clients":
        """The same clients, who have ended, go on."""
        more = Clients(self.registry, self._is_lost)
        more.told, more._people, more._batches = self.told, self._people, self._batches
        more.begin()
        return more

    async def end(self) -> None:
        """Let each have the answer to what it has sent last."""
        self._over.set()
        await asyncio.gather(*self._tasks)
        await self._lines.__aexit__()

    async def insist(self, one: bytes, what: str) -> Answer:
        """Send until there is an answer that is one."""
        began = perf_counter()
        while True:
            answer = await self._lines.ask(one)
            if self._is_lost():
                answer = Answer(0, b"", b"", answer.took_s)
            self.told.tallies[what](answer)
            if answer.status not in NO_ANSWER:
                self.told.longest_s = max(self.told.longest_s, perf_counter() - began)
                self.told.calls += 1
                return answer
            self.told.retries += 1
            await asyncio.sleep(0.05)

    async def _write(self) -> None:
        """An ONAY, and for every other person a RET after it."""
        while not self._over.is_set():
            person = next(self._people)
            await self.add(person)
            if person % 2:
                await self.add(person, "RET", 60)

    async def add(self, person: int, status: str = "ONAY", later_s: int = 0) -> None:
        """Have one movement recorded, however long it takes."""
        one = self.registry.add(person, status=status, later_s=later_s)
        answer = await self.insist(one, status)
        assert answer.status == 200, answer
        receipt = json.loads(answer.body)["transactionId"]
        movement = (person, status, later_s)
        assert self.told.receipts.setdefault(receipt, movement) == movement, (
            "a receipt is one's own"
        )

    async def _write_batches(self) -> None:
        while not self._over.is_set():
            await self.send_batch()

    async def send_batch(self) -> str:
        first = next(self._batches)
        people = range(first, first + BATCH_ROWS)
        answer = await self.insist(self.registry.add_batch(people), "batch")
        assert answer.status == 202, answer
        request_id = json.loads(answer.body)["requestId"]
        self.told.batches[request_id] = people
        return request_id

    async def read_results(self) -> None:
        """Every batch that was taken has been worked through, and each row has its receipt."""
        for request_id, people in self.told.batches.items():
            rows: list[dict] = []

            async def is_done(request_id=request_id, rows=rows) -> bool:
                answer = await self.insist(self.registry.results(request_id), "results")
                rows[:] = json.loads(answer.body)
                return all(row["status"] != "enqueue" for row in rows)

            await until_true(is_done, seconds=60)
            assert [row["status"] for row in rows] == ["success"] * BATCH_ROWS
            for person, row in zip(people, rows, strict=True):
                movement = (person, "ONAY", 0)
                assert self.told.receipts.setdefault(row["transactionId"], movement) == movement


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
        people = len({person for person, _, _ in told.receipts.values()})
        refused = sum(status == "RET" for _, status, _ in told.receipts.values())
        for view in ("provider_consent", "citizen_consent"):
            assert await owner.fetchval(f"select count(*) from {view}") == people
        figures = "select sum(approvals), sum(rejections) from brand_figure"
        assert tuple(await owner.fetchrow(figures)) == (people - refused, refused)
        assert await owner.fetchval("select count(*) from job") == 0
