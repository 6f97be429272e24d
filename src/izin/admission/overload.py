"""How much the house does at a time: each lane has its own room, so none starves another.

Queues are short and waits are bounded: a call that cannot be answered soon is told so at once,
with 503, instead of being answered when nobody waits any more. A queue that has stood for a while
is no longer a burst: waits in it are cut short, and whoever came last goes first (controlled delay
and adaptive LIFO, as in Maurer, "Fail at Scale", ACM Queue 13/8, 2015), for he is served almost as
fast as ever, and whoever came first would be late anyway. Source: decisions 0031 and 0033.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from math import inf
from random import uniform
from time import monotonic
from types import TracebackType

import msgspec

from izin.admission.lanes import Lane
from izin.core.errors import UnavailableError

HELD_S = 2
"""How long a call that found no place waits for its 503: as long as that says in Retry-After.

Whoever asks again at once would otherwise cost more refusals than there are answers: measured at
five times the capacity, two fifths of the good answers were left.
"""

HELD_MAX = 1000
"""All connections of a process: whoever is not held asks again at once, and answers pay for it."""

STANDING_S = 0.005
"""So long a wait is borne on any machine; on a slow one as long as the work itself takes."""

WATCHED_S = 0.05
CALM_S = 1.0
"""A queue stands until nobody was cut off for so long: those who were come back one by one."""

_LATE_S = 0.001


class CrowdedError(UnavailableError):
    """No place in the lane, or not in time."""

    def __init__(self, why: str) -> None:
        """Take what was full."""
        super().__init__(why, retry_after_s=HELD_S)


class Room(msgspec.Struct, frozen=True):
    """What fits into one lane of one process.

    running_max  calls at work · waiting_max  calls in the queue · wait_s_max  how long one waits
    is_cut  whether a queue that stands is cut short and served from its end
    """

    running_max: int
    waiting_max: int
    wait_s_max: float
    is_cut: bool = False


def rooms(connection_count: int) -> Mapping[Lane, Room]:
    """Divide a process's capacity among the lanes.

    Takes   connection_count: size of the process's connection pool
    Gives   lanes whose one call is long work together hold five eighths of the connections (five
            lanes, an eighth each, and one at least), so single calls always find one free. RETs
            are never hurried
    """
    long_work = max(1, connection_count // 8)
    return {
        Lane.TOKEN: Room(1024, 1024, 2.0),  # the password's slow hash has a bench of its own
        Lane.SINGLE_STATUS: Room(connection_count * 4, 1024, 0.5, is_cut=True),  # together
        Lane.CONSENT: Room(connection_count * 4, 1024, 1.0, is_cut=True),
        Lane.REFUSAL: Room(connection_count * 4, 1024, 5.0),
        Lane.INFO: Room(64, 256, 0.5),
        Lane.BATCH: Room(long_work, 16, 2.0),
        Lane.REFUSAL_BATCH: Room(long_work, 64, 5.0),
        Lane.QUESTION: Room(long_work, 32, 1.0),
        Lane.HISTORY: Room(long_work, 32, 1.0),
        Lane.CHANGES: Room(long_work, 32, 1.0),
    }


class _Standing:
    """Does a queue stand? It does once even the shortest wait of 50 ms was longer than the work.

    And for as long as anybody is cut off: while it is cut, those who are served wait briefly.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._since = -inf
        self._shortest_s = 0.0
        self._served = 0
        self._cut_at = -inf
        self.is_so = False
        self.patience_s = STANDING_S

    def saw(self, wait_s: float, now: float) -> None:
        """Count one wait that was rewarded."""
        if now - self._since >= WATCHED_S:
            self._judge(now)
            self._since, self._served, self._shortest_s = now, 0, wait_s
        self._served += 1
        self._shortest_s = min(self._shortest_s, wait_s)

    def cut(self, now: float) -> None:
        """Count one who waited too long."""
        self._cut_at = now

    def _judge(self, now: float) -> None:
        watched_s = now - self._since
        if watched_s >= CALM_S:  # hardly anybody came: what was before says nothing
            self.is_so = False
            return
        # how long each has his place while none is free: a wait of that length doubles his time
        work_s = self._places * watched_s / self._served
        self.patience_s = max(STANDING_S, work_s / 3)
        still_cut = self.is_so and now - self._cut_at < CALM_S
        self.is_so = still_cut or self._shortest_s > max(STANDING_S, work_s)


