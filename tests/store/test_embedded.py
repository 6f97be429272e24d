"""The embedded PostgreSQL is private to its registry, ends with it, and finds its data again."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import psutil
import pytest
from builders.databases import at_database, cut_off

from izin.core.errors import StartRefusedError
from izin.storage import folder as folders
from izin.storage.embedded import EmbeddedServer

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")
needs_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="the kernel shows no processes")

REGISTRY = """
import pathlib, sys
from izin.storage.embedded import EmbeddedServer
server = EmbeddedServer(pathlib.Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""

STRANGER = """
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
connection = socket.socket(socket.AF_UNIX)
try:
    connection.connect(sys.argv[1])
except PermissionError:
    sys.exit(13)
"""


@pytest.fixture
def home(quick_folder):
    """A folder like /root: nobody else may enter."""
    assert mode(quick_folder) == 0o700
    return quick_folder


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def until(condition, *, within_s=20):
    """Wait for something that other processes do."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


async def run(url, sql):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def socket_of(server):
    return (
        Path(server.url.partition("host=")[2].partition("&")[0].replace("%2F", "/"))
        / ".s.PGSQL.5432"
    )


def test_its_files_are_open_to_nobody_else_and_no_folder_is_loosened(home):
    above = {path: (mode(path), path.stat().st_uid) for path in home.parents if path.is_dir()}
    with EmbeddedServer(home / "var" / "registry") as server:
        folder = server.folder
        assert {mode(folder), mode(folder / "data"), mode(folder / "socket")} == {0o700}
        assert {mode(folder / "password"), mode(folder / "server.log"), mode(folder / "lock")} == {
            0o600
        }
        assert mode(socket_of(server)) == 0o700
        assert mode(home) == 0o700
        assert all(mode(path) & 0o077 == 0 for path in (folder / "data").rglob("*"))
    assert {path: (mode(path), path.stat().st_uid) for path in above} == above


def test_an_existing_folder_keeps_its_mode(home):
    folder = home / "open"
    folder.mkdir()
    folder.chmod(0o755)
    with EmbeddedServer(folder) as server:
        assert mode(folder) == 0o755
        assert {mode(folder / "data"), mode(folder / "socket"), mode(socket_of(server).parent)} == {
            0o700
        }


@needs_root
def test_another_local_user_cannot_connect(quick_folder):
    quick_folder.chmod(0o755)  # the way to the registry's folder is open, the folder is not
    with EmbeddedServer(quick_folder / "registry") as server:
        tried = [sys.executable, "-I", "-S", "-c", STRANGER, str(socket_of(server))]
        assert subprocess.run(tried, check=False).returncode == 13
        with socket.socket(socket.AF_UNIX) as own:
            own.connect(str(socket_of(server)))


async def test_the_socket_alone_is_not_enough(server):
    guessed = server.url.replace(server.url.split(":")[2].split("@")[0], "guessed")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(guessed)


@needs_proc
def test_it_listens_on_no_network(server):
    assert psutil.Process(server.pid).net_connections(kind="inet") == []


async def test_it_is_made_as_a_careful_owner_would(server):
    wanted = {
        "server_encoding": "UTF8",
        "lc_collate": "C",
        "data_checksums": "on",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_level": "replica",
        "listen_addresses": "",
    }
    connection = await asyncpg.connect(server.url)
    sql = "select name, setting from pg_settings where name = any ($1)"
    found = {row[0]: row[1] for row in await connection.fetch(sql, list(wanted))}
    found["lc_collate"] = await connection.fetchval(
        "select datcollate from pg_database where datname = 'izin'"
    )
    await connection.close()
    assert found == wanted


async def test_its_log_holds_no_value(server, fresh_database):
    connection = await asyncpg.connect(fresh_database)
    twice = "insert into source (id, code) values (900, 'secret-word'), (901, 'secret-word')"
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(twice)
    await connection.close()
    log = (server.folder / "server.log").read_text()
    assert "duplicate key value" in log
    assert "secret-word" not in log


async def test_a_second_start_finds_the_data_and_the_same_url(home):
    server = EmbeddedServer(home / "pg")
    first = server.start()
    await run(first, "create table kept as select 1 as one")
    server.stop()
    with EmbeddedServer(home / "pg") as again:
        assert again.url == first
        assert await run(again.url, "select one from kept") == 1


def test_a_folder_in_use_says_by_whom(server):
    with pytest.raises(
        StartRefusedError, match=f"in use by another registry .process {os.getpid()}"
    ):
        EmbeddedServer(server.folder).start()


def test_a_refused_start_leaves_the_running_server_alone(server):
    with pytest.raises(StartRefusedError):
        EmbeddedServer(server.folder).start()
    assert psutil.pid_exists(server.pid)
    assert (server.folder / "data" / "postmaster.pid").exists()


@needs_proc
def test_a_server_without_a_registry_is_named(tmp_path):
    stray = subprocess.Popen(["sleep", "60"], cwd=tmp_path)
    try:
        with pytest.raises(StartRefusedError, match=f"kill -INT {stray.pid}"):
            folders.wait_for_orphans(tmp_path, wait_s=0)
    finally:
        stray.kill()
        stray.wait()
    folders.wait_for_orphans(tmp_path, wait_s=0)


async def test_a_killed_server_recovers_what_it_acknowledged(home):
    server = EmbeddedServer(home / "pg")
    await run(server.start(), "create table kept as select 1 as one")
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not psutil.pid_exists(server.pid))
    server.stop()
    assert (home / "pg" / "data" / "postmaster.pid").exists()
    with EmbeddedServer(home / "pg") as again:
        assert await run(again.url, "select one from kept") == 1


async def test_one_that_recovers_is_stopped_without_a_wait_and_keeps_what_it_acknowledged(home):
    log = home / "pg" / "server.log"
    for at in range(4):
        server = EmbeddedServer(home / "pg")
        connection = await asyncpg.connect(server.start())
        await connection.execute("create table if not exists kept (at int)")
        await connection.execute("insert into kept values ($1)", at)
        recoveries = log.read_text().count("reinitializing")
        os.kill(await connection.fetchval("select pg_backend_pid()"), signal.SIGKILL)
        until(lambda before=recoveries: log.read_text().count("reinitializing") > before)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 10, "a fast shutdown never ends there"
        connection.terminate()
    with EmbeddedServer(home / "pg") as again:
        assert await run(again.url, "select array_agg(at order by at) from kept") == [0, 1, 2, 3]


@needs_proc
async def test_a_stale_pid_that_is_somebody_s_by_now_is_no_hindrance(home):
    server = EmbeddedServer(home / "pg")
    server.start()
    pid_file = home / "pg" / "data" / "postmaster.pid"
    stale = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join([str(os.getppid()), *stale[1:]]) + "\n")
    with EmbeddedServer(home / "pg") as again:
        assert await run(again.url, "select 1") == 1


@needs_proc
def test_it_ends_when_its_registry_is_killed(home):
    folder = home / "pg"
    command = [sys.executable, "-c", REGISTRY, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as registry:
        pid = int(registry.stdout.readline())
        assert pid in folders.processes_in(folder / "data")
        with pytest.raises(StartRefusedError, match=f"process {registry.pid}"):
            EmbeddedServer(folder).start()
        registry.kill()
    until(lambda: not folders.processes_in(folder / "data"))
    assert "received fast shutdown request" in (folder / "server.log").read_text()
    with EmbeddedServer(folder) as again:
        assert again.pid != pid


def test_ctrl_c_in_the_terminal_does_not_reach_it(server):
    assert os.getsid(server.pid) == server.pid != os.getsid(0)


async def test_a_socket_with_too_long_a_path_lies_in_a_private_temporary_folder(home):
    folder = home / ("x" * 90)
    with EmbeddedServer(folder) as server:
        place = socket_of(server).parent
        assert place == Path((folder / "socket_folder").read_text())
        assert mode(place) == 0o700
        assert await run(server.url, "select 1") == 1
        address = server.url
        cut_off(server.pid)
        server._watch.join()
        await asyncio.to_thread(server.start_again)
        assert server.url == address
        assert mode(place) == 0o700
        assert await run(address, "select 1") == 1
    assert not place.exists()
    assert not (folder / "socket_folder").exists()


def test_the_temporary_folder_of_a_killed_server_is_removed(tmp_path):
    left = Path(tempfile.mkdtemp(prefix="izin-"))
    (tmp_path / "socket_folder").write_text(str(left))
    folders.forget_socket_folder(tmp_path)
    assert not left.exists()


def test_a_note_that_names_another_folder_removes_nothing(tmp_path):
    kept = tmp_path / "izin-kept"
    kept.mkdir()
    (tmp_path / "socket_folder").write_text(str(kept))
    folders.forget_socket_folder(tmp_path)
    assert kept.exists()


def test_no_room_for_a_socket_is_said(home, tmp_path, monkeypatch):
    longer = tmp_path / ("t" * 100)
    longer.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(longer))
    with pytest.raises(StartRefusedError, match=r"at most 107 bytes.*set TMPDIR"):
        EmbeddedServer(home / ("x" * 90)).start()
    assert list(longer.iterdir()) == []


def test_data_that_cannot_be_made_are_refused_with_the_reason(home):
    (home / "data.new").write_text("in the way")
    with pytest.raises(StartRefusedError, match=r"could not make its data .*data\.new"):
        EmbeddedServer(home).start()


def test_a_server_that_cannot_start_is_refused_with_its_last_words(home):
    with pytest.raises(StartRefusedError, match=r'server.log: .*invalid value .*"shared_buffers"'):
        EmbeddedServer(home / "pg", settings={"shared_buffers": "much"}).start()
    with EmbeddedServer(home / "pg"):
        pass


def test_a_first_start_that_was_cut_off_begins_anew(home):
    half = home / "pg" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedServer(home / "pg"):
        assert not half.exists()


def test_a_lost_password_is_not_replaced_in_silence(home):
    with EmbeddedServer(home / "pg"):
        pass
    (home / "pg" / "password").unlink()
    with pytest.raises(StartRefusedError, match="password"):
        EmbeddedServer(home / "pg").start()


async def test_it_starts_inside_a_running_event_loop(home):
    with EmbeddedServer(home / "pg") as server:
        assert await run(at_database(server.url, "postgres"), "select 1") == 1


def test_stopping_twice_is_harmless(home):
    server = EmbeddedServer(home / "pg")
    server.start()
    pid = server.pid
    server.stop()
    server.stop()
    assert not psutil.pid_exists(pid)


def test_a_log_that_grew_too_long_is_put_aside(tmp_path):
    log = tmp_path / "server.log"
    with log.open("wb") as file:
        file.truncate(16 * 1024 * 1024 + 1)
    with folders.open_log(tmp_path) as opened:
        opened.write(b"fresh")
    assert log.read_bytes() == b"fresh"
    assert mode(log) == 0o600


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StartRefusedError, match=r"cannot be used .*give it a folder"):
        EmbeddedServer(tmp_path / "file" / "pg").start()
