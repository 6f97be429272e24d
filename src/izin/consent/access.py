"""Who may use a consent besides its brand: the one door by which a consent's dealers change.

No consent moves: the event stands in no feed, and whoever reads the record finds the movement that
stood before. A movement may name dealers too; that is `record`'s.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from izin.consent import store
from izin.consent.dealers import Grant, grant
from izin.consent.event import VERSION, Actor, EventBody, Moved, commitment_of, encode_body
from izin.consent.model import ConsentKey, Current, Dealers
from izin.consent.movement import ms_of_ids
from izin.consent.store import AccessColumns, KeyColumns
from izin.consent.stored import current_of, key_columns
from izin.core.clock import JUST_AFTER
from izin.core.errors import UnavailableError
from izin.core.uuid7 import uuid7s
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.vault.commitment import draw_salts

TRIES = 10
"""A record that moves under each of them is one that somebody else writes without a pause."""

Change = Callable[[Dealers], Dealers]
"""What becomes of a consent's dealers; one of `rules`."""


class Changed(msgspec.Struct, frozen=True):
    """A change of a consent's dealers that is durable, or the event that says them already."""

    event_id: UUID
    recorded_at: datetime


class _Record(msgspec.Struct, frozen=True):
    """A record as it was read, and what becomes of its dealers."""

    place: int
    key: ConsentKey
    current: Current
    dealers: Dealers


class _MovedMeanwhileError(Exception):
    """A record moved between reading and writing: all is undone and read anew."""


async def change_dealers(
    connection: Connection,
    keyring: Keyring,
    keys: Sequence[ConsentKey],
    change: Change,
    *,
    mandate_id: UUID | None = None,
) -> list[Changed | None]:
    """Change the dealers of all these consents, or of none.

    Takes   keys: at most a call's worth, each once · mandate_id: of the partner that asks for it
    Gives   an answer a key, in order; None where there is no record
    Raises  UnavailableError: a record moved under every try
    Cost    one transaction of seven statements for any number of keys
    Source  contract 1.12; R-104, R-105
    """
    in_order = sorted(range(len(keys)), key=lambda place: _order(keyring, keys[place]))
    for _ in range(TRIES):
        try:
            async with connection.transaction():
                some = [keys[place] for place in in_order]
                changed = await _change(connection, keyring, some, change, mandate_id)
        except _MovedMeanwhileError:
            continue
        by_place = dict(zip(in_order, changed, strict=True))
        return [by_place[place] for place in range(len(keys))]
    raise UnavailableError("a consent moves all the while", retry_after_s=1)


def _order(keyring: Keyring, key: ConsentKey) -> tuple[int, str, str, int]:
    """Where its record lies: all writers lock in this order."""
    pseudonyms = keyring.pseudonyms
    [(tag, _)] = pseudonyms.provider_tags(key.tag_code, [key.address.clear])
    return (
        pseudonyms.brand_ref(key.brand_code).int,
        key.channel,
        key.recipient_type,
        tag.int,
    )


async def _change(
    connection: Connection,
    keyring: Keyring,
    keys: Sequence[ConsentKey],
    change: Change,
    mandate_id: UUID | None,
) -> list[Changed | None]:
    columns = key_columns(keyring.pseudonyms, keys)
    records, now = await _read(connection, keyring, keys, columns)
    changed: list[Changed | None] = [None] * len(keys)
    moving: list[_Record] = []
    for record in records:
        become = change(record.dealers)
        if become == record.dealers:
            changed[record.place] = _stands(record.current)
        else:
            moving.append(msgspec.structs.replace(record, dealers=become))
    bodies = _bodies(moving, now, mandate_id)
    if bodies:
        places = [record.place for record in moving]
        await _write(connection, keyring, columns.picked(places), moving, bodies)
    for record, body in zip(moving, bodies, strict=True):
        changed[record.place] = Changed(body.event_id, body.recorded_at)
    return changed


async def _read(
    connection: Connection, keyring: Keyring, keys: Sequence[ConsentKey], columns: KeyColumns
) -> tuple[list[_Record], datetime]:
    """Read the records, then their dealers: whoever writes in between is found by the version."""
    rows = await store.current_records(connection, columns)
    [now] = [row["now"] for row in rows if row["ord"] is None]
    stored = await store.stored_retailers(connection, columns)
    sivs = {row["ord"]: row["sivs"] for row in stored if row["sivs"] is not None}
    opened = keyring.retailers.open
    records = []
    for row in rows:
        if row["ord"] is None:
            continue
        place = row["ord"] - 1
        current = current_of(row, keyring.retailers)
        listed = frozenset(map(opened, sivs.get(row["ord"], ())))
        dealers = Dealers(current.retailer_code, listed)
        records.append(_Record(place, keys[place], current, dealers))
    return sorted(records, key=lambda record: record.place), now


def _stands(current: Current) -> Changed:
    """The dealers are so already: nothing is written, and the newest event of the key says it."""
    return Changed(current.last_id, current.recorded_at)


def _bodies(moving: Sequence[_Record], now: datetime, mandate_id: UUID | None) -> list[EventBody]:
    """Make the events: status, source and date are those of the movement that stands."""
    ids = uuid7s(len(moving), ms_of_ids([record.current for record in moving], now))
    salts = draw_salts(len(moving))
    return [
        EventBody(
            version=VERSION,
            event_id=event_id,
            key=record.key,
            status=record.current.status,
            source=record.current.source,
            consented_at=record.current.consented_at,
            recorded_at=max(now, record.current.recorded_at + JUST_AFTER),
            actor=Actor.PROVIDER if mandate_id is None else Actor.PARTNER,
            salts=salt,
            previous_status=record.current.status,
            retailer_code=record.dealers.taker,
            retailer_access=tuple(sorted(record.dealers.listed)),
            moved=Moved(record.current.event_id, record.current.recorded_at),
            mandate_id=mandate_id,
        )
        for record, event_id, salt in zip(moving, ids, salts, strict=True)
    ]


async def _write(
    connection: Connection,
    keyring: Keyring,
    keys: KeyColumns,
    moving: Sequence[_Record],
    bodies: Sequence[EventBody],
) -> None:
    seal = keyring.retailers.seal
    takers = [body.retailer_code for body in bodies]
    columns = AccessColumns(
        versions=[record.current.version for record in moving],
        access_ids=[body.event_id for body in bodies],
        retailer_sivs=[None if code is None else seal(code) for code in takers],
        previous_ids=[record.current.access_id or record.current.event_id for record in moving],
        commitments=[commitment_of(body) for body in bodies],
        recorded_ats=[body.recorded_at for body in bodies],
        bodies_sealed=await _sealed(keyring, keys, bodies),
    )
    if await store.change_access(connection, keys, columns) != len(bodies):
        raise _MovedMeanwhileError
    await store.add_access_events(connection, keys, columns)
    await store.add_access_pending(connection, keys, columns)
    grants = [
        Grant(row, code) for row, body in enumerate(bodies) for code in body.retailer_access or ()
    ]
    await grant(connection, keyring, keys, grants)


async def _sealed(keyring: Keyring, keys: KeyColumns, bodies: Sequence[EventBody]) -> list[bytes]:
    sealed = []
    for brand_ref, body in zip(keys.brand_refs, bodies, strict=True):
        sealer = await keyring.brand_sealer(brand_ref, body.recorded_at)
        place = ("consent_event", "body_sealed", body.event_id.bytes)
        sealed.append(sealer.seal(*place, encode_body(body)))
    return sealed
