"""How much the house does at a time: each lane has its own room, so none starves another.

Queues are short and waits are bounded: a call that cannot be answered soon is told so at once,
with 503, instead of being answered when nobody waits any more. Source: security 5.7.
"""

import asyncio
from collections.abc import Mapping
from types import TracebackType

import msgspec

from izin.admission.lanes import Lane
from izin.core.errors import UnavailableError


class Room(msgspec.Struct, frozen=True):
    """What fits into one lane of one process.

    running_max  calls at work · waiting_max  calls in the queue · wait_s_max  how long one waits
    """

    running_max: int
    waiting_max: int
    wait_s_max: float


def rooms(connection_count: int) -> Mapping[Lane, Room]:
    """Divide a process's capacity among the lanes.

    Takes   connection_count: size of the process's connection pool
    Gives   lanes whose one call is long work together hold five eighths of the connections (five
            lanes, an eighth each, and one at least), so single calls always find one free
    """
    long_work = max(1, connection_count // 8)
    return {
        Lane.TOKEN: Room(1024, 1024, 2.0),  # the password's slow hash has a bench of its own
        Lane.SINGLE_STATUS: Room(1024, 1024, 0.5),  # they travel together
        Lane.CONSENT: Room(connection_count * 4, 1024, 1.0),
        Lane.REFUSAL: Room(connection_count * 4, 1024, 5.0),
        Lane.INFO: Room(64, 256, 0.5),
        Lane.BATCH: Room(long_work, 16, 2.0),
        Lane.REFUSAL_BATCH: Room(long_work, 64, 5.0),
        Lane.QUESTION: Room(long_work, 32, 1.0),
        Lane.HISTORY: Room(long_work, 32, 1.0),
        Lane.CHANGES: Room(long_work, 32, 1.0),
    }


class Gate:
    """The door of one lane, used as ``async with``."""

    def __init__(self, room: Room) -> None:
        """Start with the whole room free."""
        self._room = room
        self._places = asyncio.Semaphore(room.running_max)
        self._waiting_count = 0

    async def __aenter__(self) -> None:
        """Take a place, or wait for one. Raises UnavailableError past either bound."""
        if not self._places.locked():
            await self._places.acquire()
            return
        if self._waiting_count >= self._room.waiting_max:
            raise UnavailableError("the lane's queue is full")
        self._waiting_count += 1
        try:
            async with asyncio.timeout(self._room.wait_s_max):
                await self._places.acquire()
        except TimeoutError:
            raise UnavailableError("no place in the lane in time") from None
        finally:
            self._waiting_count -= 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the place to whoever waits longest."""
        self._places.release()


class Overload:
    """The gates of a process."""

    def __init__(self, lanes: Mapping[Lane, Room]) -> None:
        """Take a room for each lane; the house's own probes are never held up."""
        self._gates = {lane: Gate(room) for lane, room in lanes.items()}
        self._gates[Lane.HEALTH] = Gate(Room(1024, 0, 0.0))
        missing = set(Lane) - set(self._gates)
        assert not missing, f"lanes without a room: {missing}"

    def gate(self, lane: Lane) -> Gate:
        """The gate of `lane`: ``async with overload.gate(lane): …``."""
        return self._gates[lane]
