"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load("izin.citizen")


async def put(connection: Connection, *row: object) -> None:
    await connection.execute(_SQL["put"], *row)


async def one(connection: Connection, session_tag: UUID, is_open: bool) -> bytes | None:  # noqa: FBT001 -- a column
    sealed: bytes | None = await connection.fetchval(_SQL["one"], session_tag, is_open)
    return sealed


async def locked(connection: Connection, session_tag: UUID) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["locked"], session_tag)
    return sealed


async def change(connection: Connection, session_tag: UUID, sealed: bytes) -> None:
    await connection.execute(_SQL["change"], session_tag, sealed)


async def keep(connection: Connection, session_tag: UUID, idle_until: datetime) -> None:
    await connection.execute(_SQL["keep"], session_tag, idle_until)


async def end(connection: Connection, session_tag: UUID) -> bool:
    return await connection.execute(_SQL["end"], session_tag) == "DELETE 1"


async def hold_numbers(connection: Connection, keys: Sequence[int]) -> None:
    await connection.execute(_SQL["hold_numbers"], keys)


async def tenures(connection: Connection, tags: Sequence[UUID]) -> list[Record]:
    return await connection.fetch(_SQL["tenures"], tags)


async def begin_tenures(
    connection: Connection, tags: Sequence[UUID], tenures: Sequence[UUID], forget_on: date
) -> None:
    await connection.execute(_SQL["begin_tenures"], tags, tenures, forget_on)


async def forget_tenures(connection: Connection, today: date, limit: int) -> None:
    await connection.execute(_SQL["forget_tenures"], today, limit)


async def forget(connection: Connection, limit: int) -> None:
    await connection.execute(_SQL["forget"], limit)


async def words(connection: Connection, tags: Sequence[UUID], today: date) -> list[Record]:
    return await connection.fetch(_SQL["words"], tags, today)


async def keep_words(connection: Connection, tags: Sequence[UUID], forget_on: date) -> None:
    await connection.execute(_SQL["keep_words"], tags, forget_on)


async def say_word(connection: Connection, tag: UUID, sealed: bytes, forget_on: date) -> None:
    await connection.execute(_SQL["say_word"], tag, sealed, forget_on)


async def forget_words(connection: Connection, today: date, limit: int) -> None:
    await connection.execute(_SQL["forget_words"], today, limit)


async def put_claim(
    connection: Connection, claim_part: UUID, sealed: bytes, forget_on: date
) -> None:
    await connection.execute(_SQL["put_claim"], claim_part, sealed, forget_on)


async def forget_claims(connection: Connection, today: date, limit: int) -> None:
    await connection.execute(_SQL["forget_claims"], today, limit)


async def hold_acts(connection: Connection, doer_tag: UUID, forget_after: datetime) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["hold_acts"], doer_tag, forget_after)
    return sealed


async def write_acts(connection: Connection, doer_tag: UUID, sealed: bytes) -> None:
    await connection.execute(_SQL["write_acts"], doer_tag, sealed)


async def acts(connection: Connection, doer_tag: UUID) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["acts"], doer_tag)
    return sealed


async def held_acts(connection: Connection, doer_tag: UUID) -> bytes | None:
    sealed: bytes | None = await connection.fetchval(_SQL["held_acts"], doer_tag)
    return sealed


async def drop_acts(connection: Connection, doer_tags: Sequence[UUID]) -> None:
    await connection.execute(_SQL["drop_acts"], doer_tags)


async def forget_acts(connection: Connection, limit: int) -> None:
    await connection.execute(_SQL["forget_acts"], limit)


async def unsay(connection: Connection, tags: Sequence[UUID]) -> None:
    await connection.execute(_SQL["unsay"], tags)
