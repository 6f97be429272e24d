"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load("izin.proof")


async def spend(
    connection: Connection,
    kinds: Sequence[str],
    tags: Sequence[UUID],
    windows_s: Sequence[int],
    counts: Sequence[int],
) -> list[Record]:
    return await connection.fetch(_SQL["spend"], kinds, tags, windows_s, counts)


async def had(connection: Connection, kinds: Sequence[str], tags: Sequence[UUID]) -> list[Record]:
    return await connection.fetch(_SQL["had"], kinds, tags)


async def enter(connection: Connection, *row: object) -> None:
    await connection.execute(_SQL["enter"], *row)


async def outcomes(connection: Connection, sender_tag: UUID, limit: int) -> Record:
    row = await connection.fetchrow(_SQL["outcomes"], sender_tag, limit)
    assert row is not None, "a count has its one row"
    return row


async def whose(connection: Connection, proof_id: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["whose"], proof_id)


async def try_code(
    connection: Connection, proof_id: UUID, purpose: str, code_hash: bytes, tries_max: int
) -> Record | None:
    return await connection.fetchrow(_SQL["try_code"], proof_id, purpose, code_hash, tries_max)


async def give_back(
    connection: Connection, kinds: Sequence[str], tags: Sequence[UUID], made_at: datetime
) -> None:
    await connection.execute(_SQL["give_back"], kinds, tags, made_at)


async def forget(connection: Connection, before: datetime, limit: int) -> None:
    await connection.execute(_SQL["forget"], before, limit)


async def forget_budgets(connection: Connection, limit: int) -> None:
    await connection.execute(_SQL["forget_budgets"], limit)
