"""The statements of `store.sql`, one function each, no branch."""

from asyncpg import Connection, Record

from izin.provider.model import Provider
from izin.storage.statements import load

_SQL = load("izin.provider")


async def next_version(connection: Connection) -> int:
    """Open a change of the parties and give its version; first statement of its transaction."""
    version: int = await connection.fetchval(_SQL["next_version"])
    return version


async def put(connection: Connection, provider: Provider, version: int) -> None:
    await connection.execute(
        _SQL["put"],
        provider.iys_code,
        provider.title,
        provider.activated_at,
        provider.subscription.value,
        provider.has_api,
        version,
    )


async def version_of_parties(connection: Connection) -> int:
    version: int = await connection.fetchval(_SQL["version"])
    return version


async def head(connection: Connection) -> Record:
    """Give (version, providers, brands): how the directory stands."""
    row = await connection.fetchrow(_SQL["head"])
    assert row is not None, "the directory's head is a row from the first migration on"
    return row


async def changed(connection: Connection, since: int) -> list[Record]:
    return await connection.fetch(_SQL["changed"], since)
