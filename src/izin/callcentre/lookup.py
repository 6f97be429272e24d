"""What other slices may ask about calls: how many, and what is forgotten of them."""

from datetime import datetime

from izin.callcentre import store
from izin.callcentre.model import KEPT
from izin.callcentre.store import figures as figures
from izin.storage.database import Connection


async def end_and_forget(connection: Connection, now: datetime, limit: int) -> None:
    """End calls that are past their time, and drop what is older than it is kept."""
    await store.end_late(connection, limit)
    await store.forget(connection, now - KEPT, limit)
