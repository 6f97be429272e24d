"""PULL: one brand's movements after a cursor, gapless, oldest first."""

import logging
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import msgspec
from asyncpg import Record

from izin.consent.opened import Opened, Unopened, read_bodies
from izin.core.codes import BrandCode
from izin.core.errors import UnavailableError
from izin.core.terms import Channel, Side
from izin.keyring import Keyring
from izin.ledger import entry as ledger
from izin.storage.database import Connection

_log = logging.getLogger("izin.feed")

LIMIT_MAX = 1000
"""Source: contract 1.9."""

STRETCHES_MAX = 5
"""How many pages are looked through in one call until there is something of the reader's."""

STANDSTILL_S = 60
"""After how long a reader is to ask again for what does not open."""

_EVER = datetime(2015, 1, 1, tzinfo=UTC)
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


class FeedWindow(msgspec.Struct, frozen=True, kw_only=True):
    """How far back a reader without a cursor starts, and how much of the end is withheld."""

    days: int = 7
    withheld_minutes: int = 0


class Changes(msgspec.Struct, frozen=True):
    """A stretch of the feed, and the number of its last entry; nothing newer when empty."""

    movements: list[Opened]
    last_idx: int
    last_recorded_at: datetime | None


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Whose feed is read, which channels of it, from where, and what time it is."""

    brand_code: BrandCode
    side: Side
    after_idx: int | None
    limit: int
    now: datetime
    channels: frozenset[Channel] = frozenset(Channel)


async def pull(
    connection: Connection, keyring: Keyring, reader: Reader, window: FeedWindow
) -> Changes:
    """What moved after the cursor; where nothing of it is the reader's, what comes after that.

    Takes   reader.after_idx: number behind the cursor, None at the first call
    Gives   at most reader.limit movements, in the order of the number; fewer where others of the
            brand are not the reader's, and before one that does not open, since a cursor that
            passed it would lose it
    Raises  UnavailableError: the very next one does not open; everybody else's feed goes on
    Cost    three round trips: the published number, the entries, their events by key; at most
            `STRETCHES_MAX` times as many
    """
    found = await _stretch(connection, keyring, reader, window)
    for _ in range(1, STRETCHES_MAX):
        if found.movements or found.last_recorded_at is None:
            break
        further = msgspec.structs.replace(reader, after_idx=found.last_idx)
        more = await _stretch(connection, keyring, further, window)
        if more.last_recorded_at is None:
            break
        found = more
    return found


async def _stretch(
    connection: Connection, keyring: Keyring, reader: Reader, window: FeedWindow
) -> Changes:
    head = await ledger.head(connection)
    oldest = reader.now - timedelta(days=window.days)
    newest = (
        reader.now - timedelta(minutes=window.withheld_minutes)
        if window.withheld_minutes
        else _FOREVER  # the published number is the only bound
    )
    after = reader.after_idx
    if after is None:
        after = await _start(connection, oldest, head["published_idx"])
        since = oldest
    else:
        since = _EVER
    rows = await ledger.brand_entries(
        connection,
        (keyring.pseudonyms.brand_ref(reader.brand_code), reader.side),
        (after, head["published_idx"]),
        reader.limit,
        since,
    )
    # a cursor passes nothing that is still withheld
    kept = list(takewhile(lambda row: row["recorded_at"] <= newest, rows))
    if not kept:
        return Changes([], after, None)
    read = await read_bodies(
        connection,
        keyring,
        [row["event_id"] for row in kept],
        [row["bucket"] for row in kept],
    )
    if Unopened.UNREADABLE in read:
        read = read[: read.index(Unopened.UNREADABLE)]
    if not read:
        raise _stands_still(kept[0])
    last = kept[len(read) - 1]
    changes = [
        each
        for each in read
        if isinstance(each, Opened) and each.body.key.channel in reader.channels
    ]
    return Changes(changes, last["idx"], last["recorded_at"])


def _stands_still(row: Record) -> UnavailableError:
    _log.error("a feed stands still at %d (%s), which does not open", row["idx"], row["event_id"])
    return UnavailableError("a movement does not open", retry_after_s=STANDSTILL_S)


async def _start(connection: Connection, oldest: datetime, published_idx: int) -> int:
    # one hour earlier: a movement may get its number some moments after its instant
    hour = oldest.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    before = await ledger.first_of_hour(connection, hour)
    return published_idx if before is None else before
