"""What Citus refuses, or would ask every shard for: its rules, over statements and the catalogue.

Read from its planner: `query_pushdown_planning.c`, `recursive_planning.c`,
`multi_router_planner.c`, `insert_select_planner.c`. A statement whose spread tables are all bound
to one bucket is routed whole to one node, and may do nearly everything there.
"""

import re
from collections.abc import Iterator
from enum import Enum

import sqlglot
from builders.citus_bound import SCOPES, SPREAD, Bound, Key, is_bucket, key_of, keys, own, scope_of
from sqlglot import exp

from izin.storage.distribution import COLUMN, TABLES

OTHERS = set(TABLES) - SPREAD
KINDS = (exp.Query, exp.Insert, exp.Update, exp.Delete)
MUTABLE = re.compile(
    r"\b(?:now|statement_timestamp|clock_timestamp|transaction_timestamp|timeofday|"
    r"current_timestamp|current_date|current_time|localtimestamp|localtime|"
    r"random|random_normal|setseed|gen_random_uuid|uuidv4|uuidv7|nextval|currval|setval|lastval|"
    r"current_setting|set_config|current_user|session_user|pg_sleep\w*|pg_notify|"
    r"txid_current\w*|pg_current_xact_id\w*|pg_(?:try_)?advisory\w*)\b",
    re.IGNORECASE,
)
"""What is not immutable; a test asks the catalogue about each function that a statement calls."""

_NAMED = re.compile(rf"\b(?:{'|'.join(SPREAD)})\b", re.IGNORECASE)


class Rule(Enum):
    """What is wrong with a statement."""

    KIND = "a kind of statement that is not among those whose rules are known here"
    MANY = "more than one statement"
    MOVES_ROW = "sets bucket"
    CONFLICT = "a conflict target without bucket"
    NO_BUCKET = "inserts without bucket"
    ELSEWHERE = "inserts a row into another shard than it was read from"
    MUTABLE = "a mutable function in an update or delete, on a conflict or in what is returned"
    LOCKS = "locks rows over shards"
    LATERAL = "limit, offset, distinct or an aggregate by the columns of what is on every shard"
    OUTER = "an outer join of what is on every shard with a spread table"
    RECURSIVE = "a recursion over shards"
    APART = "spread tables that are not joined by bucket"
    TYPES = "several arrays, joined without ordinality: all columns would get the first one's type"
    GROUPING = "grouping sets over shards"
    MIXED = "local and spread tables in one statement"
    ALL_SHARDS = "asks every shard"


def faults(sql: str) -> set[Rule]:
    """Give the rules that a statement breaks; none if it touches no spread table."""
    trees = [tree for tree in sqlglot.parse(sql, read="postgres") if tree is not None]
    found = set().union(*(set(_faults(tree)) for tree in trees))
    return found | {Rule.MANY} if len(trees) > 1 else found


def _faults(tree: exp.Expression) -> Iterator[Rule]:
    if not is_known(tree):
        yield Rule.KIND
        return
    named = {table.name for table in tree.find_all(exp.Table)}
    if not named & SPREAD:
        return
    if named & OTHERS:
        yield Rule.MIXED
    bound = Bound(tree)
    if not bound.is_pruned:
        yield Rule.ALL_SHARDS
    if not bound.is_routed:
        yield from _of_many_shards(tree, bound)
    for scope in tree.find_all(*SCOPES):
        yield from _of_writes(scope)
        if isinstance(scope, exp.Insert):
            yield from _of_rows(scope, bound)


def names_spread(sql: str) -> bool:
    """Is there the name of a spread table in it, whatever the rest is?"""
    return _NAMED.search(sql) is not None


def is_known(tree: exp.Expression) -> bool:
    """Is it of a kind that is checked here, or does it name no spread table?"""
    is_usual = isinstance(tree, KINDS) and tree.find(exp.Merge) is None
    return is_usual or not names_spread(tree.sql("postgres"))


