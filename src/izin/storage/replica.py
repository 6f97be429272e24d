"""A replica that may be asked while it is provably young; see `freshness` for what is proved.

The proof is kept in the background, on two connections of its own, so a question pays nothing for
it and an exhausted pool does not let it age.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar
from weakref import WeakKeyDictionary

import asyncpg
import msgspec

from izin.core.errors import StartRefusedError, UnavailableError
from izin.storage.database import Connection, Database
from izin.storage.freshness import Evidence, Flushed, Log, Proof, Replayed, is_ahead
from izin.storage.statements import load

A = TypeVar("A")

_log = logging.getLogger(__name__)
_SQL = load(__package__, "replica.sql")

LOOKS_PER_AGE = 4
"""The replica is looked at so often while a proof lasts: one look that fails costs nothing."""

_WATCH_MS_MAX = 1000
_TELL_S_MIN = 5.0  # a replica at the edge of the bound must not fill the log


class Way(msgspec.Struct, frozen=True):
    """How to reach the two servers.

    primary     URL of the primary, through a pooler if need be
    replica     URL of one replica, directly: a proof belongs to one server
    role        the process's database role
    size_max    connections for questions to the replica; one more on each server is for the proof
    """

    primary: str
    replica: str
    role: str
    size_max: int

    def __repr__(self) -> str:
        """Leave the passwords out."""
        return "Way(…)"


def clock_s() -> float:
    """Count seconds, those that the machine slept through too where the system counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class _Doubt(msgspec.Struct, frozen=True):
    """Why the last look proved nothing; `is_final`: no time will mend it."""

    why: str
    is_final: bool = False


class _NewSessionError(UnavailableError):
    """Nothing is proved of this session yet; the replica itself may be well."""


class Replica:
    """One replica, and the proof of how young it is.

    Cost    a question: none. In the background two round trips a look, `LOOKS_PER_AGE` looks an age
    """

    def __init__(
        self, way: Way, age_s_max: float, *, clock_s: Callable[[], float] = clock_s
    ) -> None:
        """Touch nothing yet.

        Takes   age_s_max: past this nothing is proved · clock_s: one that never goes back
        """
        self.clock_s = clock_s
        self.age_s_max = age_s_max
        self._way = way
        self._evidence = Evidence(age_s_max)
        self._primary: Database | None = None
        self._replica: Database | None = None
        self._answering: Database | None = None
        self._doubt: _Doubt | None = None
        self._told: tuple[bool | None, float] = None, 0.0
        # each session's server, and since when it is known
        self._sessions: WeakKeyDictionary[Connection, tuple[datetime, float]] = WeakKeyDictionary()

    @property
    def doubt(self) -> str | None:
        """Why the last look proved nothing; None if it proved what it should."""
        return None if self._doubt is None else self._doubt.why

    def proof(self) -> Proof | None:
        """Give the proof that holds now; without one the replica may not be asked."""
        return self._evidence.proof(self.clock_s())

    async def start(self) -> None:
        """Look for the first time. A replica that is away or behind is looked for later.

        Raises  StartRefusedError: it is another registry's, or can never be proved young
        """
        await self.look()
        if self._doubt is not None and self._doubt.is_final:
            raise StartRefusedError(self._doubt.why)

    async def run(self) -> None:
        """Keep the proof young until cancelled; whatever fails only lets it age."""
        while True:
            await asyncio.sleep(self.age_s_max / LOOKS_PER_AGE)
            await self.look()

    async def look(self) -> None:
        """Read both servers' positions once."""
        try:
            self._doubt = await self._look()
        except UnavailableError as error:
            self._doubt = _Doubt(str(error))
        except StartRefusedError as error:
            self._doubt = _Doubt(str(error), is_final=True)
        self._tell()

    async def ask(
        self, proof: Proof, look_up: Callable[[Connection], Awaitable[A]], *, patience_s: float
    ) -> A:
        """Let the replica answer.

        Takes   proof: one that holds now · look_up: one statement
        Raises  UnavailableError: no answer in time, or none that is provably young
        """
        assert self._answering is not None, "who gives a proof has opened the connections"
        try:
            async with asyncio.timeout(patience_s), self._answering.connection() as lent:
                await self._see_covered(lent, proof)
                answer = await _or_end(lent, look_up)
        except _NewSessionError:
            raise
        except (UnavailableError, TimeoutError, asyncpg.PostgresError) as error:
            self._evidence.drop()  # the next question shall not try in vain
            raise UnavailableError(f"the replica: {type(error).__name__}") from error
        if not self._evidence.holds(proof, self.clock_s()):
            raise UnavailableError("the replica's answer came too late for its proof")
        return answer

    async def close(self) -> None:
        """Close every connection."""
        for database in (self._answering, self._replica, self._primary):
            if database is not None:
                await database.close(within_s=self.age_s_max)

    async def _look(self) -> _Doubt | None:
        asked_s = self.clock_s()
        with _named("the replica"):
            row = await self._read_replica()
        with _named("the primary"):
            flushed = await self._read_primary()
        if flushed is None:
            return _Doubt("the server that is named as the primary is a replica")
        log = _log_of(row)
        if not row["is_replica"] or not log.is_copy_of(flushed.log):
            self._evidence.drop()
            return _no_replica(is_copy=log.is_copy_of(flushed.log))
        replayed = Replayed(log, row["position"], row["life"], asked_s)
        self._evidence.take(replayed, flushed)
        return None if self.proof() is not None else _lag(replayed, flushed)

    async def _read_primary(self) -> Flushed | None:
        if self._primary is None:
            self._primary = await self._open_watch(self._way.primary, _see_one_log)
        asked_s = self.clock_s()
        async with self._primary.connection() as lent:
            row = await lent.fetchrow(_SQL["flushed"])
        return None if row is None else Flushed(_log_of(row), row["position"], asked_s)

    async def _read_replica(self) -> asyncpg.Record:
        if self._replica is None:
            self._replica = await self._open_watch(self._way.replica, _see_no_pooler)
        if self._answering is None:
            self._answering = await Database.open(
                self._way.replica,
                role=self._way.role,
                size_max=self._way.size_max,
                acquire_s=self.age_s_max,
            )
        async with self._replica.connection() as lent:
            row = await lent.fetchrow(_SQL["replayed"])
        assert row is not None, "a database knows itself"
        return row

    async def _open_watch(self, url: str, see: Callable[[Connection], Awaitable[None]]) -> Database:
        opened = await Database.open(
            url,
            role=self._way.role,
            size_max=1,
            statement_ms=_WATCH_MS_MAX,
            acquire_s=self.age_s_max,
        )
        try:
            async with opened.connection() as lent:
                await see(lent)
        except BaseException:
            await opened.close(within_s=self.age_s_max)
            raise
        return opened

    async def _see_covered(self, lent: Connection, proof: Proof) -> None:
        """Was this session open, on the server that was read, when it was read?"""
        session: Connection = lent._con  # type: ignore[attr-defined]  # noqa: SLF001  # what is lent is a wrapper, another one each time
        known = self._sessions.get(session)
        if known is None:
            row = await lent.fetchrow(_SQL["life"])
            assert row is not None, "a server knows itself"
            known = self._sessions[session] = row["life"], self.clock_s()
        life, since_s = known
        if life != proof.life or since_s > proof.read_s:
            raise _NewSessionError("nothing is proved of a new session")

    def _tell(self) -> None:
        """Log when questions begin or cease to go to the replica, and why."""
        is_asked, now_s = self.proof() is not None, self.clock_s()
        was_asked, told_s = self._told
        if is_asked is was_asked or (was_asked is not None and now_s - told_s < _TELL_S_MIN):
            return
        self._told = is_asked, now_s
        if is_asked:
            _log.info("the replica is asked")
        else:
            _log.warning("only the primary is asked: %s", self.doubt)


