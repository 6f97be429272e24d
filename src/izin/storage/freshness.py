"""How young a replica's answers provably are.

A position of the primary's log, read at an instant, lies behind everything acknowledged before that
instant. A replica that has replayed up to it shows all of that. Nothing else is believed: no clock
but this process's, no number given after the commit, no delay that a server reports of itself.
"""

from collections import deque
from datetime import datetime

import msgspec


class Log(msgspec.Struct, frozen=True):
    """Which log a position belongs to: positions of two logs cannot be compared.

    system    the cluster's own number, the same for a primary and its replicas
    database  of the cluster
    timeline  grows with each promotion
    """

    system: int
    database: int
    timeline: int

    def is_copy_of(self, other: "Log") -> bool:
        """Is it the same database, perhaps before or after a promotion?"""
        return (self.system, self.database) == (other.system, other.database)


class Flushed(msgspec.Struct, frozen=True):
    """The primary's log is durable up to here; `asked_s` is before it was read."""

    log: Log
    position: int
    asked_s: float


class Replayed(msgspec.Struct, frozen=True):
    """The replica shows its log up to here; `asked_s` is before it was read.

    life  when the server began: one that was killed may come back with less than it had
    """

    log: Log
    position: int
    life: datetime
    asked_s: float


class Proof(msgspec.Struct, frozen=True):
    """What was acknowledged before `since_s` is in every answer that the replica gives.

    That holds for statements begun after the reading, in sessions that were open at `read_s`, of
    the server of that life: a session that lives has seen no restart.
    """

    since_s: float
    read_s: float
    life: datetime


class Evidence:
    """The primary's last positions, and what the replica's last reading proves with them."""

    def __init__(self, age_s_max: float) -> None:
        """Take the age past which nothing is proved."""
        self._age_s_max = age_s_max
        self._flushed: deque[Flushed] = deque()
        self._proof: Proof | None = None

    def take(self, replayed: Replayed, flushed: Flushed) -> None:
        """Take a reading of the replica, and one of the primary that was asked for after it.

        The replica's proves as much as the newest position that it covers. One that is ahead of its
        primary follows another history, as after an old copy of the primary was put back: then
        nothing is proved, now or with the positions so far.
        """
        self._proof = None
        if is_ahead(replayed, flushed):
            self._flushed.clear()
            return
        while self._flushed and flushed.asked_s - self._flushed[0].asked_s > self._age_s_max:
            self._flushed.popleft()
        self._flushed.append(flushed)
        for each in reversed(self._flushed):
            if each.log == replayed.log and each.position <= replayed.position:
                self._proof = Proof(each.asked_s, replayed.asked_s, replayed.life)
                return

    def proof(self, now_s: float) -> Proof | None:
        """Give the proof, while it is young enough."""
        proof = self._proof
        return proof if proof is not None and self.holds(proof, now_s) else None

    def holds(self, proof: Proof, now_s: float) -> bool:
        """Is a proof still young enough?"""
        return now_s - proof.since_s <= self._age_s_max

    def drop(self) -> None:
        """Prove nothing until the replica is read again."""
        self._proof = None


def is_ahead(replayed: Replayed, flushed: Flushed) -> bool:
    """Does the replica show what its primary has never written?"""
    return replayed.log == flushed.log and replayed.position > flushed.position
