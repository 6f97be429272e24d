"""All movements checked; views, dealers, addresses and figures made anew from them, and compared.

The movements are read once, in the order of their numbers, checked, and put aside by bucket range;
each range then fits into memory. Whatever moves meanwhile is told apart: a row is wrong only if its
movement did not come after the one that is expected.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Container, Iterable
from itertools import islice
from uuid import UUID

from asyncpg import Record as Row

from izin.consent import store
from izin.consent.chain import LINK_BYTES, Place, places
from izin.consent.days import add_day
from izin.consent.event import EventBody
from izin.consent.examine import examine
from izin.consent.expected import Expected, Found, Order, compare, expect
from izin.consent.figures import Figures, Tally, write_figures
from izin.consent.findings import NAMED_MAX, Fault, Report
from izin.consent.mend import mend
from izin.consent.opened import Unopened, read_bodies
from izin.consent.project import bodies_between
from izin.consent.spool import Spool
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.report.keep import expectation, write_days
from izin.report.model import Days
from izin.storage.database import Connection, Database, reading_whole_tables
from izin.subscription.recount import (
    Expectation,
    Record,
    put_figures_right,
    put_right,
    row_count,
    wrong_figures,
)

PAGE_ROWS = 5000
COMPARED_ROWS = 1000

Told = Callable[[int, int], None]
"""Hears how many steps are done, of how many: each movement is read, then compared."""

Group = tuple[UUID, str, str]

Mender = Callable[[Connection, Keyring, Found], Awaitable[int]]
"""Puts right what a comparison found, and gives how many rows were."""


async def check(database: Database, keyring: Keyring, told: Told) -> Report:
    """Check all movements; compare views, dealers and figures with them; change nothing.

    Takes   a database and keys of a role that sees both sides; its statements may take long,
            because both views are counted
    Cost    every movement three times and every row once, by key; memory of one bucket range
    """
    async with database.connection() as connection:
        return await _Rebuild(connection, keyring, told).run()


async def write(database: Database, keyring: Keyring, told: Told) -> Report:
    """Compare as `check` does, and put right what differs, a thousand keys a transaction.

    The ledger is never changed. A record whose own movements are not sound is left as it stands;
    where numbers or events are missing, all is.
    """
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
        self._unjudged: set[Group] = set()
        self._report = Report()
        self._counted_idx = 0
        self._counted_rows = 0
        self._addresses = Expectation()
        self._are_days_known = True

    async def run(self) -> Report:
        self._days = await expectation(self._connection)  # first: what is counted is numbered
        stored = await store.figures_at(self._connection)
        idx = self._report.movements = stored[0]["projected_idx"]
        self._counted_idx = stored[0]["counted_idx"]
        open_again = await self._set_aside_but_open(idx)
        with Spool(LINK_BYTES, idx) as spool:
            await self._put_aside(spool, idx)
            if self._report.has_holes:
                self._mender = None  # what is missing may be a refusal: nothing is taken back
            for links in spool.parts():
                keys = places(links, self._unlinked)
                while some := list(islice(keys, COMPARED_ROWS)):
                    await self._compare(some)
                await self._compare_addresses()
        async with reading_whole_tables(self._connection):
            await self._count_unnumbered()
            await self._count_surplus(idx)
        await self._compare_figures(stored)
        await self._compare_address_figures()
        await self._compare_days()
        if self._mender is not None:  # all that these say is where it should be
            await store.take_back(self._connection, open_again)
        self._report.unprojected = await store.unprojected_count(self._connection)
        return self._report

    async def _set_aside_but_open(self, idx: int) -> list[int]:
        """Numbers that the projector has set aside, and whose cause has gone."""
        found: list[int] = []
        after = 0
        while page := await store.unprojected(self._connection, after, idx, PAGE_ROWS):
            named = [row for row in page if row["event_id"] is not None]
            ids = [row["event_id"] for row in named]
            read = await read_bodies(self._connection, self._keyring, ids)
            found += [
                row["idx"]
                for row, each in zip(named, read, strict=True)
                if each is not Unopened.UNREADABLE
            ]
            after = page[-1]["idx"]
        return found

    async def _put_aside(self, spool: Spool, idx: int) -> None:
        for after in range(0, idx, PAGE_ROWS):
            span = after, min(idx, after + PAGE_ROWS)
            for link in await examine(
                self._connection, self._keyring, span, self._report, self._hear
            ):
                spool.add(link.bucket, link.packed())
            self._tell(span[1] - after)

    def _hear(self, idx: int, body: EventBody | None) -> None:
        """Count a movement on its day, if it is in the figures by now."""
        if body is None:
            self._are_days_known = False  # nobody can say what it added
        elif idx <= self._days.counted_idx:
            days: Days = {}
            brand_ref = self._keyring.pseudonyms.brand_ref(body.key.brand_code)
            add_day(self._keyring, brand_ref, body, days)
            self._days.add(days)

    def _unlinked(self, event_id: UUID) -> None:
        self._report.tell(Fault.UNLINKED, event_id)

    async def _compare(self, some: list[Place]) -> None:
        report = self._report
        expected = await expect(
            self._connection, self._keyring, [place for place in some if place.is_sound]
        )
        report.keys += len(some)
        self._count(expected)
        found = await compare(self._connection, self._keyring, expected)
        for event_id in found.destroyed:
            report.tell(Fault.UNREADABLE, event_id)
        judged = {want.place.order() for want in expected} - found.unjudged
        left = [place for place in some if place.order() not in judged]
        report.unjudged += len(left)
        self._unjudged |= {_group(place) for place in left}
        self._expect_addresses(expected, judged)
        for place in left:
            self._addresses.leave(place.tag)
        missing = sum(wrong.read is None for wrong in found.rows)
        citizens_missing = sum(wrong.read is None for wrong in found.citizens)
        report.provider_missing += missing
        report.provider_differing += len(found.rows) - missing
        report.citizen_missing += citizens_missing
        report.citizen_differing += len(found.citizens) - citizens_missing
        report.retailers_differing += len(found.dealers)
        report.moved += found.moved
        if self._mender is not None and (found.rows or found.citizens or found.dealers):
            report.written += await self._mender(self._connection, self._keyring, found)
        self._tell(sum(place.count for place in some))

    def _count(self, expected: Iterable[Expected]) -> None:
        for each in expected:
            cell = self._figures[_group(each.place)]
            cell[each.body.status is Status.RET] += 1

    def _expect_addresses(self, expected: Iterable[Expected], judged: Container[Order]) -> None:
        for want in expected:
            place = want.place
            if place.order() in judged:
                self._addresses.add(
                    Record(
                        place.brand_ref,
                        place.channel,
                        place.recipient_type,
                        place.tag,
                        place.bucket,
                        has_onay=want.body.status is Status.ONAY,
                    )
                )

    async def _compare_addresses(self) -> None:
        """All records of an address lie in one range of buckets: so it is known whole by now."""
        connection, idx = self._connection, self._counted_idx
        wrong, rows = await self._addresses.differences(connection, idx)
        self._addresses = Expectation()
        self._report.addresses_differing += len(wrong)
        self._counted_rows += rows
        if self._mender is not None and wrong:
            self._report.written += await put_right(connection, idx, wrong)
            self._counted_rows += sum(bool(each.wanted) - bool(each.found) for each in wrong)

    async def _compare_address_figures(self) -> None:
        if self._mender is None:
            self._report.address_figures_differing = len(await wrong_figures(self._connection))
        else:
            off = await put_figures_right(self._connection)
            self._report.address_figures_differing = off
            self._report.written += off

    async def _count_unnumbered(self) -> None:
        rows = await store.unnumbered_events(self._connection, NAMED_MAX)
        for row in rows:
            self._report.tell(Fault.UNNUMBERED, row["event_id"])
        self._report.unnumbered = rows[0]["all_count"] if rows else 0

    async def _count_surplus(self, idx: int) -> None:
        """Rows in excess of what the movements make up, all counted at one moment."""
        row = await store.rows_in_views(self._connection, idx)
        report = self._report
        is_missing = self._mender is None  # else they have been put back
        report.provider_surplus = max(
            0,
            row["provider_rows"]
            - (report.keys + row["keys_since"])
            + is_missing * report.provider_missing,
        )
        report.citizen_surplus = max(
            0,
            row["citizen_rows"]
            - (report.keys + row["projected_since"])
            + is_missing * report.citizen_missing,
        )
        report.addresses_surplus = max(
            0, await row_count(self._connection, self._counted_idx) - self._counted_rows
        )
        report.retailers_surplus = await store.retailers_without_record(self._connection)

    async def _compare_figures(self, stored: list[Row]) -> None:
        if self._report.has_holes:
            return  # nobody can say which figure they belong to
        await self._uncount(stored[0]["counted_idx"], stored[0]["projected_idx"])
        off: Figures = defaultdict(lambda: [0, 0], {k: list(v) for k, v in self._figures.items()})
        for row in stored:
            if row["brand_ref"] is None:
                continue
            cell = off[row["brand_ref"], row["channel"], row["recipient_type"]]
            cell[0] -= row["approvals"]
            cell[1] -= row["rejections"]
        wrong = {key: cell for key, cell in off.items() if any(cell) and key not in self._unjudged}
        self._report.figures_differing = len(wrong)
        if self._mender is not None and wrong:
            # by how much they are off, so that what is counted meanwhile stays counted
            await write_figures(self._connection, wrong)
            self._report.written += len(wrong)

    async def _compare_days(self) -> None:
        if self._report.has_holes or not self._are_days_known:
            return
        wrong = self._days.wrong()
        self._report.days_differing = len(wrong)
        if self._mender is not None and wrong:
            async with self._connection.transaction():
                await write_days(self._connection, wrong)
            self._report.written += len(wrong)

    async def _uncount(self, counted_idx: int, idx: int) -> None:
        """Take off what is projected and not counted yet: figures follow the citizens' view."""
        for after in range(counted_idx, idx, PAGE_ROWS):
            to = min(idx, after + PAGE_ROWS)
            found = await bodies_between(self._connection, self._keyring, after, to)
            tally = Tally(after)
            tally.add(to, self._keyring, found.bodies)
            for key, moved in tally.figures.items():
                for each, by in enumerate(moved):
                    self._figures[key][each] -= by

    def _tell(self, steps: int) -> None:
        self._steps += steps
        self._told(self._steps, 2 * self._report.movements)


def _group(place: Place) -> Group:
    """Which figures a record is counted in."""
    return (place.brand_ref, place.channel, place.recipient_type)
