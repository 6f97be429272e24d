"""To which buckets the spread tables of a statement are bound, as Citus reads its conditions."""

from collections.abc import Iterator

from sqlglot import exp

from izin.storage.distribution import COLUMN, TABLES, Place

SPREAD = {table for table, place in TABLES.items() if place is Place.SPREAD}
SCOPES = (exp.Select, exp.Update, exp.Delete, exp.Insert)
_SOURCES = (exp.Table, exp.Unnest, exp.Lateral, exp.Subquery)

Key = tuple[int, str]
"""A table of one scope: two arms of a union may use one alias for two tables."""


def scope_of(node: exp.Expression) -> exp.Expression | None:
    """The statement, or the part of one, that a node stands in itself."""
    return node.find_ancestor(*SCOPES)


def own(scope: exp.Expression) -> dict[str, str]:
    """Alias and name of the spread tables that stand in a scope itself."""
    return {
        table.alias_or_name: table.name
        for table in scope.find_all(exp.Table)
        if scope_of(table) is scope and table.name in SPREAD
    }


def keys(scope: exp.Expression) -> set[Key]:
    """The spread tables that stand in a scope itself."""
    return {(id(scope), alias) for alias in own(scope)}


class Bound:
    """To which buckets the spread tables of a statement are bound, and to each other.

    Only what must hold counts: top-level conjuncts of `where` and of joins. A table that an outer
    join keeps whole is not bound by its condition, nor one outside by a subquery's.
    """

    def __init__(self, tree: exp.Expression) -> None:
        self._links: dict[Key, set[Key]] = {}
        self._from: dict[Key, set[Key]] = {}
        self._routed: set[Key] = set()
        self._pruned: set[Key] = set()
        scopes = list(tree.find_all(*SCOPES))
        self._tables = set().union(*(keys(s) for s in scopes if not isinstance(s, exp.Insert)))
        for scope in scopes:
            self._read_scope(scope)

    @property
    def is_routed(self) -> bool:
        """Is all of it about one bucket?"""
        return all(_reach(table, self._from) & self._routed for table in self._tables)

    @property
    def is_pruned(self) -> bool:
        """Does it name the buckets of all of it?"""
        known = self._routed | self._pruned
        return all(_reach(table, self._from) & known for table in self._tables)

    def together(self, table: Key) -> set[Key]:
        """Give what has the same bucket."""
        return _reach(table, self._links)

    def _read_scope(self, scope: exp.Expression) -> None:
        where = scope.args.get("where")
        if where is not None:
            self._read(where.this, scope, self._tables)
        for join in scope.find_all(exp.Join):
            on = join.args.get("on")
            if scope_of(join) is not scope or on is None:
                continue
            added = {(id(scope), join.this.alias_or_name)}
            may = {"": self._tables, "LEFT": added}.get(join.side, set())
            self._read(on, scope, may)

    def _read(self, condition: exp.Expression, scope: exp.Expression, may: set[Key]) -> None:
        """Take in what must hold; it binds those tables of its scope that `may` be bound by it."""
        for equal in _equalities(condition):
            for column, value in ((equal.left, equal.right), (equal.right, equal.left)):
                if not is_bucket(column):
                    continue
                table = key_of(column)
                if table[0] == id(scope) and table in may:
                    self._bind(table, value)
                if is_bucket(other := _same(value)):
                    self._links.setdefault(table, set()).add(key_of(other))
                    self._links.setdefault(key_of(other), set()).add(table)

    def _bind(self, table: Key, value: exp.Expression) -> None:
        if is_bucket(other := _same(value)):
            self._from.setdefault(table, set()).add(key_of(other))
        elif isinstance(_bare(value), exp.Parameter):
            self._routed.add(table)
        elif isinstance(value, exp.Any) and isinstance(_bare(value.this), exp.Parameter):
            self._pruned.add(table)


def is_bucket(node: exp.Expression) -> bool:
    """Is it the column that tables are spread by?"""
    return isinstance(node, exp.Column) and node.name == COLUMN


def key_of(column: exp.Expression) -> Key:
    """The table that a column is of, in the nearest scope that has it."""
    nearest = scope = scope_of(column)
    while scope is not None:
        found = {
            each.alias_or_name for each in scope.find_all(*_SOURCES) if scope_of(each) is scope
        }
        if column.text("table") in found:
            return id(scope), column.text("table")
        scope = scope_of(scope)
    tables = list(own(nearest)) if nearest is not None and not column.text("table") else []
    return id(nearest), tables[0] if len(tables) == 1 else "?"


def _reach(start: Key, ways: dict[Key, set[Key]]) -> set[Key]:
    seen: set[Key] = set()
    ahead = {start}
    while ahead:
        one = ahead.pop()
        seen.add(one)
        ahead |= ways.get(one, set()) - seen
    return seen


def _equalities(condition: exp.Expression) -> Iterator[exp.EQ]:
    condition = _bare(condition)
    if isinstance(condition, exp.And):
        yield from _equalities(condition.left)
        yield from _equalities(condition.right)
    elif isinstance(condition, exp.Or):
        yield from _where_few(condition)
    elif isinstance(condition, exp.EQ):
        yield condition


def _where_few(either: exp.Or) -> Iterator[exp.EQ]:
    """`$1 is null or bucket = any ($1)`: Citus plans with the value, so one side is gone."""
    null, equal = either.left, _bare(either.right)
    is_null = isinstance(null, exp.Is) and isinstance(null.expression, exp.Null)
    if is_null and isinstance(equal, exp.EQ) and isinstance(equal.right, exp.Any):
        asked, used = _bare(null.this), _bare(equal.right.this)
        if isinstance(asked, exp.Parameter) and asked == used:
            yield equal


def _bare(node: exp.Expression) -> exp.Expression:
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def _same(value: exp.Expression) -> exp.Expression:
    """What a side is equal to: `any (array[x])` is x."""
    array = _bare(value.this) if isinstance(value, exp.Any) else None
    if isinstance(array, exp.Array) and len(array.expressions) == 1:
        return _bare(array.expressions[0])
    return _bare(value)
