"""A brand's own records, or one dealer's, a bounded stretch at a time and in order."""

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
_CHANNELS = {channel.value: place for place, channel in enumerate(Channel)}
_TYPES = {type_.value: place for place, type_ in enumerate(RecipientType)}


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

    channels       those that the reader may see
    retailer_code  the dealer that took them
    dealer         a dealer that took them or may use them
    since, until  bounds of the consent date; for a merchant's undated record, of its recording
    after         cursor of the previous page, which was asked for in the same words but `limit`
    """

    brand_code: BrandCode
    channel: Channel | None = None
    channels: frozenset[Channel] = frozenset(Channel)
    recipient_type: RecipientType | None = None
    status: Status | None = None
    retailer_code: RetailerCode | None = None
    dealer: RetailerCode | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    limit: int = 1000

    def question(self) -> bytes:
        """All that every page of one list has in common."""
        return msgspec.msgpack.encode(
            (
                *(self.brand_code, self.channel, self.recipient_type, self.status),
                *(self.retailer_code, self.dealer, self.since, self.until),
            )
        )


class _Stretch(msgspec.Struct, frozen=True):
    """Records in the order of keys, and the key up to which none is left out; None: to the end."""

    rows: list[Record]
    to: CursorKey | None


async def list_consents(connection: Connection, keyring: Keyring, wanted: Wanted) -> Page[Listed]:
    """Give one page of a brand's records.

    Raises  BadCursorError
    Cost    one round trip of at most SCAN_ROWS rows by primary key, three of one dealer's, and one
            for keys not yet seen
    """
    if wanted.dealer is None:
        stretch = await _of_brand(connection, keyring, wanted)
    else:
        stretch = await _of_dealer(connection, keyring, wanted, wanted.dealer)
    rows, next_ = _picked(stretch, wanted, keyring)
    return Page(tuple(await _opened(keyring, rows)), next_)


async def _of_brand(connection: Connection, keyring: Keyring, wanted: Wanted) -> _Stretch:
    rows = await store.brand_page(
        connection,
        keyring.pseudonyms.brand_ref(wanted.brand_code),
        _start(wanted, keyring.cursors),
        wanted.channel or _LAST,
        SCAN_ROWS,
    )
    return _Stretch(rows, _place(rows[-1]) if len(rows) == SCAN_ROWS else None)


async def _of_dealer(
    connection: Connection, keyring: Keyring, wanted: Wanted, dealer: RetailerCode
) -> _Stretch:
    """Read the keys that the dealer took and those that list it, then their records."""
    brand_ref = keyring.pseudonyms.brand_ref(wanted.brand_code)
    sealed = keyring.retailers.seal(dealer).hex()
    channel, recipient_type, tag = _start(wanted, keyring.cursors)
    after = store.DealerPlace(sealed, tag, channel, recipient_type)
    pages = [
        await store.taken_page(connection, after, SCAN_ROWS),
        await store.dealt_page(connection, after, SCAN_ROWS),
    ]
    ends = [_place(page[-1]) for page in pages if len(page) == SCAN_ROWS]
    # past the end of one that was cut off, the other alone would leave keys out
    to = min(ends, key=_order) if ends else None
    of_brand = [row for page in pages for row in page if row["brand_ref"] == brand_ref]
    buckets = {_place(row): row["bucket"] for row in of_brand}
    places = sorted(buckets, key=_order)
    if to is not None:
        places = [place for place in places if _order(place) <= _order(to)]
    keys = store.KeyColumns(
        [brand_ref] * len(places),
        [channel for channel, _, _ in places],
        [type_ for _, type_, _ in places],
        [tag for _, _, tag in places],
        [buckets[place] for place in places],
    )
    rows = await store.listed_rows(connection, keys)
    return _Stretch(sorted(rows, key=lambda row: _order(_place(row))), to)


def _picked(stretch: _Stretch, wanted: Wanted, keyring: Keyring) -> tuple[list[Record], str | None]:
    """Pick a page of what matches, and the cursor of the next one, if there may be one."""
    kept: list[Record] = []
    to = stretch.to
    for row in stretch.rows:
        if not _matches(row, wanted, keyring):
            continue
        if len(kept) == wanted.limit:
            to = _place(kept[-1])
            break
        kept.append(row)
    return kept, None if to is None else _cursor(to, wanted, keyring.cursors)


def _place(row: Record) -> CursorKey:
    return (row["channel"], row["recipient_type"], row["tag"])


def _order(place: CursorKey) -> tuple[int, int, int]:
    """Where a key stands in one dealer's list."""
    channel, recipient_type, tag = place
    return (tag.int, _CHANNELS[channel], _TYPES[recipient_type])


async def every_consent(
    connection: Connection, keyring: Keyring, brand_code: BrandCode
) -> AsyncIterator[Listed]:
    """Give all of a brand's records with the dealers that may use them; memory holds one page."""
    wanted = Wanted(brand_code=brand_code, limit=SCAN_ROWS)
    while True:
        stretch = await _of_brand(connection, keyring, wanted)
        rows, after = _picked(stretch, wanted, keyring)
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


def _cursor(place: CursorKey, wanted: Wanted, cursors: Cursors) -> str:
    return cursors.seal_place(wanted.question(), msgspec.msgpack.encode(place))


def _matches(row: Record, wanted: Wanted, keyring: Keyring) -> bool:
    at: datetime = row["consented_at"] or row["recorded_at"]
    return (
        row["channel"] in wanted.channels
        and wanted.channel in (None, row["channel"])
        and wanted.status in (None, row["status"])
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
