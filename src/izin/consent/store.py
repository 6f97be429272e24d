"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Connection, Record

from izin.storage.distribution import few
from izin.storage.statements import load

_SQL = load("izin.consent")


class KeyColumns(msgspec.Struct, frozen=True):
    """Keys of records, a column each, all of one length, in the order of the primary key."""

    brand_refs: list[UUID]
    channels: list[str]
    recipient_types: list[str]
    tags: list[UUID]
    buckets: list[int]

    def rows(self) -> int:
        """How many keys."""
        return len(self.tags)

    def parameters(self) -> tuple[list[UUID], list[str], list[str], list[UUID], list[int]]:
        """Give the columns as $1..$5."""
        return (self.brand_refs, self.channels, self.recipient_types, self.tags, self.buckets)

    def asked(self) -> tuple[object, ...]:
        """Give the columns as $1..$5, and as $6 the buckets if they are few."""
        return (*self.parameters(), few(self.buckets))

    def picked(self, rows: Sequence[int]) -> "KeyColumns":
        """Give only the rows named."""
        return KeyColumns(
            [self.brand_refs[row] for row in rows],
            [self.channels[row] for row in rows],
            [self.recipient_types[row] for row in rows],
            [self.tags[row] for row in rows],
            [self.buckets[row] for row in rows],
        )


class Movement(NamedTuple):
    """A movement to write: the database's type of this name, field by field."""

    brand_ref: UUID
    channel: str
    recipient_type: str
    tag: UUID
    bucket: int
    status: str
    source: int | None
    consented_at: datetime | None
    recorded_at: datetime
    recipient_sealed: bytes
    retailer_siv: bytes | None
    event_id: UUID
    tag_epoch: int
    version: int
    commitment: bytes
    previous_event_id: UUID | None
    body_sealed: bytes
    side: str


async def current_records(connection: Connection, keys: KeyColumns) -> list[Record]:
    return await connection.fetch(_SQL["current_records"], *keys.asked())


async def append(connection: Connection, movements: Sequence[Movement]) -> set[UUID]:
    written = await connection.fetchval(_SQL["append"], movements)
    return set(written)


class AccessColumns(msgspec.Struct, frozen=True):
    """Changes of dealers to write, a column each; the keys are in `KeyColumns`."""

    versions: list[int]
    access_ids: list[UUID]
    retailer_sivs: list[bytes | None]
    previous_ids: list[UUID]
    commitments: list[bytes]
    recorded_ats: list[datetime]
    bodies_sealed: list[bytes]


async def change_access(connection: Connection, keys: KeyColumns, changes: AccessColumns) -> int:
    done = await connection.execute(
        _SQL["change_access"],
        *keys.parameters(),
        changes.versions,
        changes.access_ids,
        changes.retailer_sivs,
    )
    return int(done.split()[1])


async def add_access_events(
    connection: Connection, keys: KeyColumns, changes: AccessColumns
) -> None:
    await connection.execute(
        _SQL["add_access_events"],
        *keys.parameters(),
        changes.access_ids,
        changes.commitments,
        changes.recorded_ats,
        changes.previous_ids,
        changes.bodies_sealed,
    )


async def add_access_pending(
    connection: Connection, keys: KeyColumns, changes: AccessColumns
) -> None:
    await connection.execute(
        _SQL["add_access_pending"],
        changes.access_ids,
        keys.buckets,
        keys.brand_refs,
        changes.recorded_ats,
    )


async def replace_retailers_out(connection: Connection, keys: KeyColumns) -> None:
    await connection.execute(_SQL["replace_retailers_out"], *keys.asked())


async def replace_retailers_in(
    connection: Connection, keys: KeyColumns, sealed: list[bytes]
) -> None:
    await connection.execute(_SQL["replace_retailers_in"], *keys.parameters(), sealed)


async def current_states(connection: Connection, keys: KeyColumns) -> list[Record]:
    return await connection.fetch(_SQL["current_states"], *keys.asked())


async def details(connection: Connection, keys: KeyColumns) -> list[Record]:
    return await connection.fetch(_SQL["details"], *keys.asked())


