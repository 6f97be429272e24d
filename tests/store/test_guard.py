"""A server that could lose an acknowledged consent is refused, and the sentence says what to do."""

import asyncpg
import pytest

from izin.core.errors import StartRefusedError
from izin.storage.embedded import EmbeddedServer
from izin.storage.guard import check_server, objection_to
from izin.storage.migrate import migrate

SAFE = {
    "server_version_num": "160004",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


async def test_a_server_that_may_lose_writes_is_refused(quick_folder):
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        with EmbeddedServer(quick_folder, settings={name: "off"}) as server:
            connection = await asyncpg.connect(server.url)
            with pytest.raises(StartRefusedError, match=f"has {name} = off, .* {name} = on"):
                await check_server(connection)
            await connection.close()


async def test_such_a_server_is_not_even_migrated(quick_folder):
    with EmbeddedServer(quick_folder, settings={"fsync": "off"}) as server:
        with pytest.raises(StartRefusedError, match="fsync"):
            await migrate(server.url)
        connection = await asyncpg.connect(server.url)
        assert await connection.fetchval("select to_regclass('schema_migration')") is None
        await connection.close()


async def test_a_url_cannot_switch_safety_off(server):
    connection = await asyncpg.connect(server.url, server_settings={"synchronous_commit": "off"})
    with pytest.raises(StartRefusedError, match="synchronous_commit = off"):
        await check_server(connection)
    await connection.close()


async def test_the_embedded_server_is_accepted(owner):
    await check_server(owner)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({}, None),
        ({"server_version_num": "180006"}, None),
        ({"synchronous_commit": "remote_apply"}, None),
        ({"synchronous_commit": "local"}, "synchronous_commit = local"),
        ({"synchronous_commit": "remote_write"}, "synchronous_commit = remote_write"),
        ({"server_version_num": "150012"}, "PostgreSQL 15, İzin needs 16 or newer: upgrade"),
        ({"fsync": "off", "server_version_num": "90624"}, "PostgreSQL 9"),
    ],
)
def test_what_is_said_about_a_server(found, sentence):
    objection = objection_to(SAFE | found)
    assert objection is None if sentence is None else sentence in (objection or "")
