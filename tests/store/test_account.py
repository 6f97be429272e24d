"""As whom the embedded PostgreSQL runs: never as root, and never over somebody else's data."""

import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from izin.core.errors import StartRefusedError
from izin.storage import account, launch
from izin.storage.embedded import EmbeddedServer

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")
needs_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="the kernel shows no processes")

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


@needs_proc
def test_root_without_user_namespaces_gets_a_private_folder_and_is_told(quick_folder):
    quick_folder.chmod(0o755)
    done = run_without_namespaces(
        REFUSED_A_NAMESPACE, quick_folder / "registry", quick_folder / "private"
    )
    assert f"its data lie in {done.stdout.strip()}" in done.stderr


@needs_proc
def test_data_of_a_user_namespace_are_not_left_behind_in_silence(quick_folder):
    with EmbeddedServer(quick_folder / "registry"):
        pass
    done = run_without_namespaces(
        NO_ACCOUNT_EITHER, quick_folder / "registry", quick_folder / "private"
    )
    assert "allow user namespaces again" in done.stdout


def test_root_with_neither_is_told_what_to_do(quick_folder):
    folder = quick_folder / "registry"
    folder.mkdir()
    (folder / "private_folder").write_text("")
    (quick_folder / "private").write_text("in the way")
    with pytest.raises(StartRefusedError, match=r"as an ordinary user, or .* IZIN_DATABASE_URL"):
        EmbeddedServer(folder, private_root=quick_folder / "private").start()


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


def test_a_program_out_of_reach_is_not_started(quick_folder):
    tried = account.Account("account:65534:65534", quick_folder, account._PROGRAMS, (65534, 65534))
    done = tried.run("initdb", "--version")
    assert done.returncode == launch.REFUSED
    assert "out of reach" in done.stderr


def test_what_root_keeps_in_a_private_folder_is_root_s(tmp_path, quick_folder):
    quick_folder.chmod(0o755)
    folder = quick_folder / "registry"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "private_folder").write_text("/var/lib/izin/x")
    command = [
        *(sys.executable, "-c", AS_A_STRANGER + NO_ACCOUNT_EITHER),
        *(str(folder), str(tmp_path)),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "start İzin as root" in done.stdout


async def test_data_made_in_a_private_folder_stay_there_when_namespaces_are_back(quick_folder):
    quick_folder.chmod(0o755)
    folder = quick_folder / "registry"
    folder.mkdir()
    (folder / "private_folder").write_text("")
    for _ in range(2):
        with EmbeddedServer(folder, private_root=quick_folder / "private") as server:
            (place,) = (quick_folder / "private").iterdir()
            assert (folder / "private_folder").read_text() == str(place)
            assert not (folder / "data").exists()
            connection = await asyncpg.connect(server.url)
            await connection.execute("create table if not exists kept (id int)")
            await connection.close()


def test_data_of_another_account_are_refused(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 65534, 65534)
    with pytest.raises(StartRefusedError, match="belong to the account number 65534"):
        EmbeddedServer(tmp_path).start()
