"""The projector: the only writer of the citizens' view, and of each brand's figures.

It follows the numbers, opens each event, and writes the citizen's side in shuffled batches, so that
neither a value nor the order of rows joins the two views.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from izin.consent import store
from izin.consent.event import EventBody
from izin.consent.model import ConsentKey
from izin.consent.opened import open_bodies
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.keyring import Keyring
from izin.ledger import entry as ledger
from izin.ledger.sequence import FencedError
from izin.storage.database import Connection, Database
from izin.vault.citizen import CitizenKeys

BATCH_ROWS = 2000

_shuffle = random.SystemRandom().shuffle


class CitizenConsent(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The citizen's record as she sees it; stored sealed and padded only."""

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


class CitizenRow(msgspec.Struct, frozen=True):
    """One row of the citizens' view, ready to be written."""

    tag: UUID
    slot: UUID
    bucket: int
    sealed: bytes


_encode = msgspec.msgpack.Encoder().encode
decode_citizen = msgspec.msgpack.Decoder(CitizenConsent).decode

Figures = dict[tuple[UUID, str, str], list[int]]


class Projector:
    """Brings the citizens' view up to the published number."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        """Take the keeper's database."""
        self._database = database
        self._keyring = keyring

    async def project(self, epoch: int) -> int:
        """Write what was published since, at most one batch.

        Takes   epoch: the fencing number of this keeper's sequencer
        Gives   how many entries were projected
        Raises  FencedError when another keeper has taken over · UnavailableError
        Cost    three round trips to read; one transaction of three statements, whose last one
                makes it count: a crash before it leaves nothing behind
        """
        async with self._database.connection() as connection:
            head = await ledger.head(connection)
            after = head["projected_idx"]
            to = min(head["published_idx"], after + BATCH_ROWS)
            if to == after:
                return 0
            bodies = await bodies_between(connection, self._keyring, after, to)
            rows = citizen_rows(self._keyring, bodies)
            moved = figures(self._keyring, bodies)
            async with connection.transaction():
                await write_citizens(connection, rows)
                await write_figures(connection, moved)
                # last: the sequencer needs the same row, and must not wait for the rest
                if await ledger.projected(connection, epoch, after, to) is None:
                    raise FencedError
            return int(to - after)


async def bodies_between(
    connection: Connection, keyring: Keyring, after_idx: int, to_idx: int
) -> list[EventBody]:
    """Open the events numbered in (after_idx, to_idx], in order; erased ones are left out."""
    entries = await ledger.entries(connection, after_idx, to_idx)
    assert len(entries) == to_idx - after_idx, "numbers have no gap"
    opened = await open_bodies(connection, keyring, [entry["event_id"] for entry in entries])
    return [each.body for each in opened]


def citizen_rows(keyring: Keyring, bodies: Iterable[EventBody]) -> list[CitizenRow]:
    """The citizen's side of movements, the last of each slot, shuffled."""
    citizen = keyring.citizen
    last = {citizen.pseudonyms.slot(*_place(body.key)): body for body in bodies}
    rows: list[CitizenRow] = []
    for slot, body in last.items():
        tag, bucket = citizen.pseudonyms.citizen_tag(body.key.address.clear)
        content = _encode(_content(citizen, body))
        sealed = citizen.sealer.seal(bucket, slot.bytes, content)
        rows.append(CitizenRow(tag, slot, bucket, sealed))
    _shuffle(rows)
    return rows


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
        recorded_at=body.recorded_at,
        retailer_siv=None if code is None else citizen.retailers.seal(code),
        event_id=body.event_id,
    )


def figures(keyring: Keyring, bodies: Iterable[EventBody]) -> Figures:
    """By how much each brand's approvals and rejections move."""
    moved: Figures = defaultdict(lambda: [0, 0])
    for body in bodies:
        key = body.key
        cell = moved[
            (keyring.pseudonyms.brand_ref(key.brand_code), key.channel, key.recipient_type)
        ]
        cell[body.status is Status.RET] += 1
        if body.previous_status is not None:
            cell[body.previous_status is Status.RET] -= 1
    return moved


async def write_citizens(connection: Connection, rows: list[CitizenRow]) -> None:
    """Put rows into the citizens' view, as shuffled."""
    await store.upsert_citizen(
        connection,
        [row.tag for row in rows],
        [row.slot for row in rows],
        [row.bucket for row in rows],
        [row.sealed for row in rows],
    )


async def write_figures(connection: Connection, moved: Figures) -> None:
    """Add to the figures, in key order."""
    keys = sorted(key for key, (approvals, rejections) in moved.items() if approvals or rejections)
    await store.move_figures(
        connection,
        [ref for ref, _, _ in keys],
        [channel for _, channel, _ in keys],
        [recipient_type for _, _, recipient_type in keys],
        [moved[key][0] for key in keys],
        [moved[key][1] for key in keys],
    )
