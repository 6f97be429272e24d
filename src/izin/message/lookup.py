"""What other slices may ask about messages."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from izin.message import store
from izin.message.model import Medium, MessageState, Standing
from izin.storage.database import Connection

KEPT = timedelta(days=90)


async def standing(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Standing]:
    """What became of messages."""
    return {row["message_id"]: _standing(row) for row in await store.standing(connection, ids)}


class Told(NamedTuple):
    """What is known of a message, and by which way it went."""

    medium: Medium
    standing: Standing

    @property
    def has_arrived(self) -> bool:
        """Is it there? Of a mail that is: a server has taken it, for no more is ever heard."""
        if self.medium is Medium.EMAIL:
            return self.standing.state is MessageState.SENT
        return self.standing.state is MessageState.DELIVERED

    @property
    def has_failed(self) -> bool:
        """Will it never be there?"""
        return self.standing.state in _FAILED


_FAILED = (MessageState.UNDELIVERED, MessageState.REFUSED, MessageState.EXPIRED)


async def told(connection: Connection, once_keys: Collection[UUID]) -> dict[UUID, Told]:
    """What became of messages, by the keys under which they were written."""
    return {
        row["once_key"]: Told(Medium(row["medium"]), _standing(row))
        for row in await store.standing_of(connection, once_keys)
    }


def _standing(row: Record) -> Standing:
    return Standing(
        message_id=row["message_id"],
        state=MessageState(row["state"]),
        words=row["words"],
        words_version=row["words_version"],
        sent_at=row["sent_at"],
        ended_at=row["ended_at"],
        supplier_at=row["supplier_at"],
    )


async def forget_old_messages(connection: Connection, now: datetime, limit: int) -> int:
    """Drop what is older than it is kept; give how many."""
    return await store.forget(connection, now - KEPT, limit)
