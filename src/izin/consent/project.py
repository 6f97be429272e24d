"""The projector: the only writer of the citizens' view, and of each brand's figures.

It follows the numbers, opens each event, and writes the citizen's side in batches that lie in the
order of their own tags, so that neither a value nor the order of rows joins the two views. The
figures, which name brands, follow in transactions of their own.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from izin.consent import store
from izin.consent.addresses import write_addresses
from izin.consent.event import EventBody
from izin.consent.figures import Tally, write_figures
from izin.consent.model import ConsentKey
from izin.consent.opened import Opened, Unopened, read_bodies
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.keyring import Keyring
from izin.ledger import entry as ledger
from izin.ledger.sequence import FencedError
from izin.report.keep import write_days
from izin.storage.database import Connection, Database
from izin.subscription.loading import count_loaded
from izin.vault.citizen import CitizenKeys

_log = logging.getLogger("izin.projector")

BATCH_ROWS = 2000
NAMED_MAX = 20
_NOTHING_READ = -1


class CitizenConsent(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The citizen's record as she sees it; stored sealed and padded only, new fields at the end.

    event_id   the movement that stands
    access_id  the event that changed its dealers last, if that came after it
    """

    iys_code: IysCode
    brand_code: BrandCode
    channel: Channel
    recipient_type: RecipientType
    status: Status
    source: Source | None
    consented_at: datetime | None
    recorded_at: datetime
    retailer_siv: bytes | None
    event_id: UUID
    access_id: UUID | None = None


class CitizenRow(msgspec.Struct, frozen=True):
    """One row of the citizens' view, ready to be written."""

    tag: UUID
    slot: UUID
    bucket: int
    sealed: bytes


_encode = msgspec.msgpack.Encoder().encode
decode_citizen = msgspec.msgpack.Decoder(CitizenConsent).decode


class Projected(msgspec.Struct, frozen=True):
    """What a stretch of numbers has to say: movements that open, and places that do not."""

    bodies: list[EventBody]
    aside: list[tuple[int, UUID | None]]


class Projector:
    """Brings the citizens' view, and behind it the figures, up to the published number."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        """Take the keeper's database."""
        self._database = database
        self._keyring = keyring
        self._tally = Tally(_NOTHING_READ)

    async def project(self, epoch: int) -> int:
        """Write what was published since, at most one batch.

        What does not open is set aside and named in the log: it holds up nobody else.

        Takes   epoch: the fencing number of this keeper's sequencer
        Gives   how many entries were projected
        Raises  FencedError when another keeper has taken over · UnavailableError
        Cost    three round trips to read; one transaction of two statements, whose last one
                makes it count: a crash before it leaves nothing behind
        """
        async with self._database.connection() as connection:
            head = await ledger.head(connection)
            after = head["projected_idx"]
            to = min(head["published_idx"], after + BATCH_ROWS)
            if to == after:
                return 0
            found = await bodies_between(connection, self._keyring, after, to)
            rows = citizen_rows(self._keyring, found.bodies)
            async with connection.transaction():
                await write_citizens(connection, rows)
                if found.aside:
                    await store.set_aside(connection, *_columns(found.aside))
                # last: the sequencer needs the same row, and must not wait for the rest
                if await ledger.projected(connection, epoch, after, to) is None:
                    raise FencedError
        _tell(found.aside)
        if self._tally.to_idx != after:
            self._tally = Tally(after)
        self._tally.add(to, self._keyring, found.bodies)
        return int(to - after)

    async def count(self, epoch: int) -> int:
        """Write the figures of what is projected and not counted yet.

        In a transaction of its own, and in its own time: whoever reads the citizens' view beside
        the figures does not learn from them whose records were written last.

        Gives   how many entries were counted
        Raises  as `project`
        Cost    one round trip, and a transaction of nine statements, of some more where many
                figures of days move; what another process had projected is read anew, at most one
                batch
        """
        async with self._database.connection() as connection:
            head = await ledger.head(connection)
            after: int = head["counted_idx"]
            if after == head["projected_idx"]:
                return 0
            tally = self._tally
            if tally.from_idx != after:
                tally = await self._tally_of(connection, after, head["projected_idx"])
            async with connection.transaction():
                await write_figures(connection, tally.figures)
                await write_days(connection, tally.days)
                await write_addresses(connection, self._keyring, tally.addresses)
                await count_loaded(connection, tally.loaded)
                if await ledger.counted(connection, epoch, after, tally.to_idx) is None:
                    raise FencedError
        if tally is self._tally:
            self._tally = Tally(tally.to_idx)
        return tally.to_idx - after

    async def _tally_of(self, connection: Connection, after: int, projected_idx: int) -> Tally:
        to = min(projected_idx, after + BATCH_ROWS)
        if after < self._tally.from_idx < to:
            to = self._tally.from_idx
        found = await bodies_between(connection, self._keyring, after, to)
        tally = Tally(after)
        tally.add(to, self._keyring, found.bodies)
        return tally


