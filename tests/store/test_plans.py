"""Hot statements find their rows by key, on tables that are empty, tiny, small, new or large.

Each is planned as a process plans it: under its role, with the settings of its connections, and
without knowing the parameters, which is how a prepared statement ends up.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest
from builders.databases import at_database
from builders.heart import Heart, a_proposal

from izin.consent.event import Actor
from izin.consent.record import OnRepeat
from izin.storage.database import Database
from izin.storage.embedded import DATABASE, EmbeddedServer
from izin.storage.statements import load

SIZES = ("empty", "tiny", "small", "new", "large")
LARGE = 100_000
"""Rows of the tables of consents and tokens; the others have a tenth."""

CONSENT = ("brand_ref", "channel", "recipient_type", "tag", "bucket")
RECORD = {"provider_consent_pkey": CONSENT}
DEALERS = {"consent_retailer_pkey": CONSENT}
COUNTED = {"counted_address_pkey": ("tag", "pool", "bucket")}
DEALERS_LIST = ("encode", "uuid_send")
EVENT = {"consent_event_pkey": ("event_id", "bucket")}
DEALERS_OF_BRAND = {"retailer_pkey": ("retailer_code",), "retailer_of_brand": ("brand_code",)}
EITHER = {"retailer_pkey", "retailer_of_brand"}
"""A brand has at most 3,000 dealers and a call names at most as many: one index will do."""

# role, package, statement: the indexes it works with, and the columns each is entered by
HOT: dict[tuple[str, str, str], dict[str, tuple[str, ...]]] = {
    ("izin_web", "consent", "current_records"): RECORD,
    ("izin_web", "consent", "current_states"): RECORD,
    ("izin_web", "consent", "details"): RECORD | EVENT | DEALERS,
    ("izin_web", "consent", "key_head"): RECORD,
    ("izin_web", "consent", "brand_page"): {
        "provider_consent_pkey": ("brand_ref", "channel", "recipient_type", "tag")
    },
    ("izin_web", "consent", "events"): {"consent_event_pkey": ("event_id",)},
    ("izin_keeper", "consent", "whole_events"): {"consent_event_pkey": ("event_id",)},
    ("izin_keeper", "consent", "stored_rows"): RECORD,
    ("izin_keeper", "consent", "stored_citizens"): {
        "citizen_consent_pkey": ("tag", "slot", "bucket")
    },
    ("izin_keeper", "consent", "stored_retailers"): RECORD | DEALERS,
    ("izin_keeper", "consent", "hold_rows"): RECORD,
    ("izin_keeper", "consent", "mend_rows"): RECORD,
    ("izin_keeper", "consent", "mend_citizens"): {
        "citizen_consent_pkey": ("tag", "slot", "bucket")
    },
    ("izin_web", "consent", "chain"): EVENT,
    ("izin_web", "consent", "taken_page"): {"provider_consent_taken": DEALERS_LIST},
    ("izin_web", "consent", "dealt_page"): {"consent_retailer_dealt": DEALERS_LIST},
    ("izin_web", "consent", "listed_rows"): RECORD,
    ("izin_web", "consent", "change_access"): RECORD,
    ("izin_web", "consent", "replace_retailers_out"): DEALERS,
    ("izin_web", "consent", "replace_retailers_in"): {"consent_retailer_pkey": ()},
    ("izin_web", "consent", "retailer_grants"): {
        "consent_retailer_pkey": (*CONSENT, "retailer_siv")
    },
    ("izin_web", "consent", "batch_of_brand"): {"batch_pkey": ("request_id", "bucket")},
    ("izin_keeper", "consent", "batch_body"): {"batch_pkey": ("request_id", "bucket")},
    ("izin_keeper", "consent", "finish_batch"): {"batch_pkey": ("request_id", "bucket")},
    ("izin_keeper", "consent", "upsert_citizen"): {"citizen_consent_pkey": ()},
    ("izin_keeper", "consent", "citizen_keys"): {"citizen_consent_pkey": ("tag", "slot")},
    ("izin_keeper", "consent", "rewrite_citizens"): {"citizen_consent_pkey": ("tag", "slot")},
    ("izin_citizen", "consent", "citizen_rows"): {
        "citizen_consent_pkey": ("tag", "bucket", "slot")
    },
    ("izin_citizen", "consent", "current_states"): RECORD,
    ("izin_citizen", "receipt", "one"): {"receipt_number_pkey": ("tag", "bucket")},
    ("izin_citizen", "receipt", "parts"): {"receipt_part_pkey": ("tag", "bucket")},
    ("izin_citizen", "brand", "called"): {
        "brand_pkey": ("brand_code",),
        "brand_name": ("name_key",),
        "brand_short_name_pkey": ("name_key",),
    },
    ("izin_citizen", "brand", "near"): {
        "brand_pkey": ("brand_code",),
        "brand_name_start": ("name_key",),
        "brand_short_name_start": ("name_key",),
    },
    ("izin_keeper", "consent", "move_figures"): {"brand_figure_pkey": ()},
    ("izin_keeper", "report", "move_days"): {"day_figure_pkey": ()},
    ("izin_web", "report", "lines"): {"day_figure_pkey": ("brand_ref", "aspect", "day")},
    ("izin_keeper", "subscription", "counted"): COUNTED,
    ("izin_keeper", "subscription", "put_counted"): {"counted_address_pkey": ()},
    ("izin_keeper", "subscription", "drop_counted"): COUNTED,
    ("izin_keeper", "subscription", "brands"): {"counted_brand_pkey": ("brand_ref",)},
    ("izin_keeper", "subscription", "open_brand"): {"counted_brand_open": ()},
    ("izin_keeper", "subscription", "brand_records"): {
        "provider_consent_pkey": ("brand_ref", "channel", "recipient_type", "tag")
    },
    ("izin_web", "subscription", "counted"): COUNTED,
    ("izin_web", "subscription", "address_figures"): {"address_figure_pkey": ("pool",)},
    ("izin_keeper", "ledger", "waiting"): {"pending_pkey": ()},
    ("izin_keeper", "ledger", "newest_waiting"): {"pending_pkey": ()},
    ("izin_keeper", "ledger", "forget_waiting"): {"pending_pkey": ("event_id",)},
    ("izin_keeper", "ledger", "entries"): {"entry_pkey": ("idx",)},
    ("izin_web", "ledger", "brand_entries"): {"entry_feed": ("brand_ref", "side", "idx")},
    ("izin_web", "ledger", "first_of_hour"): {"entry_hour_pkey": ("hour",)},
    ("izin_keeper", "queue", "claim"): {
        "job_due": ("run_at",),
        "job_leading": ("lane", "job_id"),
        "job_pkey": ("job_id",),
    },
    ("izin_keeper", "queue", "claim_following"): {
        "job_following": ("run_at",),
        "job_leading": ("lane", "job_id"),
        "job_pkey": ("job_id",),
    },
    ("izin_keeper", "queue", "finish"): {"job_pkey": ("job_id",)},
    ("izin_web", "access", "access"): {
        "token_pkey": ("token_tag",),
        "api_user_pkey": ("user_id",),
        "session_pkey": ("session_tag",),
    },
    ("izin_web", "retailer", "active"): DEALERS_OF_BRAND,
    ("izin_web", "retailer", "titles"): DEALERS_OF_BRAND,
    ("izin_web", "keyring", "keys"): {
        "keyring_purpose_scope_period_key": ("purpose", "scope", "period")
    },
    ("izin_web", "admission", "count_call"): {"limit_use_pkey": ()},
}
TABLES = {
    *("provider_consent", "consent_event", "consent_retailer", "citizen_consent", "pending"),
    *("counted_address", "address_figure", "counted_brand", "day_figure"),
    *("entry", "entry_hour", "batch", "job", "token", "api_user", "retailer", "keyring"),
    *("brand", "brand_short_name", "receipt_number", "receipt_part"),
}

_FILL = """
set session_replication_role = replica;
create temporary table row as
    select n, md5('t' || n)::uuid as tag, md5('b' || n % 40)::uuid as brand_ref,
        (n % 60000 - 30000)::smallint as bucket, md5('e' || n)::uuid as event_id,
        (array['ARAMA', 'MESAJ', 'EPOSTA'])[1 + n % 3]::channel as channel,
        (array['BIREYSEL', 'TACIR'])[1 + n % 2]::recipient_type as recipient_type,
        timestamptz '2026-01-01' + n * interval '1 second' as at
    from generate_series(1, {rows}) as n;
