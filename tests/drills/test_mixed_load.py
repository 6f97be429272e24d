"""Minutes of everything at once: nothing fails, nothing slows down, nothing grows, nothing is lost.

``DRILL_SECONDS`` is how long; without it ten minutes.
"""

import asyncio
import gc
import json
import os
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count, cycle, takewhile
from pathlib import Path
from time import perf_counter

import msgspec
import psutil
import pytest
import uvloop
from builders.acknowledged import is_settled
from builders.follower import Follower
from builders.lines import Answer, Lines, Tally, percentile_ms, report, until_true
from builders.parties import OTHER_BRAND_CODE
from builders.served import Served, a_wire_row, served

SECONDS = "DRILL_SECONDS"

LIST = 1000
KNOWN = 20_000
"""People whose consent stands before it begins: questions are about them."""

STRANGERS = range(8_000_000, 8_000_000 + 20_000)
STRANGERS_OF_LIST = 100
"""People of whom nothing is known: an answer that lets them pass is wrong."""

ADDS, BATCHES, QUESTIONS, STRANGE_QUESTIONS, LISTS = 300, 2, 450, 50, 5
"""Calls a second, about half of what two cores bear with the client on them, where these two cores
record `PEAK` adds a second over `PEAK_LINES` connections; a slower machine gets so much less."""

PEAK, PEAK_LINES, PEAK_S = 4000.0, 64, 5.0

IMPORT_ROWS_A_SECOND = 150
SAMPLE_EACH_S = 1.0

MINUTE_S = 60.0
"""What is compared: the first and the last minute, or sixths of what is shorter than six."""

GROWTH_MAX, GROWTH_MB_MAX = 1.1, 8.0
"""Memory is flat when the median of the last minute is no more than a tenth over that of the second
one, or within so many MB of it, where a tenth is less than the allocator's own steps."""

UNSENT_SHARE_MAX = 0.05
"""Of calls that were not sent in their turn, for none of their connections was free: a stall that
lasts shows here, not in the times of the calls that were sent."""

SLOWER_MAX, NOISE_MS = 1.2, 5.0
"""Calls are as fast when their p99 of the last minute is within 1.2 of that of the first; below
this many milliseconds the difference is the machine's, and is printed all the same."""

_encode = msgspec.json.encode


class Kind:
    """One kind of call: its answers' times, and whether they say what they should."""

    def __init__(self, good: int, is_right: Callable[[bytes], bool]) -> None:
        self.good = good
        self.took: list[tuple[float, float]] = []
        self.wrong: Counter[str] = Counter()
        self.unsent = 0
        self._is_right = is_right

    def __call__(self, answer: Answer) -> None:
        if answer.status != self.good:
            self.wrong[f"status {answer.status}"] += 1
        elif not self._is_right(answer.body):
            self.wrong[f"{answer.status} that says something else"] += 1
        else:
            self.took.append((perf_counter(), answer.took_s))

    def p99_ms(self, since: float, until: float) -> float:
        return percentile_ms([took for at, took in self.took if since <= at < until], 0.99)


