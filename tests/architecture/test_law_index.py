"""docs/law.md leads from an article to code and cases that are really there."""

import ast
import functools
import importlib
import re
from operator import attrgetter
from pathlib import Path

import pytest

from izin.consent.model import Reason
from izin.consent.rules import decide

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "law.md").read_text("utf-8")
ROWS = [line for line in TEXT.splitlines() if re.search(r"\b[CWD]-[0-9]", line) and line[0] == "|"]
SYMBOLS = sorted(set(re.findall(r"`(izin[\w.]*):([\w.]+)`", TEXT)))
CASES = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
HELD_ELSEWHERE = {21, 25}


@functools.cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def numbers(letter: str) -> set[int]:
    named = (re.findall(rf"\b{letter}-([0-9]+)", row) for row in ROWS)
    return {int(number) for numbers in named for number in numbers}


@pytest.mark.parametrize(("module", "name"), SYMBOLS)
def test_every_symbol_of_the_law_is_there(module, name):
    assert attrgetter(name)(importlib.import_module(module)) is not None


@pytest.mark.parametrize(("path", "name"), CASES)
def test_every_case_of_the_law_is_there(path, name):
    assert name in functions_of(path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[2].strip())
def test_every_rule_has_its_code_and_its_cases(row):
    assert re.search(r"`izin[\w.]*:", row), "no code"
    assert re.search(r"`tests/[\w/]+\.py::", row), "no cases"


def test_no_rule_of_the_contract_is_forgotten():
    assert numbers("C") == set(range(1, 26)) - HELD_ELSEWHERE
    assert numbers("W") == set(range(1, 14))


def test_no_reason_of_a_decision_is_forgotten():
    assert numbers("D") == set(range(1, 23))
    assert {reason.value for reason in Reason if reason.value not in TEXT} == set()


def test_what_bears_law_says_which():
    assert "Source" in (decide.__doc__ or "")
    for module, name in SYMBOLS:
        if module.endswith(".rules"):
            bearer = attrgetter(name)(importlib.import_module(module))
            assert "Source" in (bearer.__doc__ or ""), name
