"""Questions that travel together: one that fails, leaves or waits never hurts its neighbours."""

import asyncio
from collections.abc import Sequence

import pytest
from builders.heart import a_key, a_proposal, until

from izin.consent.check import Checker
from izin.consent.coalesce import Bounds, Coalescer
from izin.consent.event import Actor
from izin.consent.record import OnRepeat, Recorder
from izin.core.errors import UnavailableError
from izin.core.terms import Status
from izin.keyring import open_keyring
from izin.storage.database import Database
from izin.storage.embedded import EmbeddedServer
from izin.storage.migrate import migrate
from izin.vault.provider import FileKeyProvider


class Held:
    """A look-up that answers ten times the number, once it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.batches: list[list[int]] = []
        self.errors: list[BaseException] = []

    async def __call__(self, keys: Sequence[int]) -> list[int]:
        self.batches.append(list(keys))
        error = self.errors.pop(0) if self.errors else None
        await self.let.wait()
        if error is not None:
            raise error
        return [key * 10 for key in keys]


@pytest.fixture
def held() -> Held:
    return Held()


def asks(coalescer: Coalescer[int, int], *keys: int) -> "list[asyncio.Task[int]]":
    return [asyncio.create_task(coalescer.ask(key)) for key in keys]


async def turns(count: int = 5) -> None:
    """Let everything run that can run."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_lone_question_leaves_at_once_and_a_crowd_leaves_together(held):
    coalescer = Coalescer(held, Bounds(running_max=1))
    first = asks(coalescer, 1)
    await turns()
    rest = asks(coalescer, 2, 3, 4)
    await turns()
    assert held.batches == [[1]]
    held.let.set()
    assert await asyncio.gather(*first, *rest) == [10, 20, 30, 40]
    assert held.batches == [[1], [2, 3, 4]]


async def test_a_batch_is_no_larger_than_its_bound(held):
    held.let.set()
    coalescer = Coalescer(held, Bounds(running_max=1, batch_max=3))
    assert await asyncio.gather(*asks(coalescer, *range(8))) == [10 * key for key in range(8)]
    assert [len(batch) for batch in held.batches] == [3, 3, 2]


async def test_the_next_question_of_one_who_just_got_an_answer_is_looked_up(held):
    held.let.set()
    coalescer = Coalescer(held, Bounds(running_max=1))
    async with asyncio.timeout(5):
        for key in range(50):
            assert await coalescer.ask(key) == key * 10


async def test_a_client_that_leaves_in_mid_batch_does_not_hurt_its_neighbours(held):
    coalescer = Coalescer(held, Bounds(running_max=1))
    tasks = asks(coalescer, 1)
    await turns()
    tasks += asks(coalescer, 2, 3, 4)
    await turns()
    tasks[0].cancel()  # looked up already
    tasks[2].cancel()  # still waiting
    await turns()
    held.let.set()
    assert await tasks[1] == 20
    assert await tasks[3] == 40
    assert held.batches == [[1], [2, 4]]
    assert tasks[0].cancelled()
    assert tasks[2].cancelled()


async def test_a_full_queue_refuses_at_once_and_empties_again(held):
    coalescer = Coalescer(held, Bounds(running_max=1, waiting_max=2))
    tasks = asks(coalescer, 1)
    await turns()
    tasks += asks(coalescer, 2, 3)
    await turns()
    with pytest.raises(UnavailableError, match="too many"):
        await coalescer.ask(4)
    held.let.set()
    assert await asyncio.gather(*tasks) == [10, 20, 30]
    assert await coalescer.ask(5) == 50


async def test_who_waits_too_long_is_told_though_the_look_up_never_comes_back(held):
    coalescer = Coalescer(held, Bounds(running_max=1, wait_s_max=0.02))
    stuck = asks(coalescer, 1)
    await turns()
    waiting = asks(coalescer, 2, 3)
    async with asyncio.timeout(5):
        told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in told] == [UnavailableError] * 2
    held.let.set()
    assert await stuck[0] == 10
    assert await coalescer.ask(4) == 40
    assert held.batches == [[1], [4]]


async def test_each_waits_its_own_time_however_old_the_first_is(held):
    loop = asyncio.get_running_loop()
    coalescer = Coalescer(held, Bounds(running_max=1, wait_s_max=0.05))
    asked_at = loop.time()
    stuck = asks(coalescer, 1)
    while loop.time() < asked_at + 0.03:
        await turns()
    later_at = loop.time()
    [later] = asks(coalescer, 2)
    async with asyncio.timeout(5):
        with pytest.raises(UnavailableError):
            await later
    assert loop.time() - later_at >= 0.049
    held.let.set()
    assert await stuck[0] == 10


async def test_a_look_up_that_fails_fails_only_its_own_batch(held):
    held.errors = [UnavailableError("the server is away")]
    coalescer = Coalescer(held, Bounds(running_max=1))
    failing = asks(coalescer, 1)
    await turns()
    others = asks(coalescer, 2, 3)
    held.let.set()
    with pytest.raises(UnavailableError):
        await failing[0]
    assert await asyncio.gather(*others) == [20, 30]


async def test_a_look_up_with_too_few_answers_answers_nobody():
    async def one_short(keys: Sequence[int]) -> list[int]:
        return list(keys)[1:]

    coalescer = Coalescer(one_short, Bounds())
    async with asyncio.timeout(5):
        told = await asyncio.gather(*asks(coalescer, 1, 2), return_exceptions=True)
    assert [type(each) for each in told] == [AssertionError] * 2


async def test_a_look_up_that_is_cut_off_tells_all_who_wait_and_the_next_is_answered(held):
    held.errors = [asyncio.CancelledError()]
    coalescer = Coalescer(held, Bounds(running_max=1))
    tasks = asks(coalescer, 1)
    await turns()
    tasks += asks(coalescer, 2)
    await turns()
    held.let.set()
    async with asyncio.timeout(5):
        told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in told] == [UnavailableError] * 2
    assert await coalescer.ask(3) == 30


async def test_a_stopped_server_is_unavailable_and_answers_again_when_it_is_back(
    quick_folder, tmp_path
):
    with EmbeddedServer(quick_folder) as server:
        await migrate(server.url)
        database = await Database.open(server.url, role="izin_web")
        provider = FileKeyProvider(tmp_path / "root.key", production=False)
        keyring = await open_keyring(database, provider)
        async with database.connection() as connection:
            await Recorder(keyring).record(
                connection, [a_proposal()], actor=Actor.PROVIDER, on_repeat=OnRepeat.BY_RULES
            )
        checker = Checker(database, keyring, Bounds())
        assert await stands(checker) is Status.ONAY
        await asyncio.to_thread(server.stop)
        told = await asyncio.gather(
            *(checker.standing(a_key()) for _ in range(20)), return_exceptions=True
        )
        assert {type(each) for each in told} == {UnavailableError}
        await asyncio.to_thread(server.start)

        async def is_back() -> bool:
            try:
                return await stands(checker) is Status.ONAY
            except UnavailableError:
                return False

        await until(is_back)
        await database.close()


async def stands(checker: Checker) -> Status | None:
    standing = await checker.standing(a_key())
    return None if standing is None else standing.status