class Load:
    """All that is sent, and what came of it."""

    def __init__(self, registry: Served, seconds: float) -> None:
        self.registry = registry
        self.seconds = seconds
        self.minute_s = min(MINUTE_S, seconds / 6)
        self.share = 1.0
        self.receipts: set[str] = set()
        self.requests: list[str] = []
        self.kinds = {
            "single add": Kind(200, self._hear_receipt),
            "batch of 1,000": Kind(202, self._hear_request),
            "single question": Kind(200, says_yes),
            "question about a stranger": Kind(200, says_nothing),
            "list of 1,000": Kind(200, names_the_known),
        }
        self.rss_mb: dict[str, list[tuple[float, float]]] = {}
        self.follower = Follower(registry)
        self.began = self.ended = 0.0
        self.peaked = 0

    def _hear_receipt(self, body: bytes) -> bool:
        before = len(self.receipts)
        self.receipts.add(json.loads(body)["transactionId"])
        return len(self.receipts) > before

    def _hear_request(self, body: bytes) -> bool:
        # not read as JSON: the client would be at work for as long as the server
        self.requests.append(body[body.find(b':"') + 2 :][:36].decode())
        return body.startswith(b'{"requestId":"')

    async def run(self) -> None:
        """Everything at once, for so long."""
        self.began = perf_counter()
        self.follower.begin()
        sampling = asyncio.create_task(self._sample())
        importing = asyncio.create_task(import_beside(self.registry, self.seconds, self.share))
        known = (at * 7919 % KNOWN for at in count())
        strange = cycle(STRANGERS)
        await asyncio.gather(
            self._offer("single add", self.registry.adds(count(1_000_000)), ADDS, 32),
            self._offer("batch of 1,000", batches(self.registry), BATCHES, 4),
            self._offer("single question", self.registry.singles(known), QUESTIONS, 32),
            self._offer(
                "question about a stranger", self.registry.singles(strange), STRANGE_QUESTIONS, 8
            ),
            self._offer("list of 1,000", lists(self.registry), LISTS, 8),
        )
        self.ended = perf_counter()
        sampling.cancel()
        self.imported = await importing
        async with self.registry.owner() as owner:
            await until_true(lambda: is_settled(owner), seconds=120)
            self.total = await owner.fetchval("select counted_idx from sequence_head")
        await self.follower.end()

    async def find_share(self) -> None:
        """Offer no more than this machine bears, whatever it is."""
        tally = Tally()
        ends = perf_counter() + PEAK_S
        calls = takewhile(lambda _: perf_counter() < ends, self.registry.adds(count(5_000_000)))
        async with Lines(self.registry.port, PEAK_LINES) as client:
            await client.steadily(calls, tally)
        self.peaked = tally.good
        self.share = min(1.0, tally.good / PEAK_S / PEAK)
        report(f"\n{tally.good / PEAK_S:,.0f} adds a second at the peak: load x {self.share:.2f}")

    async def _offer(self, name: str, calls: Iterator[bytes], pace: float, lines: int) -> None:
        kind = self.kinds[name]
        async with Lines(self.registry.port, lines) as client:
            await client.open_all()
            kind.unsent = await client.paced(calls, pace * self.share, self.seconds, kind)
            await client.until_idle()

    async def _sample(self) -> None:
        while True:
            now = perf_counter()
            for name, process in self._processes():
                rss = process.memory_info().rss / 2**20
                self.rss_mb.setdefault(name, []).append((now, rss))
            self.rss_mb.setdefault("database", []).append((now, self._database_mb()))
            await asyncio.sleep(SAMPLE_EACH_S)

    def _database_mb(self) -> float:
        """What PostgreSQL's processes hold beside the memory that they share."""
        own = 0
        for each in self.registry.database():
            with suppress(psutil.NoSuchProcess):  # a worker of its own that has just ended
                found = each.memory_info()
                own += found.rss - found.shared
        return own / 2**20

    def _processes(self) -> Iterable[tuple[str, psutil.Process]]:
        yield "launcher", psutil.Process(self.registry.command.process.pid)
        for name, found in (("keeper", self.registry.keeper()), ("web", self.registry.web())):
            for each in sorted(found, key=lambda one: one.pid):
                yield f"{name} {each.pid}", each  # one that is started anew is another one


def batches(registry: Served) -> Iterator[bytes]:
    return (registry.add_batch(range(first, first + LIST)) for first in count(3_000_000, LIST))


def lists(registry: Served) -> Iterator[bytes]:
    known = LIST - STRANGERS_OF_LIST
    return cycle(
        [
            registry.questions([*range(at, at + known), *STRANGERS[:STRANGERS_OF_LIST]])
            for at in range(0, KNOWN - known, known)
        ]
    )


def says_yes(body: bytes) -> bool:
    return b'"status":"ONAY"' in body


def says_nothing(body: bytes) -> bool:
    return body == b"{}"


def names_the_known(body: bytes) -> bool:
    named = {int(address.removeprefix("+90599")) for address in json.loads(body)["list"]}
    return len(named) == LIST - STRANGERS_OF_LIST and max(named) < KNOWN


async def import_beside(registry: Served, seconds: float, share: float) -> int:
    """A company loads files of another brand all the while. Gives how many rows were recorded."""
    rows = int(IMPORT_ROWS_A_SECOND * 30 * share)
    ends = perf_counter() + seconds
    first = 0
    path = registry.folder.parent / f"{registry.folder.name}.csv"
    while perf_counter() < ends:
        began = perf_counter()
        write_file(path, range(first, first + rows))
        code, found = await registry.run("import", str(path), "--brand", str(OTHER_BRAND_CODE))
        assert code == 0, found
        first += rows
        await asyncio.sleep(max(0.0, min(30.0, ends - began) - (perf_counter() - began)))
    path.unlink()
    return first


