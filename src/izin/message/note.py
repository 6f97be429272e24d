"""What suppliers say later of what they took."""

from datetime import datetime, timedelta

import msgspec

from izin.core.errors import UnavailableError
from izin.message import store
from izin.message.model import MessageState, Receipt
from izin.message.wake import wake
from izin.queue import queue
from izin.storage.database import Connection, Database

JOB = "message_receipt"

_LATE = timedelta(minutes=5)
"""How long a message is waited for that a receipt names: its commit may still be on the way."""


class _Early(msgspec.Struct, frozen=True):
    """A receipt before its message, and when we were told: an operator's clock is its own."""

    receipt: Receipt
    told_at: datetime


async def note(database: Database, receipt: Receipt) -> None:
    """Write down what became of a message; it may be that its sending has not committed yet.

    Raises  UnavailableError
    """
    async with database.transaction() as connection:
        if not await _noted(connection, receipt):
            early = _Early(receipt, await queue.now(connection))
            await queue.put(connection, JOB, msgspec.json.encode(early), None)


async def note_later(connection: Connection, payload: bytes) -> None:
    """Do the job of a receipt that came too early; one of nobody's message is dropped in the end.

    Raises  UnavailableError: its message is not there yet
    """
    early = msgspec.json.decode(payload, type=_Early)
    if await _noted(connection, early.receipt):
        return
    if await queue.now(connection) - early.told_at < _LATE:
        raise UnavailableError("a receipt waits for its message")


async def _noted(connection: Connection, receipt: Receipt) -> bool:
    state = MessageState.DELIVERED if receipt.is_delivered else MessageState.UNDELIVERED
    found = await store.note(connection, receipt.supplier, receipt.ref, state, receipt.at)
    await wake(connection, found)
    return found is not None
