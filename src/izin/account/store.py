"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load("izin.account")


async def one(connection: Connection, account_id: UUID) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["one"], account_id)
    return sealed


async def lock_tags(connection: Connection, keys: Sequence[int]) -> None:
    await connection.execute(_SQL["lock_tags"], keys)


async def lock(connection: Connection, account_ids: Sequence[UUID]) -> list[Record]:
    return await connection.fetch(_SQL["lock"], account_ids)


async def keep(connection: Connection, account_id: UUID, sealed: bytes) -> None:
    await connection.execute(_SQL["keep"], account_id, sealed)


async def drop(connection: Connection, account_id: UUID) -> None:
    await connection.execute(_SQL["drop"], account_id)


async def holdings(connection: Connection, tags: Sequence[UUID]) -> list[Record]:
    return await connection.fetch(_SQL["holdings"], tags)


async def hold(connection: Connection, tags: Sequence[UUID], sealed: Sequence[bytes]) -> None:
    await connection.execute(_SQL["hold"], tags, sealed)


async def let_go(connection: Connection, tags: Sequence[UUID]) -> None:
    await connection.execute(_SQL["let_go"], tags)
