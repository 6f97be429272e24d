"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load("izin.link")


async def put(
    connection: Connection,
    tags: Sequence[UUID],
    buckets: Sequence[int],
    sealed: Sequence[bytes],
    forget_after: Sequence[date],
) -> None:
    await connection.execute(_SQL["put"], tags, buckets, sealed, forget_after)


async def one(connection: Connection, tag: UUID, bucket: int) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["one"], tag, bucket)
    return sealed


async def held(connection: Connection, tag: UUID, bucket: int) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["held"], tag, bucket)
    return sealed


async def drop_old(connection: Connection, today: date, limit: int) -> int:
    done = await connection.execute(_SQL["drop_old"], today, limit)
    return int(done.removeprefix("DELETE "))