async def retailer_grants(
    connection: Connection, keys: KeyColumns, sealed: list[bytes]
) -> list[Record]:
    return await connection.fetch(_SQL["retailer_grants"], *keys.asked(), sealed)


async def consents_by_dealer(connection: Connection, sealed: list[str]) -> list[Record]:
    return await connection.fetch(_SQL["consents_by_dealer"], sealed)


async def events(
    connection: Connection, event_ids: list[UUID], buckets: Sequence[int]
) -> list[Record]:
    return await connection.fetch(_SQL["events"], event_ids, few(buckets))


async def chain(
    connection: Connection, event_id: UUID, bucket: int, offset: int, limit: int
) -> list[Record]:
    return await connection.fetch(_SQL["chain"], event_id, bucket, offset, limit)


async def key_head(
    connection: Connection,
    brand_ref: UUID,
    channel: str,
    recipient_type: str,
    tag: UUID,
    bucket: int,
) -> Record | None:
    return await connection.fetchrow(
        _SQL["key_head"], brand_ref, channel, recipient_type, tag, bucket
    )


async def brand_page(
    connection: Connection,
    brand_ref: UUID,
    after: tuple[str, str, UUID],
    last_channel: str,
    scan_rows: int,
) -> list[Record]:
    return await connection.fetch(_SQL["brand_page"], brand_ref, *after, last_channel, scan_rows)


class DealerPlace(NamedTuple):
    """Where a list of one dealer's consents goes on: $1..$4 of its statements."""

    sealed: str
    tag: UUID
    channel: str
    recipient_type: str


async def taken_page(connection: Connection, place: DealerPlace, limit: int) -> list[Record]:
    return await connection.fetch(_SQL["taken_page"], *place, limit)


async def dealt_page(connection: Connection, place: DealerPlace, limit: int) -> list[Record]:
    return await connection.fetch(_SQL["dealt_page"], *place, limit)


async def listed_rows(connection: Connection, keys: KeyColumns) -> list[Record]:
    return await connection.fetch(_SQL["listed_rows"], *keys.asked())


async def upsert_citizen(
    connection: Connection,
    tags: list[UUID],
    slots: list[UUID],
    buckets: list[int],
    sealed: list[bytes],
) -> None:
    await connection.execute(_SQL["upsert_citizen"], tags, slots, buckets, sealed)


async def citizen_rows(connection: Connection, *asked: object) -> list[Record]:
    return await connection.fetch(_SQL["citizen_rows"], *asked)


async def citizen_keys(
    connection: Connection, after_tag: UUID, after_slot: UUID, limit: int
) -> list[Record]:
    return await connection.fetch(_SQL["citizen_keys"], after_tag, after_slot, limit)


async def rewrite_citizens(
    connection: Connection, after: tuple[UUID, UUID], to: tuple[UUID, UUID]
) -> None:
    await connection.execute(_SQL["rewrite_citizens"], *after, *to)


async def move_figures(
    connection: Connection,
    brand_refs: list[UUID],
    channels: list[str],
    recipient_types: list[str],
    approvals: list[int],
    rejections: list[int],
) -> None:
    await connection.execute(
        _SQL["move_figures"], brand_refs, channels, recipient_types, approvals, rejections
    )


async def put_batch(
    connection: Connection, request_id: UUID, bucket: int, brand_code: int, body_sealed: bytes
) -> None:
    await connection.execute(_SQL["put_batch"], request_id, bucket, brand_code, body_sealed)


async def batch_body(connection: Connection, request_id: UUID, bucket: int) -> Record | None:
    return await connection.fetchrow(_SQL["batch_body"], request_id, bucket)


async def batch_of_brand(
    connection: Connection, request_id: UUID, bucket: int, brand_code: int, oldest: datetime
) -> Record | None:
    return await connection.fetchrow(_SQL["batch_of_brand"], request_id, bucket, brand_code, oldest)


async def finish_batch(
    connection: Connection, request_id: UUID, bucket: int, results_sealed: bytes
) -> None:
    await connection.execute(_SQL["finish_batch"], request_id, bucket, results_sealed)


async def drop_old_batches(connection: Connection, before: datetime, limit: int) -> None:
    await connection.execute(_SQL["drop_old_batches"], before, limit)


