"""The statements of `store.sql`, one function each, no branch."""

from datetime import datetime
from uuid import UUID

from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load("izin.citizen")


async def put(connection: Connection, *row: object) -> None:
    await connection.execute(_SQL["put"], *row)


async def one(connection: Connection, session_tag: UUID, is_open: bool) -> bytes | None:  # noqa: FBT001 -- a column
    sealed: bytes | None = await connection.fetchval(_SQL["one"], session_tag, is_open)
    return sealed


async def keep(connection: Connection, session_tag: UUID, idle_until: datetime) -> None:
    await connection.execute(_SQL["keep"], session_tag, idle_until)


async def end(connection: Connection, session_tag: UUID) -> bool:
    return await connection.execute(_SQL["end"], session_tag) == "DELETE 1"


async def forget(connection: Connection, limit: int) -> None:
    await connection.execute(_SQL["forget"], limit)
