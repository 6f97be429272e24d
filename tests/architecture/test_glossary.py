"""docs/glossary.md: every code word is in the source, and no concept stands there twice."""

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "izin"
HEADINGS = ["Turkish", "English", "on the wire", "in the code", "note"]
CODE = re.compile(r"`(\w+)`")


def rows() -> list[list[str]]:
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    found = [[cell.strip() for cell in row] for row in cells if len(row) == len(HEADINGS)]
    return [row for row in found if row != HEADINGS and not row[0].startswith("-")]


ROWS = rows()


def names_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


@functools.cache
def identifiers() -> frozenset[str]:
    trees = (ast.parse(path.read_text("utf-8")) for path in SOURCE.rglob("*.py"))
    return frozenset(name for tree in trees for name in names_of(tree))


def test_the_glossary_has_its_words():
    assert len(ROWS) > 50


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_a_word_is_in_the_code(row: list[str]):
    words = CODE.findall(row[3])
    assert words, "no code word"
    assert [word for word in words if word not in identifiers()] == []


@pytest.mark.parametrize("column", ["Turkish", "English", "in the code"])
def test_no_concept_stands_there_twice(column: str):
    place = HEADINGS.index(column)
    said = Counter(
        word for row in ROWS for word in (CODE.findall(row[place]) or [row[place].casefold()])
    )
    assert [word for word, count in said.items() if count > 1] == []