class Gate:
    """The door of one lane, used as ``async with``."""

    def __init__(self, room: Room, *, clock: Callable[[], float] = monotonic) -> None:
        """Start with the whole room free."""
        self._room = room
        self._clock = clock
        self._free = room.running_max
        self._waiting: deque[tuple[asyncio.Future[None], float]] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._standing = _Standing(room.running_max)

    @property
    def is_full(self) -> bool:
        """Are all places taken?"""
        return not self._free

    async def __aenter__(self) -> None:
        """Take a place, or wait for one. Raises CrowdedError past either bound."""
        if self._free:
            self._free -= 1
            self._standing.saw(0.0, self._clock())
            return
        if len(self._waiting) >= self._room.waiting_max:
            raise CrowdedError("the lane's queue is full")
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((place, self._clock()))
        self._watch()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._hand_on()  # it was given just as its taker left
            raise
        finally:
            del place  # its error's traceback has this frame, and with it all of the call

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the place to who waits longest, or came last where the queue stands."""
        self._hand_on()

    def _hand_on(self) -> None:
        now = self._clock()
        self._give_up_on_old(now)
        while self._waiting:
            place, since = self._waiting.pop() if self._is_cut() else self._waiting.popleft()
            if place.done():
                continue
            self._standing.saw(now - since, now)
            place.set_result(None)
            return
        self._free += 1

    def _give_up_on_old(self, now: float) -> None:
        """Nobody waits beyond his time."""
        oldest = now - self._patience_s()
        while self._waiting and (self._waiting[0][0].done() or self._waiting[0][1] < oldest):
            place, _ = self._waiting.popleft()
            if not place.done():
                place.set_exception(CrowdedError("no place in the lane in time"))
                self._standing.cut(now)

    def _is_cut(self) -> bool:
        return self._room.is_cut and self._standing.is_so

    def _patience_s(self) -> float:
        most = self._room.wait_s_max
        return min(self._standing.patience_s, most) if self._is_cut() else most

    def _watch(self) -> None:
        """See to it even if no place comes free at all."""
        if self._alarm is None:
            wait_s = self._waiting[0][1] + self._room.wait_s_max - self._clock()
            # a little late rather than early, when nobody's time would be over yet
            self._alarm = asyncio.get_running_loop().call_later(
                max(0.0, wait_s) + _LATE_S, self._ring
            )

    def _ring(self) -> None:
        self._alarm = None
        self._give_up_on_old(self._clock())
        if self._waiting:
            self._watch()


class Overload:
    """The gates of a process."""

    def __init__(
        self, lanes: Mapping[Lane, Room], *, held_s: float = HELD_S, held_max: int = HELD_MAX
    ) -> None:
        """Take a room for each lane; the house's own probes are never held up."""
        self._held_s = held_s
        self._held_max = held_max
        self._gates = {lane: Gate(room) for lane, room in lanes.items()}
        self._gates[Lane.HEALTH] = Gate(Room(1024, 0, 0.0))
        missing = set(Lane) - set(self._gates)
        assert not missing, f"lanes without a room: {missing}"
        self._held_count = 0

    def gate(self, lane: Lane) -> Gate:
        """The gate of `lane`: ``async with overload.gate(lane): …``."""
        return self._gates[lane]

    async def hold(self) -> None:
        """Let a refused caller wait, so that a crowd that comes back at once cannot fill the house.

        Cost    a connection for about `HELD_S`, of HELD_MAX calls at a time; no memory of their own
        """
        if self._held_count >= self._held_max:
            return
        self._held_count += 1
        try:
            # not all alike: who were refused together shall not come back together
            await asyncio.sleep(self._held_s * uniform(0.5, 1.5))  # noqa: S311  # nobody gains by guessing
        finally:
            self._held_count -= 1
