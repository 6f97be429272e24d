"""The embedded PostgreSQL is private to its registry, ends with it, and finds its data again."""

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
from conftest import at_database

from izin.core.errors import StartRefusedError
from izin.storage import account, launch
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


@needs_root
def test_data_of_another_account_are_refused(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 65534, 65534)
    with pytest.raises(StartRefusedError, match="belong to the account number 65534"):
        EmbeddedServer(tmp_path).start()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StartRefusedError, match=r"cannot be used .*give it a folder"):
        EmbeddedServer(tmp_path / "file" / "pg").start()


WITHOUT_NAMESPACES = """
import ctypes, os, sys
CLONE_NEWUSER = 0x10000000
is_inside, tell_inside = os.pipe()
is_mapped, tell_mapped = os.pipe()
child = os.fork()
if child:
    os.read(is_inside, 1)
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/{child}/{name}", "w") as file:
            file.write("0 0 65536")
    os.write(tell_mapped, b"x")
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
assert ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0
os.write(tell_inside, b"x")
os.read(is_mapped, 1)
with open("/proc/sys/user/max_user_namespaces", "w") as file:
    file.write("0")  # of this namespace only
"""

REFUSED_A_NAMESPACE = """
import asyncio, asyncpg, pathlib
from izin.storage.account import _first_account
from izin.storage.embedded import EmbeddedServer
folder, private_root = map(pathlib.Path, sys.argv[1:])
uid = _first_account().pw_uid
assert uid != 0
for _ in range(2):
    with EmbeddedServer(folder, private_root=private_root) as server:
        place = pathlib.Path((folder / "private_folder").read_text())
        assert place.parent == private_root
        for path in (place, place / "data", place / "socket"):
            assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (uid, 0o700), path
        assert not (folder / "data").exists()
        uids = pathlib.Path(f"/proc/{server.pid}/status").read_text().partition("Uid:")[2]
        assert uids.split()[:4] == [str(uid)] * 4, uids
        async def ask():
            connection = await asyncpg.connect(server.url)
            await connection.execute("create table if not exists kept (id int)")
            await connection.close()
        asyncio.run(ask())
print(place)
"""

NO_ACCOUNT_EITHER = """
import pathlib
from izin.core.errors import StartRefusedError
from izin.storage.embedded import EmbeddedServer
try:
    EmbeddedServer(pathlib.Path(sys.argv[1]), private_root=pathlib.Path(sys.argv[2])).start()
except StartRefusedError as error:
    print(error)
"""


AS_A_STRANGER = """
import os, sys
import codecs, izin.storage.embedded  # while Python's own files are in reach
codecs.lookup("ascii")
os.setuid(65534)
"""


def run_without_namespaces(script, *arguments):
    command = [sys.executable, "-c", WITHOUT_NAMESPACES + script, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)


@needs_root
@needs_proc
def test_root_without_user_namespaces_gets_a_private_folder_and_is_told(quick_folder):
    quick_folder.chmod(0o755)
    done = run_without_namespaces(
        REFUSED_A_NAMESPACE, quick_folder / "registry", quick_folder / "private"
    )
    assert f"its data lie in {done.stdout.strip()}" in done.stderr


@needs_root
@needs_proc
def test_data_of_a_user_namespace_are_not_left_behind_in_silence(home):
    with EmbeddedServer(home / "registry"):
        pass
    done = run_without_namespaces(NO_ACCOUNT_EITHER, home / "registry", home / "private")
    assert "allow user namespaces again" in done.stdout


@needs_root
@needs_proc
def test_root_with_neither_is_told_what_to_do(home):
    (home / "private").write_text("in the way")
    done = run_without_namespaces(NO_ACCOUNT_EITHER, home / "registry", home / "private")
    assert "Start İzin as an ordinary user, or give a database by IZIN_DATABASE_URL" in done.stdout


@needs_root
def test_programs_out_of_an_account_s_reach_are_copied(quick_folder):
    quick_folder.chmod(0o755)
    copy = account._copied_programs(quick_folder)
    stranger = quick_folder / "stranger"
    stranger.mkdir()
    os.chown(stranger, 65534, 65534)
    copied = account.Account("account:65534:65534", stranger, copy, (65534, 65534))
    assert copied.run("postgres", "--version").stdout.startswith("postgres (PostgreSQL) 18")
    assert copied.run("initdb", "-D", str(stranger / "data"), "-N").returncode == 0
    assert account._copied_programs(quick_folder) == copy


@needs_root
def test_a_program_out_of_reach_is_not_started(home):
    tried = account.Account("account:65534:65534", home, account._PROGRAMS, (65534, 65534))
    done = tried.run("initdb", "--version")
    assert done.returncode == launch.REFUSED
    assert "out of reach" in done.stderr


@needs_root
def test_what_root_keeps_in_a_private_folder_is_root_s(tmp_path, home):
    home.chmod(0o755)
    folder = home / "registry"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "private_folder").write_text("/var/lib/izin/x")
    command = [
        *(sys.executable, "-c", AS_A_STRANGER + NO_ACCOUNT_EITHER),
        *(str(folder), str(tmp_path)),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "start İzin as root" in done.stdout
