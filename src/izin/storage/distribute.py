"""Spreads the schema over a Citus cluster, as `distribution` says. Where each table lies stays."""

from collections.abc import Callable, Iterator

import asyncpg
import msgspec

from izin.storage.database import PLANNING, Connection
from izin.storage.distribution import Lies, MisplacedError, Step, plan
from izin.storage.migrate import apply_roles, check_schema, hold_schema
from izin.storage.statements import load
from izin.storage.trouble import unreachable_as_unavailable

_SQL = load(__package__, "distribute.sql")
SERVER_MIN = 18
CITUS_MIN = 14
SHARDS = 32
_ROLES = ("izin_web", "izin_citizen", "izin_keeper", "izin_operator", "izin_desk", "izin_courier")
_STEP_S_MAX = 7 * 24 * 3600.0
"""A table of a billion rows is copied within one statement."""

Told = Callable[[Step], None]
"""Hears of each table once it lies as it should."""


class CannotDistributeError(Exception):
    """Nothing was changed by this step; `reason` names a sentence, `facts` fill it."""

    def __init__(self, reason: str, **facts: object) -> None:
        """Take the reason and what it names."""
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says of itself; without Citus it leads nobody."""

    version: int
    citus: str | None
    is_coordinator: bool = False
    is_listed: bool = False
    workers: int = 0
    without_roles: tuple[str, ...] = ()


async def distribute(url: str, *, shards: int, told: Told) -> list[Step]:
    """Let every table lie as `distribution` says; may be repeated, and goes on where it stopped.

    Takes   url: the coordinator's, a direct one, of the user that migrates
            shards: of the large tables, where they are not split yet
    Gives   every table, with what was done for it; each is a transaction of its own
    Raises  CannotDistributeError · StartRefusedError: the schema is not this code's ·
            UnavailableError
    """
    with unreachable_as_unavailable("distributing the database"):
        connection = await asyncpg.connect(url, timeout=10, command_timeout=_STEP_S_MAX)
        try:
            await hold_schema(connection)
            await check_schema(connection)
            await _see_that_it_can_be(connection)
            steps = _planned(await _tables(connection), shards)
            for step in steps:
                if step.sql is not None:
                    await connection.execute(step.sql)
                told(step)
            await apply_roles(connection)  # on the shards too
            for statement in planning_of_roles():
                await connection.execute(statement)
            return steps
        finally:
            await connection.close(timeout=10)


async def _see_that_it_can_be(connection: Connection) -> None:
    server = await connection.fetchrow(_SQL["server"])
    assert server is not None, "the server always answers"
    cluster = Cluster(version=server["version"], citus=server["citus"])
    if cluster.citus is not None:
        row = await connection.fetchrow(_SQL["cluster"])
        assert row is not None, "a node always knows its group"
        nodes = await connection.fetch(_SQL["without_roles"]) if row["is_coordinator"] else []
        names = tuple(node["nodename"] for node in nodes)
        cluster = msgspec.structs.replace(cluster, **dict(row), without_roles=names)
    if objection := objection_to(cluster):
        raise objection


def planning_of_roles() -> list[str]:
    """Give the statements that let each node plan as a process does: its settings stay behind.

    Citus hands a role's settings on to the workers; what a connection starts with, it does not.
    """
    return [
        f"alter role {role} set {name} = {value}"
        for role in _ROLES
        for name, value in PLANNING.items()
    ]


def objection_to(cluster: Cluster) -> CannotDistributeError | None:
    """Say why the schema cannot be spread from this server, or None: the first thing only."""
    return next(_objections(cluster), None)


def _objections(cluster: Cluster) -> Iterator[CannotDistributeError]:
    if cluster.version < SERVER_MIN:
        yield CannotDistributeError("old_server", found=cluster.version, least=SERVER_MIN)
    if cluster.citus is None:
        yield CannotDistributeError("no_citus", least=CITUS_MIN)
    elif int(cluster.citus.split(".", 1)[0]) < CITUS_MIN:
        yield CannotDistributeError("old_citus", found=cluster.citus, least=CITUS_MIN)
    if not cluster.is_coordinator:
        yield CannotDistributeError("no_coordinator")
    if not cluster.is_listed:
        yield CannotDistributeError("not_listed")
    if not cluster.workers:
        yield CannotDistributeError("no_workers")
    if cluster.without_roles:
        yield CannotDistributeError("no_roles", nodes=", ".join(cluster.without_roles))


async def _tables(connection: Connection) -> dict[str, Lies]:
    return {
        row["name"]: Lies(row["kind"], row["distribution_column"], row["colocation_id"])
        for row in await connection.fetch(_SQL["tables"])
    }


def _planned(found: dict[str, Lies], shards: int) -> list[Step]:
    try:
        return plan(found, shards=shards)
    except MisplacedError as error:
        raise CannotDistributeError(
            "misplaced", table=error.table, found=error.found.kind
        ) from error
