"""Statements and schema run on Citus too, as far as its own rules say; none is here to try.

`make test-citus` tries it where there is one.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest
from builders.citus_rules import (
    CATALOGUE,
    MUTABLE,
    OTHERS,
    SPREAD,
    Rule,
    faults,
    names_spread,
    statements_of,
)

from izin.storage.distribution import COLUMN, TABLES, Place
from izin.storage.statements import load

SOURCE = Path(__file__).parents[2] / "src" / "izin"
STATEMENTS = {
    f"{path.parent.name}.{name}": sql
    for path in sorted(SOURCE.glob("*/store.sql"))
    for name, sql in load(f"izin.{path.parent.name}").items()
}

HOT: Mapping[str, str] = {
    "consent.current_states": "every question",
    "consent.current_records": "the first half of every recording",
    "consent.append": "the second half: a function, whose statements are tried one by one",
    "consent.details": "single status with its receipt",
    "consent.retailer_grants": "every question of a dealer",
    "consent.events": "changes, projector, repeats",
    "consent.replace_retailers_out": "a recording that names dealers",
    "consent.replace_retailers_in": "a recording that names dealers",
    "consent.add_access_events": "a change of dealers",
    "consent.add_access_pending": "a change of dealers",
    "consent.listed_rows": "one dealer's consents",
    "consent.key_head": "history of a key",
    "consent.chain": "history of a key",
    "consent.upsert_citizen": "the projector",
    "consent.citizen_rows": "a citizen's own screen",
    "consent.put_batch": "the door of a batch",
    "inquiry.put": "a carrier's question",
    "inquiry.one": "a carrier shows what it was told",
    "link.put": "a company has links made",
    "link.one": "whoever opens a link",
    "link.held": "whoever refuses by one",
    "receipt.put": "a citizen's change",
    "receipt.one": "a receipt is checked",
    "receipt.put_part": "the keeper does a part of a citizen's change",
    "receipt.parts": "a citizen sees how far her change has come",
    "consent.batch_of_brand": "a batch that is asked after",
    "consent.batch_body": "the keeper takes a batch",
    "consent.finish_batch": "the keeper ends a batch",
    "ledger.forget_waiting": "the sequencer",
}
"""Each is one statement, so one round trip, and names the buckets that it is about.

