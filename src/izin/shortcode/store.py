"""The statements of `store.sql`, one function each, no branch."""

from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from izin.storage.statements import load

_SQL = load("izin.shortcode")


async def ask(
    connection: Connection, sender_tag: UUID, sealed: bytes, forget_after: datetime
) -> None:
    await connection.execute(_SQL["ask"], sender_tag, sealed, forget_after)


async def take(connection: Connection, sender_tag: UUID) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["take"], sender_tag)
    return sealed


async def drop_old(connection: Connection, before: datetime, limit: int) -> int:
    done = await connection.execute(_SQL["drop_old"], before, limit)
    return int(done.removeprefix("DELETE "))
