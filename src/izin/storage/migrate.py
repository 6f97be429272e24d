"""Brings the database to the schema of this code: plain SQL files, forward only."""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from importlib import resources

import asyncpg
import msgspec

from izin.core.errors import StartRefusedError, UnavailableError
from izin.storage.database import Connection
from izin.storage.guard import check_server
from izin.storage.policies import apply_policies
from izin.storage.statements import load
from izin.storage.trouble import unreachable_as_unavailable

_SQL = load(__package__, "migrate.sql")
_FILE = re.compile(r"(\d{4})_((?:pre_add|post_drop)_[a-z0-9_]+)\.sql", re.ASCII)
_OUTSIDE_A_TRANSACTION = "-- no-transaction"
_LOCK_MS = 3_000
_STATEMENT_MS = 5_000
_LOCK_POLL_S = 0.1
_WAIT_S_MAX = 6 * 3600.0
"""For another migration of the same database, and for an index built while the registry runs."""


class Migration(msgspec.Struct, frozen=True):
    """One file of `storage/migrations`, numbered without a gap from 1."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """What tells that an applied file was changed afterwards."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


class Applied(msgspec.Struct, frozen=True):
    """What the database remembers of a migration."""

    number: int
    name: str
    checksum: str


async def migrate(url: str) -> list[str]:
    """Apply what is missing, in order, then the roles' rights.

    Takes   url: a direct one (not a pooler's), of a user that may create roles and tables
    Gives   names of the migrations applied now, oldest first
    Raises  StartRefusedError for a server that is not safe, a changed file or a newer schema ·
            UnavailableError when a lock was not to be had in time: nothing half done, try again
    """
    with unreachable_as_unavailable("migrating the database"):
        connection = await asyncpg.connect(url, timeout=10, command_timeout=_WAIT_S_MAX)
        try:
            await check_server(connection)
            return await _migrate(connection, migrations())
        finally:
            await connection.close(timeout=10)


async def check_schema(connection: Connection) -> None:
    """Refuse the start unless the database has exactly the schema of this code.

    Raises  StartRefusedError that says whether to migrate or to upgrade
    """
    known = migrations()
    missing = known[len(await _check_applied(connection, known)) :]
    if missing:
        msg = (
            f"The database's schema is older than this code ({missing[0].name} is not applied): "
            "run 'izin migrate' first."
        )
        raise StartRefusedError(msg)


def migrations() -> list[Migration]:
    """Give every migration of this code, in order."""
    found = []
    for file in resources.files(__package__).joinpath("migrations").iterdir():
        if not file.name.endswith(".sql"):
            continue
        named = _FILE.fullmatch(file.name)
        assert named, f"{file.name} is not named NNNN_pre_add_….sql or NNNN_post_drop_….sql"
        found.append(
            Migration(int(named[1]), file.name.removesuffix(".sql"), file.read_text("utf-8"))
        )
    found.sort(key=lambda each: each.number)
    numbers = [each.number for each in found]
    assert numbers == list(range(1, len(found) + 1)), f"migrations are not 1, 2, 3…: {numbers}"
    return found


async def hold_schema(connection: Connection) -> None:
    """Keep everybody else from changing the schema until the session ends.

    A lock of the session, not of a transaction: each migration has its own transaction.

    Raises  UnavailableError: somebody else has kept it for hours
    """
    try:
        async with asyncio.timeout(_WAIT_S_MAX):
            while not await connection.fetchval(_SQL["lock"]):  # noqa: ASYNC110  # in the server
                await asyncio.sleep(_LOCK_POLL_S)
    except TimeoutError:
        raise UnavailableError("another migration is under way") from None


async def _migrate(connection: Connection, known: Sequence[Migration]) -> list[str]:
    await hold_schema(connection)
    await connection.execute(_SQL["create_register"])
    applied = await _check_applied(connection, known)
    missing = known[len(applied) :]
    for migration in missing:
        await _apply(connection, migration)
    await apply_roles(connection)
    return [each.name for each in missing]


async def _check_applied(connection: Connection, known: Sequence[Migration]) -> Sequence[Applied]:
    if not await connection.fetchval(_SQL["has_register"]):
        return []
    rows = await connection.fetch(_SQL["applied"])
    applied = [Applied(*row) for row in rows]
    if len(applied) > len(known):
        msg = (
            f"The database's schema ({applied[-1].name}) is newer than this code "
            f"({known[-1].name}): upgrade the code, a schema never goes back."
        )
        raise StartRefusedError(msg)
    for was, now in zip(applied, known, strict=False):
        if (was.number, was.checksum) != (now.number, now.checksum):
            msg = (
                f"Migration {now.name} is not the one that was applied as {was.name}: "
                "put the file back as it was, and write the change as a new migration."
            )
            raise StartRefusedError(msg)
    return applied


async def _apply(connection: Connection, migration: Migration) -> None:
    if migration.sql.startswith(_OUTSIDE_A_TRANSACTION):
        # Such a file has one statement, which may take long and can be run again.
        for (broken,) in await connection.fetch(_SQL["broken_indexes"]):
            await connection.execute(f"drop index {broken}")
        await connection.execute(f"set lock_timeout = {_LOCK_MS}")
        await connection.execute(migration.sql)
        await connection.execute("reset lock_timeout")
        await _remember(connection, migration)
        return
    async with connection.transaction():
        await connection.execute(f"set local lock_timeout = {_LOCK_MS}")
        await connection.execute(f"set local statement_timeout = {_STATEMENT_MS}")
        await connection.execute(migration.sql)
        await _remember(connection, migration)


async def _remember(connection: Connection, migration: Migration) -> None:
    await connection.execute(_SQL["remember"], migration.number, migration.name, migration.checksum)


async def apply_roles(connection: Connection) -> None:
    """Give each process's role exactly the rights of `roles.sql`; may be repeated.

    Raises  StartRefusedError if the connection's user may not
    """
    try:
        await _apply_roles(connection)
    except asyncpg.InsufficientPrivilegeError as error:
        user = await connection.fetchval("select current_user")
        msg = (
            f"The database user {user} may not make the registry's roles ({error}): have an "
            f"administrator run 'alter role {user} createrole', then migrate again."
        )
        raise StartRefusedError(msg) from error


async def _apply_roles(connection: Connection) -> None:
    async with connection.transaction():
        await connection.execute(f"set local lock_timeout = {_LOCK_MS}")
        await connection.execute(
            resources.files(__package__).joinpath("roles.sql").read_text("utf-8")
        )
        await apply_policies(connection)
