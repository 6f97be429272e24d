"""Events read back: found by id, opened, in the order asked for."""

from collections.abc import Sequence
from enum import Enum
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.consent import store
from izin.consent.event import EventBody, decode_body
from izin.core.codes import TransactionId
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.vault.errors import KeyLostError, SealBrokenError
from izin.vault.sealing import Opener


class Opened(msgspec.Struct, frozen=True):
    """One event and its receipt number."""

    body: EventBody
    transaction_id: TransactionId


class Unopened(Enum):
    """Why there is nothing to show of an event."""

    ERASED = "erased"
    UNREADABLE = "unreadable"  # lost, damaged, or under a key that is not there


async def open_bodies(
    connection: Connection, keyring: Keyring, event_ids: Sequence[UUID]
) -> list[Opened]:
    """Read events by id; erased ones are left out.

    Cost    one round trip, and one more for keys that this process has not seen yet
    """
    rows = {row["event_id"]: row for row in await store.events(connection, list(event_ids), ())}
    return await open_rows(keyring, [rows[event_id] for event_id in event_ids])


async def open_rows(keyring: Keyring, rows: Sequence[Record]) -> list[Opened]:
    """Open rows of `consent_event`; erased ones are left out."""
    kept = [row for row in rows if row["body_sealed"] is not None]
    opener = await keyring.openers(row["body_sealed"] for row in kept)
    return [_opened(opener, row) for row in kept]


async def read_bodies(
    connection: Connection, keyring: Keyring, event_ids: Sequence[UUID], buckets: Sequence[int] = ()
) -> list[Opened | Unopened]:
    """Read events by id, an answer for each whatever became of it.

    Takes   buckets: those of the events, of which a distributed engine asks no other shard
    Cost    as `open_bodies`
    """
    found = await store.events(connection, list(event_ids), buckets)
    rows = {row["event_id"]: row for row in found}
    return await read_rows(keyring, [rows.get(event_id) for event_id in event_ids])


async def read_rows(keyring: Keyring, rows: Sequence[Record | None]) -> list[Opened | Unopened]:
    """Open rows of `events`, an answer for each; None stands for one that is not there.

    Cost    as `open_rows`; what does not open is found by halving
    """
    sealed = [row["body_sealed"] for row in rows if row is not None and row["body_sealed"]]
    try:
        opener = await keyring.openers(sealed)
        return [_read(opener, row) for row in rows]
    except (KeyLostError, SealBrokenError, msgspec.MsgspecError):
        if len(rows) == 1:
            return [Unopened.UNREADABLE]
    half = len(rows) // 2
    return await read_rows(keyring, rows[:half]) + await read_rows(keyring, rows[half:])


def _read(opener: Opener, row: Record | None) -> Opened | Unopened:
    if row is None or row["body_sealed"] is None:
        is_erased = row is not None and row["is_erased"]
        return Unopened.ERASED if is_erased else Unopened.UNREADABLE
    return _opened(opener, row)


def _opened(opener: Opener, row: Record) -> Opened:
    sealed, place = row["body_sealed"], ("consent_event", "body_sealed")
    body = decode_body(opener.open(sealed, *place, row["event_id"].bytes))
    return Opened(body, TransactionId(row["commitment"].hex()))
