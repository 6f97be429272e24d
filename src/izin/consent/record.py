"""The one door by which a consent changes.

Read the current rows and the database's time; let the rules decide; seal; write with the expected
version; decide again what moved meanwhile. No lock is held between the steps of the first round.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from uuid import UUID

from izin.consent import store
from izin.consent.dealers import Grant, grant
from izin.consent.event import Actor
from izin.consent.model import Accepted, Proposal, Recorded, Verdict
from izin.consent.movement import Asked, Move, keys_of, make_moves, sealed_movements
from izin.consent.repeat import Receipt, repeated, standing_receipts
from izin.consent.rules import accept
from izin.consent.stored import current_of, locations
from izin.core.codes import TransactionId
from izin.keyring import Keyring
from izin.storage.database import Connection


class OnRepeat(Enum):
    """What a movement that is stored already is answered with."""

    BY_RULES = "by rules"  # the contract's codes: v1
    ANSWER = "answer"  # its first receipt: v2, files


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
        told: dict[int, Verdict] | None = None,
    ) -> list[Verdict]:
        """Make movements durable, or say why not.

        Takes   any number of proposals, of any brands; inside a transaction of the caller's they
                are durable when that commits · told: gets each verdict by its place as soon as it
                stands, so that a caller knows them of a call that breaks off
        Gives   one verdict a proposal, in order
        Raises  UnavailableError
        Cost    two round trips for any number of proposals of distinct keys; for those that
                collide with other writers six more, however many they are; once more the same for
                each repetition of a key
        """
        verdicts = {} if told is None else told
        call = _Recording(self._keyring, connection, actor, on_repeat, verdicts)
        wave = _first_of_each_key(self._asked(proposals))
        while wave:
            wave = await call.record(wave)
        return [verdicts[ord_] for ord_ in range(len(proposals))]

    async def repeated(
        self, connection: Connection, proposals: Sequence[Proposal]
    ) -> frozenset[int]:
        """Which of these movements, of distinct keys, are recorded already and stand?

        Gives   their places in `proposals`
        Cost    one round trip, and one more where something looks like a repeat
        """
        asked = self._asked(proposals)
        await _read_current(connection, self._keyring, asked)
        receipts = await standing_receipts(connection, self._keyring, asked)
        return frozenset(one.ord for one in asked if repeated(one, receipts))

    def _asked(self, proposals: Sequence[Proposal]) -> list[Asked]:
        pseudonyms = self._keyring.pseudonyms
        located = locations(pseudonyms, [proposal.key for proposal in proposals])
        return [
            Asked(ord_, proposal, pseudonyms.brand_ref(proposal.key.brand_code), tag, bucket)
            for ord_, (proposal, (tag, bucket)) in enumerate(zip(proposals, located, strict=True))
        ]


class _Recording:
    """One call of `record`: what it works with, and the verdicts so far."""

    def __init__(
        self,
        keyring: Keyring,
        connection: Connection,
        actor: Actor,
        on_repeat: OnRepeat,
        verdicts: dict[int, Verdict],
    ) -> None:
        self._keyring = keyring
        self._connection = connection
        self._actor = actor
        self._on_repeat = on_repeat
        self._verdicts = verdicts
        self._next: list[Asked] = []

    async def record(self, wave: list[Asked]) -> list[Asked]:
        """Record the first movement of each key that may be; give those that come after one.

        So every key that is written at all is locked in the first wave, in the order of keys, and
        no later one can wait for another bulk out of that order.
        """
        self._next = []
        left = await self._round(sorted(wave, key=Asked.order))
        if left:
            await self._round_again(left)
        return self._next

    async def _round_again(self, left: list[Asked]) -> None:
        # A row that turns out to have moved is locked all the same by the statement that found
        # out. So inside one transaction the second try succeeds, against any number of writers.
        standing = set(self._verdicts)
        try:
            async with self._connection.transaction():
                left = await self._round(left)
                if left:
                    left = await self._round(left)
                assert not left, "what this transaction has locked moves under nobody else"
        except BaseException:
            for ord_ in self._verdicts.keys() - standing:  # it was rolled back
                del self._verdicts[ord_]
            raise

    async def _round(self, asked: list[Asked]) -> list[Asked]:
        """Decide and write; give what moved meanwhile."""
        now = await _read_current(self._connection, self._keyring, asked)
        return await self._write(make_moves(await self._decide(asked, now), now, self._actor))

    async def _decide(self, asked: list[Asked], now: datetime) -> list[tuple[Asked, Accepted]]:
        """Pass what is refused or repeated, to the first movement of each key that may be."""
        candidates = [each for one in asked for each in one.chain()]
        receipts: dict[UUID, Receipt] = {}
        if self._on_repeat is OnRepeat.ANSWER:
            receipts = await standing_receipts(self._connection, self._keyring, candidates)
        accepted: list[tuple[Asked, Accepted]] = []
        for first in asked:
            for one in first.chain():
                verdict = self._judge(one, receipts, now)
                if isinstance(verdict, Accepted):
                    accepted.append((one, verdict))
                    break
                self._verdicts[one.ord] = verdict
        return accepted

    def _judge(
        self, one: Asked, receipts: dict[UUID, Receipt], now: datetime
    ) -> Accepted | Verdict:
        if self._on_repeat is OnRepeat.ANSWER:
            again = repeated(one, receipts)
            if again is not None:
                return again
        return accept(one.current, one.proposal, now=now)

    async def _write(self, moves: list[Move]) -> list[Asked]:
        """Write what has not moved since it was read; give what has."""
        if not moves:
            return []
        movements = await sealed_movements(self._keyring, moves)
        if any(move.body.retailer_access is not None for move in moves):
            async with self._connection.transaction():
                written = await store.append(self._connection, movements)
                await self._grant([move for move in moves if move.body.event_id in written])
        else:
            written = await store.append(self._connection, movements)
        moved: list[Asked] = []
        for move in moves:
            if move.body.event_id in written:
                self._verdicts[move.asked.ord] = Recorded(
                    transaction_id=TransactionId(move.commitment.hex()),
                    recorded_at=move.body.recorded_at,
                    event_id=move.body.event_id,
                )
                if move.asked.then is not None:
                    self._next.append(move.asked.then)
            else:
                moved.append(move.asked)
        return moved

    async def _grant(self, moves: list[Move]) -> None:
        """Replace the dealers of the records whose movement names any."""
        naming = [move for move in moves if move.body.retailer_access is not None]
        if not naming:
            return
        grants = [
            Grant(row, code)
            for row, move in enumerate(naming)
            for code in move.body.retailer_access or ()
        ]
        keys = keys_of([move.asked for move in naming])
        await grant(self._connection, self._keyring, keys, grants)


async def _read_current(connection: Connection, keyring: Keyring, asked: list[Asked]) -> datetime:
    rows = await store.current_records(connection, keys_of(asked))
    for one in asked:
        one.current = None
    [now] = [row["now"] for row in rows if row["ord"] is None]
    for row in rows:
        if row["ord"] is not None:
            asked[row["ord"] - 1].current = current_of(row, keyring.retailers)
    at: datetime = now
    return at


def _first_of_each_key(asked: list[Asked]) -> list[Asked]:
    """The first movement of each key; the others of a key follow from it, in their order."""
    firsts: list[Asked] = []
    last_of: dict[tuple[int, str, str, int], Asked] = {}
    for one in asked:
        before = last_of.get(one.order())
        if before is None:
            firsts.append(one)
        else:
            before.then = one
        last_of[one.order()] = one
    return firsts
