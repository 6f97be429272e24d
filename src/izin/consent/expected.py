"""What the rows of both views must be by the movements of their keys, and which of them are not."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.consent import store
from izin.consent.chain import Place
from izin.consent.event import EventBody
from izin.consent.opened import Opened, read_bodies
from izin.consent.project import CitizenRow, citizen_rows, decode_citizen
from izin.consent.source import ID_BY_SOURCE
from izin.consent.store import KeyColumns
from izin.core.codes import RetailerCode
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.vault.errors import KeyLostError, SealBrokenError

DEALT_ROWS = 200
"""Lists of dealers that are held in memory at once: each has up to 3,000."""


Order = tuple[int, str, str, int]


class Expected(msgspec.Struct, frozen=True):
    """What the record of a key must say."""

    place: Place
    body: EventBody
    first_recorded_at: datetime
    dealers: tuple[RetailerCode, ...] | None
    """Who may use it; None if that cannot be known."""

    def columns(self, keyring: Keyring) -> tuple[object, ...]:
        """Give what is comparable as it is stored, in the order of `_compared`."""
        body = self.body
        code = body.retailer_code
        return (
            body.status,
            None if body.source is None else ID_BY_SOURCE[body.source],
            body.consented_at,
            body.movement.recorded_at,
            self.first_recorded_at,
            None if code is None else keyring.retailers.seal(code),
            self.place.last_id,
            keyring.pseudonyms.epoch,
            self.place.count,
            self.place.access_id,
            self.place.access_count,
        )


class Read(msgspec.Struct, frozen=True):
    """What a stored record said of its events when it was read."""

    event_id: UUID
    version: int
    access_id: UUID | None

    @property
    def last_id(self) -> UUID:
        """Its newest event of either kind."""
        return _newest(self.event_id, self.access_id)


class WrongRow(msgspec.Struct, frozen=True):
    """A record of the company's view that is not as expected; `read` is None if it is missing."""

    expected: Expected
    read: Read | None


class WrongCitizen(msgspec.Struct, frozen=True):
    """A row of the citizens' view that is not as expected; `read` is None if it is missing."""

    row: CitizenRow
    read: bytes | None


class Found(msgspec.Struct, frozen=True):
    """What a comparison found; `moved` counts the rows that changed meanwhile.

    dealers     records whose dealers are not those that their movements name
    destroyed   movements that rows stand at, of which only the receipt is left
    unjudged    the places of those rows, which are left as they stand
    """

    rows: list[WrongRow]
    citizens: list[WrongCitizen]
    dealers: list[Expected]
    moved: int
    destroyed: set[UUID]
    unjudged: set[Order]


async def expect(
    connection: Connection, keyring: Keyring, places: Iterable[Place]
) -> list[Expected]:
    """Open the events that decide each key; one that is lost meanwhile is left out.

    Cost    one round trip, and one for keys not yet seen
    """
    in_order = sorted(places, key=Place.order)
    ids = {each.first_id for each in in_order} | {each.state_id for each in in_order}
    ids |= {each.dealers_id for each in in_order if each.dealers_id is not None}
    in_any_order = list(ids)
    read = await read_bodies(connection, keyring, in_any_order)
    bodies = {
        event_id: each.body
        for event_id, each in zip(in_any_order, read, strict=True)
        if isinstance(each, Opened)
    }
    return [
        Expected(
            place,
            bodies[place.state_id],
            bodies[place.first_id].recorded_at,
            _dealers(place, bodies),
        )
        for place in in_order
        if place.first_id in bodies and _stands_at_last(place, bodies.get(place.state_id))
    ]


def _stands_at_last(place: Place, body: EventBody | None) -> bool:
    """Is the movement that the newest event names the last one numbered?"""
    return body is not None and body.movement.event_id == place.last_id


def _dealers(place: Place, bodies: Mapping[UUID, EventBody]) -> tuple[RetailerCode, ...] | None:
    if not place.knows_dealers:
        return None
    if place.dealers_id is None:
        return ()
    named = bodies.get(place.dealers_id)
    return None if named is None else named.retailer_access


async def compare(connection: Connection, keyring: Keyring, expected: Sequence[Expected]) -> Found:
    """Which rows of both views, and whose dealers, differ from what is expected?

    What moved meanwhile does not count.

    Cost    two round trips, one for every 200 lists of dealers, one more where something differs
    """
    rows = await _differing_rows(connection, keyring, expected)
    citizens = await _differing_citizens(connection, keyring, expected)
    dealers = await _differing_dealers(connection, keyring, expected)
    read = [(each.read.last_id, each.expected) for each in rows if each.read is not None]
    read += [(event_id, want) for _, event_id, want in citizens if event_id is not None]
    read += [(event_id, want) for event_id, want in dealers if event_id is not None]
    later = await _came_later(connection, read)
    destroyed = await _destroyed(connection, {event_id for event_id, _ in read} - later)
    unjudged = {want.place.order() for event_id, want in read if event_id in destroyed}

    def is_wrong(event_id: UUID | None, want: Expected) -> bool:
        return event_id not in later and want.place.order() not in unjudged

    return Found(
        rows=[each for each in rows if is_wrong(_head(each), each.expected)],
        citizens=[wrong for wrong, event_id, want in citizens if is_wrong(event_id, want)],
        dealers=[want for event_id, want in dealers if is_wrong(event_id, want)],
        moved=sum(each.read is not None and each.read.last_id in later for each in rows)
        + sum(event_id in later for _, event_id, _ in citizens),
        destroyed=destroyed,
        unjudged=unjudged,
    )


