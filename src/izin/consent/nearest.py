"""Questions go to a replica while it is provably young, and to the primary otherwise.

Whoever has just recorded something in this process finds it: what was written, or only seen on the
way, after the instant that the proof covers is asked of the primary.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from izin.consent.model import ConsentKey, Proposal, Verdict
from izin.consent.record import OnRepeat, Recorder
from izin.consent.together import Together
from izin.core.errors import UnavailableError
from izin.storage.database import Connection, Database
from izin.storage.freshness import Proof
from izin.storage.replica import Replica

T = TypeVar("T")
A = TypeVar("A")
LookUp = Callable[[Connection, Sequence[T]], Awaitable[list[A]]]
"""As many answers as items, in their order."""

PATIENCE_S = 0.2
PATIENCE_S_PER_KEY = 0.000_1
"""A look-up takes a tenth of this where nothing is wrong."""


class OwnWrites:
    """The keys that this process has recorded of late, so long as a proof may lie before them."""

    def __init__(self, kept_s: float, clock_s: Callable[[], float]) -> None:
        """Take the greatest age of a proof, and the proofs' clock."""
        self._kept_s = kept_s
        self._clock_s = clock_s
        # A number in place of a key: no address stays here, and if two keys share one the primary
        # is asked once more.
        self._last_s: dict[int, float] = {}
        self._notes: deque[tuple[int, float]] = deque()

    def note(self, keys: Iterable[ConsentKey]) -> None:
        """Keep what has just been made durable."""
        now_s = self._clock_s()
        self._forget(now_s)
        for key in keys:
            number = hash(key)
            self._last_s[number] = now_s
            self._notes.append((number, now_s))

    def since(self, since_s: float) -> "Callable[[ConsentKey], bool] | None":
        """Tell keys recorded after an instant from others; None where there is no such key."""
        self._forget(self._clock_s())
        if not self._notes or self._notes[-1][1] <= since_s:
            return None
        return lambda key: self._last_s.get(hash(key), since_s) > since_s

    def _forget(self, now_s: float) -> None:
        while self._notes and now_s - self._notes[0][1] > self._kept_s:
            number, at_s = self._notes.popleft()
            if self._last_s[number] == at_s:
                del self._last_s[number]


class Nearest:
    """Chooses who answers."""

    def __init__(self, primary: Database, replica: Replica, own: OwnWrites) -> None:
        """Take both databases, and what this process has recorded."""
        self._primary = primary
        self._replica = replica
        self._own = own

    async def answers(
        self,
        items: Sequence[T],
        look_up: LookUp[T, A],
        key_of: Callable[[T], ConsentKey],
    ) -> list[A]:
        """Answer each item, in order.

        Raises  UnavailableError: neither can
        Cost    one round trip; where the replica fails, or some of the keys are this process's own
                recent ones, one more
        """
        proof = self._replica.proof()
        if proof is None:
            return await self._from_primary(items, look_up)
        is_own = self._own.since(proof.since_s)
        own = [] if is_own is None else [n for n, each in enumerate(items) if is_own(key_of(each))]
        if not own:
            return await self._from_replica(proof, items, look_up)
        answers: dict[int, A] = dict(
            zip(own, await self._from_primary([items[n] for n in own], look_up), strict=True)
        )
        others = [n for n in range(len(items)) if n not in answers]
        if others:
            found = await self._from_replica(proof, [items[n] for n in others], look_up)
            answers |= zip(others, found, strict=True)
        return [answers[n] for n in range(len(items))]

    async def _from_replica(
        self, proof: Proof, items: Sequence[T], look_up: LookUp[T, A]
    ) -> list[A]:
        try:
            return await self._replica.ask(
                proof,
                partial(_of, items, look_up),
                patience_s=PATIENCE_S + PATIENCE_S_PER_KEY * len(items),
            )
        except UnavailableError:
            return await self._from_primary(items, look_up)

    async def _from_primary(self, items: Sequence[T], look_up: LookUp[T, A]) -> list[A]:
        async with self._primary.connection() as connection:
            return await look_up(connection, items)


class NotedTogether(Together):
    """Keeps what it has recorded, so that this process's questions find it."""

    def __init__(
        self, database: Database, reserved: Database, recorder: Recorder, own: OwnWrites
    ) -> None:
        """Take where to note."""
        super().__init__(database, reserved, recorder)
        self._own = own

    async def record(self, proposal: Proposal, on_repeat: OnRepeat) -> Verdict:
        """Record, and note the key before anybody is told, whatever the verdict has shown."""
        try:
            return await super().record(proposal, on_repeat)
        finally:
            self._own.note([proposal.key])


def _of(items: Sequence[T], look_up: LookUp[T, A], connection: Connection) -> Awaitable[list[A]]:
    return look_up(connection, items)