@contextmanager
def _named(server: str) -> Iterator[None]:
    """Say whose trouble it is; whatever it is, the proof only ages."""
    try:
        yield
    except UnavailableError as error:
        raise UnavailableError(f"{server}: {error}") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise UnavailableError(f"{server}: {type(error).__name__}") from error


def _log_of(row: asyncpg.Record) -> Log:
    return Log(row["system"], row["database"], row["timeline"])


def _no_replica(*, is_copy: bool) -> _Doubt:
    if is_copy:
        return _Doubt("the server that is named as the replica takes writes: promoted, or itself")
    return _Doubt(
        "The server that is named as the replica holds another database than the primary: name a "
        "streaming replica of the primary's own cluster, and the same database of it.",
        is_final=True,
    )


def _lag(replayed: Replayed, flushed: Flushed) -> _Doubt:
    if replayed.log != flushed.log:
        lines = f"{replayed.log.timeline}, the primary's is {flushed.log.timeline}"
        return _Doubt(f"the replica's timeline is {lines}")
    if is_ahead(replayed, flushed):
        return _Doubt("the replica has what the primary never wrote: make it anew")
    return _Doubt(f"the replica is {flushed.position - replayed.position} bytes behind")


async def _see_one_log(primary: Connection) -> None:
    if await primary.fetchval(_SQL["is_distributed"]):
        raise StartRefusedError(
            "The database is a Citus cluster: each of its servers has a log and replicas of its "
            "own, so no replica is provably young. Unset the replica's URL."
        )


async def _see_no_pooler(replica: Connection) -> None:
    row = await replica.fetchrow(_SQL["life"])
    if row is None or row["pid"] != replica.get_server_pid():
        raise StartRefusedError(
            "The replica's URL leads through a pooler, behind which one session may be many: name "
            "the replica itself."
        )


async def _or_end(lent: Connection, look_up: Callable[[Connection], Awaitable[A]]) -> A:
    """End the session of what is not waited for any more: its server may never answer."""
    try:
        return await look_up(lent)
    except asyncio.CancelledError:
        lent.terminate()
        raise
