"""Sessions that are over are forgotten."""

from izin.citizen import store
from izin.storage.database import Connection


async def forget_old_sessions(connection: Connection, limit: int) -> None:
    """Drop sessions that are over."""
    await store.forget(connection, limit)
