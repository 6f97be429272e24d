"""A file of statements is read by name, and one that cannot be meant is an error."""

import pytest

from izin.storage.statements import StatementFileError, load, parse

FILE = """-- owns: apple
-- what this file is about

-- name: pick
-- $1 tree int8
select id -- the ripe ones
from apple
where tree = $1;

-- name: eat_one
delete from apple;
"""


def test_a_statement_is_found_by_its_name():
    found = parse(FILE, where="here")
    assert list(found) == ["pick", "eat_one"]
    assert found["eat_one"] == "delete from apple"
    assert found["pick"].endswith("where tree = $1")


def test_what_is_said_about_a_statement_goes_with_it_to_the_server():
    assert parse(FILE, where="here")["pick"].startswith("-- $1 tree int8\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("-- name: a\nselect 1\n-- name: a\nselect 2\n", "statement a is there twice"),
        ("-- name: a\n-- only words\n/* and more */ ;\n", "statement a is empty"),
        ("-- name: a\n-- name: b\nselect 1\n", "statement a is empty"),
        ("-- name:\nselect 1\n", "'' is no name"),
        ("-- name: Two words\nselect 1\n", "'Two words' is no name"),
        ("select 1;\n-- name: a\nselect 1\n", "SQL stands before the first"),
        ("select 1;\n", "SQL stands before the first"),
    ],
)
def test_a_file_that_cannot_be_meant_is_an_error(text, complaint):
    with pytest.raises(StatementFileError, match=f"here: .*{complaint}"):
        parse(text, where="here")


def test_a_package_s_own_file_is_read():
    assert load("izin.storage", "migrate.sql")["lock"].endswith(
        "pg_try_advisory_lock(hashtextextended('izin migrate', 0))"
    )


def test_the_statements_of_a_package_do_not_change():
    with pytest.raises(TypeError):
        load("izin.storage", "migrate.sql")["lock"] = "select 1"
