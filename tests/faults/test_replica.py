"""A replica answers while it is provably young, and no refusal is overlooked."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec
import pytest
from builders.clock import NOON, FakeClock
from builders.databases import cut_off, frozen
from builders.heart import a_key, a_proposal, until
from builders.house import BRAND, LONG_AGO, House
from builders.parties import PASSWORD, Given
from builders.replica import LAST_LOOK_UP, Pair, a_pair, a_primary, a_replica, on, watched

from izin.consent.record import OnRepeat
from izin.core.errors import StartRefusedError, UnavailableError
from izin.core.terms import Source, Status
from izin.storage.database import Database
from izin.storage.migrate import migrate
from izin.storage.replica import Way
from izin.wiring.settings import Settings
from izin.wiring.web import open_app

AGE_S_MAX = 0.8


def her_refusal(number: int):
    return a_proposal(number, status=Status.RET, source=Source.IYS_WEB, consented_at=None)


@pytest.fixture
async def pair(quick_folder) -> AsyncIterator[Pair]:
    async with a_pair(quick_folder, replica_age_s_max=AGE_S_MAX) as opened:
        await opened.elsewhere(a_proposal(1))
        await until(opened.is_asked)
        yield opened


class Asked:
    """Every answer about one phone, and when its question was asked."""

    def __init__(self, pair: Pair, number: int) -> None:
        self._pair = pair
        self._number = number
        self.answers: list[tuple[float, Status | None]] = []

    async def ask(self) -> Status | None:
        asked_s = self._pair.replica.clock_s()
        found = await self._pair.status(self._number)
        self.answers.append((asked_s, found))
        return found

    async def is_refused(self) -> bool:
        return await self.ask() is Status.RET

    def latest_old_yes(self) -> float | None:
        """When a question was asked that still was not answered with the refusal."""
        return max((at for at, found in self.answers if found is not Status.RET), default=None)


async def test_single_questions_lists_and_receipts_come_from_the_replica(pair):
    async def replicas(asked) -> bool:
        before = await on(pair.standby, LAST_LOOK_UP)
        assert await asked()
        return before != await on(pair.standby, LAST_LOOK_UP)

    for asked in (
        lambda: pair.checker.standing(a_key(1)),
        lambda: pair.checker.standings([a_key(1), a_key(2)]),
        lambda: pair.checker.detail(a_key(1)),
        lambda: pair.checker.may_use([a_key(1)], [66438915]),
    ):
        await until(lambda asked=asked: replicas(asked))
    assert await pair.checker.standings([a_key(2)]) == [None]


async def test_a_refusal_counts_within_the_bound_without_any_number_given(pair):
    """No sequencer runs here: what counts is the position in the log, never a number."""
    for number in range(2, 22):
        await pair.elsewhere(a_proposal(number))
        asked = Asked(pair, number)
        await until(lambda asked=asked: stands(asked, Status.ONAY))
        await pair.elsewhere(her_refusal(number))
        acknowledged_s = pair.replica.clock_s()
        asked.answers.clear()
        await until(asked.is_refused)
        assert (asked.latest_old_yes() or 0.0) < acknowledged_s + AGE_S_MAX
    assert await on(pair.primary, "select published_idx from sequence_head") == 0


async def stands(asked: Asked, status: Status) -> bool:
    return await asked.ask() is status


async def test_a_replica_that_stands_still_is_not_asked_past_the_bound(pair):
    was_overlooked = False
    for number in range(2, 40):
        await pair.elsewhere(a_proposal(number))
        await until(pair.is_asked)
        await until(lambda number=number: stands(Asked(pair, number), Status.ONAY))
        await on(pair.standby, "select pg_wal_replay_pause()")
        await pair.elsewhere(her_refusal(number))
        acknowledged_s = pair.replica.clock_s()
        asked = Asked(pair, number)
        was_overlooked |= not await asked.is_refused()
        await until(asked.is_refused)
        assert (asked.latest_old_yes() or 0.0) < acknowledged_s + AGE_S_MAX
        assert await pair.who_answers(number) is pair.primary
        await until(lambda: is_behind(pair))
        await on(pair.standby, "select pg_wal_replay_resume()")
        if was_overlooked:
            break
    # else the replica was never asked while it stood still, and nothing was tried
    assert was_overlooked
    await until(pair.is_asked)


async def is_behind(pair: Pair) -> bool:
    return "bytes behind" in (pair.replica.doubt or "")


async def answers_throughout(pair: Pair, trouble: Callable[[], Awaitable[None]]) -> None:
    """Ask one question after the other while something happens; every answer is there and right."""
    doing = asyncio.create_task(trouble())
    count = 0
    while not doing.done() or count == 0:
        assert await pair.status() is Status.ONAY
        count += 1
    await doing


async def test_a_replica_that_is_killed_is_missed_by_nobody(pair):
    async def kill() -> None:
        await asyncio.to_thread(cut_off, pair.standby.pid)
        await until(lambda: is_doubted(pair))

    await answers_throughout(pair, kill)
    assert pair.replica.proof() is None
    await asyncio.to_thread(pair.standby.stop)
    await asyncio.to_thread(pair.standby.start)
    await until(pair.is_asked)


async def is_doubted(pair: Pair) -> bool:
    return pair.replica.proof() is None and pair.replica.doubt is not None


async def test_a_replica_that_does_not_answer_holds_nobody_up(pair):
    async def freeze() -> None:
        with frozen(pair.standby.pid):
            await until(lambda: is_doubted(pair))

    await answers_throughout(pair, freeze)
    await until(pair.is_asked, seconds=60)


async def test_without_a_primary_there_is_an_answer_for_as_long_as_the_bound(pair):
    await pair.elsewhere(a_proposal(2))
    asked = Asked(pair, 2)
    await until(lambda: stands(asked, Status.ONAY))
    await until(pair.is_asked)
    await pair.elsewhere(her_refusal(2))
    acknowledged_s = pair.replica.clock_s()
    asked.answers.clear()
    await asyncio.to_thread(cut_off, pair.primary.pid)
    killed_s = pair.replica.clock_s()

    async def is_over() -> bool:
        try:
            await asked.ask()
        except UnavailableError:
            return pair.replica.clock_s() > killed_s + AGE_S_MAX
        return False

    await until(is_over)
    assert max(at for at, _ in asked.answers) < killed_s + AGE_S_MAX
    assert (asked.latest_old_yes() or 0.0) < acknowledged_s + AGE_S_MAX
    await asyncio.to_thread(pair.primary.stop)
    await asyncio.to_thread(pair.primary.start)
    await until(lambda: answers_again(asked, Status.RET))
    await until(pair.is_asked)


async def answers_again(asked: Asked, status: Status) -> bool:
    try:
        return await asked.ask() is status
    except UnavailableError:
        return False


async def test_a_replica_that_was_promoted_is_not_believed(pair):
    await on(pair.standby, "select pg_promote()")
    promoted_s = pair.replica.clock_s()
    asked = Asked(pair, 1)
    await pair.elsewhere(her_refusal(1))
    acknowledged_s = pair.replica.clock_s()

    async def is_past_the_bound() -> bool:
        return await asked.is_refused() and pair.replica.clock_s() > promoted_s + AGE_S_MAX

    await until(is_past_the_bound)
    assert (asked.latest_old_yes() or 0.0) < acknowledged_s + AGE_S_MAX
    assert "takes writes" in pair.replica.doubt
    assert await pair.who_answers() is pair.primary


async def test_a_replica_of_a_history_that_was_put_back_is_not_believed(pair):
    """An old copy of the primary's folder has its number and timeline, and another future."""
    data, copy = pair.primary.folder / "data", pair.primary.folder / "copy"
    asked = Asked(pair, 1)
    await asyncio.to_thread(pair.primary.stop)
    await asyncio.to_thread(shutil.copytree, data, copy, symlinks=True)
    await asyncio.to_thread(pair.primary.start)
    await until(lambda: answers_again(asked, Status.ONAY))
    await pair.elsewhere(*(a_proposal(number) for number in range(2, 60)))
    await until(lambda: stands(Asked(pair, 59), Status.ONAY))
    await until(pair.is_asked)
    await asyncio.to_thread(pair.primary.stop)
    await asyncio.to_thread(shutil.rmtree, data)
    await asyncio.to_thread(copy.rename, data)
    await asyncio.to_thread(pair.primary.start)

    async def is_recorded() -> bool:
        try:
            await pair.elsewhere(her_refusal(1))
        except UnavailableError:
            return False
        return True

    await until(is_recorded)
    acknowledged_s = pair.replica.clock_s()
    await until(lambda: answers_again(asked, Status.RET))
    assert (asked.latest_old_yes() or 0.0) < acknowledged_s + AGE_S_MAX
    await until(lambda: is_ahead(pair))
    assert await pair.who_answers() is pair.primary


