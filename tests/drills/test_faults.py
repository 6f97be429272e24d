"""The database is full, silent, cut off or crowded: 503 and when to come again, then all is well.

One registry each, never started again; clients send again what had no answer, and in the end what
they were told is there, once.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import Self

import psutil
import pytest
import uvloop
from builders.acknowledged import Clients, is_right
from builders.lines import Lines, Tally, report, until_true
from builders.served import BRAND, Served, a_wire_row, served

BACK_S_MAX = 20.0
"""An operator's ten seconds, and what a busy machine adds."""

ANSWER_S_MAX = 16.0
"""A statement may take ten, its call waited for a place before, and for a connection."""

SOON_S_MAX = 5.0
"""Of calls that come while the database is silent: they wait for a place or a connection, up to two
seconds, and those that found none for their refusal, up to three."""

REFUSED_MIN = 9
"""Of fewer the middle one is nearly the slowest, which was at work."""

CALLS = 40
REFUSED_BATCHES = 50
REFUSALS_APART_S = 0.25
_APART_S = 0.05
_MIB = 2**20


class Watch:
    """Clients at work and questions beside them, from before the trouble until after it."""

    def __init__(self, registry: Served) -> None:
        self.registry = registry
        self.clients = Clients(registry)
        self.longest_s = 0.0
        self.seen: dict[str, Tally] = self.clients.told.tallies
        self._over = asyncio.Event()
        self._asking: asyncio.Future[list[None]] | None = None

    async def __aenter__(self) -> Self:
        self._before = sorted(each.pid for each in self._processes())
        for _ in range(REFUSED_BATCHES):
            await self.clients.send_batch()
        await self.clients.read_results()
        refused = [one for people in self.clients.told.batches.values() for one in people]
        self.clients.begin()
        await self.goes_on()
        self._asking = asyncio.gather(self._ask(), self._refuse(refused))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._over.set()
        assert self._asking is not None
        if kind is not None:
            self._asking.cancel()
            return
        await self._asking
        await self.clients.end()
        self.anew()
        await self.clients.read_results()
        await is_right(self.registry, self.clients.told)
        code, found = await self.registry.run("rebuild")
        assert code == 0, found
        assert sorted(each.pid for each in self._processes()) == self._before
        assert self.longest_s <= ANSWER_S_MAX

    async def _refuse(self, people: list[int]) -> None:
        """Refuse for people who are known: all other clients may be held up at consents."""
        for person in people:
            if self._over.is_set():
                return
            await self.clients.add(person, "RET", 60)
            await asyncio.sleep(REFUSALS_APART_S)

    def _processes(self) -> list:
        return [*self.registry.web(), *self.registry.keeper()]

    async def _ask(self) -> None:
        async with Lines(self.registry.port, 1) as lines:
            while not self._over.is_set():
                self.seen["question"](await lines.ask(self.registry.question(1)))
                await asyncio.sleep(_APART_S)

    async def goes_on(self) -> float:
        """Wait for new answers. Gives how long that took."""
        enough = self.clients.told.calls + CALLS

        async def is_so() -> bool:
            return self.clients.told.calls >= enough

        return await until_true(is_so, seconds=90)

    def anew(self) -> dict[str, Tally]:
        """Begin to count anew. Gives what was seen until now."""
        seen = self.clients.told.tallies
        self.longest_s = max([self.longest_s, *(tally.longest_s for tally in seen.values())])
        self.seen = self.clients.told.tallies = defaultdict(Tally)
        return seen

    async def until_seen(self, **least: int) -> dict[str, Tally]:
        """Wait until so many answers of each kind have come in, and give them."""
        self.anew()

        async def is_so() -> bool:
            return all(self.seen[what].statuses.total() >= n for what, n in least.items())

        await until_true(is_so, seconds=90)
        return self.anew()

    async def until_only(self, status: int, *kinds: str) -> None:
        """Wait until nothing but this is answered."""
        for _ in range(100):
            seen = await self.until_seen(**dict.fromkeys(kinds, 2))
            if all(set(seen[kind].statuses) == {status} for kind in kinds):
                return
        raise AssertionError(seen)


def shown(seen: dict[str, Tally]) -> str:
    return ", ".join(f"{what} {dict(tally.statuses)}" for what, tally in sorted(seen.items()))


# --- a full disk

