"""Both views and the figures, made anew from all movements and compared with what is stored.

The movements are read once, in the order of their numbers, and put aside by bucket range; each
range then fits into memory. Whatever moves meanwhile is told apart: a row is wrong only if its
movement did not come after the one that is expected.
"""

import struct
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import islice
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.consent import store
from izin.consent.expected import Expected, Found, Place, compare, expect
from izin.consent.mend import mend
from izin.consent.project import Figures, write_figures
from izin.consent.spool import Spool
from izin.core.terms import Channel, RecipientType, Status
from izin.keyring import Keyring
from izin.ledger.entry import entries
from izin.storage.database import Connection, Database

PAGE_ROWS = 5000
COMPARED_ROWS = 1000

Told = Callable[[int, int], None]
"""Hears how many steps are done, of how many: each movement is read, then compared."""

_CHANNELS, _TYPES = tuple(Channel), tuple(RecipientType)
_RECORD = struct.Struct(">16s16s16sBBh")
_ID_BYTES = 16


class Report(msgspec.Struct, kw_only=True):
    """What a rebuild found, and what it put right.

    movements           numbered and projected: both views should have them
    keys                records that these make up
    …_surplus           rows that no movement accounts for, less those that are missing; told,
                        never deleted
    unreadable          movements of the ledger that are lost, and records whose last one is
    moved               rows that changed while this went on; left to those who changed them
    written             rows and figures put right
    """

    movements: int = 0
    keys: int = 0
    provider_missing: int = 0
    provider_differing: int = 0
    provider_surplus: int = 0
    citizen_missing: int = 0
    citizen_differing: int = 0
    citizen_surplus: int = 0
    figures_differing: int = 0
    unreadable: int = 0
    moved: int = 0
    written: int = 0

    @property
    def differences(self) -> int:
        """How much is not as it should be."""
        return sum(
            value
            for name, value in msgspec.structs.asdict(self).items()
            if name == "unreadable" or name.endswith(("_missing", "_differing", "_surplus"))
        )


Mender = Callable[[Connection, Keyring, Found], Awaitable[int]]
"""Puts right what a comparison found, and gives how many rows were."""


async def check(database: Database, keyring: Keyring, told: Told) -> Report:
    """Compare both views and the figures with all movements; change nothing.

    Takes   a database and keys of a role that sees both sides; its statements may take long,
            because both views are counted
    Cost    every movement and every row once, by key; memory of one bucket range
    """
    async with database.connection() as connection:
        return await _Rebuild(connection, keyring, told).run()


async def write(database: Database, keyring: Keyring, told: Told) -> Report:
    """Compare as `check` does, and put right what differs, a thousand keys a transaction."""
    async with database.connection() as connection:
        return await _Rebuild(connection, keyring, told, mend).run()


