"""The statements of hourly limits."""

from typing import NamedTuple
from uuid import UUID

from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load(__package__)


class Use(NamedTuple):
    """Calls in the running hour, this one included, and the seconds until it ends."""

    used: int
    retry_after_s: int


async def count_call(
    connection: Connection, lane: str, client: UUID, *, call_count_max: int, does_restart: bool
) -> Use:
    """Count one call; more than `call_count_max` means blocked."""
    row = await connection.fetchrow(_SQL["count_call"], lane, client, call_count_max, does_restart)
    assert row is not None, "an upsert returns its row"
    return Use(row["used"], row["retry_after_s"])


async def forget_past_hours(connection: Connection) -> None:
    """Remove clients whose hour is over."""
    await connection.execute(_SQL["forget_past_hours"])


async def forgive(connection: Connection, lane: str, client: UUID) -> None:
    """Forget what was counted of a client in a lane."""
    await connection.execute(_SQL["forgive"], lane, client)
