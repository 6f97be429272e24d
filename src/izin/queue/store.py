"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from asyncpg import Connection, Record

from izin.storage.statements import load

_SQL = load("izin.queue")


class Turn(msgspec.Struct, frozen=True):
    """In whose turn a job is done.

    lane     among which jobs
    leads    what follows in its lane afterwards waits for it
    follows  it waits for what led in its lane before; what does nothing else may be claimed alone
    """

    lane: int | None = None
    leads: bool = False
    follows: bool = False


AS_IT_COMES = Turn()


async def backlog(connection: Connection) -> Record:
    row = await connection.fetchrow(_SQL["backlog"])
    assert row is not None, "a count has its one row"
    return row


async def put(
    connection: Connection,
    name: str,
    payload: bytes,
    once_key: str | None,
    turn: Turn = AS_IT_COMES,
) -> None:
    """Leave a job in the caller's transaction."""
    in_turn = msgspec.structs.astuple(turn)
    await connection.execute(_SQL["put"], name, payload, once_key, *in_turn)


async def claim(
    connection: Connection, count: int, lease_s: float, names: Collection[str]
) -> list[Record]:
    """Take due jobs for `lease_s` seconds; a worker that dies gives them back by its silence."""
    return await connection.fetch(_SQL["claim"], count, lease_s, list(names))


async def claim_following(
    connection: Connection, count: int, lease_s: float, names: Collection[str]
) -> list[Record]:
    """Take due jobs that only follow, else as `claim`."""
    return await connection.fetch(_SQL["claim_following"], count, lease_s, list(names))


async def now(connection: Connection) -> datetime:
    """When the caller's transaction began, by the database's clock."""
    at: datetime = await connection.fetchval(_SQL["now"])
    return at


async def bear_locks(connection: Connection, ms: int) -> None:
    """Wait no longer than this for a row, in the caller's transaction."""
    await connection.execute(_SQL["bear_locks"], f"{ms}ms")


async def finish(connection: Connection, job_id: int, attempts: int) -> bool:
    """Take a job off, if it is still this claim's."""
    return await connection.execute(_SQL["finish"], job_id, attempts) == "DELETE 1"


async def retry(
    connection: Connection, job_id: int, attempts: int, wait_s: float, counts_max: int
) -> None:
    """Put a job back, if it is still this claim's; it has at most `counts_max` attempts then."""
    await connection.execute(_SQL["retry"], job_id, attempts, wait_s, counts_max)


async def bury(
    connection: Connection, job_id: int, attempts: int, why: str, wait_s: float, counts_as: int
) -> None:
    """Give a job up for a while, if it is still this claim's; it has `counts_as` attempts then."""
    await connection.execute(_SQL["bury"], job_id, attempts, why, wait_s, counts_as)


async def buried(connection: Connection, limit: int) -> list[Record]:
    """Show the jobs given up, newest first."""
    return await connection.fetch(_SQL["buried"], limit)