async def is_ahead(pair: Pair) -> bool:
    return "the primary never wrote" in (pair.replica.doubt or "")


async def test_whoever_records_here_and_asks_at_once_finds_it(pair):
    was_served_beside = False
    for number in range(2, 40):
        await pair.elsewhere(a_proposal(number))
        await until(pair.is_asked)
        await until(lambda number=number: stands(Asked(pair, number), Status.ONAY))
        await on(pair.standby, "select pg_wal_replay_pause()")
        before = await on(pair.standby, LAST_LOOK_UP)
        ours = a_proposal(number, status=Status.RET, consented_at=a_proposal().consented_at)
        await pair.asking.together.record(ours, OnRepeat.BY_RULES)
        found = await pair.checker.standings([a_key(1), a_key(number), a_key(0)])
        assert [each and each.status for each in found] == [Status.ONAY, Status.RET, None]
        assert await pair.status(number) is Status.RET
        # its neighbours in the same list are asked of the replica, which does not know it yet
        was_served_beside |= before != await on(pair.standby, LAST_LOOK_UP)
        await on(pair.standby, "select pg_wal_replay_resume()")
        if was_served_beside:
            break
    assert was_served_beside


async def test_after_a_failover_only_a_replica_of_the_new_timeline_is_believed(quick_folder):
    with a_primary(quick_folder / "old") as old:
        await migrate(old.url)
        with a_replica(old, quick_folder / "new") as new, a_replica(new, quick_folder / "b") as b:
            async with watched(new.url, b.url) as replica:
                assert "named as the primary is a replica" in replica.doubt
                await on(new, "select pg_promote()")
                await replica.look()
                assert "timeline is 1, the primary's is 2" in replica.doubt

                async def is_believed() -> bool:
                    await on(new, "checkpoint")
                    await on(b, "checkpoint")
                    await replica.look()
                    return replica.proof() is not None

                await until(is_believed)