SMALL_DISK = "420m"
RESERVE_MB = 128
_ON_A_SMALL_DISK = (
    f'mount -t tmpfs -o size={SMALL_DISK},mode=700 izin "$1" && cp -a "$2"/. "$1" &&'
    ' shift 2 && exec "$@"'
)


def may_mount(folder: Path) -> str | None:
    """Why this machine lets nobody mount a small disk; None if it does."""
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "izin", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if tried.returncode == 0 else tried.stderr.strip()


@asynccontextmanager
async def on_a_small_disk(folder: Path) -> AsyncIterator[Served]:
    """A registry whose data folder is a file system of its own, seen by nobody else."""
    made, disk = folder / "made", folder / "disk"
    await Served(made).prepare()
    disk.mkdir(mode=0o700)
    under = ("unshare", "--mount", "sh", "-ec", _ON_A_SMALL_DISK, "sh", str(disk), str(made))
    settings = {"IZIN_DISK_RESERVE_MB": str(RESERVE_MB)}
    registry = Served(disk, settings=settings, under=under)
    try:
        await registry.start()
        yield registry
    finally:
        registry.close()


@contextmanager
def filled(folder: Path, *, left_mb: int) -> Iterator[None]:
    """Something else takes the room, but for so much."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file, suppress(OSError):  # others take of it meanwhile
        while (room := shutil.disk_usage(folder).free - left_mb * _MIB) > 0:
            os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), min(room, _MIB))
    try:
        yield
    finally:
        ballast.unlink()


async def full_disk(folder: Path) -> None:
    async with on_a_small_disk(folder) as registry, Watch(registry) as watch:
        with filled(registry.inside, left_mb=RESERVE_MB // 2):
            await watch.until_only(503, "ONAY", "RET", "batch")
            seen = await watch.until_seen(ONAY=20, RET=4, batch=4, question=20)
            with pytest.raises(AssertionError, match="503"):
                await registry.sign_in()
        back_s = await watch.goes_on()
        report(f"\nno room for writing: {shown(seen)}; as before {back_s:.1f} s after there was")
        assert set(seen["question"].statuses) == {200}, "what is known is answered"
        assert not any(tally.unclear for tally in seen.values())
        assert back_s <= BACK_S_MAX
        assert "nothing is recorded until there are" in registry.said()
        await until_true(lambda: was_said(registry, "recording goes on"), seconds=10)


async def was_said(registry: Served, words: str) -> bool:
    return words in registry.said()


async def no_byte_left(folder: Path) -> None:
    """Faster than anybody could see to it; and PostgreSQL ends there, and cannot start."""
    async with on_a_small_disk(folder) as registry, Watch(registry) as watch:
        with filled(registry.inside, left_mb=0):
            for process in registry.database():
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
            await watch.until_only(503, "ONAY", "RET", "batch", "question")
            seen = await watch.until_seen(ONAY=20, RET=4, batch=4, question=20)
        back_s = await watch.goes_on()
        report(f"\nno byte left, no database: {shown(seen)}; as before after {back_s:.1f} s")
        assert not any(tally.unclear for tally in seen.values())


def test_a_disk_that_fills_stops_recording_and_nothing_else(quick_folder):
    if objection := may_mount(quick_folder):
        pytest.skip(f"a full disk was NOT tried: mounting is refused here: {objection}")
    uvloop.run(full_disk(quick_folder))


@pytest.mark.drill
def test_a_database_that_ends_on_a_full_disk_comes_back_when_there_is_room(quick_folder):
    if objection := may_mount(quick_folder):
        pytest.skip(f"a full disk was NOT tried: mounting is refused here: {objection}")
    uvloop.run(no_byte_left(quick_folder))


# --- a stalled disk


async def stall(registry: Served, watch: Watch, seconds: float) -> None:
    watch.anew()
    stopped = registry.database()
    for process in stopped:
        with suppress(psutil.NoSuchProcess):  # a worker of its own that has just ended
            process.suspend()
    began = perf_counter()

    async def is_over() -> bool:
        # who was at work waits long, whoever comes after them is told soon
        refused = sum(tally.statuses[503] for tally in watch.seen.values())
        return refused >= REFUSED_MIN and perf_counter() - began >= seconds

    try:
        await until_true(is_over, seconds=max(2 * seconds, 30))
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()
    back_s = await watch.goes_on()
    seen = watch.anew()
    report(
        f"\nsilent for {seconds:.0f} s: {shown(seen)}, the longest after"
        f" {watch.longest_s:.1f} s; as before after {back_s:.1f} s"
    )
    statuses = {status for tally in seen.values() for status in tally.statuses}
    assert 503 in statuses
    assert statuses <= {200, 202, 503}
    assert not any(tally.unclear for tally in seen.values())
    refused_s = sorted(took for tally in seen.values() for took in tally.refused_s)
    assert refused_s[len(refused_s) // 2] <= SOON_S_MAX, "only who was at work waits long"
    assert back_s <= BACK_S_MAX


async def cut(registry: Served, watch: Watch, times: int) -> None:
    watch.anew()
    for _ in range(times):
        async with registry.owner() as owner:
            await owner.fetch(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and application_name like 'izin_%'"
            )
        back_s = await watch.goes_on()
    seen = watch.anew()
    report(f"\nall cut off {times} times: {shown(seen)}; as before after {back_s:.1f} s")
    statuses = {status for tally in seen.values() for status in tally.statuses}
    assert statuses <= {200, 202, 503}
    assert not any(tally.unclear for tally in seen.values())


async def silent_and_cut_off(folder: Path, *, silent_s: float, cuts: int) -> None:
    async with served(folder) as registry, Watch(registry) as watch:
        await stall(registry, watch, silent_s)
        await cut(registry, watch, cuts)


def test_a_database_that_falls_silent_or_hangs_up_is_waited_for(quick_folder):
    uvloop.run(silent_and_cut_off(quick_folder, silent_s=3, cuts=3))


@pytest.mark.drill
def test_a_database_that_is_silent_for_long_or_hangs_up_a_hundred_times_is_waited_for(quick_folder):
    uvloop.run(silent_and_cut_off(quick_folder, silent_s=25, cuts=100))


# --- every connection at work

HOLDERS = 12
REFUSALS = 60


async def exhausted(folder: Path) -> None:
    """Somebody's lock holds all connections that are not reserved: for RETs and signing in."""
    settings = {"IZIN_POOL_SIZE": "7", "IZIN_WEB_PROCESSES": "1"}
    async with served(folder, settings=settings) as registry:
        clients = Clients(registry)
        for person in range(1, 1 + REFUSALS):
            await clients.add(person)
        async with registry.owner() as owner, Lines(registry.port, HOLDERS) as lines:
            lock = owner.transaction()
            await lock.start()
            await owner.execute("lock table retailer in access exclusive mode")
            naming = a_wire_row(1_000) | {"retailerCode": 66438915}
            holding = [
                asyncio.create_task(lines.ask(registry.post(f"{BRAND}/consents", naming)))
                for _ in range(HOLDERS)
            ]
            questions = await refused_questions(registry, 2)
            for person in range(1, 1 + REFUSALS):
                await clients.add(person, "RET", 60)
            refusals = clients.told.tallies["RET"]
            await registry.sign_in()
            after = await refused_questions(registry, 1)
            await lock.rollback()
            back_s = await until_true(lambda: is_answered(registry), seconds=BACK_S_MAX)
            held = Tally()
            for answer in await asyncio.gather(*holding):
                held(answer)
        await clients.end()
        await is_right(registry, clients.told)
        report(
            f"\nno connection free: questions {dict(questions.statuses)} within"
            f" {questions.longest_s:.1f} s, RETs {dict(refusals.statuses)} within"
            f" {refusals.longest_s:.2f} s, who held them {dict(held.statuses)} within"
            f" {held.longest_s:.1f} s; as before after {back_s:.1f} s"
        )
        assert not questions.unclear + after.unclear + held.unclear
        assert questions.longest_s <= ANSWER_S_MAX
        assert set(refusals.statuses) == {200}
        assert set(held.statuses) <= {403, 503}, "the dealer is nobody's"


async def refused_questions(registry: Served, enough: int) -> Tally:
    """Ask until so many questions were refused one after the other."""
    tally = Tally()
    async with Lines(registry.port, 1) as lines:

        async def are_enough() -> bool:
            tally(await lines.ask(registry.question(1)))
            return tally.statuses[503] >= enough

        await until_true(are_enough, seconds=60)
    return tally


async def is_answered(registry: Served) -> bool:
    async with Lines(registry.port, 1) as lines:
        return (await lines.ask(registry.question(1))).status == 200


def test_a_refusal_is_recorded_while_every_other_connection_is_held(quick_folder):
    uvloop.run(exhausted(quick_folder))
