"""The embedded PostgreSQL: a real one, from the wheel's programs, private to this registry.

No TCP; socket and data in folders of mode 0700; a password besides. It runs in a session of its
own, so Ctrl-C in a terminal reaches us first, and it ends when this process ends, however it does.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import asyncpg

from izin.core.errors import StartRefusedError, UnavailableError
from izin.storage import account, folder
from izin.storage.trouble import any_trouble_as_unavailable, is_passing

USER = "izin"
DATABASE = "izin"
_START_S_MAX = 120.0  # a server that was killed replays its log first
_STOP_S_MAX = 30.0
_POLL_S = 0.02


class EmbeddedServer:
    """One PostgreSQL over one folder, from `start` to `stop`.

    Takes   where: made with mode 0700 if missing; holds data, socket, password, log and lock
            settings: server settings that go before those of `tuning`
            private_root: where root's data lie if user namespaces are refused
    """

    def __init__(
        self,
        where: Path,
        *,
        settings: Mapping[str, str] | None = None,
        private_root: Path = account.PRIVATE_ROOT,
    ) -> None:
        """Touch nothing yet."""
        self.folder = where.absolute()
        self._private_root = private_root
        self._settings = tuning() | dict(settings or {})
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: threading.Thread | None = None
        self._url = ""
        self._data = self.folder
        self._log_since = 0

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, whatever happened."""
        self.stop()

    @property
    def url(self) -> str:
        """Where the started server listens; it holds the password, so it is never logged."""
        assert self._url, "the server was not started"
        return self._url

    @property
    def pid(self) -> int:
        """The started server's process."""
        assert self._process is not None, "the server was not started"
        return self._process.pid

    @property
    def free_bytes(self) -> int:
        """How much room is left where the data lie."""
        return shutil.disk_usage(self._data).free

    @property
    def is_running(self) -> bool:
        """Whether the started server still lives."""
        return self._watch is not None and self._watch.is_alive()

    def start(self) -> str:
        """Bring the server up, on the data of the last time if there are some.

        Gives   the URL of the registry's database
        Raises  StartRefusedError: folder in use, nobody to run it as, or the server's own last
                words; nothing is left running then
        Cost    blocks for about a second the first time, a fifth of one later
        """
        assert self._lock is None, "the server was started already"
        self._lock = folder.lock(self.folder)
        try:
            self._url = self._start_locked()
        except BaseException:
            self.stop()
            raise
        return self._url

    def start_again(self) -> None:
        """Bring a server that has ended up again, at the same address.

        Raises  StartRefusedError: the server's own last words
        """
        assert self._lock is not None, "the server was not started"
        assert not self.is_running, "the server still runs"
        self._url = self._start_locked(folder.same_socket_folder)

    def stop(self) -> None:
        """End it in order: open transactions roll back, data are written out; bounded.

        One that recovers just then has nothing to write out and is ended at once: PostgreSQL 18
        often never comes to the end of a fast shutdown there.
        """
        if self._process is not None and self._watch is not None:
            is_up = folder.is_log_of_one_that_is_up(self.folder, self._log_since)
            for wish, wait_s in (
                (signal.SIGINT, _STOP_S_MAX if is_up else 0.0),  # fast
                (signal.SIGQUIT, _STOP_S_MAX),  # immediate; the next start recovers
                (signal.SIGKILL, None),
            ):
                self._process.send_signal(wish)
                self._watch.join(wait_s)
                if not self._watch.is_alive():
                    break
        self._process = self._watch = None
        self._url = ""
        if self._lock is not None:
            folder.forget_socket_folder(self.folder)
            self._lock.close()
            self._lock = None

    def _start_locked(self, sockets_of: Callable[[Path, Path], Path] = folder.socket_folder) -> str:
        who = account.choose(self.folder, self._private_root)
        data = self._data = who.place / "data"
        secret = folder.password(self.folder)
        folder.wait_for_orphans(data)
        if data.exists():
            folder.forget_stale_pid(data)
        else:
            _make_cluster(who, data, secret)
        sockets = sockets_of(self.folder, who.place / "socket")
        who.give(sockets)
        with folder.open_log(self.folder) as log:
            self._log_since = log.tell()
            self._launch(who, data, sockets, log)
        self._wait_until_ready(_url(sockets, secret, "postgres"))
        return _url(sockets, secret, DATABASE)

    def _launch(self, who: account.Account, data: Path, sockets: Path, log: IO[bytes]) -> None:
        settings = self._settings | {"unix_socket_directories": str(sockets)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = who.command("postgres", "-D", str(data), *options, parent=os.getpid())
        started: Future[subprocess.Popen[bytes]] = Future()

        def watch() -> None:
            # The kernel ends the server with the *thread* that started it, so that is this one,
            # which lives as long as the server.
            try:
                process = _popen(command, log)
            except OSError as error:
                started.set_exception(error)
                return
            started.set_result(process)
            process.wait()

        self._watch = threading.Thread(target=watch, name="embedded-postgres", daemon=True)
        self._watch.start()
        self._process = started.result()

    def _wait_until_ready(self, url: str) -> None:
        deadline = time.monotonic() + _START_S_MAX
        while True:
            trouble = _blocking(_make_database(url))
            if trouble is None:
                return
            if not self.is_running or time.monotonic() > deadline:
                words = folder.log_end(self.folder, self._log_since)
                msg = (
                    f"The embedded PostgreSQL in {self.folder} did not start ({trouble}); the end "
                    f"of its server.log: {words}"
                )
                raise StartRefusedError(msg)
            time.sleep(_POLL_S)


def tuning() -> dict[str, str]:
    """Give the settings of an embedded server: two cores, little memory, nothing lost."""
    memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return {
        "listen_addresses": "",
        "port": str(folder.PORT),
        "unix_socket_permissions": "0700",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_level": "replica",
        "wal_compression": "on",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "shared_buffers": f"{min(256, max(32, memory_mb // 8))}MB",
        "effective_cache_size": f"{max(64, memory_mb // 2)}MB",
        "random_page_cost": "1.1",
        "max_connections": "100",
        "max_parallel_workers_per_gather": "0",  # two cores, many small statements
        "autovacuum_naptime": "5s",  # `pending` turns over all the time
        # A log line never holds a value: no detail, no statement.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_checkpoints": "off",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }


def _make_cluster(who: account.Account, data: Path, secret: str) -> None:
    unfinished = data.with_name("data.new")
    shutil.rmtree(unfinished, ignore_errors=True)  # of a start that was killed here
    word = who.place / "password.init"
    word.unlink(missing_ok=True)
    descriptor = os.open(word, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(secret)
    who.give(word)
    try:
        made = who.run(
            "initdb",
            *("-D", str(unfinished), "-U", USER, f"--pwfile={word}"),
            *("--auth-local=scram-sha-256", "--auth-host=reject"),
            *("-E", "UTF8", "--locale=C", "--data-checksums"),
            # The password has 256 random bits: stretching it would only slow each connection.
            *("--set", "scram_iterations=1"),
        )
    finally:
        word.unlink()
    if made.returncode != 0:
        words = " | ".join(made.stderr.splitlines()[-4:])
        msg = f"The embedded PostgreSQL could not make its data in {data}: {words}"
        raise StartRefusedError(msg)
    unfinished.rename(data)


def _popen(command: list[str], log: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 our own command, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        cwd="/",
        env=account.environment(),
    )


def _url(sockets: Path, secret: str, database: str) -> str:
    # With its port: what is missing here would be read from PG… variables.
    host = quote(str(sockets), safe="")
    return f"postgresql://{USER}:{quote(secret)}@/{database}?host={host}&port={folder.PORT}"


def _blocking(waiting: Coroutine[object, object, str | None]) -> str | None:
    # In a thread of its own: the caller may have a running event loop.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, waiting).result()


async def _make_database(url: str) -> str | None:
    """Make the registry's database unless it is there; say why that was not possible yet."""
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, asyncpg.ConnectionDoesNotExistError) as error:
        return str(error) or type(error).__name__
    except asyncpg.InvalidPasswordError as error:
        msg = "The embedded PostgreSQL does not take the password in its folder: put back the file."
        raise StartRefusedError(msg) from error
    except asyncpg.PostgresError as error:
        if not is_passing(error):  # it starts up, or its disk is full
            raise
        return str(error)
    try:
        with any_trouble_as_unavailable("making the database"):
            exists = "select exists (select from pg_database where datname = $1)"
            if not await connection.fetchval(exists, DATABASE):
                await connection.execute(f"create database {DATABASE}")
            await connection.close()
    except (UnavailableError, OSError) as error:  # it has ended again
        connection.terminate()
        return str(error)
    return None
