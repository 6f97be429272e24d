"""From a path to a row of the table: one dictionary a segment, whatever the table's length."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic

from izin.admission.lanes import LANE_OF_REFUSALS
from izin.api.operation import BodyKind, Operation, S

_SEGMENTS_MAX = 16

Row = tuple[Operation[S], tuple[str, ...]]
"""An operation and the names of its path's parts, in order."""


class TableError(ValueError):
    """The table of operations contradicts itself; the sentence names the rows."""


class _Node(Generic[S]):
    __slots__ = ("any_segment", "by_method", "by_segment")

    def __init__(self) -> None:
        self.by_segment: dict[str, _Node[S]] = {}
        self.any_segment: _Node[S] | None = None
        self.by_method: dict[str, Row[S]] = {}


class Router(Generic[S]):
    """The rows by path. A written segment goes before a part; the other is tried where it fails."""

    def __init__(self, operations: Sequence[Operation[S]]) -> None:
        """Build the tree. Raises TableError for rows that share an id, or method and path."""
        self._root: _Node[S] = _Node()
        self.body_max = max((row.body_max for row in operations), default=0)
        ids: set[str] = set()
        for operation in operations:
            _check(operation)
            if operation.id in ids:
                raise TableError(f"two operations are named {operation.id}")
            ids.add(operation.id)
            for template in (operation.path, *operation.aliases):
                self._add(operation, template)

    def _add(self, operation: Operation[S], template: str) -> None:
        node = self._root
        names: list[str] = []
        for segment in template[1:].split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.any_segment = node.any_segment or _Node()
                node = node.any_segment
            else:
                node = node.by_segment.setdefault(segment, _Node())
        if operation.method in node.by_method:
            other = node.by_method[operation.method][0].id
            raise TableError(f"{operation.id} and {other} share {operation.method} {template}")
        node.by_method[operation.method] = (operation, tuple(names))

    def find(self, path: str) -> tuple[Mapping[str, Row[S]], list[str]] | None:
        """Which rows have this path?

        Takes   path: decoded, from ``/``
        Gives   the rows by method and the values of the path's parts; None if there are none
        """
        values: list[str] = []
        node = _walk(self._root, path[1:].split("/", _SEGMENTS_MAX), 0, values)
        return None if node is None else (node.by_method, values)


def _walk(node: _Node[S], segments: Sequence[str], at: int, values: list[str]) -> _Node[S] | None:
    if at == len(segments):
        return node if node.by_method else None
    segment = segments[at]
    written = node.by_segment.get(segment)
    found = written and _walk(written, segments, at + 1, values)
    if found is None and node.any_segment is not None and segment:
        values.append(segment)
        found = _walk(node.any_segment, segments, at + 1, values)
        if found is None:
            values.pop()
    return found


def _check(operation: Operation[Any]) -> None:
    """Refuse a row that cannot work, with a sentence that says why."""
    takes_body = operation.takes is not BodyKind.NONE
    if takes_body and operation.body_max <= 0:
        raise TableError(f"{operation.id} takes a body and has no body_max")
    if takes_body and operation.method == "GET":
        raise TableError(f"{operation.id} takes a body under GET")
    if operation.only_refusals is not None and not takes_body:
        raise TableError(f"{operation.id} has no body that could be nothing but RETs")
    if operation.only_refusals is not None and operation.lane not in LANE_OF_REFUSALS:
        raise TableError(f"{operation.id}: its RETs have no lane of their own")
    for template in (operation.path, *operation.aliases):
        if not template.startswith("/"):
            raise TableError(f"{operation.id}: {template} does not begin with a slash")
    names = [part_names(template) for template in (operation.path, *operation.aliases)]
    if any(set(each) != set(names[0]) for each in names):
        raise TableError(f"{operation.id}: an alias has other parts than the path")


def part_names(template: str) -> list[str]:
    """Names of the parts of a path's template, in order."""
    return [part[1:-1] for part in template.split("/") if part.startswith("{")]
