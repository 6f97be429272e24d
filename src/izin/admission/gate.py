"""The door of one lane: who is let in at once, who waits for whom, and who waits too long.

Callers wait in lines, one for each party, and the lines are served in turn: whoever sends seven
times what all others send together stands behind himself. A line that has stood for a while is no
longer a burst: waits in it are cut short, and whoever came last goes first (controlled delay and
adaptive LIFO, as in Maurer, "Fail at Scale", ACM Queue 13/8, 2015), for he is served almost as fast
as ever, and whoever came first would be late anyway. Source: decisions 0031, 0033 and 0049.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from math import inf
from time import monotonic
from types import TracebackType

import msgspec

from izin.core.errors import UnavailableError

HELD_S = 2
"""How long a call that found no place waits for its 503: as long as that says in Retry-After.

Whoever asks again at once would otherwise cost more refusals than there are answers: measured at
five times the capacity, two fifths of the good answers were left.
"""

STANDING_S = 0.005
"""So long a wait is borne on any machine; on a slow one as long as the work itself takes."""

WATCHED_S = 0.05
CALM_S = 1.0
"""A line stands until nobody was cut off for so long: those who were come back one by one."""

COMPANY_S = 1.0
"""Who was there so lately counts as company: for his next call there are places left."""

SHARE = 4
"""One party has a quarter of the places at most while others are about; alone it has them all."""

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


class _Standing:
    """Does a line stand? It does once even the shortest wait of 50 ms was longer than the work.

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


class _Line:
    """Those of one party: how many are in, and who waits."""

    __slots__ = ("running", "standing", "waiting")

    def __init__(self, places: int) -> None:
        self.running = 0
        self.waiting: deque[tuple[asyncio.Future[None], float]] = deque()
        self.standing = _Standing(places)


