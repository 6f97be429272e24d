"""The pool: what passes is said as passing, and nobody's connection is hurt by a neighbour."""

import asyncio
import os
import signal
import struct
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote, unquote

import asyncpg
import pytest

from izin.core.errors import StartRefusedError, UnavailableError
from izin.storage.database import Database, start_settings
from izin.storage.embedded import EmbeddedServer
from izin.storage.trouble import is_passing

NEW_KEY = "insert into keyring (purpose, scope, period, wrapped) values ('x', '', 'x', '')"
BREAK = "select pg_terminate_backend($1, 5000)"


@pytest.fixture
async def narrow(fresh_database):
    """A pool of one connection, whose callers do not wait long."""
    opened = await Database.open(
        fresh_database, role="izin_web", size_max=1, acquire_s=0.1, statement_ms=2_000
    )
    yield opened
    await opened.close()


@asynccontextmanager
async def pooler(url, folder, user=None):
    """Pass everything on but the start-up settings, as PgBouncer with ignored parameters does."""
    path = unquote(url.partition("host=")[2].partition("&")[0]) + "/.s.PGSQL.5432"
    tasks = asyncio.TaskGroup()

    async def pump(reader, writer):
        while some := await reader.read(65536):
            writer.write(some)
        writer.close()

    async def serve(reader, writer):
        (size,) = struct.unpack("!i", await reader.readexactly(4))
        body = await reader.readexactly(size - 4)
        version, fields = body[:4], body[4:].rstrip(b"\0").split(b"\0")
        kept = b"".join(
            name + b"\0" + value + b"\0"
            for name, value in zip(fields[::2], fields[1::2], strict=True)
            if name in {b"user", b"database", b"client_encoding"}
        )
        back, on = await asyncio.open_unix_connection(path)
        on.write(struct.pack("!i", len(kept) + 9) + version + kept + b"\0")
        tasks.create_task(pump(back, writer))
        tasks.create_task(pump(reader, on))

    async with tasks:
        listening = await asyncio.start_unix_server(serve, folder / ".s.PGSQL.5432")
        pooled = url.replace(quote(path.removesuffix("/.s.PGSQL.5432"), safe=""), str(folder))
        if user:
            pooled = pooled.replace(pooled.split("//")[1].split("@")[0], user)
        try:
            yield pooled
        finally:
            listening.close()


async def pid_of(database):
    async with database.connection() as connection:
        return await connection.fetchval("select pg_backend_pid()")


async def until_running(owner, text):
    """Wait until the server runs a statement that holds `text`."""
    sql = "select pid from pg_stat_activity where state = 'active' and query like $1 and pid <> $2"
    async with asyncio.timeout(10):
        while True:
            pid = await owner.fetchval(sql, f"%{text}%", owner.get_server_pid())
            if pid is not None:
                return pid
            await asyncio.sleep(0.005)


async def put_in_two(database):
    """Start two rows to fight about; the limits' table is one that this process may write."""
    async with database.connection() as connection:
        await connection.execute(
            "insert into limit_use (lane, client, window_started_at, used)"
            " select lane, gen_random_uuid(), now(), 0 from unnest(array['a', 'b']) as lane"
        )


async def test_a_process_acts_under_its_own_role_and_plans(database):
    async with database.connection() as connection:
        assert await connection.fetchval("select current_user") == "izin_web"
        shown = [
            await connection.fetchval("select current_setting($1)", name)
            for name in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")
        ]
        assert shown == ["off"] * 4
        assert await connection.fetchval("show application_name") == "izin_web"
        assert await connection.fetchval("show statement_timeout") == "10s"
        assert await connection.fetchval("show idle_in_transaction_session_timeout") == "30s"


async def test_without_a_role_the_url_s_user_stays(fresh_database):
    opened = await Database.open(fresh_database, role=None)
    async with opened.connection() as connection:
        assert await connection.fetchval("select current_user") == "izin"
    await opened.close()


async def test_an_unknown_role_refuses_the_start(fresh_database):
    with pytest.raises(StartRefusedError, match=r"act as izin_nobody.*izin migrate"):
        await Database.open(fresh_database, role="izin_nobody")


@pytest.mark.plain
async def test_a_pooler_that_drops_start_up_settings_is_noticed(fresh_database, tmp_path):
    """Otherwise the process would have every right of the user that logs in."""
    async with pooler(fresh_database, tmp_path) as url:
        with pytest.raises(StartRefusedError, match="alter role <login> set role = izin_web"):
            await Database.open(url, role="izin_web")


