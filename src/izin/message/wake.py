"""Whoever waits to hear what became of a message is woken by a job, in that word's transaction."""

from asyncpg import Record

from izin.queue import queue
from izin.storage.database import Connection


async def wake(connection: Connection, row: Record | None) -> None:
    """Leave the job that a message was written with, if it was with one.

    Takes   row: (wakes, wakes_with) of the message whose end is known
    """
    if row is not None and row["wakes"] is not None:
        await queue.put(connection, row["wakes"], row["wakes_with"], None)
