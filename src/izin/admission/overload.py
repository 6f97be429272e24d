"""How much the house does at a time: each lane has its own room, so none starves another.

Queues are short and waits are bounded: a call that cannot be answered soon is told so at once,
with 503, instead of being answered when nobody waits any more. Source: decisions 0031 and 0033.
"""

import asyncio
from collections.abc import Hashable, Mapping
from random import uniform

from izin.admission.gate import HELD_S, Gate, Place, Room
from izin.admission.gate import CrowdedError as CrowdedError
from izin.admission.lanes import Lane

HELD_MAX = 1000
"""All connections of a process: whoever is not held asks again at once, and answers pay for it."""


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
        """The gate of `lane`."""
        return self._gates[lane]

    def place(self, lane: Lane, party: Hashable) -> Place:
        """A place in `lane` for a party: ``async with overload.place(lane, party): …``."""
        return self._gates[lane].place(party)

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
