"""Links are forgotten a month after they are over."""

from datetime import datetime

from izin.link import store
from izin.storage.database import Connection


async def forget_old_links(connection: Connection, now: datetime, limit: int) -> int:
    """Drop links that have long been over; give how many."""
    return await store.drop_old(connection, now.date(), limit)
