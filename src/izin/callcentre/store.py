"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load("izin.callcentre")


async def begin(connection: Connection, *row: object) -> bool:
    return await connection.fetchval(_SQL["begin"], *row) is not None


async def open_call(connection: Connection, agent: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["open"], agent)


async def open_by_voice(connection: Connection, call_id: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["open_by_voice"], call_id)


async def take(connection: Connection, call_id: UUID, was: bytes) -> bool:
    return await connection.fetchval(_SQL["take"], call_id, was) is not None


async def go_on(connection: Connection, call_id: UUID, sealed: bytes) -> None:
    await connection.execute(_SQL["go_on"], call_id, sealed)


async def hang_up(connection: Connection, call_id: UUID, how: str) -> None:
    await connection.execute(_SQL["hang_up"], call_id, how)


async def renew(connection: Connection, call_id: UUID, sealed: bytes) -> None:
    await connection.execute(_SQL["renew"], call_id, sealed)


async def identify(connection: Connection, call_id: UUID, sealed: bytes) -> bool:
    return await connection.fetchval(_SQL["identify"], call_id, sealed) is not None


async def know_anew(connection: Connection, call_id: UUID, sealed: bytes) -> bool:
    return await connection.fetchval(_SQL["know_anew"], call_id, sealed) is not None


async def end_by_itself(connection: Connection, call_id: UUID, was: bytes) -> bool:
    return await connection.fetchval(_SQL["end_by_itself"], call_id, was) is not None


async def finish(connection: Connection, *row: object) -> bool:
    return await connection.fetchval(_SQL["finish"], *row) is not None


async def end_late(connection: Connection, limit: int) -> Sequence[Record]:
    return await connection.fetch(_SQL["end_late"], limit)


async def unnoted(connection: Connection, agent: UUID, since: datetime) -> Record | None:
    return await connection.fetchrow(_SQL["unnoted"], agent, since)


async def held(connection: Connection, call_id: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["held"], call_id)


async def write_read(connection: Connection, call_id: UUID, sealed: bytes) -> None:
    await connection.execute(_SQL["write_read"], call_id, sealed)


async def read_of(connection: Connection, call_id: UUID) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["read_of"], call_id)
    return sealed


async def forget(connection: Connection, before: datetime, limit: int) -> None:
    await connection.execute(_SQL["forget"], before, limit)


async def figures(connection: Connection) -> Record:
    row = await connection.fetchrow(_SQL["figures"])
    assert row is not None, "a count has its one row"
    return row
