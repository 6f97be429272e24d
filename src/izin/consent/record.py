"""The one door by which a consent changes.

Read the current rows and the database's time; let the rules decide; seal; write with the expected
version; decide again what moved meanwhile. No lock is held between the steps of the first round.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from izin.consent import store
from izin.consent.event import Actor
from izin.consent.model import Accepted, Proposal, Recorded, Verdict
from izin.consent.movement import Asked, Move, columns_of, keys_of, make_moves
from izin.consent.repeat import repeated, standing_receipts
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
    ) -> list[Verdict]:
        """Make movements durable, or say why not.

        Takes   any number of proposals, of any brands; inside a transaction of the caller's they
                are durable when that commits
        Gives   one verdict a proposal, in order
        Raises  UnavailableError
        Cost    two round trips for any number of proposals of distinct keys; for those that
                collide with other writers six more, however many they are; once more the same for
                each repetition of a key
        """
        verdicts: dict[int, Verdict] = {}
        call = _Recording(self._keyring, connection, actor, on_repeat, verdicts)
        for wave in _waves(self._asked(proposals)):
            await call.record(wave)
        return [verdicts[ord_] for ord_ in range(len(proposals))]

    async def repeated(
        self, connection: Connection, proposals: Sequence[Proposal]
    ) -> frozenset[int]:
        """Which of these movements, of distinct keys, are recorded already and stand?

        Gives   their places in `proposals`
        Cost    one round trip, and one more where something looks like a repeat
        """
        asked = self._asked(proposals)
        await _read_current(connection, asked)
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

    async def record(self, wave: list[Asked]) -> None:
        """Record movements of distinct keys."""
        left = await self._round(sorted(wave, key=Asked.order))
        if not left:
            return
        # A row that turns out to have moved is locked all the same by the statement that found
        # out. So inside one transaction the second try succeeds, against any number of writers.
        async with self._connection.transaction():
            left = await self._round(left)
            if left:
                left = await self._round(left)
            assert not left, "what this transaction has locked moves under nobody else"

    async def _round(self, asked: list[Asked]) -> list[Asked]:
        """Decide and write; give what moved meanwhile."""
        now = await _read_current(self._connection, asked)
        return await self._write(make_moves(await self._decide(asked, now), now, self._actor))

    async def _decide(self, asked: list[Asked], now: datetime) -> list[tuple[Asked, Accepted]]:
        answers = self._on_repeat is OnRepeat.ANSWER
        receipts = (
            await standing_receipts(self._connection, self._keyring, asked) if answers else {}
        )
        accepted: list[tuple[Asked, Accepted]] = []
        for one in asked:
            verdict = (repeated(one, receipts) if answers else None) or accept(
                one.current, one.proposal, now=now
            )
            if isinstance(verdict, Accepted):
                accepted.append((one, verdict))
            else:
                self._verdicts[one.ord] = verdict
        return accepted

    async def _write(self, moves: list[Move]) -> list[Asked]:
        """Write what has not moved since it was read; give what has."""
        if not moves:
            return []
        keys = keys_of([move.asked for move in moves])
        columns = await columns_of(self._keyring, moves)
        if any(move.body.retailer_access is not None for move in moves):
            async with self._connection.transaction():
                written = await store.append(self._connection, keys, columns)
                await self._grant([move for move in moves if move.body.event_id in written])
        else:
            written = await store.append(self._connection, keys, columns)
        moved: list[Asked] = []
        for move in moves:
            if move.body.event_id in written:
                self._verdicts[move.asked.ord] = Recorded(
                    transaction_id=TransactionId(move.commitment.hex()),
                    recorded_at=move.body.recorded_at,
                )
            else:
                moved.append(move.asked)
        return moved

    async def _grant(self, moves: list[Move]) -> None:
        """Replace the dealers of the records whose movement names any."""
        seal = self._keyring.retailers.seal
        naming = [move for move in moves if move.body.retailer_access is not None]
        if not naming:
            return
        granted = [
            (move.asked, seal(code)) for move in naming for code in move.body.retailer_access or ()
        ]
        await store.replace_retailers_out(
            self._connection, keys_of([move.asked for move in naming])
        )
        await store.replace_retailers_in(
            self._connection, keys_of([asked for asked, _ in granted]), [siv for _, siv in granted]
        )


async def _read_current(connection: Connection, asked: list[Asked]) -> datetime:
    rows = await store.current_records(connection, keys_of(asked))
    for row in rows:
        asked[row["ord"] - 1].current = current_of(row)
    now: datetime = rows[0]["now"]
    return now


def _waves(asked: list[Asked]) -> list[list[Asked]]:
    """Split so that no key stands twice in one wave; the order of a key's movements is kept."""
    waves: list[list[Asked]] = []
    turns: dict[tuple[int, str, str, int], int] = {}
    for one in asked:
        key = one.order()
        turn = turns.get(key, 0)
        turns[key] = turn + 1
        if turn == len(waves):
            waves.append([])
        waves[turn].append(one)
    return waves
