"""The folder of an embedded server: its lock, password, log, and the place of its socket."""

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO

from izin.core.errors import StartRefusedError

PORT = 5432  # only the name of the socket: there is no TCP
_SOCKET = f".s.PGSQL.{PORT}"
_SOCKET_BYTES_MAX = 107  # sun_path of Linux, less its closing zero
_SOCKET_NOTE = "socket_folder"  # says where the socket lies if not beside it
_TEMPORARY = "izin-"
_LOG_BYTES_MAX = 16 * 1024 * 1024
_ORPHAN_S_MAX = 30.0
_POLL_S = 0.02


def lock(folder: Path) -> IO[str]:
    """Take the folder for this process, making it if missing; the lock goes with the file.

    Raises  StartRefusedError if another registry has it, or another account
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        msg = (
            f"The data folder {folder} cannot be used ({error.strerror}): start İzin as the "
            "account that owns it, or give it a folder of its own."
        )
        raise StartRefusedError(msg) from error
    file = os.fdopen(descriptor, "r+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = file.read().strip() or "unknown"
        file.close()
        msg = (
            f"The data folder {folder} is in use by another registry (process {holder}): "
            "stop that one first, or give this one a folder of its own."
        )
        raise StartRefusedError(msg) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def password(folder: Path) -> str:
    """Give the server's password, made at the first call; only this account can read the file."""
    file = folder / "password"
    try:
        return file.read_text("ascii").strip()
    except FileNotFoundError:
        made = secrets.token_urlsafe(32)
    # Complete or not there: a crash must not leave half a password beside a new database.
    unfinished = folder / "password.new"
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(made + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.rename(file)
    return made


def open_log(folder: Path) -> IO[bytes]:
    """Open the server's log for appending; one that grew too long is put aside first."""
    file = folder / "server.log"
    if file.exists() and file.stat().st_size > _LOG_BYTES_MAX:
        file.replace(folder / "server.log.1")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "ab")


def log_end(folder: Path, since: int) -> str:
    """Give the last words of the log, after the byte `since`, on one line."""
    lines = _log_after(folder, since)[-4000:].decode("utf-8", "replace").splitlines()
    return " | ".join(line for line in lines[-6:]) or "nothing"


def is_log_of_one_that_is_up(folder: Path, since: int) -> bool:
    """Whether a server that logs from the byte `since` is neither starting nor recovering."""
    try:
        log = _log_after(folder, since)
    except FileNotFoundError:  # removed under us: nothing is known against it
        return True
    return log.rfind(b"ready to accept connections") > log.rfind(b"reinitializing")


def socket_folder(folder: Path, private: Path) -> Path:
    """Choose where the socket lies: in `private`, or in a temporary folder where that is too long.

    Gives   a 0700 folder; a temporary one is named in the file `socket_folder`
    """
    forget_socket_folder(folder)  # of a server that was killed
    if len(os.fsencode(private / _SOCKET)) <= _SOCKET_BYTES_MAX:
        private.mkdir(mode=0o700, exist_ok=True)
        return private
    temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
    (folder / _SOCKET_NOTE).write_text(str(temporary), "utf-8")
    if len(os.fsencode(temporary / _SOCKET)) > _SOCKET_BYTES_MAX:
        msg = (
            f"A socket's path has at most {_SOCKET_BYTES_MAX} bytes, and both {private} and "
            f"{temporary} are longer: set TMPDIR to a shorter folder."
        )
        raise StartRefusedError(msg)
    return temporary


def same_socket_folder(folder: Path, private: Path) -> Path:
    """Give the folder that `socket_folder` has chosen, made again if it went."""
    note = folder / _SOCKET_NOTE
    place = Path(note.read_text("utf-8")) if note.exists() else private
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def forget_socket_folder(folder: Path) -> None:
    """Remove the temporary folder of the socket, if there is one."""
    note = folder / _SOCKET_NOTE
    if not note.exists():
        return
    place = Path(note.read_text("utf-8"))
    # The note could have been changed: only what this module makes is removed.
    if place.name.startswith(_TEMPORARY) and place.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(place, ignore_errors=True)
    note.unlink()


def wait_for_orphans(data: Path, *, wait_s: float = _ORPHAN_S_MAX) -> None:
    """Wait until no process works in `data`: one whose registry was killed is about to end.

    Raises  StartRefusedError that names the process, past a bound
    """
    deadline = time.monotonic() + wait_s
    while working := processes_in(data):
        if time.monotonic() > deadline:
            msg = (
                f"The data folder {data} is in use by a PostgreSQL without a registry (process "
                f"{working[0]}): end it with 'kill -INT {working[0]}' and start again."
            )
            raise StartRefusedError(msg)
        time.sleep(_POLL_S)


def _log_after(folder: Path, since: int) -> bytes:
    with (folder / "server.log").open("rb") as file:
        file.seek(since)
        return file.read()


def processes_in(data: Path) -> list[int]:
    """Give the processes that work in `data`, as PostgreSQL's do; none where there is no /proc."""
    here = str(data.resolve())
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if str(entry.readlink()) == here:
                found.append(int(entry.parent.name))
        except OSError:  # ended meanwhile, or another account's
            continue
    return sorted(found)


def forget_stale_pid(data: Path) -> None:
    """Remove the pid file of a killed server: its number may be anybody's by now.

    Safe only under `lock` and after `wait_for_orphans`; without /proc PostgreSQL judges itself.
    """
    if Path("/proc/self/cwd").exists():
        (data / "postmaster.pid").unlink(missing_ok=True)