async def bodies_between(
    connection: Connection, keyring: Keyring, after_idx: int, to_idx: int
) -> Projected:
    """Open the events numbered in (after_idx, to_idx], in order; erased ones are left out."""
    page = await ledger.entries(connection, after_idx, to_idx)
    read = await read_bodies(
        connection,
        keyring,
        [entry["event_id"] for entry in page],
        [entry["bucket"] for entry in page],
    )
    aside: list[tuple[int, UUID | None]] = [
        (entry["idx"], entry["event_id"])
        for entry, each in zip(page, read, strict=True)
        if each is Unopened.UNREADABLE
    ]
    numbers = {entry["idx"] for entry in page}
    aside += [(idx, None) for idx in range(after_idx + 1, to_idx + 1) if idx not in numbers]
    return Projected([each.body for each in read if isinstance(each, Opened)], aside)


async def unprojected_count(connection: Connection) -> int:
    """How many movements are set aside, because they did not open when their turn came?"""
    return await store.unprojected_count(connection)


def _columns(aside: list[tuple[int, UUID | None]]) -> tuple[list[int], list[UUID | None]]:
    return [idx for idx, _ in aside], [event_id for _, event_id in aside]


def _tell(aside: list[tuple[int, UUID | None]]) -> None:
    if aside:
        named = ", ".join(f"{idx} ({event_id})" for idx, event_id in aside[:NAMED_MAX])
        _log.error(
            "set aside, for they do not open; `izin rebuild` says more: %s",
            named,
            extra={"row_count": len(aside)},
        )


def citizen_rows(keyring: Keyring, bodies: Iterable[EventBody]) -> list[CitizenRow]:
    """The citizen's side of movements, the last of each slot, in the order of their tags.

    That order follows from what the rows are stored under, so it says nothing of the order in which
    they came; and the server finds its way in the index once for neighbours.
    """
    citizen = keyring.citizen
    bodies = list(bodies)
    last = dict(
        zip(citizen.pseudonyms.slots(_place(body.key) for body in bodies), bodies, strict=True)
    )
    located = citizen.pseudonyms.citizen_tags([each.key.address.clear for each in last.values()])
    sealed = citizen.sealer.seal_many(
        [bucket for _, bucket in located],
        [slot.bytes for slot in last],
        [_encode(_content(citizen, body)) for body in last.values()],
    )
    rows = [
        CitizenRow(tag, slot, bucket, content)
        for slot, (tag, bucket), content in zip(last, located, sealed, strict=True)
    ]
    rows.sort(key=_order)
    return rows


def _order(row: CitizenRow) -> tuple[int, int]:
    return row.tag.int, row.slot.int


def _place(key: ConsentKey) -> tuple[str, BrandCode, Channel, RecipientType]:
    return (key.address.clear, key.brand_code, key.channel, key.recipient_type)


def _content(citizen: CitizenKeys, body: EventBody) -> CitizenConsent:
    key = body.key
    code = body.retailer_code
    return CitizenConsent(
        iys_code=key.iys_code,
        brand_code=key.brand_code,
        channel=key.channel,
        recipient_type=key.recipient_type,
        status=body.status,
        source=body.source,
        consented_at=body.consented_at,
        recorded_at=body.movement.recorded_at,
        retailer_siv=None if code is None else citizen.retailers.seal(code),
        event_id=body.movement.event_id,
        access_id=body.access_id,
    )


async def write_citizens(connection: Connection, rows: list[CitizenRow]) -> None:
    """Put rows into the citizens' view, in their order."""
    await store.upsert_citizen(
        connection,
        [row.tag for row in rows],
        [row.slot for row in rows],
        [row.bucket for row in rows],
        [row.sealed for row in rows],
    )