@pytest.mark.plain
async def test_behind_such_a_pooler_the_login_user_carries_the_settings(
    fresh_database, tmp_path, owner
):
    await owner.execute("create role pooled login password 'x' in role izin_web")
    try:
        for name, value in start_settings("izin_web", 1000).items():
            await owner.execute(f"alter role pooled set {name} = '{value}'")
        async with pooler(fresh_database, tmp_path, user="pooled:x") as url:
            database = await Database.open(url, role="izin_web")
            async with database.connection() as connection:
                assert await connection.fetchval("select current_user") == "izin_web"
            await database.close()
    finally:
        await owner.execute("drop role pooled")


async def test_a_transaction_is_all_or_nothing(database):
    async def put_key(*, and_fail):
        async with database.transaction() as connection:
            await connection.execute(NEW_KEY)
            return 1 / (not and_fail)

    async def count():
        async with database.connection() as connection:
            return await connection.fetchval("select count(*) from keyring")

    with pytest.raises(ZeroDivisionError):
        await put_key(and_fail=True)
    assert await count() == 0
    await put_key(and_fail=False)
    assert await count() == 1


async def test_a_mistake_of_ours_goes_through_as_it_is(database):
    with pytest.raises(asyncpg.UndefinedTableError):
        async with database.connection() as connection:
            await connection.execute("select 1 from nowhere")


async def test_no_free_connection_in_time_is_passing(narrow):
    async with narrow.connection():
        with pytest.raises(UnavailableError, match="waiting for a database connection"):
            async with narrow.connection():
                pytest.fail("there was none to lend")
    assert await pid_of(narrow)


async def test_whoever_waits_gets_the_next_free_connection(fresh_database):
    narrow = await Database.open(fresh_database, role="izin_web", size_max=1, acquire_s=10)
    async with asyncio.timeout(20):
        assert len({*await asyncio.gather(*(pid_of(narrow) for _ in range(50)))}) == 1
    await narrow.close()


async def test_a_caller_that_left_gives_its_connection_back_healthy(narrow, owner):
    async def leave_early():
        async with narrow.transaction() as connection:
            await connection.execute(NEW_KEY)
            await connection.execute("select pg_sleep(60)")

    before = await pid_of(narrow)
    for _ in range(3):
        caller = asyncio.create_task(leave_early())
        await until_running(owner, "pg_sleep(60)")
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert await pid_of(narrow) == before
    assert await owner.fetchval("select count(*) from keyring") == 0


async def test_a_caller_that_leaves_the_queue_costs_nobody_a_connection(narrow):
    async with narrow.connection():
        waiting = asyncio.create_task(pid_of(narrow))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await pid_of(narrow)


async def test_a_statement_past_its_time_is_passing(fresh_database):
    hasty = await Database.open(fresh_database, role="izin_web", size_max=1, statement_ms=50)
    with pytest.raises(UnavailableError) as caught:
        async with hasty.connection() as connection:
            await connection.execute("select pg_sleep(60)")
    assert isinstance(caught.value.__cause__, asyncpg.QueryCanceledError)
    assert await pid_of(hasty)
    await hasty.close()


async def test_a_connection_that_broke_is_passing_and_replaced(narrow, owner):
    async def break_under_a_statement():
        async with narrow.transaction() as connection:
            await owner.execute(BREAK, connection.get_server_pid())
            await connection.execute("select 1")

    before = await pid_of(narrow)
    with pytest.raises(UnavailableError):
        await break_under_a_statement()
    assert await pid_of(narrow) != before


async def test_a_broken_connection_stays_passing_for_who_goes_on_using_it(narrow, owner):
    async def go_on():
        async with narrow.connection() as connection:
            await owner.execute(BREAK, connection.get_server_pid())
            with suppress(asyncpg.PostgresError):
                await connection.execute("select 1")
            await connection.execute("select 2")

    # which of the two it is hangs on whether the server's last words have come already
    with pytest.raises(UnavailableError, match=r"gone|ending"):
        await go_on()
    assert await pid_of(narrow)


async def test_a_deadlock_is_passing_for_its_victim_and_nothing_for_the_other(database):
    await put_in_two(database)
    both_hold = asyncio.Barrier(2)

    async def lock(first, second):
        async with database.transaction() as connection:
            await connection.execute("update limit_use set used = 1 where lane = $1", first)
            await both_hold.wait()
            await connection.execute("update limit_use set used = 1 where lane = $1", second)

    ends = await asyncio.gather(lock("a", "b"), lock("b", "a"), return_exceptions=True)
    (victim,) = [end for end in ends if end is not None]
    assert isinstance(victim, UnavailableError)
    assert isinstance(victim.__cause__, asyncpg.DeadlockDetectedError)


