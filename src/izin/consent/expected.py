"""What the rows of both views must be by the movements of their keys, and which of them are not."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.consent import store
from izin.consent.event import EventBody, decode_body
from izin.consent.project import CitizenRow, citizen_rows, decode_citizen
from izin.consent.source import ID_BY_SOURCE
from izin.consent.store import KeyColumns
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.vault.errors import KeyLostError, SealBrokenError

STEPS_MAX = 1000
"""How far back a row that moved meanwhile is followed."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One key as it is stored, and its movements: the first, the last, how many."""

    brand_ref: UUID
    channel: str
    recipient_type: str
    tag: UUID
    bucket: int
    first_id: UUID
    last_id: UUID
    count: int

    def order(self) -> tuple[int, str, str, int]:
        """Where its record lies among all: the order in which every writer writes."""
        return (self.brand_ref.int, self.channel, self.recipient_type, self.tag.int)


class Expected(msgspec.Struct, frozen=True):
    """What the record of a key must say."""

    place: Place
    body: EventBody
    first_recorded_at: datetime

    def columns(self, keyring: Keyring) -> tuple[object, ...]:
        """Give what is comparable as it is stored, in the order of `_compared`."""
        body = self.body
        code = body.retailer_code
        return (
            body.status,
            None if body.source is None else ID_BY_SOURCE[body.source],
            body.consented_at,
            body.recorded_at,
            self.first_recorded_at,
            None if code is None else keyring.retailers.seal(code),
            body.event_id,
            keyring.pseudonyms.epoch,
            self.place.count,
        )


class WrongRow(msgspec.Struct, frozen=True):
    """A record of the company's view that is not as expected; `read` is None if it is missing."""

    expected: Expected
    read: tuple[UUID, int] | None


class WrongCitizen(msgspec.Struct, frozen=True):
    """A row of the citizens' view that is not as expected; `read` is None if it is missing."""

    row: CitizenRow
    read: bytes | None


class Found(msgspec.Struct, frozen=True):
    """What a comparison found; `moved` counts the rows that changed meanwhile."""

    rows: list[WrongRow]
    citizens: list[WrongCitizen]
    moved: int


async def expect(
    connection: Connection, keyring: Keyring, places: Iterable[Place]
) -> list[Expected]:
    """Open the last movement of each key; one that is lost or does not open is left out.

    Cost    one round trip, and one for keys not yet seen
    """
    in_order = sorted(places, key=Place.order)
    ids = {each.first_id for each in in_order} | {each.last_id for each in in_order}
    rows = {row["event_id"]: row for row in await store.events(connection, list(ids))}
    known = [each for each in in_order if each.last_id in rows and each.first_id in rows]
    sealed = [(rows[each.last_id]["body_sealed"], each.last_id.bytes) for each in known]
    opened = await _open_each(keyring, ("consent_event", "body_sealed"), sealed)
    return [
        Expected(place, decode_body(content), rows[place.first_id]["recorded_at"])
        for place, content in zip(known, opened, strict=True)
        if content is not None
    ]


async def compare(connection: Connection, keyring: Keyring, expected: Sequence[Expected]) -> Found:
    """Which rows of both views differ from what is expected, and did not move meanwhile?

    Cost    two round trips, and one more where something differs
    """
    rows = await _differing_rows(connection, keyring, expected)
    citizens = await _differing_citizens(connection, keyring, expected)
    read = [(each.read[0], each.expected) for each in rows if each.read is not None]
    read += [(event_id, want) for _, event_id, want in citizens if event_id is not None]
    later = await _came_later(connection, read)
    kept = [each for each in rows if each.read is None or each.read[0] not in later]
    kept_citizens = [wrong for wrong, event_id, _ in citizens if event_id not in later]
    moved = len(rows) - len(kept) + len(citizens) - len(kept_citizens)
    return Found(kept, kept_citizens, moved)


