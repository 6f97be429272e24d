"""A plain PostgreSQL is not spread, and says why; a cluster is tried by `make test-citus`."""

import json
import tomllib
from importlib import resources

import asyncpg
import pytest
from builders.citus import new_databases, spread_database
from builders.databases import copy_of_template

from izin.cli.main import run
from izin.core.errors import StartRefusedError
from izin.storage.distribute import CannotDistributeError, distribute
from izin.storage.distribution import TABLES, Place
from izin.storage.statements import load

REASONS = {
    *("old_server", "no_citus", "old_citus", "no_coordinator", "not_listed", "no_workers"),
    *("no_roles", "misplaced", "done", "left", *(place.value for place in Place)),
}


@pytest.mark.plain
async def test_a_plain_server_is_refused_and_left_as_it_is(fresh_database, owner):
    sizes = "select relname, relkind from pg_class where relnamespace = 'public'::regnamespace"
    before = await owner.fetch(sizes)
    with pytest.raises(CannotDistributeError) as refused:
        await distribute(fresh_database, shards=32, told=print)
    assert refused.value.reason == "no_citus"
    assert refused.value.facts == {"least": 14}
    assert await owner.fetch(sizes) == before


async def test_a_schema_that_is_not_this_code_s_is_refused_first(fresh_database, owner):
    await owner.execute(
        "delete from schema_migration where number = (select max(number) from schema_migration)"
    )
    with pytest.raises(StartRefusedError, match="run 'izin migrate' first"):
        await distribute(fresh_database, shards=32, told=print)


def test_the_command_says_what_is_missing(server, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("IZIN_DATABASE_URL", server.url)
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(tmp_path))
    tmp_path.chmod(0o700)
    assert run(["storage", "distribute", "--lang", "en"]) == 1
    assert "This database has no extension citus" in capsys.readouterr().err
    assert run(["storage", "distribute", "--json"]) == 1
    assert "citus uzantısı yok" in capsys.readouterr().out
    assert run(["storage", "distribute", "--shards", "0"]) == 1


def test_the_command_shows_where_each_table_would_lie(capsys):
    assert run(["storage", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)["tables"]
    assert {each["table"]: Place(each["place"]) for each in shown} == TABLES
    assert run(["storage", "--lang", "en"]) == 0
    assert "on the coordinator only" in capsys.readouterr().out


def test_each_reason_has_its_words():
    text = resources.files("izin.i18n").joinpath("commands.toml").read_text("utf-8")
    words = {name for name in tomllib.loads(text) if name.startswith("distribute_")}
    assert words == {f"distribute_{reason}" for reason in REASONS}


async def test_a_cluster_that_is_none_fails_the_tests_at_once(server):
    with pytest.raises(AssertionError, match="leads to no Citus"):
        async with spread_database(server.url):
            pytest.fail("it was taken for a cluster")


def test_a_cluster_that_is_named_is_where_databases_are_made():
    made = new_databases("postgresql://c/izin", lambda: pytest.fail("a plain server was started"))
    assert (made.func, made.args) == (spread_database, ("postgresql://c/izin",))
    made = new_databases(None, lambda: "postgresql://p/izin")
    assert (made.func, made.args) == (copy_of_template, ("postgresql://p/izin",))


@pytest.mark.plain
async def test_what_is_asked_of_any_server_is_understood(owner: asyncpg.Connection):
    """The others name what only Citus has."""
    row = await owner.fetchrow(load("izin.storage", "distribute.sql")["server"])
    assert row["version"] >= 16
    assert row["citus"] is None
