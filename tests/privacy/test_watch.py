"""The suite fails at its end where a test stored or logged an address, in whichever process."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg
import pytest
from builders import watch
from builders.databases import copy_of_template

from izin.storage.embedded import EmbeddedServer

TESTS = Path(__file__).parents[1]
PERSON = "+905991234567"


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "builders.alarm", "-p", "no:cacheprovider", *words],
        capture_output=True,
        check=False,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        text=True,
    )


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_log_that_tells_of_somebody_fails_the_suite(processes):
    # not below this test's own folder, which is read in the end
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_leak.py").write_text(
            'def test_leak(tmp_path):\n    (tmp_path / "a.stderr").write_text("told 05991234567")\n'
        )
        done = ran(folder, "-n", processes, f"--basetemp={folder}/base")
    assert "1 passed" in done.stdout
    assert "a.stderr: phone in clear" in done.stdout
    assert "5991234567" not in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_suite_that_tells_of_nobody_passes(processes):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_calm.py").write_text(
            "import logging\n\n\ndef test_calm(tmp_path):\n"
            '    (tmp_path / "a.stderr").write_text("told [phone]")\n'
            '    logging.getLogger("any").error("told %s", "+905991234567")\n'
        )
        done = ran(folder, "-n", processes, f"--basetemp={folder}/base")
    assert (done.returncode, "ADDRESSES" in done.stdout) == (0, False), done.stdout


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (PERSON.encode(), "phone in clear"),
        (hashlib.sha256(PERSON.encode()).digest()[:16], "sha256"),
        (hashlib.sha1(PERSON[1:].encode()).hexdigest().encode(), "sha1, in hex"),
    ],
)
async def test_a_stored_digest_is_told_with_its_table_and_column(server, value, kind):
    watch.used(PERSON)
    before = set(watch.found)
    async with copy_of_template(server.url) as url:
        owner = await asyncpg.connect(url)
        await owner.execute("insert into job (name, payload) values ('x', $1)", value)
        await watch.look_through(url, "planted")
        told = watch.found - before
        watch.found.intersection_update(before)
        await owner.execute("delete from job")
        await owner.close()
    assert told == {f"job.payload (planted): {kind}"}


@pytest.mark.parametrize("end", ["first", "last"])
async def test_a_row_at_either_end_of_a_long_table_is_found(server, end):
    """Once any thousand rows were read, and the last of a long table were never among them."""
    before = set(watch.found)
    one = f"insert into job (name, payload) values ('x', '{PERSON}')"
    many = "insert into job (name, payload) select 'x', 'told' from generate_series(1, 3000)"
    async with copy_of_template(server.url) as url:
        owner = await asyncpg.connect(url)
        for statement in (one, many) if end == "first" else (many, one):
            await owner.execute(statement)
        await watch.look_through(url, "planted")
        told = watch.found - before
        watch.found.intersection_update(before)
        await owner.execute("delete from job")
        await owner.close()
    assert told == {"job.payload (planted): phone in clear"}


async def test_the_database_of_a_registry_that_has_ended_is_read():
    before = set(watch.found)
    watch.used(PERSON)
    # not below this test's own folder, which is read in the end
    with tempfile.TemporaryDirectory() as name:
        with EmbeddedServer(Path(name, "database")) as server:
            owner = await asyncpg.connect(server.url)
            await owner.execute("create table planted (a text)")
            await owner.execute(
                "insert into planted values ('api@firma.example'), (md5($1))", PERSON
            )
            await owner.close()
        watch.look_at_what_is_left(Path(name), "planted")
    told = watch.found - before
    watch.found.intersection_update(before)
    assert {where.partition(" ")[2] for where in told} == {"(planted): md5, in hex"}