analyze row;
insert into provider_consent
    select brand_ref, channel, recipient_type, tag, bucket, 'ONAY', null, at, at, at, 'x', 'x',
        event_id, 1, 1 from row;
insert into consent_event (event_id, bucket, commitment, recorded_at)
    select event_id, bucket, 'x', at from row;
insert into consent_retailer
    select brand_ref, channel, recipient_type, tag, bucket, 'x' from row;
insert into citizen_consent select tag, event_id, bucket, 'x' from row;
insert into counted_address select tag, brand_ref, bucket, 'x' from row;
insert into pending select event_id, bucket, brand_ref, 'HS', at from row;
insert into entry select n, event_id, bucket, brand_ref, 'HS', at from row;
insert into entry_hour select date_trunc('hour', at), min(n) from row group by 1;
insert into token (token_tag, family, kind, user_id, expires_at)
    select event_id, tag, 'access', tag, at from row;
delete from row where n % 10 > 0;
insert into batch (request_id, bucket, brand_code, body_sealed) select tag, bucket, n, 'x' from row;
insert into job (name, payload, run_at) select 'x', 'x', at from row;
insert into api_user (user_id, username, password_hash, iys_code) select tag, n, 'x', n from row;
insert into retailer (retailer_code, brand_code, title) select n, n % 100, 'x' from row;
insert into brand (brand_code, iys_code, name, name_key, is_active, changed_in)
    select n, n, 'x' || n, 'x' || n, true, 1 from row;
