"""The statements of `store.sql`, one function each, no branch."""

from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record

from izin.storage.distribution import few
from izin.storage.statements import load

_SQL = load("izin.ledger")


async def take_lease(connection: Connection, lock: int) -> bool:
    taken: bool = await connection.fetchval(_SQL["take_lease"], lock)
    return taken


async def give_lease(connection: Connection, lock: int) -> bool:
    given: bool = await connection.fetchval(_SQL["give_lease"], lock)
    return given


async def begin_epoch(connection: Connection) -> Record:
    row = await connection.fetchrow(_SQL["begin_epoch"])
    assert row is not None, "sequence_head always has its one row"
    return row


async def head(connection: Connection) -> Record:
    row = await connection.fetchrow(_SQL["head"])
    assert row is not None, "sequence_head always has its one row"
    return row


async def backlog(connection: Connection) -> Record:
    row = await connection.fetchrow(_SQL["backlog"])
    assert row is not None, "a count has its one row"
    return row


async def reach(connection: Connection) -> Record:
    row = await connection.fetchrow(_SQL["reach"])
    assert row is not None, "the view has its one row"
    return row


async def is_numbered(connection: Connection, lock: int) -> bool:
    held: bool = await connection.fetchval(_SQL["is_numbered"], lock)
    return held


async def waiting(connection: Connection, limit: int) -> list[Record]:
    return await connection.fetch(_SQL["waiting"], limit)


async def newest_waiting(connection: Connection) -> UUID | None:
    event_id: UUID | None = await connection.fetchval(_SQL["newest_waiting"])
    return event_id


async def number(connection: Connection, columns: tuple[list[object], ...]) -> None:
    await connection.execute(_SQL["number"], *columns)


async def forget_waiting(connection: Connection, event_ids: list[UUID], buckets: list[int]) -> int:
    done = await connection.execute(_SQL["forget_waiting"], event_ids, few(buckets))
    return int(done.split()[1])


async def assign(connection: Connection, epoch: int, assigned: int, last_idx: int) -> int | None:
    now: int | None = await connection.fetchval(_SQL["assign"], epoch, assigned, last_idx)
    return now


async def publish(connection: Connection, epoch: int, idx: int) -> None:
    await connection.execute(_SQL["publish"], epoch, idx)


async def mark_hour(connection: Connection, hour: datetime, first_idx: int) -> None:
    await connection.execute(_SQL["mark_hour"], hour, first_idx)


async def entries(connection: Connection, after_idx: int, to_idx: int) -> list[Record]:
    return await connection.fetch(_SQL["entries"], after_idx, to_idx)


async def brand_entries(
    connection: Connection,
    feed: tuple[UUID, str],
    span: tuple[int, int],
    limit: int,
    oldest: datetime,
) -> list[Record]:
    return await connection.fetch(_SQL["brand_entries"], *feed, *span, limit, oldest)


async def first_of_hour(connection: Connection, hour: datetime) -> int | None:
    before: int | None = await connection.fetchval(_SQL["first_of_hour"], hour)
    return before


async def projected(connection: Connection, epoch: int, expected: int, idx: int) -> int | None:
    now: int | None = await connection.fetchval(_SQL["projected"], epoch, expected, idx)
    return now


async def counted(connection: Connection, epoch: int, expected: int, idx: int) -> int | None:
    now: int | None = await connection.fetchval(_SQL["counted"], epoch, expected, idx)
    return now
