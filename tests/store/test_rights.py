"""Every right of every role on every table and column, against the matrix, and the ways round."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from izin.storage.logins import give_login

MATRIX: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("rights.toml").read_text("utf-8")
)
ROLES = [role for role in MATRIX if role != "public"]
RECORDING = {"izin_web", "izin_citizen", "izin_keeper", "izin_agent"}

ATTEMPTS = {
    "select": 'select "{column}" from "{table}"',
    "insert": 'insert into "{table}" default values',
    "update": 'update "{table}" set "{column}" = default',
    "delete": 'delete from "{table}"',
    "truncate": 'truncate "{table}"',
}
"""A statement for each right, which needs that right and no other."""

CHANGES = ("insert into", "update", "delete from")

_TABLES = """
    select c.relname as name, p.name as right
    from pg_class as c
    cross join unnest(array[
        'select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain'
    ]) as p (name)
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and (p.name <> 'maintain' or current_setting('server_version_num')::int >= 170000)
        and has_table_privilege($1, c.oid, p.name)
"""
_COLUMNS = """
    select c.relname || '.' || a.attname as name, p.name as right
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    cross join unnest(array['select', 'insert', 'update', 'references']) as p (name)
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and has_column_privilege($1, c.oid, a.attnum, p.name)
        and not has_table_privilege($1, c.oid, p.name)
"""
_SEQUENCES = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and case relkind
        when 'S' then has_sequence_privilege($1, oid, 'usage, select, update') end
"""
_FUNCTIONS = """
    select proname, prosecdef from pg_proc
    where pronamespace = 'public'::regnamespace and has_function_privilege($1, oid, 'execute')
"""
_MEMBERSHIPS = """
    select rolname from pg_roles
    where rolname <> $1 and (pg_has_role($1, oid, 'member') or pg_has_role($1, oid, 'set'))
"""


@pytest.mark.parametrize("role", MATRIX)
async def test_a_role_has_the_rights_of_the_matrix_and_no_other(owner, role):
    found: dict[str, set[str]] = {}
    for row in await owner.fetch(_TABLES, role):
        found.setdefault(row["name"], set()).add(row["right"])
    assert found == {table: set(rights.split()) for table, rights in MATRIX[role].items()}


@pytest.fixture
async def tables(owner) -> dict[str, str]:
    """Every table, with a column of each."""
    rows = await owner.fetch(
        "select c.relname, a.attname from pg_class as c"
        " join pg_attribute as a on a.attrelid = c.oid and a.attnum = 1"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')"
    )
    return dict(rows)


async def is_refused(owner, role: str, table: str, statement: str) -> bool:
    """Was one statement of a process, or of a stranger, stopped at the table's rights?"""
    transaction = owner.transaction()
    await transaction.start()
    try:
        if role == "public":
            await owner.execute("create role stranger")
        await owner.execute(f"set local role {'stranger' if role == 'public' else role}")
        await owner.execute(statement)
    except asyncpg.PostgresError as error:
        return str(error).partition("\n")[0] in {
            f"permission denied for table {table}",
            f"permission denied for view {table}",
            f'"{table}" is not a table',  # a view of counts: there is nothing in it to change,
            *(f'cannot {verb} view "{table}"' for verb in CHANGES),  # whoever asks
        }
    finally:
        await transaction.rollback()
    return False


@pytest.mark.parametrize("role", MATRIX)
async def test_every_right_that_is_not_granted_is_tried_and_refused(owner, tables, role):
    """What is granted is tried as well, so each statement is one that its right would let pass."""
    passed: dict[str, set[str]] = {}
    for table, column in tables.items():
        for right, attempt in ATTEMPTS.items():
            statement = attempt.format(table=table, column=column)
            if not await is_refused(owner, role, table, statement):
                passed.setdefault(table, set()).add(right)
    assert passed == {table: set(rights.split()) for table, rights in MATRIX[role].items()}
    assert len(tables) > 20


@pytest.mark.parametrize("role", MATRIX)
async def test_no_column_has_a_right_of_its_own(owner, role):
    assert await owner.fetch(_COLUMNS, role) == []


@pytest.mark.parametrize("role", MATRIX)
async def test_numbers_are_drawn_by_inserts_alone(owner, role):
    assert await owner.fetch(_SEQUENCES, role) == []


@pytest.mark.parametrize("role", MATRIX)
async def test_recording_alone_is_called_and_it_acts_under_its_caller_s_rights(owner, role):
    found = {tuple(row) for row in await owner.fetch(_FUNCTIONS, role)}
    assert found == ({("record_movements", False)} if role in RECORDING else set())


@pytest.mark.parametrize("role", ROLES)
async def test_no_role_is_in_another(owner, role):
    assert await owner.fetch(_MEMBERSHIPS, role) == []


@pytest.mark.parametrize("role", MATRIX)
async def test_nobody_makes_schemas_or_tables_not_even_passing_ones(server, role):
    owner = await asyncpg.connect(server.url)  # a database's own rights do not come with a copy
    try:
        rights = await owner.fetchrow(
            "select has_database_privilege($1, current_database(), 'create'),"
            " has_database_privilege($1, current_database(), 'temporary'),"
            " has_schema_privilege($1, 'public', 'create')",
            role,
        )
        assert not any(rights)
        if role != "public":
            async with owner.transaction():
                await owner.execute(f"set local role {role}")
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await owner.execute("create temporary table mine (id int)")
    finally:
        await owner.close()


