"""What Citus refuses, or would ask every shard for: its rules, over statements and the catalogue.

Read from its planner: `query_pushdown_planning.c`, `recursive_planning.c`,
`multi_router_planner.c`, `insert_select_planner.c`. A statement whose spread tables are all bound
to one bucket is routed whole to one node, and may do nearly everything there.
"""

import re
from collections.abc import Iterator
from enum import Enum

import sqlglot
from sqlglot import exp

from izin.storage.distribution import COLUMN, TABLES, Place

SPREAD = {table for table, place in TABLES.items() if place is Place.SPREAD}
OTHERS = set(TABLES) - SPREAD
MUTABLE = re.compile(
    r"\b(?:now|statement_timestamp|clock_timestamp|transaction_timestamp|random|nextval|"
    r"gen_random_uuid|current_timestamp|pg_advisory\w*)\b",
    re.IGNORECASE,
)
SCOPES = (exp.Select, exp.Update, exp.Delete, exp.Insert)


class Rule(Enum):
    """What is wrong with a statement."""

    MANY = "more than one statement"
    MOVES_ROW = "sets bucket"
    CONFLICT = "a conflict target without bucket"
    NO_BUCKET = "inserts without bucket"
    MUTABLE = "a mutable function in an update, on a conflict or in what is returned"
    LOCKS = "locks rows over shards"
    LATERAL = "limit, offset, distinct or an aggregate by the columns of what is on every shard"
    OUTER = "an outer join of what is on every shard with a spread table"
    RECURSIVE = "a recursion over shards"
    APART = "spread tables that are not joined by bucket"
    TYPES = "several arrays, joined without ordinality: all columns would get the first one's type"
    MIXED = "local and spread tables in one statement"
    ALL_SHARDS = "asks every shard"


def faults(sql: str) -> set[Rule]:
    """Give the rules that a statement breaks; none if it touches no spread table."""
    trees = [tree for tree in sqlglot.parse(sql, read="postgres") if tree is not None]
    found = set().union(*(set(_faults(tree)) for tree in trees))
    return found | {Rule.MANY} if len(trees) > 1 else found


def _faults(tree: exp.Expression) -> Iterator[Rule]:
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


def _scope_of(node: exp.Expression) -> exp.Expression | None:
    return node.find_ancestor(*SCOPES)


def _own(scope: exp.Expression, *, spread: bool = True) -> dict[str, str]:
    """Alias and name of the tables that stand in a scope itself."""
    return {
        table.alias_or_name: table.name
        for table in scope.find_all(exp.Table)
        if _scope_of(table) is scope and (table.name in SPREAD) is spread
    }


class Bound:
    """To which buckets the spread tables of a statement are bound, and to each other."""

    def __init__(self, tree: exp.Expression) -> None:
        self._tree = tree
        self._links: dict[str, set[str]] = {}
        self._routed: set[str] = set()
        self._pruned: set[str] = set()
        for equal in tree.find_all(exp.EQ):
            self._read(equal)
        self.aliases = {
            alias
            for scope in tree.find_all(*SCOPES)
            if not isinstance(scope, exp.Insert)
            for alias in _own(scope)
        }

    @property
    def is_routed(self) -> bool:
        """Is all of it about one bucket?"""
        return all(self.together(alias) & self._routed for alias in self.aliases)

    @property
    def is_pruned(self) -> bool:
        """Does it name the buckets of all of it?"""
        known = self._routed | self._pruned
        return all(self.together(alias) & known for alias in self.aliases)

    def together(self, alias: str) -> set[str]:
        """Give what has the same bucket."""
        seen, ahead = set(), {alias}
        while ahead:
            one = ahead.pop()
            seen.add(one)
            ahead |= self._links.get(one, set()) - seen
        return seen

    def _read(self, equal: exp.EQ) -> None:
        sides = [equal.left, equal.right]
        if not any(isinstance(side, exp.Column) and side.name == COLUMN for side in sides):
            return
        buckets = {self._alias(c) for c in equal.find_all(exp.Column) if c.name == COLUMN}
        for alias in buckets:
            self._links.setdefault(alias, set()).update(buckets - {alias})
        if len(buckets) == 1 and equal.find(exp.Parameter):
            (self._pruned if equal.find(exp.Any) else self._routed).update(buckets)

    def _alias(self, column: exp.Column) -> str:
        scope = _scope_of(column)
        own = list(_own(scope)) if scope is not None else []
        return column.table or (own[0] if len(own) == 1 else "?")


def _of_many_shards(tree: exp.Expression, bound: Bound) -> Iterator[Rule]:
    if any(cte.args.get("recursive") for cte in tree.find_all(exp.With)):
        yield Rule.RECURSIVE
    for scope in tree.find_all(*SCOPES):
        yield from _of_scope(scope, bound)
    for lateral in tree.find_all(exp.Lateral):
        if _hangs_on_recurring(lateral) and _needs_merge(lateral.this.this, by=COLUMN):
            yield Rule.LATERAL


def _of_scope(scope: exp.Expression, bound: Bound) -> Iterator[Rule]:
    own = _own(scope)
    if own and any(_scope_of(lock) is scope for lock in scope.find_all(exp.Lock)):
        yield Rule.LOCKS
    beside = own.keys() | _correlated(scope)
    if own and not isinstance(scope, exp.Insert):
        if any(beside - bound.together(alias) for alias in beside):
            yield Rule.APART
        if any(_is_bare(array, scope) for array in scope.find_all(exp.Unnest)):
            yield Rule.TYPES
    yield from _outer(scope)


def _correlated(scope: exp.Expression) -> set[str]:
    """Spread tables of the subqueries in a scope's conditions and laterals, not of its columns."""
    inner = [
        each
        for kind in (exp.Exists, exp.Lateral)
        for each in scope.find_all(kind)
        if _scope_of(each) is scope
    ]
    return {
        alias for each in inner for select in each.find_all(exp.Select) for alias in _own(select)
    }


def _is_bare(array: exp.Unnest, scope: exp.Expression) -> bool:
    is_joined = _scope_of(array) is scope and len(array.expressions) > 1
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
    scope = _scope_of(lateral)
    if scope is None or not _holds_spread(lateral):
        return False
    inner = {alias for select in lateral.find_all(exp.Select) for alias in _own(select)}
    outer = set(_own(scope))
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
    if isinstance(scope, exp.Update):
        if COLUMN in _set_columns(scope):
            yield Rule.MOVES_ROW
        if MUTABLE.search(scope.sql("postgres")):
            yield Rule.MUTABLE
    returning = scope.args.get("returning")
    if returning is not None and MUTABLE.search(returning.sql("postgres")):
        yield Rule.MUTABLE


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
    return [_INTO.sub(" ", part) for part in parts if part.lower().startswith(words)]


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