async def test_a_session_opened_after_the_reading_is_not_covered_by_it(pair):
    async with watched(pair.primary.url, pair.standby.url, age_s_max=60) as replica:
        proof = replica.proof()
        # the server may have been behind when it was opened, however far it had come before
        with pytest.raises(UnavailableError, match="new session"):
            await replica.ask(proof, here, patience_s=10)
        assert replica.proof() is proof
        await replica.look()
        later = replica.proof()
        assert await replica.ask(later, here, patience_s=10)
        for other in (msgspec.structs.replace(later, life=NOON), proof):
            with pytest.raises(UnavailableError, match="new session"):
                await replica.ask(other, here, patience_s=10)


async def here(connection) -> bool:
    return await connection.fetchval("select pg_is_in_recovery()")


async def test_a_look_up_that_is_not_answered_ends_its_session_and_the_proof(pair):
    async with watched(pair.primary.url, pair.standby.url, age_s_max=60) as replica:
        with suppress(UnavailableError):  # makes the session known
            await replica.ask(replica.proof(), here, patience_s=10)
        await replica.look()
        assert await replica.ask(replica.proof(), here, patience_s=10)
        with frozen(pair.standby.pid), pytest.raises(UnavailableError, match="TimeoutError"):
            async with asyncio.timeout(8):  # to wait for the session's own end takes ten
                await replica.ask(replica.proof(), here, patience_s=0.1)
        assert replica.proof() is None
        await replica.look()
        assert replica.proof() is not None


async def test_an_answer_that_comes_after_its_proof_has_ended_is_not_given(pair):
    clock = FakeClock()
    urls = pair.primary.url, pair.standby.url
    async with watched(*urls, age_s_max=AGE_S_MAX, clock_s=clock.seconds) as replica:
        with suppress(UnavailableError):  # makes the session known
            await replica.ask(replica.proof(), here, patience_s=10)
        clock.forward(0.1)
        await replica.look()

        async def slowly(connection) -> bool:
            clock.forward(AGE_S_MAX + 0.1)
            return await here(connection)

        proof = replica.proof()
        assert await replica.ask(proof, here, patience_s=10)
        with pytest.raises(UnavailableError, match="too late"):
            await replica.ask(proof, slowly, patience_s=10)


async def test_with_neither_the_answer_is_503_and_never_an_old_yes(quick_folder, passwords):
    async with a_pair(quick_folder, replica_age_s_max=AGE_S_MAX) as pair:
        operator = await Database.open(pair.primary.url, role="izin_operator")
        given = Given(operator, passwords)
        await given.provider(activated_at=LONG_AGO)
        await given.brand()
        await given.api_user()
        await operator.close()
        async with open_app(pair.settings) as app:
            await asks_until_503(House(app, pair.parts), pair)


