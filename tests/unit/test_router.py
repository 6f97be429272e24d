"""From paths to rows."""

import pytest
from builders.door import an_operation

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import BodyKind
from izin.api.router import Router, TableError

BRAND = "/sps/{iysCode}/brands/{brandCode}"


def found(router, path, method="POST"):
    rows = router.find(path)
    if rows is None or method not in rows[0]:
        return None
    operation, names = rows[0][method]
    return operation.id, dict(zip(names, rows[1], strict=True))


def routes(**templates):
    return Router([an_operation(id=name, path=path) for name, path in templates.items()])


def test_a_written_segment_goes_before_a_part():
    router = routes(
        status=f"{BRAND}/consents/status",
        many=f"{BRAND}/consents/{{recipientType}}/status/{{type}}",
    )
    assert found(router, "/sps/1/brands/2/consents/status") == (
        "status", {"iysCode": "1", "brandCode": "2"},
    )  # fmt: skip
    assert found(router, "/sps/1/brands/2/consents/TACIR/status/MESAJ") == (
        "many", {"iysCode": "1", "brandCode": "2", "recipientType": "TACIR", "type": "MESAJ"},
    )  # fmt: skip


def test_where_the_written_segment_leads_nowhere_the_part_is_tried():
    router = routes(one="/a/b/c", other="/a/{x}/d/{y}")
    assert found(router, "/a/b/d/e") == ("other", {"x": "b", "y": "e"})
    assert found(router, "/a/b/c") == ("one", {})


def test_a_part_that_was_tried_in_vain_leaves_no_value():
    router = routes(one="/a/{x}/c", other="/{y}/b/d")
    assert found(router, "/a/b/d") == ("other", {"y": "a"})


@pytest.mark.parametrize("path", ["", "/", "/a", "/a/b/c/", "//b/c", "/a/b/c/d", "/" + "a/" * 400])
def test_other_paths_have_no_row(path):
    assert found(routes(one="/a/b/c"), path) is None


def test_an_empty_part_is_no_part():
    assert found(routes(one="/a/{x}"), "/a/") is None


def test_an_alias_leads_to_the_same_row():
    router = Router([an_operation(path="/info/{code}", aliases=("/infos/{code}",))])
    assert found(router, "/infos/7") == found(router, "/info/7") == ("addConsent", {"code": "7"})


@pytest.mark.parametrize(
    "rows",
    [
        [an_operation(), an_operation(path="/other")],
        [an_operation(), an_operation(id="other")],
        [an_operation(body_max=0)],
        [an_operation(method="GET")],
        [an_operation(takes=BodyKind.NONE)],
        [an_operation(lane=Lane.QUESTION)],
        [an_operation(path="no-slash")],
        [an_operation(aliases=("/sps/{iysCode}",))],
        [an_operation(right=Right.READ, aliases=("/sps/{iysCode}/brands/{brandCode}/consents",))],
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rows):
    with pytest.raises(TableError):
        Router(rows)
