"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load("izin.message")


async def enter(connection: Connection, *row: object) -> UUID | None:
    """Enter a message; None where its once_key is there already."""
    entered: UUID | None = await connection.fetchval(_SQL["enter"], *row)
    return entered


async def waiting(connection: Connection, message_id: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["waiting"], message_id)


async def sent(
    connection: Connection, message_id: UUID, supplier: str, ref: str | None
) -> Record | None:
    return await connection.fetchrow(_SQL["sent"], message_id, supplier, ref)


async def end_unsent(connection: Connection, message_id: UUID, state: str) -> Record | None:
    return await connection.fetchrow(_SQL["end_unsent"], message_id, state)


async def note(
    connection: Connection, supplier: str, ref: str, state: str, at: datetime
) -> Record | None:
    return await connection.fetchrow(_SQL["note"], supplier, ref, state, at)


async def standing(connection: Connection, message_ids: Collection[UUID]) -> list[Record]:
    return await connection.fetch(_SQL["standing"], list(message_ids))


async def standing_of(connection: Connection, once_keys: Collection[UUID]) -> list[Record]:
    return await connection.fetch(_SQL["standing_of"], list(once_keys))


async def forget(connection: Connection, before: datetime, limit: int) -> int:
    done = await connection.execute(_SQL["forget"], before, limit)
    return int(done.removeprefix("DELETE "))
