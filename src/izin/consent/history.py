"""What happened to one key, and what the state was, or was known to be, at any past instant."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from izin.consent import store
from izin.consent.event import EventBody
from izin.consent.model import ConsentKey
from izin.consent.opened import Opened, open_rows, read_rows
from izin.consent.stored import key_columns, locations
from izin.core.codes import TransactionId
from izin.core.terms import Source, Status
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.storage.distribution import few

AS_OF_EVENTS_MAX = 10_000
"""How far back a question about the past looks: 27 years of a consent that is renewed every day."""


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a key."""

    transaction_id: TransactionId
    status: Status
    source: Source | None
    consented_at: datetime | None
    recorded_at: datetime


class History(msgspec.Struct, frozen=True):
    """A stretch of a key's movements, newest first, and how many there are in all."""

    movements: list[Movement]
    total_count: int


async def history(
    connection: Connection, keyring: Keyring, key: ConsentKey, *, offset: int, limit: int
) -> History:
    """What happened to `key`, newest first.

    Cost    two round trips, one key look-up a movement passed over or given; no count is run,
            the record keeps count
    """
    pseudonyms = keyring.pseudonyms
    [(tag, bucket)] = locations(pseudonyms, [key])
    head = await store.key_head(
        connection,
        pseudonyms.brand_ref(key.brand_code),
        key.channel,
        key.recipient_type,
        tag,
        bucket,
    )
    if head is None:
        return History([], 0)
    rows = await store.chain(connection, head["event_id"], bucket, offset, limit)
    return History(
        [_movement(opened) for opened in await open_rows(keyring, rows)], head["movements"]
    )


class Stretch(msgspec.Struct, frozen=True):
    """Movements of one key as its owner may see them, newest first.

    older  where it goes on; None: there is no older one
    """

    bodies: list[EventBody]
    older: UUID | None


async def histories(
    connection: Connection, keyring: Keyring, keys: Sequence[ConsentKey], *, limit: int
) -> list[list[EventBody]]:
    """What happened to many keys, each newest first, `limit` of each at most. See `stretches`."""
    found = await stretches(connection, keyring, keys, limit=limit)
    return [each.bodies for each in found]


async def stretches(
    connection: Connection,
    keyring: Keyring,
    keys: Sequence[ConsentKey],
    *,
    limit: int,
    starts: Sequence[UUID | None] | None = None,
) -> list[Stretch]:
    """What happened to many keys, each newest first, `limit` of each at most.

    It is what their owner may see: who asked for each movement, and what it was before. An erased
    event ends its key's history, and one that does not open is passed over.
    Takes   starts: from which movement on, for each key, as an earlier answer's `older` said;
            None: from the newest
    Cost    a round trip, and one for each step of the longest history: all keys go together
    """
    columns = key_columns(keyring.pseudonyms, keys)
    if starts is None:
        heads = await store.current_records(connection, columns)
        at = {row["event_id"]: row["ord"] - 1 for row in heads if row["ord"] is not None}
    else:
        at = {start: place for place, start in enumerate(starts) if start is not None}
    found: list[list[EventBody]] = [[] for _ in keys]
    for _ in range(limit):
        if not at:
            break
        buckets = few([columns.buckets[place] for place in at.values()])
        rows = await store.events(connection, list(at), buckets or ())
        for row, opened in zip(rows, await read_rows(keyring, rows), strict=True):
            if isinstance(opened, Opened):
                found[at[row["event_id"]]].append(opened.body)
        before = {row["event_id"]: row["previous_event_id"] for row in rows}
        at = {
            previous: at[event_id] for event_id, previous in before.items() if previous is not None
        }
    older = {place: event_id for event_id, place in at.items()}
    return [Stretch(bodies, older.get(place)) for place, bodies in enumerate(found)]


async def stretch_from(
    connection: Connection, keyring: Keyring, key: ConsentKey, start: UUID, *, limit: int
) -> Stretch:
    """What happened to one key from a movement of its own on, else as `stretches`.

    Cost    one round trip, however long it is
    """
    [(_, bucket)] = locations(keyring.pseudonyms, [key])
    rows = await store.chain(connection, start, bucket, 0, limit + 1)
    kept = [row for row in rows[:limit] if row["body_sealed"] is not None]
    bodies = [each.body for each in await read_rows(keyring, kept) if isinstance(each, Opened)]
    return Stretch(bodies, rows[limit]["event_id"] if len(rows) > limit else None)


def as_of(
    movements: Sequence[Movement], *, valid_at: datetime, known_at: datetime
) -> Movement | None:
    """Which movement was the state at one instant, by what was known at another?

    Takes   movements newest first · valid_at: whose state is asked · known_at: by which instant it
            had to be recorded; equal to valid_at, it is what a sender could have been told
    Gives   the movement in force, or None where there was none yet
    Source  rules 2.3: lawfulness is judged by what was registered at the sending
    """
    for movement in movements:
        began_at = movement.consented_at or movement.recorded_at
        if movement.recorded_at <= known_at and began_at <= valid_at:
            return movement
    return None


def _movement(opened: Opened) -> Movement:
    body = opened.body
    return Movement(
        transaction_id=opened.transaction_id,
        status=body.status,
        source=body.source,
        consented_at=body.consented_at,
        recorded_at=body.recorded_at,
    )
