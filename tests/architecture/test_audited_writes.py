"""No change of parties, users and keys without its audit event: what the types leave open."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "izin"
AUDITED = {
    "application",
    "signatory",
    "agreement",
    "provider",
    "brand",
    "brand_short_name",
    "retailer",
    "api_user",
    "member",
    "passkey",
    "partner",
    "mandate",
    "intermediary",
    "client_key",
    "resource_server",
    "subscription",
    "migration_job",
    "pass_subscription",
    "pass_template",
    "via_form",
    "via_form_version",
    "via_plan",
    "keyring",
}
"""Tables of which every change is told. directory_head only counts these changes."""

TOLD_ELSEWHERE = {
    *(("retailer", "link"), ("retailer", "tag"), ("subscription", "count_loaded")),
    *(("viapass", "take_credit"), ("subscription", "hold_via"), ("subscription", "take_via")),
}
"""A consent names a dealer: the consent's own event tells of it. A tag follows a brand's move. How
many records a partner has loaded, and what a company had verified or obtained, follows from their
events."""

WRITES = re.compile(r"(?m)^\s*(?:insert\s+into|update|delete\s+from)\s+([a-z_]+)")
NAMED = re.compile(r"(?m)^-- name: (\w+)$")


def writing() -> list[tuple[str, str]]:
    """Room and name of each statement that changes an audited table."""
    found = []
    for path in sorted(SOURCE.rglob("store.sql")):
        _, *parts = NAMED.split(path.read_text("utf-8"))
        for name, sql in zip(parts[::2], parts[1::2], strict=True):
            if AUDITED & set(WRITES.findall(sql)):
                found.append((path.parent.name, name))
    return found


def functions(room: str) -> list[ast.AsyncFunctionDef]:
    tree = ast.parse((SOURCE / room / "store.py").read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]


def runs(function: ast.AsyncFunctionDef, name: str) -> bool:
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value == name
        for node in ast.walk(function)
    )


def test_the_statements_are_found():
    assert {("provider", "put"), ("retailer", "delete_unlinked"), ("keyring", "add_keys")} <= set(
        writing()
    )
    assert set(writing()) >= TOLD_ELSEWHERE


@pytest.mark.parametrize(("room", "name"), sorted(set(writing()) - TOLD_ELSEWHERE))
def test_what_writes_takes_a_change_and_no_bare_connection(room, name):
    [function] = [each for each in functions(room) if runs(each, name)]
    first = function.args.args[0]
    assert isinstance(first.annotation, ast.Name)
    assert first.annotation.id == "Change", f"{room}/store.py:{function.name}"


def test_whoever_opens_a_change_tells_what_was_done():
    written = all_functions()
    telling = {"tell"}  # and whoever takes a change and tells on it
    for _ in range(3):
        telling |= {
            node.name
            for _, node in written
            if takes_a_change(node) and any(calls(node, name) for name in telling)
        }
    opening = [(path, node) for path, node in written if calls(node, "changing")]
    assert len(opening) >= 6
    for path, node in opening:
        assert any(calls(node, name) for name in telling), f"{path.name}:{node.name}"


Function = ast.FunctionDef | ast.AsyncFunctionDef


def all_functions() -> list[tuple[Path, Function]]:
    return [
        (path, node)
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, Function)
    ]


def takes_a_change(function: Function) -> bool:
    first = next(iter(function.args.args), None)
    annotation = None if first is None else first.annotation
    return isinstance(annotation, ast.Name) and annotation.id == "Change"


def calls(function: Function, name: str) -> bool:
    return any(
        isinstance(node, ast.Call)
        and name in (getattr(node.func, "id", None), getattr(node.func, "attr", None))
        for node in ast.walk(function)
    )
