"""A process's connections to PostgreSQL, under the process's own role."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import NamedTuple, TypeAlias, cast

import asyncpg

from izin.core.errors import StartRefusedError, UnavailableError
from izin.storage.trouble import passing_as_unavailable, unreachable_as_unavailable

_Lent: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
"""What `store.py` functions take as their first argument."""

ACQUIRE_S_MAX = 2.0
"""How long a caller waits for a free connection before the answer is 503."""

STATEMENT_MS_MAX = 10_000
_IDLE_IN_TRANSACTION_MS_MAX = 30_000
_CONNECT_S_MAX = 5.0
_IDLE_S_MAX = 300.0
_HAS_CITUS = "select exists (select from pg_extension where extname = 'citus')"
_CLOSE_S_MAX = 10.0

PLANNING = {
    # Cached plans of hot statements must not become scans while a table grows from empty to large.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    # it reads in the order of pages: what is written again in the order of keys would keep theirs
    "enable_bitmapscan": "off",
    "enable_indexonlyscan": "off",  # one could read the whole of an index that holds all columns
    "jit": "off",  # compiling costs more than any statement here runs
}
"""How statements are planned, on each shard of a cluster too."""

_BY_KEY_ONLY = [name for name in PLANNING if name.startswith("enable_")]
_PLAN_FREELY = "select set_config(name, 'on', true) from unnest($1::text[]) as name"

_ACT_FOR = "select set_config('izin.acts_for', $1, true)"
SIGN_IN = "sign-in"
"""Acts for whoever is signing in: it is not known yet whose he is."""

APPLICANT = "applicant"
"""Acts for a company that is none yet."""

# A plan that is kept spares a look-up of one key the 110 µs of planning it anew.
_KEPT_PLANS = {"plan_cache_mode": "force_generic_plan"}
_DISTRIBUTED = {"plan_cache_mode": "auto"}
"""Citus chooses the shards while it plans, so it has to plan with the values."""


class Database:
    """A bounded pool of connections that all act under one role, opened by `Database.open`.

    Trouble that passes (no free connection in time, server away, time-out, deadlock, disk full)
    raises UnavailableError with its cause, in the wait and in the block; the rest goes through.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, acquire_s: float) -> None:
        """Take an open pool; callers use `Database.open`."""
        self._pool = pool
        self._acquire_s = acquire_s

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        role: str | None,
        size_max: int = 8,
        statement_ms: int = STATEMENT_MS_MAX,
        acquire_s: float = ACQUIRE_S_MAX,
    ) -> "Database":
        """Connect, and see that the role and the planner's settings hold.

        Takes   role: the process's database role; None stays the user of the URL
        Raises  UnavailableError if the server is away · StartRefusedError if `role` does not hold.
                Behind a PgBouncer (1.21 or newer) that drops start-up settings, the login user
                carries them: `alter role … set role = …`, and so on
        """
        wanted = start_settings(role, statement_ms)
        return await cls._open(url, wanted, _Size(size_max), acquire_s)

    @classmethod
    async def open_reserved(cls, url: str, *, role: str, size: int, lock_ms: int) -> "Database":
        """Connect at once, as often as will be: it is there however full the server gets.

        Takes   lock_ms: how long a statement waits for a row that somebody else has; past it
                LockedError
        Raises  as `open`
        """
        wanted = start_settings(role, STATEMENT_MS_MAX) | {"lock_timeout": f"{lock_ms}ms"}
        return await cls._open(url, wanted, _Size(size, kept=size), ACQUIRE_S_MAX)

    @classmethod
    async def _open(
        cls, url: str, wanted: dict[str, str], size: "_Size", acquire_s: float
    ) -> "Database":
        database = cls(await _pool(url, wanted, size), acquire_s=acquire_s)
        try:
            async with database.connection() as connection:
                is_distributed = await connection.fetchval(_HAS_CITUS)
            if is_distributed:
                await database.close()
                wanted |= _DISTRIBUTED
                database = cls(await _pool(url, wanted, size), acquire_s=acquire_s)
            async with database.connection() as connection:
                await _check_settings(connection, wanted)
        except BaseException:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection; each statement is its own transaction. Raises UnavailableError."""
        waiting = "waiting for a database connection"
        with unreachable_as_unavailable(waiting), self._closing_as_unavailable():
            lent = await self._pool.acquire(timeout=self._acquire_s)
        try:
            with passing_as_unavailable("database"), _gone_as_unavailable(lent), _given_up(lent):
                yield cast("Connection", lent)
        finally:
            # One that cannot be given back is ended by the pool; the caller's outcome stands.
            with suppress(
                OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError
            ):
                await self._pool.release(lent, timeout=_CLOSE_S_MAX)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection inside a transaction: committed at the end, rolled back on any error.

        Raises  UnavailableError; if it cut off the commit, whether it happened is unknown
        """
        async with self.connection() as lent, lent.transaction():
            yield lent

    @asynccontextmanager
    async def acting_for(self, party: str) -> AsyncIterator[Connection]:
        """Lend a transaction that reaches the rows of one party, as row-level security has it.

        Takes   party: in one word, ``company:731001``; `SIGN_IN` for who is yet to show whose he is
        Raises  UnavailableError
        Cost    one round trip beside the transaction's own
        """
        async with self.connection() as lent, acting_for(lent, party):
            yield lent

    async def close(self, *, within_s: float = _CLOSE_S_MAX) -> None:
        """Wait for lent connections, then close all; past the bound, cut them off."""
        try:
            async with asyncio.timeout(within_s):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @contextmanager
    def _closing_as_unavailable(self) -> Iterator[None]:
        try:
            yield
        except asyncpg.InterfaceError as error:
            if not self._pool.is_closing():
                raise
            raise UnavailableError("the process is closing its database") from error