class MendedColumns(msgspec.Struct, frozen=True):
    """What rows of the company's view become, a column each; the keys are in `KeyColumns`."""

    statuses: list[str]
    sources: list[int | None]
    consented_ats: list[datetime | None]
    recorded_ats: list[datetime]
    first_recorded_ats: list[datetime]
    recipients_sealed: list[bytes]
    retailer_sivs: list[bytes | None]
    event_ids: list[UUID]
    tag_epochs: list[int]
    versions: list[int]
    access_ids: list[UUID | None]
    access_counts: list[int]

    def parameters(self) -> tuple[list[object], ...]:
        """Give the columns as $6..$17."""
        return tuple(getattr(self, name) for name in self.__struct_fields__)


async def figures_at(connection: Connection) -> list[Record]:
    return await connection.fetch(_SQL["figures_at"])


async def whole_events(connection: Connection, event_ids: list[UUID]) -> list[Record]:
    return await connection.fetch(_SQL["whole_events"], event_ids)


async def stored_rows(connection: Connection, keys: KeyColumns) -> list[Record]:
    return await connection.fetch(_SQL["stored_rows"], *keys.parameters())


async def stored_citizens(
    connection: Connection, tags: list[UUID], slots: list[UUID], buckets: list[int]
) -> list[Record]:
    return await connection.fetch(_SQL["stored_citizens"], tags, slots, buckets)


async def rows_in_views(connection: Connection, idx: int) -> Record:
    row = await connection.fetchrow(_SQL["rows_in_views"], idx)
    assert row is not None, "sequence_head always has its one row"
    return row


async def mend_rows(
    connection: Connection,
    keys: KeyColumns,
    mended: MendedColumns,
    read: tuple[list[UUID], list[int]],
) -> int:
    done = await connection.execute(
        _SQL["mend_rows"], *keys.parameters(), *mended.parameters(), *read
    )
    return int(done.split()[1])


async def mend_missing_rows(connection: Connection, keys: KeyColumns, mended: MendedColumns) -> int:
    done = await connection.execute(
        _SQL["mend_missing_rows"], *keys.parameters(), *mended.parameters()
    )
    return int(done.split()[2])


async def mend_citizens(
    connection: Connection,
    keys: tuple[list[UUID], list[UUID], list[int]],
    sealed: list[bytes],
    read_sealed: list[bytes],
) -> int:
    done = await connection.execute(_SQL["mend_citizens"], *keys, sealed, read_sealed)
    return int(done.split()[1])


async def mend_missing_citizens(
    connection: Connection, keys: tuple[list[UUID], list[UUID], list[int]], sealed: list[bytes]
) -> int:
    done = await connection.execute(_SQL["mend_missing_citizens"], *keys, sealed)
    return int(done.split()[2])


async def unnumbered_events(connection: Connection, named_max: int) -> list[Record]:
    return await connection.fetch(_SQL["unnumbered_events"], named_max)


async def retailers_without_record(connection: Connection) -> int:
    count: int = await connection.fetchval(_SQL["retailers_without_record"])
    return count


async def stored_retailers(connection: Connection, keys: KeyColumns) -> list[Record]:
    return await connection.fetch(_SQL["stored_retailers"], *keys.parameters())


async def hold_rows(
    connection: Connection,
    keys: KeyColumns,
    event_ids: list[UUID],
    access_ids: list[UUID | None],
) -> list[Record]:
    return await connection.fetch(_SQL["hold_rows"], *keys.parameters(), event_ids, access_ids)


async def set_aside(
    connection: Connection, numbers: list[int], event_ids: list[UUID | None]
) -> None:
    await connection.execute(_SQL["set_aside"], numbers, event_ids)


async def unprojected(
    connection: Connection, after_idx: int, to_idx: int, limit: int
) -> list[Record]:
    return await connection.fetch(_SQL["unprojected"], after_idx, to_idx, limit)


async def unprojected_count(connection: Connection) -> int:
    count: int = await connection.fetchval(_SQL["unprojected_count"])
    return count


async def take_back(connection: Connection, numbers: list[int]) -> None:
    await connection.execute(_SQL["take_back"], numbers)