def key_columns(expected: Sequence[Expected]) -> KeyColumns:
    """Lay the keys out as the statements take them."""
    places = [each.place for each in expected]
    return KeyColumns(
        [each.brand_ref for each in places],
        [each.channel for each in places],
        [each.recipient_type for each in places],
        [each.tag for each in places],
        [each.bucket for each in places],
    )


_COMPARED = (
    *("status", "source", "consented_at", "recorded_at", "first_recorded_at"),
    *("retailer_siv", "event_id", "tag_epoch", "version"),
)


async def _differing_rows(
    connection: Connection, keyring: Keyring, expected: Sequence[Expected]
) -> list[WrongRow]:
    stored = await store.stored_rows(connection, key_columns(expected))
    sealed = [(row["recipient_sealed"], expected[row["ord"] - 1].place.tag.bytes) for row in stored]
    addresses = await _open_each(keyring, ("provider_consent", "recipient_sealed"), sealed)
    found = {row["ord"]: (row, text) for row, text in zip(stored, addresses, strict=True)}
    wrong = []
    for ord_, want in enumerate(expected, 1):
        row, address = found.get(ord_, (None, None))
        if row is None:
            wrong.append(WrongRow(want, None))
        elif not _agrees(row, address, want, keyring):
            wrong.append(WrongRow(want, (row["event_id"], row["version"])))
    return wrong


def _agrees(row: Record, address: bytes | None, want: Expected, keyring: Keyring) -> bool:
    stored = tuple(row[name] for name in _COMPARED)
    return stored == want.columns(keyring) and address == want.body.key.address.clear.encode()


async def _differing_citizens(
    connection: Connection, keyring: Keyring, expected: Sequence[Expected]
) -> list[tuple[WrongCitizen, UUID | None, Expected]]:
    """With the movement that the stored row came from, if it says one."""
    by_event = {want.body.event_id: want for want in expected}
    rows = citizen_rows(keyring, [want.body for want in expected])
    stored = {
        row["ord"]: row["sealed"]
        for row in await store.stored_citizens(
            connection,
            [row.tag for row in rows],
            [row.slot for row in rows],
            [row.bucket for row in rows],
        )
    }
    wrong = []
    for ord_, row in enumerate(rows, 1):
        wanted = _content(keyring, row, row.sealed)
        assert wanted is not None, "what was sealed just now opens"
        sealed = stored.get(ord_)
        content = None if sealed is None else _content(keyring, row, sealed)
        if content != wanted:
            event_id = None if content is None else decode_citizen(content).event_id
            want = by_event[decode_citizen(wanted).event_id]
            wrong.append((WrongCitizen(row, sealed), event_id, want))
    return wrong


def _content(keyring: Keyring, row: CitizenRow, sealed: bytes) -> bytes | None:
    try:
        return keyring.citizen.sealer.open(sealed, row.bucket, row.slot.bytes)
    except (KeyLostError, SealBrokenError):
        return None


async def _came_later(connection: Connection, read: Sequence[tuple[UUID, Expected]]) -> set[UUID]:
    """Which of the movements read came after the expected one of the same key?"""
    if not read:
        return set()
    ords = await store.later_than(
        connection,
        [event_id for event_id, _ in read],
        [want.place.bucket for _, want in read],
        [want.body.event_id for _, want in read],
        STEPS_MAX,
    )
    return {read[row["ord"] - 1][0] for row in ords}


async def _open_each(
    keyring: Keyring, place: tuple[str, str], sealed: Sequence[tuple[bytes, bytes]]
) -> list[bytes | None]:
    """Open values with their rows; None for what does not open, found by halving."""
    try:
        opener = await keyring.openers(blob for blob, _ in sealed)
        return [opener.open(blob, *place, row) for blob, row in sealed]
    except (KeyLostError, SealBrokenError):
        if len(sealed) == 1:
            return [None]
    half = len(sealed) // 2
    first = await _open_each(keyring, place, sealed[:half])
    return first + await _open_each(keyring, place, sealed[half:])
