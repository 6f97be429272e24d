"""The schema goes forward, one file at a time, and never under code that does not know it."""

import asyncio

import asyncpg
import pytest
from builders.databases import at_database

from izin.consent.source import SOURCE_BY_ID
from izin.core.errors import StartRefusedError, UnavailableError
from izin.core.terms import Source
from izin.storage.database import Database
from izin.storage.embedded import EmbeddedServer
from izin.storage.migrate import Migration, _migrate, check_schema, migrate, migrations

NAMES = [each.name for each in migrations()]


@pytest.fixture
async def bare(server):
    """A database without a schema."""
    maintenance = await asyncpg.connect(at_database(server.url, "postgres"))
    await maintenance.execute("drop database if exists bare with (force)")
    await maintenance.execute("create database bare")
    yield at_database(server.url, "bare")
    await maintenance.execute("drop database bare with (force)")
    await maintenance.close()


@pytest.fixture
async def bare_connection(bare):
    connection = await asyncpg.connect(bare)
    yield connection
    await connection.close()


def next_one(sql):
    return [*migrations(), Migration(len(NAMES) + 1, "next", sql)]


async def columns(connection, table):
    rows = await connection.fetch(
        "select attname from pg_attribute where attrelid = $1::regclass and attnum > 0", table
    )
    return {row[0] for row in rows}


async def test_an_empty_database_gets_every_migration_in_order(bare):
    assert await migrate(bare) == NAMES
    assert NAMES[0] == "0001_pre_add_registry"


async def test_a_second_migration_finds_nothing_to_do(fresh_database):
    assert await migrate(fresh_database) == []


async def test_two_at_once_do_the_work_once(bare):
    done = await asyncio.gather(migrate(bare), migrate(bare))
    assert sorted(done, key=len) == [[], NAMES]


async def test_a_schema_of_this_code_is_accepted(owner):
    await check_schema(owner)


async def test_a_process_may_check_the_schema_itself(database):
    async with database.connection() as connection:
        await check_schema(connection)


async def test_a_database_without_a_schema_asks_for_a_migration(bare_connection):
    with pytest.raises(StartRefusedError, match=f"{NAMES[0]} is not applied.*izin migrate"):
        await check_schema(bare_connection)


async def test_an_older_schema_asks_for_a_migration(owner):
    await owner.execute("delete from schema_migration where number = $1", len(NAMES))
    with pytest.raises(StartRefusedError, match=f"{NAMES[-1]} is not applied.*izin migrate"):
        await check_schema(owner)


async def test_a_newer_schema_asks_for_newer_code(owner, fresh_database):
    await owner.execute(
        "insert into schema_migration (number, name, checksum)"
        " values ($1, '9999_post_drop_all', 'x')",
        len(NAMES) + 1,
    )
    for refused in (check_schema(owner), migrate(fresh_database)):
        with pytest.raises(
            StartRefusedError, match=r"9999_post_drop_all.* is newer .*upgrade the code"
        ):
            await refused


async def test_a_file_changed_after_it_was_applied_is_refused(owner, fresh_database):
    await owner.execute("update schema_migration set checksum = 'x' where number = 1")
    for refused in (check_schema(owner), migrate(fresh_database)):
        with pytest.raises(StartRefusedError, match="0001_pre_add_registry is not the one"):
            await refused


async def test_a_migration_that_fails_leaves_nothing_behind(owner):
    broken = next_one("alter table batch add column half text; select 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await _migrate(owner, broken)
    assert "half" not in await columns(owner, "batch")
    await check_schema(owner)


async def test_a_migration_never_queues_behind_a_long_transaction(owner, fresh_database):
    """Whoever waits for a table's lock makes every request behind it wait too."""
    blocker = await asyncpg.connect(fresh_database)
    async with blocker.transaction():
        await blocker.execute("select from batch")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await _migrate(owner, next_one("alter table batch add column late text"))
    await blocker.close()
    assert "late" not in await columns(owner, "batch")


async def test_a_migration_s_time_outs_end_with_it(owner):
    seen = next_one(
        "create table seen as select current_setting('lock_timeout') as lock,"
        " current_setting('statement_timeout') as statement",
    )
    await _migrate(owner, seen)
    assert tuple(await owner.fetchrow("select lock, statement from seen")) == ("3s", "5s")
    assert await owner.fetchval("show statement_timeout") == "0"


async def test_an_index_may_be_built_outside_a_transaction(owner):
    sql = "-- no-transaction\ncreate index concurrently batch_state_age on batch (created_at);\n"
    assert await _migrate(owner, next_one(sql)) == ["next"]
    assert await owner.fetchval("select to_regclass('batch_state_age') is not null")
    assert await owner.fetchval("show lock_timeout") == "0"


async def test_what_a_cut_off_migration_left_of_its_index_is_built_anew(owner):
    sql = (
        "-- no-transaction\n"
        "create index concurrently if not exists batch_state_age on batch (created_at);\n"
    )
    await owner.execute("create index batch_state_age on batch (created_at)")
    await owner.execute(
        "update pg_index set indisvalid = false where indexrelid = 'batch_state_age'::regclass"
    )
    assert await _migrate(owner, next_one(sql)) == ["next"]
    assert await owner.fetchval(
        "select indisvalid from pg_index where indexrelid = 'batch_state_age'::regclass"
    )


async def test_rights_that_were_given_by_hand_are_taken_back(owner, fresh_database):
    await owner.execute("grant select on citizen_consent to izin_web")
    await migrate(fresh_database)
    assert not await owner.fetchval(
        "select has_table_privilege('izin_web', 'citizen_consent', 'select')"
    )


async def test_a_server_that_is_away_is_said_as_passing(tmp_path):
    with pytest.raises(UnavailableError):
        await migrate(f"postgresql://izin:x@/izin?host={tmp_path}")


async def test_an_ordinary_user_who_may_make_roles_is_enough(quick_folder):
    with EmbeddedServer(quick_folder) as server:
        chief = await asyncpg.connect(server.url)
        await chief.execute("create role plain login password 'x'")
        await chief.execute("create database shop owner plain")
        plain = server.url.replace(server.url.split("//")[1].split("@")[0], "plain:x")
        plain = at_database(plain, "shop")

        with pytest.raises(StartRefusedError, match="alter role plain createrole"):
            await migrate(plain)

        await chief.execute("alter role plain createrole")
        await chief.close()
        assert await migrate(plain) == []
        database = await Database.open(plain, role="izin_web")
        async with database.connection() as connection:
            await check_schema(connection)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch("select sealed from citizen_consent")
        await database.close()


async def test_the_table_of_sources_says_what_the_code_writes(owner):
    rows = await owner.fetch("select id, code from source")
    assert {row["id"]: row["code"] for row in rows} == SOURCE_BY_ID
    assert set(SOURCE_BY_ID.values()) == set(Source)
