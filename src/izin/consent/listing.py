"""A brand's own records in the order of their keys, a bounded stretch at a time."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.consent import store
from izin.consent.source import source_of
from izin.consent.stored import STATUS
from izin.core.codes import BrandCode, RetailerCode
from izin.core.paging import BadCursorError, Page
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.vault.cursor import Cursors

SCAN_ROWS = 5000
"""Rows looked at for one page: a filter that matches little gives short pages, not slow ones."""

CursorKey: TypeAlias = tuple[Channel, RecipientType, UUID]
_START = UUID(int=0)
_LAST = list(Channel)[-1]


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One record with its address, as its owner sees it.

    retailer_access  who may use it, in order; read where all consents are, not a page of them
    """

    recipient: str
    channel: Channel
    recipient_type: RecipientType
    status: Status
    source: Source | None
    consented_at: datetime | None
    recorded_at: datetime
    first_recorded_at: datetime
    retailer_code: RetailerCode | None
    retailer_access: tuple[RetailerCode, ...] = ()


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which records of a brand. None means any.

    since, until  bounds of the consent date; for a merchant's undated record, of its recording
    after         cursor of the previous page, which was asked for in the same words but `limit`
    """

    brand_code: BrandCode
    channel: Channel | None = None
    recipient_type: RecipientType | None = None
    status: Status | None = None
    retailer_code: RetailerCode | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    limit: int = 1000

    def question(self) -> bytes:
        """All that every page of one list has in common."""
        return msgspec.msgpack.encode(
            (
                *(self.brand_code, self.channel, self.recipient_type, self.status),
                *(self.retailer_code, self.since, self.until),
            )
        )


async def list_consents(connection: Connection, keyring: Keyring, wanted: Wanted) -> Page[Listed]:
    """Give one page of a brand's records.

    Raises  BadCursorError
    Cost    one round trip of at most SCAN_ROWS rows by primary key, and one for keys not yet seen
    """
    rows, next_ = await _stretch(connection, keyring, wanted)
    return Page(tuple(await _opened(keyring, rows)), next_)


async def _stretch(
    connection: Connection, keyring: Keyring, wanted: Wanted
) -> tuple[list[Record], str | None]:
    start = _start(wanted, keyring.cursors)
    last_channel = wanted.channel or _LAST
    rows = await store.brand_page(
        connection, keyring.pseudonyms.brand_ref(wanted.brand_code), start, last_channel, SCAN_ROWS
    )
    kept: list[Record] = []
    seen: Record | None = None
    for row in rows:
        seen = row
        if _matches(row, wanted, keyring):
            kept.append(row)
            if len(kept) == wanted.limit:
                break
    is_last = len(rows) < SCAN_ROWS and (not rows or seen is rows[-1])
    next_ = None if is_last or seen is None else _cursor(seen, wanted, keyring.cursors)
    return kept, next_


async def every_consent(
    connection: Connection, keyring: Keyring, brand_code: BrandCode
) -> AsyncIterator[Listed]:
    """Give all of a brand's records with the dealers that may use them; memory holds one page."""
    wanted = Wanted(brand_code=brand_code, limit=SCAN_ROWS)
    while True:
        rows, after = await _stretch(connection, keyring, wanted)
        access = await _access(connection, keyring, brand_code, rows)
        for listed, codes in zip(await _opened(keyring, rows), access, strict=True):
            yield msgspec.structs.replace(listed, retailer_access=codes)
        if after is None:
            return
        wanted = msgspec.structs.replace(wanted, after=after)


async def _access(
    connection: Connection, keyring: Keyring, brand_code: BrandCode, rows: list[Record]
) -> list[tuple[RetailerCode, ...]]:
    keys = store.KeyColumns(
        [keyring.pseudonyms.brand_ref(brand_code)] * len(rows),
        *([row[name] for row in rows] for name in ("channel", "recipient_type", "tag", "bucket")),
    )
    stored = await store.stored_retailers(connection, keys)
    found = {row["ord"]: row["sivs"] for row in stored if row["sivs"] is not None}
    opened = keyring.retailers.open
    return [tuple(sorted(map(opened, found.get(place, ())))) for place in range(1, len(rows) + 1)]


def _start(wanted: Wanted, cursors: Cursors) -> CursorKey:
    if wanted.after is None:
        return (wanted.channel or Channel.ARAMA, RecipientType.BIREYSEL, _START)
    place = cursors.open_place(wanted.question(), wanted.after)
    if place is None:
        raise BadCursorError
    key: CursorKey = msgspec.msgpack.decode(place, type=CursorKey)
    return key


def _cursor(row: Record, wanted: Wanted, cursors: Cursors) -> str:
    key: CursorKey = (row["channel"], row["recipient_type"], row["tag"])
    return cursors.seal_place(wanted.question(), msgspec.msgpack.encode(key))


def _matches(row: Record, wanted: Wanted, keyring: Keyring) -> bool:
    at: datetime = row["consented_at"] or row["recorded_at"]
    return (
        wanted.status in (None, row["status"])
        and wanted.recipient_type in (None, row["recipient_type"])
        and (wanted.retailer_code is None or _retailer(row, keyring) == wanted.retailer_code)
        and (wanted.since is None or at >= wanted.since)
        and (wanted.until is None or at <= wanted.until)
    )


def _retailer(row: Record, keyring: Keyring) -> RetailerCode | None:
    sealed = row["retailer_siv"]
    return None if sealed is None else keyring.retailers.open(sealed)


async def _opened(keyring: Keyring, rows: list[Record]) -> list[Listed]:
    opener = await keyring.openers(row["recipient_sealed"] for row in rows)
    return [
        Listed(
            recipient=opener.open(
                row["recipient_sealed"], "provider_consent", "recipient_sealed", row["tag"].bytes
            ).decode(),
            channel=Channel(row["channel"]),
            recipient_type=RecipientType(row["recipient_type"]),
            status=STATUS[row["status"]],
            source=source_of(row["source"]),
            consented_at=row["consented_at"],
            recorded_at=row["recorded_at"],
            first_recorded_at=row["first_recorded_at"],
            retailer_code=_retailer(row, keyring),
        )
        for row in rows
    ]
