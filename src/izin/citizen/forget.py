"""Sessions that are over, and what was done long ago, are forgotten."""

from izin.citizen import store
from izin.storage.database import Connection


async def forget_old_sessions(connection: Connection, limit: int) -> None:
    """Drop sessions that are over."""
    await store.forget(connection, limit)


async def forget_old_acts(connection: Connection, limit: int) -> None:
    """Drop what nobody has added to for long."""
    await store.forget_acts(connection, limit)
