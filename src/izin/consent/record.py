"""The one door by which a consent changes.

Read the current rows and the database's time; let the rules decide; seal; write with the expected
version; decide again what moved meanwhile. No lock is held between the steps.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

import msgspec

from izin.consent import store
from izin.consent.event import VERSION, Actor, EventBody, committed_fields, decode_body, encode_body
from izin.consent.model import Accepted, Current, Proposal, Recorded, Repeated, Verdict
from izin.consent.rules import accept, repeats
from izin.consent.source import ID_BY_SOURCE
from izin.consent.stored import current_of
from izin.core.codes import TransactionId
from izin.core.errors import UnavailableError
from izin.core.uuid7 import uuid7s
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.vault.commitment import commit

ATTEMPTS_MAX = 64
SALT_BYTES = 64


class OnRepeat(Enum):
    """What a movement that is stored already is answered with."""

    BY_RULES = auto()  # the contract's codes: v1
    ANSWER = auto()  # its first receipt: v2, retries, files


class _Asked(msgspec.Struct):
    """One proposal on its way: where it stands in the answer, its key columns, what is stored."""

    ord: int
    proposal: Proposal
    brand_ref: UUID
    tag: UUID
    bucket: int
    current: Current | None = None

    def order(self) -> tuple[bytes, str, str, bytes]:
        key = self.proposal.key
        return (self.brand_ref.bytes, key.channel, key.recipient_type, self.tag.bytes)


class _Move(msgspec.Struct, frozen=True):
    """An accepted proposal with its event, ready to be written."""

    asked: _Asked
    body: EventBody
    commitment: bytes


class Recorder:
    """Writes movements. One is a list of one."""

    def __init__(self, keyring: Keyring) -> None:
        """Take the keys; the connection comes with each call."""
        self._keyring = keyring

    async def record(
        self,
        connection: Connection,
        proposals: Sequence[Proposal],
        *,
        actor: Actor,
        on_repeat: OnRepeat,
    ) -> list[Verdict]:
        """Make movements durable, or say why not.

        Takes   any number of proposals, of any brands; in a transaction of the caller's, the
                movements are durable when that commits
        Gives   one verdict a proposal, in order
        Raises  UnavailableError when a key keeps moving under us; nothing is half done then
        Cost    two round trips for any number of proposals; two more for each round of collisions
        """
        verdicts: list[Verdict | None] = [None] * len(proposals)
        for wave in _waves(self._asked(proposals)):
            await self._record_wave(connection, wave, actor, on_repeat, verdicts)
        assert all(verdict is not None for verdict in verdicts), "every proposal has its verdict"
        return [verdict for verdict in verdicts if verdict is not None]

    def _asked(self, proposals: Sequence[Proposal]) -> list[_Asked]:
        pseudonyms = self._keyring.pseudonyms
        refs = {p.key.brand_code: pseudonyms.brand_ref(p.key.brand_code) for p in proposals}
        asked: list[_Asked] = []
        for ord_, proposal in enumerate(proposals):
            key = proposal.key
            tag, bucket = pseudonyms.provider_tag(key.iys_code, key.address.clear)
            asked.append(_Asked(ord_, proposal, refs[key.brand_code], tag, bucket))
        return asked

    async def _record_wave(
        self,
        connection: Connection,
        wave: list[_Asked],
        actor: Actor,
        on_repeat: OnRepeat,
        verdicts: list[Verdict | None],
    ) -> None:
        left = sorted(wave, key=_Asked.order)
        for _ in range(ATTEMPTS_MAX):
            now = await _read_current(connection, left)
            accepted = await self._decide(connection, left, now, on_repeat, verdicts)
            moves = self._events(accepted, now, actor)
            written = await self._write(connection, moves, now)
            left = []
            for move in moves:
                if move.body.event_id in written:
                    verdicts[move.asked.ord] = Recorded(
                        transaction_id=TransactionId(move.commitment.hex()), recorded_at=now
                    )
                else:
                    left.append(move.asked)
            if not left:
                return
        raise UnavailableError("a record kept moving under its writers")

    async def _decide(
        self,
        connection: Connection,
        asked: list[_Asked],
        now: datetime,
        on_repeat: OnRepeat,
        verdicts: list[Verdict | None],
    ) -> list[tuple[_Asked, Accepted]]:
        accepted: list[tuple[_Asked, Accepted]] = []
        again: list[_Asked] = []
        for one in asked:
            if on_repeat is OnRepeat.ANSWER and repeats(one.current, one.proposal):
                again.append(one)
                continue
            verdict = accept(one.current, one.proposal, now=now)
            if isinstance(verdict, Accepted):
                accepted.append((one, verdict))
            else:
                verdicts[one.ord] = verdict
        if again:
            await self._answer_repeats(connection, again, verdicts)
        return accepted

    async def _answer_repeats(
        self, connection: Connection, asked: list[_Asked], verdicts: list[Verdict | None]
    ) -> None:
        ids = [one.current.event_id for one in asked if one.current is not None]
        rows = {row["event_id"]: row for row in await store.events(connection, ids)}
        opener = await self._keyring.openers(row["body_sealed"] for row in rows.values())
        for one in asked:
            assert one.current is not None, "only what is stored can be repeated"
            row = rows[one.current.event_id]
            body = decode_body(
                opener.open(row["body_sealed"], "consent_event", "body", row["event_id"].bytes)
            )
            verdicts[one.ord] = Repeated(
                transaction_id=TransactionId(row["commitment"].hex()),
                recorded_at=row["recorded_at"],
                origin=body.origin,
            )

    def _events(
        self, accepted: list[tuple[_Asked, Accepted]], now: datetime, actor: Actor
    ) -> list[_Move]:
        ids = uuid7s(len(accepted), int(now.timestamp() * 1000))
        salts = os.urandom(SALT_BYTES * len(accepted))
        moves: list[_Move] = []
        for n, (one, verdict) in enumerate(accepted):
            proposal = one.proposal
            body = EventBody(
                version=VERSION,
                event_id=ids[n],
                key=proposal.key,
                status=proposal.status,
                source=proposal.source,
                consented_at=verdict.consented_at,
                recorded_at=now,
                actor=actor,
                salts=salts[n * SALT_BYTES : (n + 1) * SALT_BYTES],
                previous_status=None if one.current is None else one.current.status,
                retailer_code=proposal.retailer_code,
                retailer_access=proposal.retailer_access,
                origin=proposal.origin,
                is_late=proposal.is_late,
            )
            moves.append(
                _Move(one, body, commit(committed_fields(body), body.key.address.clear, body.salts))
            )
        return moves

    async def _write(
        self, connection: Connection, moves: list[_Move], now: datetime
    ) -> set[UUID]:
        if not moves:
            return set()
        keys = _columns_of([move.asked for move in moves])
        columns = await self._columns(moves, now)
        granting = [n for n, move in enumerate(moves) if move.body.retailer_access is not None]
        if not granting:
            return await store.append(connection, keys, columns)
        async with connection.transaction():
            written = await store.append(connection, keys, columns)
            await self._grant(
                connection,
                keys,
                [n for n in granting if moves[n].body.event_id in written],
                moves,
            )
        return written

    async def _columns(self, moves: list[_Move], now: datetime) -> store.MovementColumns:
        keyring = self._keyring
        sealers = {
            ref: await keyring.brand_sealer(ref, now) for ref in {m.asked.brand_ref for m in moves}
        }
        epoch = keyring.pseudonyms.provider_epoch
        columns = store.MovementColumns(*([] for _ in store.MovementColumns.__struct_fields__))
        for asked, body, commitment in ((m.asked, m.body, m.commitment) for m in moves):
            sealer = sealers[asked.brand_ref]
            current = asked.current
            event_id = body.event_id
            code = body.retailer_code
            columns.statuses.append(body.status)
            columns.sources.append(None if body.source is None else ID_BY_SOURCE[body.source])
            columns.consented_ats.append(body.consented_at)
            columns.recorded_ats.append(now)
            columns.recipients_sealed.append(
                sealer.seal(
                    "provider_consent", "recipient", asked.tag.bytes,
                    body.key.address.clear.encode(),
                )
            )
            columns.retailer_sivs.append(
                None if code is None else keyring.retailers.seal_provider(code)
            )
            columns.event_ids.append(event_id)
            columns.tag_epochs.append(epoch)
            columns.versions.append(1 if current is None else current.version + 1)
            columns.commitments.append(commitment)
            columns.previous_event_ids.append(None if current is None else current.event_id)
            columns.bodies_sealed.append(
                sealer.seal("consent_event", "body", event_id.bytes, encode_body(body))
            )
            columns.sides.append(body.side)
        return columns

    async def _grant(
        self, connection: Connection, keys: store.KeyColumns, rows: list[int], moves: list[_Move]
    ) -> None:
        await store.replace_retailers_out(connection, keys.picked(rows))
        pairs = [
            (row, self._keyring.retailers.seal_provider(code))
            for row in rows
            for code in moves[row].body.retailer_access or ()
        ]
        if pairs:
            granted, sealed = zip(*pairs, strict=True)
            await store.replace_retailers_in(connection, keys.picked(granted), list(sealed))


def _waves(asked: list[_Asked]) -> Iterable[list[_Asked]]:
    """Split so that no key stands twice in one wave; order of a key's movements is kept."""
    waves: list[list[_Asked]] = []
    turns: dict[tuple[bytes, str, str, bytes], int] = {}
    for one in asked:
        key = one.order()
        turn = turns.get(key, 0)
        turns[key] = turn + 1
        if turn == len(waves):
            waves.append([])
        waves[turn].append(one)
    return waves


async def _read_current(connection: Connection, asked: list[_Asked]) -> datetime:
    """Fill in what is stored under each key; give the database's time."""
    rows = await store.current_records(connection, _columns_of(asked))
    for one, row in zip(asked, rows, strict=True):
        one.current = current_of(row)
    now: datetime = rows[0]["now"]
    return now


def _columns_of(asked: list[_Asked]) -> store.KeyColumns:
    return store.KeyColumns(
        [one.brand_ref for one in asked],
        [one.proposal.key.channel for one in asked],
        [one.proposal.key.recipient_type for one in asked],
        [one.tag for one in asked],
        [one.bucket for one in asked],
    )