async def test_a_transaction_that_came_too_late_is_passing(database):
    async def be_overtaken():
        async with database.transaction() as late:
            await late.execute("set transaction isolation level repeatable read")
            await late.fetch("select used from limit_use")
            async with database.connection() as early:
                await early.execute("update limit_use set used = 1")
            await late.execute("update limit_use set used = 2")

    await put_in_two(database)
    with pytest.raises(UnavailableError) as caught:
        await be_overtaken()
    assert isinstance(caught.value.__cause__, asyncpg.SerializationError)


async def test_a_migration_under_a_running_process_is_passing(database, owner):
    async def lanes():
        async with database.transaction() as connection:
            return await connection.fetch("select * from limit_use")

    await put_in_two(database)
    before = await lanes()
    await owner.execute("alter table limit_use alter column used type bigint")
    with pytest.raises(UnavailableError):
        await lanes()
    assert [row["used"] for row in await lanes()] == [row["used"] for row in before]


async def test_a_server_that_stopped_is_passing_and_the_same_pool_recovers(quick_folder):
    server = EmbeddedServer(quick_folder)
    database = await Database.open(server.start(), role=None, size_max=2, acquire_s=1)
    before = await pid_of(database)
    server.stop()
    for _ in range(3):
        with pytest.raises(UnavailableError):
            await pid_of(database)
    server.start()
    assert await pid_of(database) != before
    await database.close()
    server.stop()


async def test_a_server_killed_under_a_statement_is_passing(quick_folder):
    server = EmbeddedServer(quick_folder)
    database = await Database.open(server.start(), role=None, size_max=2)
    watcher = await asyncpg.connect(server.url)

    async def sleep():
        async with database.transaction() as connection:
            await connection.execute("select pg_sleep(60)")

    sleeper = asyncio.create_task(sleep())
    pid = await until_running(watcher, "pg_sleep(60)")
    watcher.terminate()
    os.kill(pid, signal.SIGKILL)  # the server ends every session and recovers
    with pytest.raises(UnavailableError):
        await sleeper
    await database.close()
    server.stop()


async def test_a_server_that_is_away_at_the_start_is_passing(tmp_path):
    with pytest.raises(UnavailableError, match="connecting to the database"):
        await Database.open(f"postgresql://izin:x@/izin?host={tmp_path}", role="izin_web")
    with pytest.raises(UnavailableError, match="connecting to the database"):
        await Database.open("postgresql://izin:x@127.0.0.1:1/izin", role="izin_web")


async def test_closing_does_not_wait_for_ever_for_who_still_works(fresh_database, owner):
    async def work():
        async with database.connection() as connection:
            await connection.execute("select pg_sleep(60)")

    database = await Database.open(fresh_database, role="izin_web")
    working = asyncio.create_task(work())
    await until_running(owner, "pg_sleep(60)")
    await database.close(within_s=0.05)
    with pytest.raises(UnavailableError):
        await working


async def test_a_closing_process_answers_that_it_is_closing(fresh_database):
    database = await Database.open(fresh_database, role="izin_web")
    await database.close()
    with pytest.raises(UnavailableError, match="closing"):
        await pid_of(database)


@pytest.mark.drill
async def test_a_server_that_does_not_answer_at_all_is_passing_and_left_behind(fresh_database):
    narrow = await Database.open(fresh_database, role="izin_web", size_max=1, statement_ms=50)
    silent = await pid_of(narrow)
    os.kill(silent, signal.SIGSTOP)
    try:
        async with asyncio.timeout(20):
            with pytest.raises(UnavailableError):
                await pid_of(narrow)
            assert await pid_of(narrow) != silent
    finally:
        os.kill(silent, signal.SIGCONT)
    await narrow.close()


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DiskFullError(),
        asyncpg.OutOfMemoryError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.AdminShutdownError(),
        asyncpg.CrashShutdownError(),
        asyncpg.QueryCanceledError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.SerializationError(),
        asyncpg.LockNotAvailableError(),
        asyncpg.ReadOnlySQLTransactionError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.IdleInTransactionSessionTimeoutError(),
        ConnectionResetError(),
        TimeoutError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_this_passes(error):
    assert is_passing(error)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UniqueViolationError(),
        asyncpg.InsufficientPrivilegeError(),
        asyncpg.UndefinedTableError(),
        asyncpg.DataCorruptedError(),
        asyncpg.InterfaceError("used wrongly"),
        FileNotFoundError(),
        ValueError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_this_does_not_pass_by_itself(error):
    assert not is_passing(error)


@pytest.mark.parametrize(
    "trouble", [asyncpg.InternalClientError("it had the last words"), TimeoutError()]
)
async def test_a_connection_that_the_pool_took_back_meanwhile_is_passing_trouble(database, trouble):
    """Once a keeper ended with it: the server hung up between the statement and its refusal."""

    async def fails() -> None:
        async with database.connection() as lent:
            await database._pool.release(lent)
            raise trouble

    with pytest.raises(UnavailableError):
        await fails()
