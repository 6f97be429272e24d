"""A database's disk fills: writes stop before it is full, and go on when there is room."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from izin.core.errors import UnavailableError
from izin.storage.database import Database
from izin.storage.embedded import EmbeddedServer
from izin.storage.room import close_to_writes, open_to_writes
from izin.wiring.room import Room

MIB = 2**20


class Disk:
    """As much room as the test says."""

    def __init__(self, free_mb: int) -> None:
        self.free_mb = free_mb

    def free_bytes(self) -> int:
        return self.free_mb * MIB


@asynccontextmanager
async def a_database(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url, role=None)
    try:
        async with opened.connection() as connection:
            await connection.execute("create table if not exists note (words text)")
        yield opened
    finally:
        await opened.close()


async def write(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute("insert into note values ('')")


async def count(database: Database) -> int:
    async with database.connection() as connection:
        return await connection.fetchval("select count(*) from note")


async def test_recording_pauses_below_the_reserve_and_goes_on_past_five_fourths(quick_folder):
    disk = Disk(200)
    with EmbeddedServer(quick_folder) as server:
        async with a_database(server.url) as database:
            room = Room(server.url, 100, disk.free_bytes)
            for free_mb, may_write in ((200, True), (99, False), (110, False), (125, True)):
                disk.free_mb = free_mb
                await room.look()
                before = await count(database)
                await takes_effect(database, may_write=may_write)
                assert await count(database) - before == may_write


async def takes_effect(database: Database, *, may_write: bool) -> None:
    """Write once if it may be; sessions hear of it when they are idle."""
    async with database.connection() as connection:
        while (
            await connection.fetchval("select current_setting('transaction_read_only')") == "on"
        ) is may_write:
            pass
    if may_write:
        await write(database)
    else:
        with pytest.raises(UnavailableError, match="ReadOnly"):
            await write(database)


async def test_what_was_closed_stays_so_through_a_restart_until_it_is_opened(quick_folder):
    with EmbeddedServer(quick_folder) as server:
        await close_to_writes(server.url)
    with EmbeddedServer(quick_folder) as server:
        connection = await asyncpg.connect(server.url)
        try:
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await connection.execute("create table note (words text)")
            await open_to_writes(server.url)
            while await connection.fetchval("show transaction_read_only") == "on":
                pass
            await connection.execute("create table note (words text)")
        finally:
            await connection.close()


async def test_a_change_that_was_cut_off_is_made_anew(quick_folder):
    disk = Disk(99)
    with EmbeddedServer(quick_folder) as server:
        async with a_database(server.url) as database:
            # as when the server is told, and ends before it has said so
            await close_to_writes(server.url)
            room = Room(f"postgresql:///izin?host={quick_folder}", 100, disk.free_bytes)
            await room.look()
            room._url = server.url
            disk.free_mb = 200
            await room.look()
            await takes_effect(database, may_write=True)


async def test_a_disk_that_cannot_be_asked_ends_nobody(quick_folder, caplog):
    caplog.set_level("WARNING")

    def free_bytes() -> int:
        raise OSError(5, "Input/output error")

    await Room(f"postgresql:///izin?host={quick_folder}", 100, free_bytes).look()
    assert "was not reached" in caplog.text


async def test_a_database_that_is_not_reached_is_tried_at_the_next_look(quick_folder, caplog):
    caplog.set_level("WARNING")  # whatever a test before has set
    disk = Disk(1)
    room = Room(f"postgresql:///izin?host={quick_folder}", 100, disk.free_bytes)
    await room.look()
    await room.look()
    assert caplog.text.count("was not reached") == 2