class Gate:
    """The door of one lane, used as ``async with gate.place(party): …``."""

    def __init__(self, room: Room, *, clock: Callable[[], float] = monotonic) -> None:
        """Start with the whole room free."""
        self._room = room
        self._clock = clock
        self._free = room.running_max
        self._waiting_count = 0
        self._lines: dict[Hashable, _Line] = {}
        self._turns: deque[Hashable] = deque()  # parties that wait, the next one first
        self._company = _Company()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def is_full(self) -> bool:
        """Are all places taken?"""
        return not self._free

    def place(self, party: Hashable) -> "Place":
        """One call's place; `party` is for whom it is made."""
        return Place(self, party)

    async def enter(self, party: Hashable) -> None:
        """Take a place, or wait for one. Raises CrowdedError past either bound."""
        now = self._clock()
        line = self._line(party)
        self._company.saw(party, now)
        if self._free and not line.waiting and line.running < self._most(party, now):
            self._take(line, 0.0, now)
            return
        if self._waiting_count >= self._room.waiting_max and not self._make_way(line):
            self._forget(party, line)
            raise CrowdedError("the lane's queue is full")
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._enqueue(party, line, place, now)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.leave(party)  # it was given just as its taker left
            raise
        finally:
            del place  # its error's traceback has this frame, and with it all of the call

    def leave(self, party: Hashable) -> None:
        """Give a place back: to whose turn it is."""
        line = self._lines[party]
        line.running -= 1
        self._free += 1
        self._forget(party, line)
        self._hand_on()

    def _line(self, party: Hashable) -> _Line:
        line = self._lines.get(party)
        if line is None:
            line = self._lines[party] = _Line(self._room.running_max)
        return line

    def _forget(self, party: Hashable, line: _Line) -> None:
        """Keep no line of who is neither in nor waits."""
        if not line.running and not line.waiting:
            self._lines.pop(party, None)

    def _most(self, party: Hashable, now: float) -> int:
        if self._company.has(party, now):
            return max(1, self._room.running_max // SHARE)
        return self._room.running_max

    def _take(self, line: _Line, wait_s: float, now: float) -> None:
        self._free -= 1
        line.running += 1
        line.standing.saw(wait_s, now)

    def _enqueue(
        self, party: Hashable, line: _Line, place: "asyncio.Future[None]", now: float
    ) -> None:
        if not line.waiting:
            self._turns.append(party)
        line.waiting.append((place, now))
        self._waiting_count += 1
        self._watch()

    def _make_way(self, line: _Line) -> bool:
        """Send away whoever came last in the longest line, unless it is this one."""
        lines = (self._lines[each] for each in self._turns)
        longest = max(lines, key=lambda each: len(each.waiting), default=line)
        if len(longest.waiting) <= len(line.waiting) + 1:
            return False
        place, _ = longest.waiting.pop()
        self._waiting_count -= 1
        if not place.done():
            place.set_exception(CrowdedError("the lane's queue is full"))
        return True

    def _hand_on(self) -> None:
        """One of each line in turn, until no place is free or nobody may have one."""
        now, passed_over = self._clock(), 0
        while self._free and passed_over < len(self._turns):
            party = self._turns.popleft()
            line = self._lines[party]
            self._give_up_on_old(line, now)
            may_enter = line.running < self._most(party, now)
            has_entered = may_enter and self._let_one_in(line, now)
            if line.waiting:
                self._turns.append(party)
                passed_over = 0 if has_entered else passed_over + 1
            else:  # those of it who waited have left: whoever comes next has not been asked yet
                self._forget(party, line)

    def _let_one_in(self, line: _Line, now: float) -> bool:
        is_cut = self._room.is_cut and line.standing.is_so
        while line.waiting:
            place, since = line.waiting.pop() if is_cut else line.waiting.popleft()
            self._waiting_count -= 1
            if not place.done():
                self._take(line, now - since, now)
                place.set_result(None)
                return True
        return False

    def _give_up_on_old(self, line: _Line, now: float) -> None:
        """Nobody waits beyond his time."""
        waiting = line.waiting
        oldest = now - self._patience_s(line)
        while waiting and (waiting[0][0].done() or waiting[0][1] < oldest):
            place, _ = waiting.popleft()
            self._waiting_count -= 1
            if not place.done():
                place.set_exception(CrowdedError("no place in the lane in time"))
                line.standing.cut(now)

    def _patience_s(self, line: _Line) -> float:
        most = self._room.wait_s_max
        is_cut = self._room.is_cut and line.standing.is_so
        return min(line.standing.patience_s, most) if is_cut else most

    def _watch(self) -> None:
        """See to it even if no place comes free at all."""
        if self._alarm is None:
            oldest = min(self._lines[each].waiting[0][1] for each in self._turns)
            wait_s = oldest + self._room.wait_s_max - self._clock()
            # a little late rather than early, when nobody's time would be over yet
            self._alarm = asyncio.get_running_loop().call_later(
                max(0.0, wait_s) + _LATE_S, self._ring
            )

    def _ring(self) -> None:
        self._alarm = None
        now = self._clock()
        for _ in range(len(self._turns)):
            party = self._turns.popleft()
            line = self._lines[party]
            self._give_up_on_old(line, now)
            if line.waiting:
                self._turns.append(party)
            else:
                self._forget(party, line)
        self._hand_on()  # who was alone and is not any more, or the other way round
        if self._turns:
            self._watch()


class Place:
    """A place at a gate while a call has it."""

    __slots__ = ("_gate", "_party")

    def __init__(self, gate: Gate, party: Hashable) -> None:
        """Take the gate, and for whom."""
        self._gate = gate
        self._party = party

    async def __aenter__(self) -> None:
        """Take it, or wait. Raises CrowdedError."""
        await self._gate.enter(self._party)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give it back."""
        self._gate.leave(self._party)


class _Company:
    """Is anybody else about? Two instants say it, however many parties there are."""

    __slots__ = ("_last", "_last_at", "_other_at")

    def __init__(self) -> None:
        self._last: Hashable = None
        self._last_at = self._other_at = -inf

    def saw(self, party: Hashable, now: float) -> None:
        if party != self._last:
            self._last, self._other_at = party, self._last_at
        self._last_at = now

    def has(self, party: Hashable, now: float) -> bool:
        """Was anybody but this one there within the last second?"""
        other_at = self._other_at if party == self._last else self._last_at
        return now - other_at < COMPANY_S
