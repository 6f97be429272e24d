"""Events read back: found by id, opened, in the order asked for."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.consent import store
from izin.consent.event import EventBody, decode_body
from izin.core.codes import TransactionId
from izin.keyring import Keyring
from izin.storage.database import Connection


class Opened(msgspec.Struct, frozen=True):
    """One event and its receipt number."""

    body: EventBody
    transaction_id: TransactionId


async def open_bodies(
    connection: Connection, keyring: Keyring, event_ids: Sequence[UUID]
) -> list[Opened]:
    """Read events by id; erased ones are left out.

    Cost    one round trip, and one more for keys that this process has not seen yet
    """
    rows = {row["event_id"]: row for row in await store.events(connection, list(event_ids))}
    return await open_rows(keyring, [rows[event_id] for event_id in event_ids])


async def open_rows(keyring: Keyring, rows: Sequence[Record]) -> list[Opened]:
    """Open rows of `consent_event`; erased ones are left out."""
    kept = [row for row in rows if row["body_sealed"] is not None]
    opener = await keyring.openers(row["body_sealed"] for row in kept)
    return [
        Opened(
            decode_body(
                opener.open(
                    row["body_sealed"], "consent_event", "body_sealed", row["event_id"].bytes
                )
            ),
            TransactionId(row["commitment"].hex()),
        )
        for row in kept
    ]
