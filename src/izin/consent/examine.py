"""The ledger held against itself: each number has its event, and all agrees with what is sealed."""

from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.consent import store
from izin.consent.chain import Link
from izin.consent.event import EventBody, commitment_of
from izin.consent.findings import Fault, Report
from izin.consent.opened import Opened, Unopened, read_rows
from izin.consent.stored import locations
from izin.core.terms import Side
from izin.keyring import Keyring
from izin.ledger import entry as ledger
from izin.storage.database import Connection


class _Key(msgspec.Struct, frozen=True):
    """Where a movement's record lies; the names are those of the columns."""

    brand_ref: UUID
    channel: str
    recipient_type: str
    tag: UUID
    bucket: int


Heard = Callable[[int, EventBody | None], None]
"""Hears the number of each movement and its body; None of one that is erased or does not open."""


async def examine(
    connection: Connection,
    keyring: Keyring,
    span: tuple[int, int],
    report: Report,
    heard: Heard = lambda _idx, _body: None,
) -> list[Link]:
    """Check the movements numbered in (after, to]: open each body, and hold all against it.

    Takes   report: is told of every fault
    Gives   those whose record is known, in order; erased ones belong to none
    Cost    two round trips, about 30 µs a movement
    """
    after, to = span
    page = await ledger.entries(connection, after, to)
    for idx in sorted(set(range(after + 1, to + 1)) - {entry["idx"] for entry in page}):
        report.tell(Fault.GAPS, idx)
    ids = [entry["event_id"] for entry in page]
    by_id = {row["event_id"]: row for row in await store.whole_events(connection, ids)}
    for event_id in ids:
        if event_id not in by_id:
            report.tell(Fault.LOST, event_id)
    kept = [entry for entry in page if entry["event_id"] in by_id]
    rows = [by_id[entry["event_id"]] for entry in kept]
    opened = await read_rows(keyring, rows)
    for entry, each in zip(kept, opened, strict=True):
        heard(entry["idx"], each.body if isinstance(each, Opened) else None)
    keys = _keys(keyring, opened)
    links = [_link(report, *each) for each in zip(kept, rows, opened, keys, strict=True)]
    return [link for link in links if link is not None]


def _keys(keyring: Keyring, opened: Sequence[Opened | Unopened]) -> list[_Key | None]:
    """Where the records lie by what the bodies say."""
    in_clear = [each.body.key for each in opened if isinstance(each, Opened)]
    located = iter(zip(in_clear, locations(keyring.pseudonyms, in_clear), strict=True))
    found: list[_Key | None] = []
    for each in opened:
        if not isinstance(each, Opened):
            found.append(None)
            continue
        key, (tag, bucket) = next(located)
        brand_ref = keyring.pseudonyms.brand_ref(key.brand_code)
        found.append(_Key(brand_ref, key.channel, key.recipient_type, tag, bucket))
    return found


def _link(
    report: Report, entry: Record, row: Record, opened: Opened | Unopened, key: _Key | None
) -> Link | None:
    """Hold one movement against its body; what nothing can be held against goes by its columns."""
    event_id = row["event_id"]
    if opened is Unopened.UNREADABLE:
        report.tell(Fault.UNREADABLE, event_id)
    body = opened.body if isinstance(opened, Opened) else None
    is_committed = body is not None and row["commitment"] == commitment_of(body)
    if key is None or not is_committed:
        key = _key_in_clear(row)
    is_sound = body is not None and is_committed and _event_agrees(row, body, key)
    if (body is not None and not is_sound) or not _entry_agrees(entry, row, body, key):
        report.tell(Fault.ALTERED, event_id)
    if key is None:
        return None
    return Link(
        event_id=event_id,
        previous_id=row["previous_event_id"],
        brand_ref=key.brand_ref,
        tag=key.tag,
        channel=key.channel,
        recipient_type=key.recipient_type,
        bucket=key.bucket,
        is_sound=is_sound,
        names_dealers=body is not None and body.retailer_access is not None,
        is_access=entry["side"] == Side.ACCESS,
    )


def _key_in_clear(row: Record) -> _Key | None:
    columns = [row[name] for name in _Key.__struct_fields__]
    return None if None in columns else _Key(*columns)


def _event_agrees(row: Record, body: EventBody, key: _Key | None) -> bool:
    return (
        key == _key_in_clear(row)
        and row["event_id"] == body.event_id
        and row["recorded_at"] == body.recorded_at
    )


def _entry_agrees(entry: Record, row: Record, body: EventBody | None, key: _Key | None) -> bool:
    recorded_at = row["recorded_at"] if body is None else body.recorded_at
    return (
        entry["bucket"] == row["bucket"]
        and entry["recorded_at"] == recorded_at
        and (key is None or entry["brand_ref"] == key.brand_ref)
        and (body is None or entry["side"] == body.side)
    )