def _head(wrong: WrongRow) -> UUID | None:
    return None if wrong.read is None else wrong.read.last_id


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


_RECIPIENT = ("provider_consent", "recipient_sealed")
_COMPARED = (
    *("status", "source", "consented_at", "recorded_at", "first_recorded_at"),
    *("retailer_siv", "event_id", "tag_epoch", "version", "access_id", "access_count"),
)


async def _differing_rows(
    connection: Connection, keyring: Keyring, expected: Sequence[Expected]
) -> list[WrongRow]:
    stored = await store.stored_rows(connection, key_columns(expected))
    sealed = [(row["recipient_sealed"], expected[row["ord"] - 1].place.tag.bytes) for row in stored]
    addresses = await _open_each(keyring, sealed)
    found = {row["ord"]: (row, text) for row, text in zip(stored, addresses, strict=True)}
    wrong = []
    for ord_, want in enumerate(expected, 1):
        row, address = found.get(ord_, (None, None))
        if row is None:
            wrong.append(WrongRow(want, None))
        elif not _agrees(row, address, want, keyring):
            wrong.append(WrongRow(want, Read(row["event_id"], row["version"], row["access_id"])))
    return wrong


def _agrees(row: Record, address: bytes | None, want: Expected, keyring: Keyring) -> bool:
    stored = tuple(row[name] for name in _COMPARED)
    return stored == want.columns(keyring) and address == want.body.key.address.clear.encode()


async def _differing_citizens(
    connection: Connection, keyring: Keyring, expected: Sequence[Expected]
) -> list[tuple[WrongCitizen, UUID | None, Expected]]:
    """With the event that the stored row came from, if it says one."""
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
            event_id = None if content is None else _said_by(content)
            wrong.append((WrongCitizen(row, sealed), event_id, by_event[_said_by(wanted)]))
    return wrong


async def _differing_dealers(
    connection: Connection, keyring: Keyring, expected: Sequence[Expected]
) -> list[tuple[UUID | None, Expected]]:
    """With the newest event of the record, if there is a record."""
    known = [want for want in expected if want.dealers is not None]
    wrong = []
    for start in range(0, len(known), DEALT_ROWS):
        some = known[start : start + DEALT_ROWS]
        stored = await store.stored_retailers(connection, key_columns(some))
        at = {
            row["ord"]: _newest(row["event_id"], row["access_id"])
            for row in stored
            if row["event_id"] is not None
        }
        sivs = {row["ord"]: set(row["sivs"]) for row in stored if row["sivs"] is not None}
        for ord_, want in enumerate(some, 1):
            if sivs.get(ord_, set()) != set(map(keyring.retailers.seal, want.dealers or ())):
                wrong.append((at.get(ord_), want))
    return wrong


def _content(keyring: Keyring, row: CitizenRow, sealed: bytes) -> bytes | None:
    try:
        return keyring.citizen.sealer.open(sealed, row.bucket, row.slot.bytes)
    except (KeyLostError, SealBrokenError):
        return None


async def _came_later(connection: Connection, read: Sequence[tuple[UUID, Expected]]) -> set[UUID]:
    """Which of the events read came after the expected one of the same key?

    Their ids go up, of one key without exception.

    Cost    one round trip, none where nothing was read
    """
    if not read:
        return set()
    rows = await store.whole_events(connection, [event_id for event_id, _ in read])
    key_of = {row["event_id"]: tuple(row[name] for name in _KEY) for row in rows}
    return {
        event_id
        for event_id, want in read
        if event_id > want.body.event_id and key_of.get(event_id) == _key(want.place)
    }


_KEY = ("brand_ref", "channel", "recipient_type", "tag", "bucket")


def _key(place: Place) -> tuple[object, ...]:
    return tuple(getattr(place, name) for name in _KEY)


def _newest(event_id: UUID, access_id: UUID | None) -> UUID:
    return event_id if access_id is None else max(event_id, access_id)


def _said_by(content: bytes) -> UUID:
    """Which event a citizen's row was written from."""
    citizen = decode_citizen(content)
    return _newest(citizen.event_id, citizen.access_id)


async def _destroyed(connection: Connection, event_ids: set[UUID]) -> set[UUID]:
    """Which of these movements look erased? An erased one leaves no row that stands at it."""
    if not event_ids:
        return set()
    rows = await store.events(connection, list(event_ids), ())
    return {row["event_id"] for row in rows if row["is_erased"]}


async def _open_each(keyring: Keyring, sealed: Sequence[tuple[bytes, bytes]]) -> list[bytes | None]:
    """Open addresses with their rows; None for what does not open, found by halving."""
    try:
        opener = await keyring.openers(blob for blob, _ in sealed)
        return [opener.open(blob, *_RECIPIENT, row) for blob, row in sealed]
    except (KeyLostError, SealBrokenError):
        if len(sealed) == 1:
            return [None]
    half = len(sealed) // 2
    return await _open_each(keyring, sealed[:half]) + await _open_each(keyring, sealed[half:])
