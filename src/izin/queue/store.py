"""The statements of `store.sql`, one function each, no branch."""

from asyncpg import Connection, Record

from izin.storage.statements import load

_SQL = load("izin.queue")


async def put(
    connection: Connection,
    name: str,
    payload: bytes,
    once_key: str | None,
    *,
    lane: int | None = None,
    hurries: bool = False,
) -> None:
    """Leave a job in the caller's transaction."""
    await connection.execute(_SQL["put"], name, payload, once_key, lane, hurries)


async def claim(connection: Connection, count: int, lease_s: float) -> list[Record]:
    """Take due jobs for `lease_s` seconds; a worker that dies gives them back by its silence."""
    return await connection.fetch(_SQL["claim"], count, lease_s)


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