@asynccontextmanager
async def acting_for(connection: Connection, party: str) -> AsyncIterator[None]:
    """A transaction on a connection that is lent already; else as `Database.acting_for`."""
    async with connection.transaction():
        await connection.execute(_ACT_FOR, party)
        yield


class _Size(NamedTuple):
    """How many connections at most, and how many of them are there from the start to the end."""

    most: int
    kept: int = 0


async def _pool(url: str, wanted: Mapping[str, str], size: _Size) -> "asyncpg.Pool[asyncpg.Record]":
    connecting = "connecting to the database"
    with unreachable_as_unavailable(connecting), _role_as_start_refused(wanted.get("role")):
        return await asyncpg.create_pool(
            url,
            min_size=0,  # a lost connection is made anew when it is asked for, not before
            init_size=max(1, size.kept),
            max_size=size.most,
            max_inactive_connection_lifetime=0 if size.kept else _IDLE_S_MAX,
            max_queries=2**31,  # a connection that works is kept
            max_cached_statement_lifetime=0,
            timeout=_CONNECT_S_MAX,
            # Longer than the server's own: for a server that does not answer at all.
            command_timeout=int(wanted["statement_timeout"]) / 1000 + 2,
            server_settings=dict(wanted),
            reset=_keep_as_it_is,
        )


@asynccontextmanager
async def reading_whole_tables(connection: Connection) -> AsyncIterator[None]:
    """A transaction whose statements are planned by what the tables hold, scans and all.

    For what nobody waits for: by key alone, comparing two whole tables takes the square of them.
    """
    async with connection.transaction():
        await connection.execute(_PLAN_FREELY, _BY_KEY_ONLY)
        yield


def start_settings(role: str | None, statement_ms: int) -> dict[str, str]:
    """Give the server settings that a process's connections start with."""
    settings = (
        PLANNING
        | _KEPT_PLANS
        | {
            "application_name": role or "izin",
            "statement_timeout": str(statement_ms),
            "idle_in_transaction_session_timeout": str(_IDLE_IN_TRANSACTION_MS_MAX),
        }
    )
    return settings if role is None else settings | {"role": role}


async def _check_settings(connection: Connection, wanted: Mapping[str, str]) -> None:
    for name in ("role", "lock_timeout", *PLANNING, *_KEPT_PLANS):
        found = await connection.fetchval("select current_setting($1)", name)
        if name in wanted and found != wanted[name]:
            msg = (
                f"The database gave {name} = {found} where {wanted[name]} was asked: if a pooler "
                f"drops start-up settings, run 'alter role <login> set {name} = {wanted[name]}'."
            )
            raise StartRefusedError(msg)


@contextmanager
def _role_as_start_refused(role: str | None) -> Iterator[None]:
    try:
        yield
    except (asyncpg.InvalidParameterValueError, asyncpg.InsufficientPrivilegeError) as error:
        msg = f"The database does not let its user act as {role} ({error}): run 'izin migrate'."
        raise StartRefusedError(msg) from error


async def _keep_as_it_is(_connection: object) -> None:
    """Spare the reset's round trip: no statement here leaves state in its session."""


@contextmanager
def _gone_as_unavailable(lent: _Lent) -> Iterator[None]:
    try:
        yield
    except asyncpg.InterfaceError as error:
        if not _is_gone(lent):
            raise
        raise UnavailableError("the database connection is gone") from error
    except asyncpg.InternalClientError as error:  # it has just had the server's last words
        _end(lent)
        raise UnavailableError("the database connection is ending") from error


@contextmanager
def _given_up(lent: _Lent) -> Iterator[None]:
    """A server that let our own time-out pass is silent: no caller waits for its good-bye too."""
    try:
        yield
    except TimeoutError:
        _end(lent)
        raise


def _end(lent: _Lent) -> None:
    with suppress(asyncpg.InterfaceError):  # the pool has taken a broken one back already
        lent.terminate()


def _is_gone(lent: _Lent) -> bool:
    try:
        return lent.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken a broken one back already
        return True