insert into brand_short_name select 'y' || n, n, 'y' || n from row;
insert into receipt_number select tag, bucket, 'x' from row;
insert into receipt_part select tag, 0, bucket, 'x' from row;
insert into address_figure select tag, n from row;
insert into day_figure
    select brand_ref, 'SOURCE', '2026-01-01'::date + n % 700, channel, recipient_type, 'v' || n,
        1, 1, 1
    from row;
insert into counted_brand (brand_ref, phone_pool, email_pool, is_whole)
    select tag, tag, tag, n % 50 > 0 from row;
insert into keyring (purpose, scope, period, wrapped) select 'x', n, 'x', 'x' from row;
"""


@pytest.fixture(scope="module")
def sizes(server: EmbeddedServer) -> Iterator[dict[str, str]]:
    """Databases by the size of their tables."""
    names = {size: f"plans_{size}_{os.urandom(4).hex()}" for size in SIZES}
    asyncio.run(_make(server.url, names))
    yield {size: at_database(server.url, name) for size, name in names.items()}
    asyncio.run(_in(server.url, "postgres", *(f"drop database {name}" for name in names.values())))


async def _make(url: str, names: dict[str, str]) -> None:
    copy = "create database {} template {} strategy file_copy"
    unwatched = [f"alter table {table} set (autovacuum_enabled = false)" for table in TABLES]
    for size, rows in (("empty", 0), ("tiny", 1), ("small", 100), ("new", LARGE)):
        await _in(url, "postgres", copy.format(names[size], DATABASE))
        await _in(url, names[size], *unwatched, _FILL.format(rows=rows))
    await _in(url, names["tiny"], "analyze")
    await _in(url, names["small"], "analyze")
    await _in(url, "postgres", copy.format(names["large"], names["new"]))
    await _in(url, names["large"], "analyze")


async def _in(url: str, name: str, *statements: str) -> None:
    connection = await asyncpg.connect(at_database(url, name))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


async def planned(connection: Any, sql: str) -> list[dict[str, Any]]:
    """The plan for parameters that are not known."""
    parameters = await connection.prepare(sql)
    nulls = ", ".join("null" for _ in parameters.get_parameters())
    await connection.execute("set plan_cache_mode = force_generic_plan")
    await connection.execute(f"prepare hot as {sql}")
    try:
        explain = f"explain (format json, costs off) execute hot{f'({nulls})' if nulls else ''}"
        [found] = json.loads(await connection.fetchval(explain))
    finally:
        await connection.execute("deallocate hot")
    return list(nodes(found["Plan"]))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("role", sorted({role for role, _, _ in HOT}))
async def test_a_hot_statement_finds_its_rows_by_key(sizes, size, role):
    wrong: list[str] = []
    database = await Database.open(sizes[size], role=role, size_max=1)
    try:
        async with database.connection() as connection:
            for (whose, package, name), entered in HOT.items():
                if whose == role:
                    sql = load(f"izin.{package}")[name]
                    faults = faults_of(await planned(connection, sql), entered)
                    wrong += [f"{package}.{name}: {fault}" for fault in faults]
    finally:
        await database.close()
    assert not wrong, "\n".join(wrong)


def faults_of(plan: list[dict[str, Any]], entered: dict[str, tuple[str, ...]]) -> Iterator[str]:
    found: set[str] = set()
    for node in plan:
        kind, table = node["Node Type"], node.get("Relation Name")
        found |= set(node.get("Conflict Arbiter Indexes", ()))
        if kind in {"Hash Join", "Merge Join"}:
            yield f"{kind}, whose plan depends on statistics"
        if kind == "Seq Scan" and table in TABLES:
            yield f"reads all of {table}"
        if "Index Name" in node:
            index = node["Index Name"]
            found.add(index)
            entry = node.get("Index Cond", "")
            missing = [column for column in entered.get(index, ()) if column not in entry]
            if index not in entered or missing:
                yield f"enters {index} by {entry or 'nothing'}"
    if found & EITHER:
        found |= EITHER
    for index in set(entered) - found:
        yield f"does not use {index}"


@pytest.fixture
async def large(sizes, heart) -> AsyncIterator[Heart]:
    """The heart's keys, with the writer on the large tables that nobody has counted."""
    web = await Database.open(sizes["new"], role="izin_web")
    yield Heart(web, heart.keeper_database, heart.keyring, heart.keeper_keyring)
    await web.close()


async def test_recording_reads_no_table_as_a_whole(sizes, large):
    """What goes on inside the function does not show in a plan, but it is counted."""
    watching = await asyncpg.connect(sizes["new"])

    async def counted(what: str) -> dict[str, int]:
        await watching.execute("select pg_stat_clear_snapshot()")
        rows = await watching.fetch(f"select relname, {what} as count from pg_stat_user_tables")
        return {row["relname"]: row["count"] for row in rows if row["relname"] in TABLES}

    try:
        scans, written = await counted("seq_scan"), await counted("n_tup_ins")
        for _ in range(8):  # the function's own plans become generic after five
            async with large.database.connection() as connection:
                await large.recorder.record(
                    connection,
                    [a_proposal(number) for number in range(20)],
                    actor=Actor.PROVIDER,
                    on_repeat=OnRepeat.BY_RULES,
                )
                await connection.execute("select pg_stat_force_next_flush()")
        assert (await counted("n_tup_ins"))["consent_event"] > written["consent_event"]
        assert await counted("seq_scan") == scans
    finally:
        await watching.close()
