"""The statements of `store.sql`, one function each, no branch."""

from uuid import UUID

from asyncpg import Record

from izin.core.codes import BrandCode
from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load("izin.files")


async def find(connection: Connection, brand_code: BrandCode, file_hash: bytes) -> Record | None:
    return await connection.fetchrow(_SQL["find"], brand_code, file_hash)


async def begin(
    connection: Connection, load_id: UUID, brand_code: BrandCode, file_hash: bytes
) -> None:
    await connection.execute(_SQL["begin"], load_id, brand_code, file_hash)


async def begin_anew(connection: Connection, load_id: UUID, rows_done: int) -> bool:
    return await connection.fetchval(_SQL["begin_anew"], load_id, rows_done) is not None


async def hold(connection: Connection, load_id: UUID, rows_done: int) -> UUID | None:
    held: UUID | None = await connection.fetchval(_SQL["hold"], load_id, rows_done)
    return held


async def advance(connection: Connection, load_id: UUID, counts: tuple[int, int, int]) -> None:
    await connection.execute(_SQL["advance"], load_id, *counts)


async def finish(connection: Connection, load_id: UUID) -> None:
    await connection.execute(_SQL["finish"], load_id)
