"""Which database a command works with: the named one, a running registry's, or one of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from izin.core.errors import StartRefusedError
from izin.storage.embedded import EmbeddedServer
from izin.wiring.settings import PREFIX, Settings

_FOLDER = "database"
_NOTE = "running.json"
_FOR_COMMANDS = 30  # imports, exports, whoever looks

DESK_CONNECTIONS = 4
RESERVED_CONNECTIONS = 3
"""Of each web process, for RETs, tokens and parties alone."""

_OF_KEYRING = 2


class Opened(msgspec.Struct, frozen=True):
    """A database that answers; `server` is its embedded one, if it was started here."""

    url: str
    server: EmbeddedServer | None = None

    def __repr__(self) -> str:
        """Leave the password out."""
        return "Opened(…)"


class _Running(msgspec.Struct, frozen=True):
    pid: int
    url: str


@contextmanager
def database_of(settings: Settings) -> Iterator[Opened]:
    """The database of a registry that starts: named, or embedded and made if it is not there.

    Raises  StartRefusedError: the folder is in use, or cannot be used
    """
    make_folder(settings.data_folder)
    _see_that_it_is_private(settings)
    if settings.database_url is not None:
        yield Opened(settings.database_url)
        return
    most = {"max_connections": str(connections_of(settings))}
    with EmbeddedServer(settings.data_folder / _FOLDER, settings=most) as server:
        note = settings.data_folder / _NOTE
        write_private(note, msgspec.json.encode(_Running(os.getpid(), server.url)))
        try:
            yield Opened(server.url, server)
        finally:
            note.unlink(missing_ok=True)


def connections_of(settings: Settings) -> int:
    """How many connections the registry's processes open at most, and some for commands."""
    web = settings.web_processes * (settings.pool_size + _OF_KEYRING + RESERVED_CONNECTIONS)
    keepers = settings.keeper_processes * (settings.pool_size + _OF_KEYRING)
    return max(100, web + keepers + DESK_CONNECTIONS + _FOR_COMMANDS)


@contextmanager
def existing_database(settings: Settings) -> Iterator[Opened]:
    """The database of a registry that is there: named, running, or started for this block.

    Raises  StartRefusedError: there is none, or somebody else has it for himself
    """
    if settings.database_url is not None:
        make_folder(settings.data_folder)
        _see_that_it_is_private(settings)
        yield Opened(settings.database_url)
        return
    folder = settings.data_folder / _FOLDER
    if not folder.exists():
        raise StartRefusedError(
            f"There is no registry in {settings.data_folder}: make one with 'izin demo' or "
            f"'izin migrate', or name a database by {PREFIX}DATABASE_URL."
        )
    _see_that_it_is_private(settings)
    running = _running(settings.data_folder)
    if running is not None:
        yield Opened(running.url)
        return
    with EmbeddedServer(folder) as server:
        yield Opened(server.url, server)


def _running(data_folder: Path) -> _Running | None:
    """Who serves this folder now? A note that a killed one left does not count."""
    try:
        found = msgspec.json.decode((data_folder / _NOTE).read_bytes(), type=_Running)
        # the lock's file names whoever started the server last; pids alone come round again
        holder = (data_folder / _FOLDER / "lock").read_text("ascii").strip()
        os.kill(found.pid, 0)
    except (OSError, msgspec.MsgspecError):
        return None
    return found if holder == str(found.pid) else None


def make_folder(folder: Path) -> None:
    """Make a folder that only this account can enter, unless it is there.

    Raises  StartRefusedError
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartRefusedError(
            f"The data folder {folder} cannot be made: {error.strerror}. "
            f"Set {PREFIX}DATA_FOLDER to a folder of yours."
        ) from error


def _see_that_it_is_private(settings: Settings) -> None:
    """Keys and databases lie in no folder that others may enter."""
    holds_any = settings.database_url is None or settings.root_key_file is None
    if holds_any and settings.data_folder.stat().st_mode & 0o077:
        raise StartRefusedError(
            f"Other accounts may enter the data folder {settings.data_folder}: make it yours "
            f"alone with 'chmod 700 {settings.data_folder}', or set {PREFIX}DATA_FOLDER to another."
        )


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; it is whole, or the one before it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        draft.replace(path)
    except OSError as error:
        raise StartRefusedError(f"{path} cannot be written: {error.strerror}.") from error
