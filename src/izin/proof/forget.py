"""Codes and budgets are kept no longer than they are of use."""

from datetime import datetime, timedelta

from izin.proof import store
from izin.storage.database import Connection

KEPT = timedelta(days=1)


async def forget_old_proofs(connection: Connection, now: datetime, limit: int) -> None:
    """Drop codes that were made a day ago, and budgets whose window has long been over."""
    await store.forget(connection, now - KEPT, limit)
    await store.forget_budgets(connection, limit)