A call of a function is one to the coordinator, which sends what is inside to the shards.
"""

REBUILD = "`izin rebuild`, a thousand keys at a time: they lie on all shards"
ON_ALL_SHARDS: Mapping[str, str] = {
    "consent.brand_page": "a brand's records lie on all shards; each gives one page, merged",
    "consent.taken_page": "one dealer's consents lie on all shards; each gives one page, merged",
    "consent.dealt_page": "as taken_page",
    "consent.change_access": "a company changes the dealers of a hundred consents at most",
    "consent.whole_events": "`izin rebuild`, which looks for what lies where it should not",
    "consent.stored_rows": REBUILD,
    "consent.stored_citizens": REBUILD,
    "consent.stored_retailers": f"{REBUILD}; and `izin export`, five thousand",
    "consent.mend_rows": REBUILD,
    "consent.mend_citizens": REBUILD,
    "consent.hold_rows": REBUILD,
    "consent.rows_in_views": "`izin rebuild` counts both views",
    "consent.citizen_keys": "once a minute; neighbours in the order of tags lie on all shards",
    "consent.rewrite_citizens": "once a minute; five thousand rows, of all shards",
    "consent.unnumbered_events": "`izin rebuild` reads all events",
    "consent.retailers_without_record": "`izin rebuild` reads all dealers",
    "consent.consents_by_dealer": "a company looks at its dealers; each shard counts its own",
    "retailer.taken_by": "a company looks at one dealer; each shard gives what it has, to a bound",
    "subscription.uncounted": "`izin rebuild`, of what was not counted when it began",
    "subscription.pool_sizes": "`izin rebuild` counts all addresses",
    "subscription.brand_records": "a walk; a brand's records lie on all shards, each gives a page",
    "inquiry.drop_old": "a timer, by age, a bite at a time",
    "link.drop_old": "a timer, by age, a bite at a time",
    "consent.drop_old_batches": "a timer, by age, a bite at a time",
    "ledger.waiting": "the oldest of all that waits; each shard gives its oldest, merged",
    "ledger.newest_waiting": "a carrier's report asks once; each shard gives its newest, merged",
}
MIXED: Mapping[str, str] = {
    "consent.rows_in_views": "numbers since the rebuild began go to the workers: few",
    "subscription.uncounted": "numbers since the rebuild began go to the workers: few",
    "consent.unnumbered_events": "`izin rebuild` reads both whole; all ids go to every worker",
}
ALLOWED: dict[str, set[Rule]] = {name: {Rule.ALL_SHARDS} for name in ON_ALL_SHARDS}
for _name in MIXED:
    ALLOWED[_name] = ALLOWED.get(_name, set()) | {Rule.MIXED}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_keeps_the_rules_or_is_listed_with_the_reason(name: str):
    assert faults(STATEMENTS[name]) == ALLOWED.get(name, set())


def test_only_what_is_there_is_listed():
    assert set(HOT) | set(ALLOWED) <= set(STATEMENTS)
    assert not set(HOT) & set(ALLOWED)


async def inside_functions(owner: asyncpg.Connection) -> dict[str, list[str]]:
    rows = await owner.fetch(
        "select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace"
    )
    inside: dict[str, list[str]] = {}
    for row in rows:  # a name may have several forms
        inside.setdefault(row["proname"], []).extend(statements_of(row["prosrc"]))
    return inside


def called_in(sql: str) -> set[str]:
    return set(re.findall(r"\b(\w+)\s*\(", re.sub(r"--[^\n]*", "", sql)))


async def test_each_statement_inside_a_function_keeps_the_rules(owner: asyncpg.Connection):
    inside = [sql for each in (await inside_functions(owner)).values() for sql in each]
    assert len(inside) == 7
    assert [found for sql in inside if (found := faults(sql))] == []


async def test_a_hot_statement_names_spread_tables_itself_or_in_its_function(
    owner: asyncpg.Connection,
):
    inside = await inside_functions(owner)
    for name in HOT:
        called = [sql for each in called_in(STATEMENTS[name]) for sql in inside.get(each, [])]
        assert all(names_spread(sql) for sql in called), name
        assert names_spread(STATEMENTS[name]) or called, name


async def test_each_mutable_function_that_a_statement_calls_is_known(owner: asyncpg.Connection):
    inside = [sql for each in (await inside_functions(owner)).values() for sql in each]
    asked = [sql for sql in [*STATEMENTS.values(), *inside] if names_spread(sql)]
    called = set().union(*(called_in(sql) for sql in asked))
    rows = await owner.fetch(
        "select distinct proname from pg_proc where proname = any ($1::text[]) "
        "and provolatile <> 'i' and pronamespace = 'pg_catalog'::regnamespace",
        sorted(called),
    )
    mutable = {row["proname"] for row in rows}
    assert "statement_timestamp" in mutable
    assert {name for name in mutable if not MUTABLE.fullmatch(name)} == set()


async def catalogue_faults(owner: asyncpg.Connection) -> list[str]:
    lists = sorted(SPREAD), sorted(t for t in OTHERS if TABLES[t] is Place.LOCAL)
    return [row["fault"] for row in await owner.fetch(CATALOGUE, *lists, COLUMN)]


async def test_no_constraint_of_the_schema_reaches_over_shards(owner: asyncpg.Connection):
    assert await catalogue_faults(owner) == []


async def test_every_table_has_its_place(owner: asyncpg.Connection):
    """A migration that makes a table says in the same change where it lies."""
    rows = await owner.fetch(
        "select relname from pg_class "
        "where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    )
    assert {row["relname"] for row in rows} == set(TABLES)


ASKED = "from unnest($1::uuid[], $2::smallint[]) with ordinality as asked (id, bucket, ord)"
FEW = "where ($3::smallint[] is null or e.bucket = any ($3))"
BAD: list[tuple[Rule, str]] = [
    (Rule.MANY, "delete from pending where bucket = $1; delete from batch where bucket = $1"),
    (Rule.MOVES_ROW, "update pending set bucket = 1 where bucket = $1"),
    (
        Rule.MOVES_ROW,
        (
            "insert into batch (request_id, bucket) values ($1, $2) "
            "on conflict (request_id, bucket) do update set bucket = excluded.bucket"
        ),
    ),
    (
        Rule.CONFLICT,
        "insert into batch (request_id, bucket) values (1, 2) on conflict (request_id) do nothing",
    ),
    (
        Rule.CONFLICT,
        "insert into batch (request_id, bucket) values ($1, $2) on conflict do nothing",
    ),
    (Rule.NO_BUCKET, "insert into batch (request_id) values ($1)"),
    (Rule.MUTABLE, "update batch set created_at = now() where bucket = $1"),
    (Rule.MUTABLE, "delete from batch where bucket = $1 returning now()"),
    (
        Rule.MUTABLE,
        (
            "insert into batch (request_id, bucket) values ($1, $2) "
            "on conflict (request_id, bucket) do update set created_at = now()"
        ),
    ),
    (Rule.LOCKS, "select event_id from pending order by event_id limit 10 for update"),
    (Rule.LOCKS, "select event_id from pending where bucket = any ($1) for update"),
    (
        Rule.LATERAL,
        (
            f"select asked.ord {ASKED} cross join lateral ("
            "select 1 from consent_event as e where e.bucket = asked.bucket limit 1) as found"
        ),
    ),
    (
        Rule.LATERAL,
        (
            f"select asked.ord {ASKED} cross join lateral ("
            "select count(*) from consent_event as e where e.bucket = asked.bucket) as found"
        ),
    ),
    (
        Rule.OUTER,
        f"select asked.ord {ASKED} left join consent_event as e on e.bucket = asked.bucket {FEW}",
    ),
    (
        Rule.OUTER,
        f"select asked.ord {ASKED} full join consent_event as e on e.bucket = asked.bucket {FEW}",
    ),
    (
        Rule.OUTER,
        "select n.idx from entry as n left join consent_event as e on e.event_id = n.event_id",
    ),
    (
        Rule.RECURSIVE,
        (
            "with recursive chain as (select e.event_id, e.bucket from consent_event as e "
            "where e.bucket = $1 union all select p.event_id, p.bucket from chain "
            "join consent_event as p on p.event_id = chain.event_id) select * from chain"
        ),
    ),
    (
        Rule.APART,
        "select e.event_id from consent_event as e join pending as w on w.event_id = e.event_id",
    ),
    (
        Rule.APART,
        (
            "select e.event_id from consent_event as e where not exists ("
            "select from pending as w where w.event_id = e.event_id)"
        ),
    ),
    (
        Rule.APART,
        (
            "select e.event_id from consent_event as e where e.event_id in ("
            "select w.event_id from pending as w where w.brand_ref = e.brand_ref)"
        ),
    ),
    (
        Rule.APART,
        (
            "select (select count(*) from pending as w where w.event_id = e.event_id) as n"
            " from consent_event as e"
        ),
    ),
    (
        Rule.GROUPING,
        "select channel, source, count(*) from provider_consent group by rollup (channel, source)",
    ),
    (
        Rule.TYPES,
        (
            "delete from pending as w using unnest($1::uuid[], $2::int2[]) as gone (id, bucket) "
            "where w.event_id = gone.id and w.bucket = gone.bucket"
        ),
    ),
    (
        Rule.MIXED,
        "select e.event_id from consent_event as e join entry as n on n.event_id = e.event_id",
    ),
    (Rule.ALL_SHARDS, "select event_id from consent_event where event_id = any ($1)"),
    (
        Rule.ALL_SHARDS,
        f"select asked.ord {ASKED} join consent_event as e on e.bucket = asked.bucket",
    ),
    (Rule.ALL_SHARDS, "select event_id from consent_event where bucket = $1 or event_id = $2"),
    (Rule.ALL_SHARDS, "select event_id from consent_event where not (bucket = $1)"),
    (Rule.ALL_SHARDS, "select (bucket = $1) from consent_event"),
    (Rule.ALL_SHARDS, "select event_id from consent_event where bucket = bucket + $1"),
    (Rule.ALL_SHARDS, "select event_id from consent_event where $1 is null or bucket = any ($2)"),
    (
        Rule.ALL_SHARDS,
        (
            "select e.event_id from consent_event as e "
            "left join pending as p on p.bucket = $1 and p.bucket = e.bucket"
        ),
    ),
    (
        Rule.ALL_SHARDS,
        (
            "select e.event_id from consent_event as e "
            "left join pending as p on e.bucket = $1 and p.bucket = e.bucket"
        ),
    ),
    (
        Rule.ALL_SHARDS,
        (
            "select e.event_id from consent_event as e where not exists ("
            "select from pending as w where w.bucket = $1 and w.bucket = e.bucket)"
        ),
    ),
    (
        Rule.ALL_SHARDS,
        (
            "select e.event_id from consent_event as e where e.bucket = $1 "
            "union all select e.event_id from consent_event as e"
        ),
    ),
    (
        Rule.KIND,
        (
            "merge into provider_consent as p using batch as b on p.bucket = b.bucket "
            "when matched then delete"
        ),
    ),
    (Rule.KIND, "lock table pending"),
    (Rule.KIND, "truncate pending"),
    (Rule.MUTABLE, "delete from batch where bucket = $1 and random() < 0.5"),
    (Rule.MUTABLE, "update batch set request_id = uuidv7() where bucket = $1"),
    (
        Rule.MUTABLE,
        (
            "insert into batch (request_id, bucket) values ($1, $2) "
            "on conflict (request_id, bucket) do update set created_at = localtimestamp"
        ),
    ),
    (
        Rule.ELSEWHERE,
        (
            "insert into pending (event_id, bucket) "
            "select e.event_id, 5 from consent_event as e where e.bucket = $1"
        ),
    ),
    (
        Rule.ELSEWHERE,
        (
            "insert into pending (event_id, bucket) "
            "select e.event_id, e.bucket + 1 from consent_event as e where e.bucket = $1"
        ),
    ),
]


@pytest.mark.parametrize(("rule", "sql"), BAD)
def test_a_statement_that_citus_refuses_is_found(rule: Rule, sql: str):
    assert rule in faults(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select entry.idx from entry left join provider on true for update",
        "select request_id from batch where bucket = $1 order by created_at limit 5 for update",
        f"select asked.ord {ASKED} join consent_event as e on e.bucket = asked.bucket {FEW}",
        (
            "with recursive c as (select e.event_id from consent_event as e where e.bucket = $1 "
            "union all select p.event_id from c cross join lateral (select * from consent_event p "
            "where p.event_id = c.event_id and p.bucket = $1 limit 1) as p) select * from c"
        ),
        (
            "insert into batch (request_id, bucket) values ($1, $2) "
            "on conflict (request_id, bucket) do update set body_sealed = excluded.body_sealed"
        ),
        (
            "insert into pending (event_id, bucket) "
            "select e.event_id, e.bucket from consent_event as e where e.bucket = $1"
        ),
        (
            "select e.event_id from consent_event as e "
            "left join pending as p on p.bucket = e.bucket where e.bucket = $1"
        ),
        "truncate limit_use",
    ],
)
def test_what_citus_takes_is_let_be(sql: str):
    assert faults(sql) == set()


@pytest.mark.plain
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("create unique index bad on provider_consent (tag)", "unique without bucket: bad"),
        (
            (
                "alter table pending add constraint bad foreign key (event_id, bucket) "
                "references consent_event (event_id, bucket); "
                "alter table pending drop constraint bad; "
                "alter table consent_event add column e uuid unique; "
                "alter table pending add constraint bad foreign key (event_id) "
                "references consent_event (e)"
            ),
            "lie apart: bad",
        ),
        (
            (
                "alter table batch add constraint bad foreign key (brand_code) "
                "references brand (brand_code)"
            ),
            "lie apart: bad",
        ),
        (
            (
                "alter table batch add column s smallint unique; alter table source "
                "add column s smallint, add constraint bad foreign key (s) references batch (s)"
            ),
            "lie apart: bad",
        ),
        ("alter table batch add column n bigint generated always as identity", "count alone"),
        ("alter table batch add column n bigserial", "count alone"),
        (
            "alter table pending drop constraint pending_pkey, alter bucket drop not null",
            "may be null: pending",
        ),
        (
            (
                "create function bad() returns trigger language plpgsql as 'begin end'; "
                "create trigger bad before insert on batch for each row execute function bad()"
            ),
            "a trigger on a spread table: bad",
        ),
    ],
)
async def test_a_constraint_that_citus_refuses_is_found(owner, change: str, fault: str):
    await owner.execute(change)
    found = await catalogue_faults(owner)
    assert any(fault in each for each in found)
