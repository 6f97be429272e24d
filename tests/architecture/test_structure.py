"""What the import linter cannot say: who owns a table, who runs SQL, how long is long."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "izin"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "numberplan_table.py")
STORES = sorted(SOURCE.rglob("store.sql"))
WRITES = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|truncate(?:\s+table)?)\s+([a-z_]+)", re.IGNORECASE
)
FUNCTION_LINES_MAX, FUNCTION_LINES_P90 = 60, 25
FILE_LINES_MAX, FILE_LINES_P90 = 400, 250


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def owned(store: Path) -> set[str]:
    first = store.read_text("utf-8").splitlines()[0]
    assert first.startswith("-- owns:"), f"{name_of(store)} does not say which tables it writes"
    return set(first.removeprefix("-- owns:").replace(" ", "").split(","))


LOCKS = re.compile(r"\bfor\s+(?:no\s+key\s+)?update\b|\bdo\s+update\b", re.IGNORECASE)


def written(store: Path) -> set[str]:
    code = re.sub(r"--[^\n]*", "", store.read_text("utf-8"))
    code = LOCKS.sub("", code)
    return {match.lower() for match in WRITES.findall(code)}


@pytest.mark.parametrize("store", STORES, ids=name_of)
def test_a_store_writes_only_the_tables_it_owns(store):
    assert written(store) <= owned(store)


# a movement's number is handed over in one row: put by the writer, taken by the sequencer
HANDED_OVER = {"pending"}


def test_each_table_has_one_owner():
    owners = Counter(table for store in STORES for table in owned(store))
    assert {table for table, count in owners.items() if count > 1} <= HANDED_OVER


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_only_storage_and_stores_know_the_driver(module):
    if module.parent.name == "storage" or module.name == "store.py":
        return
    tree = ast.parse(module.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("asyncpg"):
            # a row read may be named; nothing may be connected or run
            assert {alias.name for alias in node.names} <= {"Record"}, name_of(module)
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("asyncpg") for alias in node.names)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_no_text_is_pasted_into_sql(module):
    if module.parent.name == "storage":
        return  # names of databases and time-outs of a migration cannot be parameters
    tree = ast.parse(module.read_text("utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in {"fetch", "fetchrow", "fetchval", "execute", "executemany"}:
            assert not (node.args and isinstance(node.args[0], ast.JoinedStr)), (
                f"{name_of(module)}:{node.lineno}"
            )


def lengths_of_functions() -> list[tuple[int, str]]:
    found = []
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                length = node.end_lineno - node.lineno + 1
                found.append((length, f"{name_of(module)}:{node.name}"))
    return sorted(found)


def percentile(sorted_values: list[int], share: float) -> int:
    return sorted_values[int(len(sorted_values) * share)]


def test_functions_are_short():
    lengths = lengths_of_functions()
    assert [each for each in lengths if each[0] > FUNCTION_LINES_MAX] == []
    assert percentile([length for length, _ in lengths], 0.9) <= FUNCTION_LINES_P90


def test_files_are_short():
    lengths = sorted(
        (len(module.read_text("utf-8").splitlines()), name_of(module)) for module in MODULES
    )
    assert [each for each in lengths if each[0] > FILE_LINES_MAX] == []
    assert percentile([length for length, _ in lengths], 0.9) <= FILE_LINES_P90


FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "service", "misc"}


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_no_drawer_has_a_general_name(module):
    assert module.stem not in FORBIDDEN_NAMES