async def asks_until_503(house: House, pair: Pair) -> None:
    async with await house.sign_in("api@firma.example", PASSWORD) as client:
        await pair.elsewhere(a_proposal(1))
        question = {"recipients": ["+905990000001"]}

        async def ask():
            path = f"{BRAND}/consents/BIREYSEL/status/MESAJ"
            return await client.post(path, json=question)

        assert (await ask()).json()["list"] == question["recipients"]
        await asyncio.to_thread(cut_off, pair.primary.pid)
        ended_s = pair.replica.clock_s() + AGE_S_MAX

        async def is_refused_in_time() -> bool:
            asked_s = pair.replica.clock_s()
            answer = await ask()
            if answer.status_code == HTTPStatus.OK:
                assert asked_s < ended_s
                return False
            assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            assert int(answer.headers["retry-after"]) > 0
            return asked_s > ended_s

        await until(is_refused_in_time)


# at the start


def settings_of(primary: str, replica: str, folder) -> Settings:
    return Settings(
        database_url=primary, replica_database_url=replica, data_folder=folder, pool_size=6
    )


async def refusal_of(settings: Settings) -> str:
    with pytest.raises(StartRefusedError) as refused:
        async with open_app(settings):
            pass
    return str(refused.value)


async def test_a_replica_of_another_cluster_is_refused(fresh_database, quick_folder, tmp_path):
    with (
        a_primary(quick_folder / "theirs") as theirs,
        a_replica(theirs, quick_folder / "replica") as standby,
    ):
        await migrate(theirs.url)
        for other in (theirs.url, standby.url):
            settings = settings_of(fresh_database, other, tmp_path)
            assert "another database than the primary" in await refusal_of(settings)


async def test_another_database_of_the_same_cluster_is_refused(server, fresh_database, tmp_path):
    settings = settings_of(fresh_database, server.url, tmp_path)
    assert "another database than the primary" in await refusal_of(settings)


async def test_the_primary_is_no_replica_of_itself(fresh_database):
    async with watched(fresh_database, fresh_database) as replica:
        assert replica.proof() is None
        assert "takes writes" in replica.doubt


async def test_a_replica_that_is_away_keeps_nothing_from_starting(fresh_database, quick_folder):
    away = urlsplit(fresh_database)._replace(query=f"host={quick_folder}&port=5432")
    async with watched(fresh_database, urlunsplit(away)) as replica:
        assert replica.proof() is None
        assert replica.doubt == "the replica: connecting to the database: FileNotFoundError"


async def test_a_replica_that_lets_nobody_in_keeps_nothing_from_starting(fresh_database):
    locked = fresh_database.replace("@", "x@")
    async with watched(fresh_database, locked) as replica:
        assert replica.proof() is None
        assert replica.doubt == "the replica: InvalidPasswordError"


def test_the_way_to_the_servers_shows_no_password(server):
    assert repr(Way(server.url, server.url, "izin_web", 1)) == "Way(…)"


async def test_a_replica_behind_a_pooler_is_refused(pair):
    """Behind one a session may be another at each statement: what lives proves nothing."""
    async with a_pooler(pair.standby.url) as url:
        with pytest.raises(StartRefusedError, match="through a pooler"):
            async with watched(pair.primary.url, url):
                pass


@asynccontextmanager
async def a_pooler(url: str) -> AsyncIterator[str]:
    """Names a process number of its own to its clients, as poolers do."""
    asked = urlsplit(url)
    to = dict(parse_qsl(asked.query))
    with TemporaryDirectory() as folder:

        async def lead(reader, writer) -> None:
            theirs = await asyncio.open_unix_connection(f"{to['host']}/.s.PGSQL.{to['port']}")
            await asyncio.gather(
                carry(reader, theirs[1], bytes), carry(theirs[0], writer, under_another_number)
            )

        async with await asyncio.start_unix_server(lead, f"{folder}/.s.PGSQL.5432"):
            yield urlunsplit(asked._replace(query=f"host={folder}&port=5432"))


async def carry(reader, writer, changed) -> None:
    while piece := await reader.read(65_536):
        writer.write(changed(piece))
    writer.close()


def under_another_number(piece: bytes) -> bytes:
    """BackendKeyData: K, its length (4 bytes of process number, then the key)."""
    return re.sub(
        rb"(?s)(K\x00\x00\x00[\x0c-\x28])....", lambda found: found[1] + b"\x7f" * 4, piece
    )


async def test_a_cluster_has_no_one_replica(owner, fresh_database):
    await owner.execute("set allow_system_table_mods = on")
    await owner.execute(
        "insert into pg_extension"
        " (oid, extname, extowner, extnamespace, extrelocatable, extversion)"
        " values (99999, 'citus', 10, 11, false, '14.0')"
    )
    with pytest.raises(StartRefusedError, match="Citus"):
        async with watched(fresh_database, fresh_database):
            pass
    await owner.execute("delete from pg_extension where extname = 'citus'")
