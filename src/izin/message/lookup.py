"""What other slices may ask about messages."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from izin.message import store
from izin.message.model import MessageState, Standing
from izin.storage.database import Connection

KEPT = timedelta(days=90)


async def standing(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Standing]:
    """What became of messages."""
    return {
        row["message_id"]: Standing(
            message_id=row["message_id"],
            state=MessageState(row["state"]),
            words=row["words"],
            words_version=row["words_version"],
            sent_at=row["sent_at"],
            ended_at=row["ended_at"],
        )
        for row in await store.standing(connection, ids)
    }


async def forget_old_messages(connection: Connection, now: datetime, limit: int) -> int:
    """Drop what is older than it is kept; give how many."""
    return await store.forget(connection, now - KEPT, limit)