def _of_many_shards(tree: exp.Expression, bound: Bound) -> Iterator[Rule]:
    if any(cte.args.get("recursive") for cte in tree.find_all(exp.With)):
        yield Rule.RECURSIVE
    for scope in tree.find_all(*SCOPES):
        yield from _of_scope(scope, bound)
    for lateral in tree.find_all(exp.Lateral):
        if _hangs_on_recurring(lateral) and _needs_merge(lateral.this.this, by=COLUMN):
            yield Rule.LATERAL


def _of_scope(scope: exp.Expression, bound: Bound) -> Iterator[Rule]:
    here = keys(scope)
    if here and any(scope_of(lock) is scope for lock in scope.find_all(exp.Lock)):
        yield Rule.LOCKS
    beside = here | _correlated(scope)
    if here and not isinstance(scope, exp.Insert):
        if any(beside - bound.together(table) for table in beside):
            yield Rule.APART
        if any(_is_bare(array, scope) for array in scope.find_all(exp.Unnest)):
            yield Rule.TYPES
    group = scope.args.get("group")
    if here and group and group.find(exp.Rollup, exp.Cube, exp.GroupingSets):
        yield Rule.GROUPING
    yield from _outer(scope)


def _correlated(scope: exp.Expression) -> set[Key]:
    """Spread tables of a scope's laterals and conditions, and of what else names its columns."""
    inner = [
        each
        for each in scope.find_all(exp.Exists, exp.Lateral, exp.Subquery, exp.In)
        if scope_of(each) is scope
        and (isinstance(each, exp.Exists | exp.Lateral) or _names_what_is_outside(each))
    ]
    return {key for each in inner for select in each.find_all(exp.Select) for key in keys(select)}


def _names_what_is_outside(inner: exp.Expression) -> bool:
    own_names = {alias for select in inner.find_all(exp.Select) for alias in own(select)}
    named = {
        column.table
        for select in inner.find_all(exp.Select)
        for column in select.find_all(exp.Column)
        if column.table
    }
    return bool(named - own_names)


def _is_bare(array: exp.Unnest, scope: exp.Expression) -> bool:
    is_joined = scope_of(array) is scope and len(array.expressions) > 1
    return is_joined and not array.args.get("offset")


def _outer(scope: exp.Expression) -> Iterator[Rule]:
    """Nothing that recurs on every shard may be kept whole against a spread table."""
    if not isinstance(scope, exp.Select) or scope.args.get("from_") is None:
        return
    has_spread = _holds_spread(scope.args["from_"])
    for join in scope.args.get("joins") or []:
        joined = _holds_spread(join)
        side = join.side
        if (side == "LEFT" and joined and not has_spread) or (
            side in {"RIGHT", "FULL"} and joined != has_spread
        ):
            yield Rule.OUTER
        has_spread = has_spread or joined


def _holds_spread(node: exp.Expression) -> bool:
    return any(table.name in SPREAD for table in node.find_all(exp.Table))


def _hangs_on_recurring(lateral: exp.Lateral) -> bool:
    """Does it name a column of its scope that is not a spread table's?"""
    scope = scope_of(lateral)
    if scope is None or not _holds_spread(lateral):
        return False
    inner = {alias for select in lateral.find_all(exp.Select) for alias in own(select)}
    outer = set(own(scope))
    named = {column.table for column in lateral.find_all(exp.Column) if column.table}
    return bool(named - inner - outer)


def _needs_merge(select: exp.Expression, *, by: str) -> bool:
    group = select.args.get("group")
    grouped = {column.name for column in group.find_all(exp.Column)} if group else set()
    has_merge = any(select.args.get(name) for name in ("limit", "offset", "distinct"))
    return has_merge or (select.find(exp.AggFunc) is not None and by not in grouped)


def _of_writes(scope: exp.Expression) -> Iterator[Rule]:
    target = scope.find(exp.Table)
    if isinstance(scope, exp.Select) or target is None or target.name not in SPREAD:
        return
    if isinstance(scope, exp.Insert):
        columns = {column.name for column in scope.this.expressions}
        if COLUMN not in columns:
            yield Rule.NO_BUCKET
        yield from _of_conflict(scope.args.get("conflict"))
    if isinstance(scope, exp.Update) and COLUMN in _set_columns(scope):
        yield Rule.MOVES_ROW
    is_change = isinstance(scope, exp.Update | exp.Delete)
    if is_change and MUTABLE.search(scope.sql("postgres")):
        yield Rule.MUTABLE
    returning = scope.args.get("returning")
    if returning is not None and MUTABLE.search(returning.sql("postgres")):
        yield Rule.MUTABLE