def write_file(path: Path, people: Iterable[int]) -> None:
    rows = [
        f"+90599{one:07d};BIREYSEL;MESAJ;ONAY;{a_wire_row(one)['consentDate']};HS_WEB\n"
        for one in people
    ]
    path.write_text("alici;alici_tipi;kanal;durum;izin_tarihi;kaynak\n" + "".join(rows), "utf-8")


async def know_people(registry: Served) -> int:
    """Record whom the questions are about. Gives how many movements that were."""
    async with Lines(registry.port, 1) as lines:
        for first in range(0, KNOWN, LIST):
            answer = await lines.ask(registry.add_batch(range(first, first + LIST)))
            assert answer.status == 202, answer
    async with registry.owner() as owner:

        async def are_there() -> bool:
            head = await owner.fetchval("select counted_idx from sequence_head")
            return head == KNOWN and await is_settled(owner)

        await until_true(are_there, seconds=120)
    return KNOWN


def judged(load: Load) -> list[str]:
    """What is not as it should be; prints the table."""
    minute_s = load.minute_s
    wrong = []
    report(f"\n{load.seconds:.0f} s of mixed load; compared are {minute_s:.0f} s at both ends")
    for name, kind in load.kinds.items():
        first = kind.p99_ms(load.began, load.began + minute_s)
        last = kind.p99_ms(load.ended - minute_s, load.ended)
        middle = percentile_ms([took for _, took in kind.took], 0.5)
        report(
            f"  {name:25} {len(kind.took):>8,} answered, p50 {middle:5.1f} ms, p99 first"
            f" {first:6.1f} ms, last {last:6.1f} ms ({last / first:.2f} x); unsent {kind.unsent},"
            f" other answers {dict(kind.wrong)}"
        )
        if last > SLOWER_MAX * first and last - first > NOISE_MS:
            wrong.append(f"{name} slowed down from {first:.1f} to {last:.1f} ms")
        if kind.wrong:
            wrong.append(f"{name} got {dict(kind.wrong)}")
        if kind.unsent > UNSENT_SHARE_MAX * (kind.unsent + len(kind.took)):
            wrong.append(f"{name} found every connection at work {kind.unsent} times")
    for name, samples in load.rss_mb.items():
        early_mb = [mb for at, mb in samples if 1 <= (at - load.began) / minute_s < 2]
        late_mb = [mb for at, mb in samples if at >= load.ended - minute_s]
        if not early_mb or not late_mb:
            wrong.append(f"{name} was not there all the time")
            continue
        early, late = statistics.median(early_mb), statistics.median(late_mb)
        report(f"  {name:25} {early:6.1f} MB in the second minute, {late:6.1f} MB in the last")
        if late > early * GROWTH_MAX and late - early > GROWTH_MB_MAX:
            wrong.append(f"{name} grew from {early:.1f} to {late:.1f} MB")
    return wrong


async def agrees(load: Load) -> None:
    """The follower saw every movement once and in order; views, counts and ledger agree."""
    registry = load.registry
    batch_rows = len(load.requests) * LIST
    assert load.total == KNOWN + load.peaked + len(load.receipts) + batch_rows + load.imported
    assert load.receipts <= set(load.follower.seen)
    async with registry.owner() as owner:
        await load.follower.saw_all_in_order(owner)
        for view in ("provider_consent", "citizen_consent"):
            assert await owner.fetchval(f"select count(*) from {view}") == load.total
        assert await owner.fetchval("select sum(approvals) from brand_figure") == load.total
    async with Lines(registry.port, 1) as lines:
        for request_id in load.requests:
            answer = await lines.ask(registry.results(request_id))
            rows = json.loads(answer.body)
            assert [row["status"] for row in rows] == ["success"] * LIST
    code, found = await registry.run("rebuild")
    report(
        f"  {load.total:,} movements; the follower saw {len(load.follower.seen):,};"
        f" rebuild: {found}"
    )
    assert code == 0, found
    assert found["movements"] == load.total


async def bears(folder: Path, seconds: float) -> None:
    async with served(folder / "var") as registry:
        await know_people(registry)
        gc.freeze()
        try:
            load = Load(registry, seconds)
            await load.find_share()
            await load.run()
        finally:
            gc.unfreeze()
        wrong = judged(load)
        await agrees(load)
        assert wrong == []


@pytest.mark.drill
def test_ten_minutes_of_everything_at_once_are_borne(tmp_path):
    uvloop.run(bears(tmp_path, float(os.environ.get(SECONDS, "600"))))
