"""Every code that the source names has its words, and every refusal names one."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import izin
from izin.i18n import catalogue

SOURCE = Path(izin.__file__).parent
CODE = re.compile(r"H[0-9]{3,4}|IZ[0-9]{3}|(OTP-ERROR|ERR-VLD)-[0-9]{3}|ERR-SYS-[0-9]{4}")
PLACE = re.compile(r"\{(\w+)\}")


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def refusals() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in trees():
        for node in ast.walk(tree):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_call and node.func.id == "Refused":
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", node


def argument(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def test_every_code_named_in_the_source_has_its_words():
    named = {
        node.value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    }
    assert len(named) > 20
    assert named <= set(catalogue.codes()) | words_about_files()


def words_about_files() -> set[str]:
    """Codes of files and cells have their words, of another form, in a catalogue of their own."""
    book = tomllib.loads((SOURCE / "i18n" / "files.toml").read_text("utf-8"))
    return {*book["file"], *book["cell"]}


def test_a_code_of_ours_means_one_thing():
    """Refusals of a row, in a file or not, share their words' code; a file's own are nobody's."""
    own = {code for code in words_about_files() if code.startswith("IZ2")}
    assert len(own) > 20
    assert not own & set(catalogue.codes())
    others = {code for code in words_about_files() - own if code.startswith("IZ")}
    assert others <= set(catalogue.codes())


def test_every_key_of_the_catalogue_is_a_code():
    assert all(CODE.fullmatch(code) for code in catalogue.codes())


def literal_facts() -> list[tuple[str, str, set[str], bool]]:
    """Refusals whose code is written out: where, code, names of facts, is there a location."""
    found: list[tuple[str, str, set[str], bool]] = []
    for where, call in refusals():
        code, facts = argument(call, "code"), argument(call, "facts")
        if not isinstance(code, ast.Constant) or not isinstance(facts, ast.Tuple | None):
            continue
        names = {
            pair.elts[0].value
            for pair in (facts.elts if facts else ())
            if isinstance(pair, ast.Tuple) and isinstance(pair.elts[0], ast.Constant)
        }
        found.append((where, code.value, names, argument(call, "location") is not None))
    return found


@pytest.mark.parametrize(("where", "code", "names", "has_location"), literal_facts())
def test_a_refusal_brings_the_facts_that_its_sentence_names(where, code, names, has_location):
    places = set(PLACE.findall(catalogue.codes()[code].tr))
    if has_location:
        places.discard("field")
    assert places <= names, f"{where}: {code} needs {sorted(places - names)}"
