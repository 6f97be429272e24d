"""What people are told about a file: where, what was found, what was expected, how to mend it."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec

from izin.core.errors import Refused
from izin.files.problem import CellProblem, FileRefusedError
from izin.i18n.catalogue import Language

_FOUND_SHOWN_MAX = 60


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in both languages; ``{name}`` is filled from facts."""

    tr: str
    en: str


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was expected in a cell, and how to mend it, in both languages."""

    tr: tuple[str, str]
    en: tuple[str, str]


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All words about files."""

    where: dict[str, Sentence]
    note: dict[str, Sentence]
    file: dict[str, Sentence]
    cell: dict[str, Advice]


@cache
def book() -> Book:
    """Read the catalogue once."""
    text = resources.files("izin.i18n").joinpath("files.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Book)


def about_file(error: FileRefusedError, language: Language) -> str:
    """Say why a whole file is refused; its code follows."""
    refused = error.refused[0]
    return f"{_said(book().file[refused.code], language, _facts(refused))} ({refused.code})"


def advice(problem: CellProblem, language: Language) -> tuple[str, str]:
    """Say what was expected, and how to mend it."""
    cells = book().cell
    words = cells.get(problem.key) or cells["other"]
    expected, mend = words.tr if language is Language.TR else words.en
    facts = {"code": problem.code, **dict(problem.facts)}
    return expected.format_map(facts), mend.format_map(facts)


def about_cell(problem: CellProblem, language: Language) -> str:
    """Say all of it in one line, as a form shows it beside the row; it echoes what was found."""
    facts: dict[str, object] = {
        "line": problem.line,
        "heading": problem.heading,
        "found": problem.found[:_FOUND_SHOWN_MAX],
    }
    key = "row" if not problem.field else "filled" if problem.found else "empty"
    where = _said(book().where[key], language, facts)
    return " ".join((where, *advice(problem, language), f"({problem.code})"))


def about_group(example: CellProblem, count: int, lines: Iterable[int], language: Language) -> str:
    """Say what many rows have in common; it echoes nothing of what was found."""
    facts = {"heading": example.heading or "–", "count": count, "lines": _listed(lines)}
    where = _said(book().where["group"], language, facts)
    return " ".join((where, *advice(example, language), f"({example.code})"))


def about_repeats(count: int, lines: Iterable[int], language: Language) -> str:
    """Say that addresses stand in the file more than once."""
    return _said(book().note["repeated"], language, {"count": count, "lines": _listed(lines)})


def about_ignored(headings: Iterable[str], language: Language) -> str:
    """Say which columns are not read."""
    return _said(book().note["ignored"], language, {"headings": ", ".join(headings)})


def about_sheets(sheets: Sequence[str], language: Language) -> str:
    """Say which sheet is read, and which are not."""
    facts = {"sheet": sheets[0], "others": ", ".join(sheets[1:])}
    return _said(book().note["sheets"], language, facts)


def _said(sentence: Sentence, language: Language, facts: Mapping[str, object]) -> str:
    return (sentence.tr if language is Language.TR else sentence.en).format_map(facts)


def _facts(refused: Refused) -> dict[str, str]:
    return dict(refused.facts)


def _listed(lines: Iterable[int]) -> str:
    return ", ".join(map(str, lines))
