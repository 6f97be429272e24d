"""The statements of `store.sql`, one function each, no branch."""

from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from izin.storage.statements import load

_SQL = load("izin.inquiry")


async def put(
    connection: Connection, receipt_id: UUID, bucket: int, of: tuple[int, int], sealed: bytes
) -> None:
    """Keep a receipt; `of` is whose, and which brand it is about."""
    await connection.execute(_SQL["put"], receipt_id, bucket, *of, sealed)


async def one(
    connection: Connection, receipt_id: UUID, bucket: int, intermediary_code: int
) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(
        _SQL["one"], receipt_id, bucket, intermediary_code
    )
    return sealed


async def drop_old(connection: Connection, before: datetime, limit: int) -> int:
    done = await connection.execute(_SQL["drop_old"], before, limit)
    return int(done.removeprefix("DELETE "))
