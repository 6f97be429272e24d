"""A real PostgreSQL for every test that asks: one server a worker, one fresh database a test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path

import asyncpg
import pytest
from builders import citus
from builders.once import look_up_once
from builders.watch import look_at_what_is_left
from hypothesis import settings

from izin.storage.database import Database
from izin.storage.embedded import EmbeddedServer
from izin.storage.migrate import migrate

pytest_plugins = (
    "builders.alarm",
    "builders.fixtures",
    "builders.heart",
    "builders.house",
    "builders.desk",
)

settings.register_profile("izin", deadline=None)  # a busy machine is no failure
settings.load_profile("izin")
look_up_once()

_MEMORY = Path("/dev/shm")
_MEMORY_BYTES_MIN = 1024**3
_PREFIX = "izin-test-"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for this worker's server itself, or for one of its own, tries no cluster."""
    for item in items:
        if {"server", "quick_folder"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.plain)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """One server for this worker, its database `izin` migrated once: the template of all others.

    The settings are those of every embedded server, fsync and all; on a memory file system
    they cost little: a copy takes 15 ms there and 90 ms or more on a disk. But what is read from
    memory needs no processes that read ahead: a connection to a new database costs half.
    """
    settings = {"max_connections": "200", "io_method": "sync"}
    with _quick_folder() as folder, EmbeddedServer(folder, settings=settings) as running:
        asyncio.run(migrate(running.url))
        yield running


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """An empty folder of mode 0700, for a test that needs a server of its own."""
    with _quick_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def new_database(request) -> Callable[[], AbstractAsyncContextManager[str]]:
    """Where tests get their databases: of this worker's server, or of a cluster if one is named."""
    return citus.new_databases(citus.URL, lambda: request.getfixturevalue("server").url)


@pytest.fixture
def fresh(new_database) -> AbstractAsyncContextManager[str]:
    """A test's own database, not yet made."""
    return new_database()


@pytest.fixture
async def fresh_database(fresh) -> AsyncIterator[str]:
    """URL of an empty database with the whole schema, dropped after the test."""
    async with fresh as url:
        yield url


@pytest.fixture
async def database(fresh_database) -> AsyncIterator[Database]:
    """A fresh database as the contract API sees it."""
    opened = await Database.open(fresh_database, role="izin_web")
    yield opened
    await opened.close()


@pytest.fixture
async def citizen_database(fresh_database) -> AsyncIterator[Database]:
    """The database of the same test as the citizens' doors see it."""
    opened = await Database.open(fresh_database, role="izin_citizen")
    yield opened
    await opened.close()


@pytest.fixture
async def keeper_database(fresh_database) -> AsyncIterator[Database]:
    """The database of the same test as sequencer, projector and jobs see it."""
    opened = await Database.open(fresh_database, role="izin_keeper")
    yield opened
    await opened.close()


@pytest.fixture
async def owner(fresh_database) -> AsyncIterator[asyncpg.Connection]:
    """One connection of the database's owner, to arrange what no process may."""
    connection = await asyncpg.connect(fresh_database)
    yield connection
    await connection.close()


@contextmanager
def _quick_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_place()))
    try:
        yield folder
    finally:
        look_at_what_is_left(folder, os.environ.get("PYTEST_CURRENT_TEST", "module"))
        shutil.rmtree(folder)


def _place() -> Path | None:
    """Give the memory file system if it has room, after what killed runs left there."""
    if not _MEMORY.is_dir() or not os.access(_MEMORY, os.W_OK):
        return None
    for left in _MEMORY.glob(f"{_PREFIX}*"):
        pid = left.name.removeprefix(_PREFIX).split("-")[0]
        if not Path("/proc", pid).exists():
            shutil.rmtree(left, ignore_errors=True)
    return _MEMORY if shutil.disk_usage(_MEMORY).free >= _MEMORY_BYTES_MIN else None
