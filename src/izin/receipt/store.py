"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Connection, Record

from izin.storage.statements import load

_SQL = load("izin.receipt")


async def put(connection: Connection, tag: UUID, bucket: int, sealed: bytes) -> None:
    await connection.execute(_SQL["put"], tag, bucket, sealed)


async def one(connection: Connection, tag: UUID, bucket: int) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["one"], tag, bucket)
    return sealed


async def some(
    connection: Connection, tags: Sequence[UUID], buckets: Sequence[int]
) -> list[Record]:
    return list(await connection.fetch(_SQL["some"], tags, buckets))


async def put_part(
    connection: Connection, tag: UUID, bucket: int, part: int, sealed: bytes
) -> None:
    await connection.execute(_SQL["put_part"], tag, bucket, part, sealed)


async def done_parts(connection: Connection, tag: UUID, bucket: int) -> int:
    count: int = await connection.fetchval(_SQL["done_parts"], tag, bucket)
    return count


async def parts(connection: Connection, tag: UUID, bucket: int) -> list[Record]:
    return list(await connection.fetch(_SQL["parts"], tag, bucket))