class _Rebuild:
    """One run; without a mender it looks only."""

    def __init__(
        self, connection: Connection, keyring: Keyring, told: Told, mender: Mender | None = None
    ) -> None:
        self._connection = connection
        self._keyring = keyring
        self._told = told
        self._mender = mender
        self._steps = 0
        self._figures: Figures = defaultdict(lambda: [0, 0])
        self._report = Report()

    async def run(self) -> Report:
        stored = await store.figures_at(self._connection)
        idx = self._report.movements = stored[0]["projected_idx"]
        with Spool(_RECORD.size, idx) as spool:
            await self._put_aside(spool, idx)
            for records in spool.parts():
                places = iter(_places(records))
                while some := list(islice(places, COMPARED_ROWS)):
                    await self._compare(some)
        await self._count_surplus(idx)
        await self._compare_figures(stored)
        return self._report

    async def _put_aside(self, spool: Spool, idx: int) -> None:
        for after in range(0, idx, PAGE_ROWS):
            page = await entries(self._connection, after, min(idx, after + PAGE_ROWS))
            ids = [entry["event_id"] for entry in page]
            rows = await store.keys_of_events(self._connection, ids)
            by_id = {row["event_id"]: row for row in rows}
            self._report.unreadable += len(ids) - len(by_id)
            for row in (by_id[event_id] for event_id in ids if event_id in by_id):
                if row["tag"] is not None:  # else it was erased
                    spool.add(row["bucket"], _record(row))
            self._tell(len(ids))

    async def _compare(self, places: list[Place]) -> None:
        report = self._report
        expected = await expect(self._connection, self._keyring, places)
        report.keys += len(places)
        report.unreadable += len(places) - len(expected)
        self._count(expected)
        found = await compare(self._connection, self._keyring, expected)
        missing = sum(wrong.read is None for wrong in found.rows)
        citizens_missing = sum(wrong.read is None for wrong in found.citizens)
        report.provider_missing += missing
        report.provider_differing += len(found.rows) - missing
        report.citizen_missing += citizens_missing
        report.citizen_differing += len(found.citizens) - citizens_missing
        report.moved += found.moved
        if self._mender is not None and (found.rows or found.citizens):
            report.written += await self._mender(self._connection, self._keyring, found)
        self._tell(sum(place.count for place in places))

    def _count(self, expected: Iterable[Expected]) -> None:
        for each in expected:
            place = each.place
            cell = self._figures[place.brand_ref, place.channel, place.recipient_type]
            cell[each.body.status is Status.RET] += 1

    async def _count_surplus(self, idx: int) -> None:
        """Rows in excess of what the movements make up, all counted at one moment."""
        row = await store.rows_in_views(self._connection, idx)
        report = self._report
        is_missing = self._mender is None  # else they have been put back
        report.provider_surplus = (
            row["provider_rows"]
            - (report.keys + row["keys_since"])
            + is_missing * report.provider_missing
        )
        report.citizen_surplus = (
            row["citizen_rows"]
            - (report.keys + row["projected_since"])
            + is_missing * report.citizen_missing
        )

    async def _compare_figures(self, stored: list[Record]) -> None:
        off: Figures = defaultdict(lambda: [0, 0], {k: list(v) for k, v in self._figures.items()})
        for row in stored:
            if row["brand_ref"] is None:
                continue
            cell = off[row["brand_ref"], row["channel"], row["recipient_type"]]
            cell[0] -= row["approvals"]
            cell[1] -= row["rejections"]
        wrong = {key: cell for key, cell in off.items() if any(cell)}
        self._report.figures_differing = len(wrong)
        if self._mender is not None and wrong:
            # by how much they are off, so that what is counted meanwhile stays counted
            await write_figures(self._connection, wrong)
            self._report.written += len(wrong)

    def _tell(self, steps: int) -> None:
        self._steps += steps
        self._told(self._steps, 2 * self._report.movements)


def _record(row: Record) -> bytes:
    return _RECORD.pack(
        row["event_id"].bytes,
        row["brand_ref"].bytes,
        row["tag"].bytes,
        _CHANNELS.index(row["channel"]),
        _TYPES.index(row["recipient_type"]),
        row["bucket"],
    )


def _places(records: Iterable[bytes]) -> Iterator[Place]:
    """The keys of one bucket range with their movements; records come in the order of numbers."""
    first: dict[bytes, bytes] = {}
    last: dict[bytes, bytes] = {}
    count: Counter[bytes] = Counter()
    for record in records:
        key = record[_ID_BYTES:]
        first.setdefault(key, record)
        last[key] = record
        count[key] += 1
    for key, record in last.items():
        event_id, brand_ref, tag, channel, recipient_type, bucket = _RECORD.unpack(record)
        yield Place(
            brand_ref=UUID(bytes=brand_ref),
            channel=_CHANNELS[channel],
            recipient_type=_TYPES[recipient_type],
            tag=UUID(bytes=tag),
            bucket=bucket,
            first_id=UUID(bytes=first[key][:_ID_BYTES]),
            last_id=UUID(bytes=event_id),
            count=count[key],
        )