def _of_rows(scope: exp.Insert, bound: Bound) -> Iterator[Rule]:
    """What is read on a shard is written there: the new bucket is that of a table it comes from."""
    columns = [column.name for column in scope.this.expressions]
    if COLUMN not in columns or scope.this.find(exp.Table).name not in SPREAD:
        return
    place = columns.index(COLUMN)
    for select in scope.expression.find_all(exp.Select):
        is_row = scope_of(select) is scope
        if not is_row or not _holds_spread(select):
            continue
        given = select.expressions[place].unalias() if place < len(select.expressions) else None
        if (
            given is None
            or not is_bucket(given)
            or not bound.together(key_of(given)) & keys(select)
        ):
            yield Rule.ELSEWHERE


def _of_conflict(conflict: exp.Expression | None) -> Iterator[Rule]:
    if conflict is None:
        return
    keys = {column.name for column in conflict.args.get("conflict_keys") or []}
    if COLUMN not in keys:
        yield Rule.CONFLICT
    if COLUMN in _set_columns(conflict):
        yield Rule.MOVES_ROW
    if MUTABLE.search(conflict.sql("postgres")):
        yield Rule.MUTABLE


def _set_columns(node: exp.Expression) -> set[str]:
    return {each.this.name for each in node.expressions if isinstance(each, exp.EQ)}


_DECLARED = re.compile(r"\bbegin\b(.*)\bend\b", re.IGNORECASE | re.DOTALL)
_INTO = re.compile(r"\binto\s+(?!provider_|consent_|citizen_|pending|batch)\w+\s", re.IGNORECASE)


def statements_of(body: str) -> list[str]:
    """The statements of a function in PL/pgSQL, as the engine gets them one by one."""
    inside = _DECLARED.search(re.sub(r"--[^\n]*", "", body))
    assert inside, "no body"
    parts = [part.strip() for part in inside[1].split(";")]
    words = ("with", "insert", "update", "delete", "select")
    asked = [part for part in parts if part.lower().startswith(words) or names_spread(part)]
    return [_INTO.sub(" ", part) for part in asked]


CATALOGUE = """
select 'an index that is unique without bucket: ' || i.indexrelid::regclass as fault
from pg_index as i
where
    i.indrelid = any ($1::regclass[]) and (i.indisunique or i.indisexclusion)
    and not exists (
        select from pg_attribute as a
        where a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[]) and a.attname = $3
    )
union all
select 'a foreign key between tables that lie apart: ' || c.conname
from pg_constraint as c
where c.contype = 'f' and (
    (c.conrelid = any ($2::regclass[])) <> (c.confrelid = any ($2::regclass[]))
    or (c.conrelid = any ($1::regclass[])) < (c.confrelid = any ($1::regclass[]))
    or c.conrelid = any ($1::regclass[]) and not exists (
        select
        from unnest(c.conkey, c.confkey) as pair (here, there)
        inner join pg_attribute as a
            on a.attrelid = c.conrelid and a.attnum = pair.here and a.attname = $3
        inner join pg_attribute as b
            on b.attrelid = c.confrelid and b.attnum = pair.there and b.attname = $3
    )
)
union all
select 'a spread table without bucket, or where it may be null: ' || t.name
from unnest($1::text[]) as t (name)
where not exists (
    select from pg_attribute as a
    where a.attrelid = t.name::regclass and a.attname = $3 and a.attnotnull
)
union all
select 'a number that each shard would count alone: ' || a.attrelid::regclass || '.' || a.attname
from pg_attribute as a
left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where
    a.attrelid = any ($1::regclass[])
    and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval%')
union all
select 'a trigger on a spread table: ' || t.tgname
from pg_trigger as t
where t.tgrelid = any ($1::regclass[]) and not t.tgisinternal
"""
"""$1 spread tables · $2 local ones · $3 the column · gives what Citus refuses of the schema."""