HELD_BY_ROW = {
    *("keyring", "member", "passkey", "invitation", "known_device", "sign_in", "session"),
    *("sign_on", "job", "via_form", "via_form_version"),
    *("via_request", "via_plan"),
    *("application", "signatory", "mandate", "retailer", "api_user", "client_key"),
    *("pass_template", "pass_subscription", "pass_request"),
}


async def test_these_tables_and_no_others_are_held_row_by_row(owner):
    """A table whose rows are hidden from some must be named here, and so must a new one."""
    rows = await owner.fetch("select relname from pg_class where relrowsecurity")
    assert {row["relname"] for row in rows} == HELD_BY_ROW


async def test_a_new_table_or_right_fails_the_matrix(owner):
    await owner.execute("create table new (address text); grant select on new to izin_web")
    await owner.execute("grant update (title) on provider to izin_web")
    found = {row["name"] for row in await owner.fetch(_TABLES, "izin_web")}
    assert found - MATRIX["izin_web"].keys() == {"new"}
    assert [tuple(row) for row in await owner.fetch(_COLUMNS, "izin_web")] == [
        ("provider.title", "update")
    ]


@pytest.fixture
async def signed_in(fresh_database, owner) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """A connection of each process's own login, such as a thief of one would have."""
    connections = {}
    async with AsyncExitStack() as stack:
        for role in ROLES:
            stack.push_async_callback(owner.execute, f"alter role {role} nologin password null")
            url = await give_login(fresh_database, role)
            connections[role] = await asyncpg.connect(url)
            stack.push_async_callback(connections[role].close)
        yield connections


WAYS_OUT = [
    *("set role izin", "set session authorization izin"),
    *("set role pg_read_all_data", "set role pg_read_server_files"),
    "grant izin_keeper to current_user",
    "alter role current_user superuser",
    "select pg_read_file('/etc/hostname')",
    "select pg_read_binary_file('PG_VERSION')",
    "select pg_ls_dir('.')",
    "select pg_current_logfile()",
    "select * from pg_hba_file_rules",
    "select * from pg_file_settings",
    "select rolpassword from pg_authid",
    "copy (select 1) to program 'cat'",
    "copy (select 1) to '/tmp/never'",
    "copy provider from '/etc/hostname'",
    "select lo_import('/etc/hostname')",
    "select lo_export(1, '/tmp/never')",
    "create table mine (id int)",
    "create schema mine",
    "create function mine() returns int language sql as 'select 1'",
    "create extension pg_stat_statements",
    "create publication mine for all tables",
    "select pg_create_physical_replication_slot('mine')",
    "select pg_create_logical_replication_slot('mine', 'test_decoding')",
    "load 'auto_explain'",
    "set log_statement = 'all'",
    "set log_min_duration_statement = 0",
    "set log_min_error_statement = 'error'",
    "set log_error_verbosity = 'verbose'",
    "set session_preload_libraries = 'auto_explain'",
    "alter system set log_statement = 'all'",
    "alter role izin_web set log_statement = 'all'",
    "alter table keyring disable row level security",
    "alter policy keys_of_provider_side on keyring using (true)",
]


@pytest.mark.parametrize("role", ROLES)
async def test_no_statement_leads_out_of_a_role(signed_in, role):
    thief = signed_in[role]
    allowed = []
    for statement in [*WAYS_OUT, *(f"set role {other}" for other in ROLES if other != role)]:
        try:
            await thief.execute(statement)
        except (
            asyncpg.InsufficientPrivilegeError,
            asyncpg.InvalidParameterValueError,
            asyncpg.UndefinedObjectError,
        ):
            continue
        allowed.append(statement)
    assert allowed == []
    assert await thief.fetchval("select current_user") == role


@pytest.mark.parametrize("role", ROLES)
async def test_another_s_statements_are_not_shown(signed_in, owner, role):
    """Those of a process's own role are: they hold no value, for values are sent beside them."""
    for other, connection in signed_in.items():
        await connection.fetchval("select $1::text as of_" + other, "+905991234567")
    rows = await signed_in[role].fetch("select usename, query from pg_stat_activity")
    shown = {row["usename"]: row["query"] for row in rows if row["usename"] in ROLES}
    assert {name for name, query in shown.items() if "of_izin" in query} <= {role}
    assert not any("599" in row["query"] for row in rows if row["query"])


@pytest.mark.parametrize("role", ROLES)
async def test_statistics_show_no_value_of_a_table_out_of_reach(signed_in, owner, role):
    await owner.execute("analyze")
    rows = await signed_in[role].fetch(
        "select distinct tablename from pg_stats where schemaname = 'public'"
    )
    assert {row["tablename"] for row in rows} <= MATRIX[role].keys()
    if role == "izin_web":
        assert "keyring" not in {row["tablename"] for row in rows}, "rows are hidden there"


async def test_a_large_object_is_its_maker_s_alone(signed_in):
    made = await signed_in["izin_web"].fetchval("select lo_from_bytea(0, 'x')")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await signed_in["izin_operator"].fetchval("select lo_get($1)", made)
    await signed_in["izin_web"].execute(f"select lo_unlink({made})")


async def test_no_error_brings_a_parameter_into_the_server_s_log(signed_in, server):
    """A session may ask for parameters with its errors; the log leaves out what carries them."""
    thief = signed_in["izin_web"]
    await thief.execute("set log_parameter_max_length_on_error = -1")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await thief.fetchval("select $1::text, 1 / $2::int", "+905991234567", 0)
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await thief.execute("select 'not a number'::int")
    assert b"599123" not in (server.folder / "server.log").read_bytes()
