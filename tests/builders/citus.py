"""Databases of a Citus cluster, each with the extension on every node, migrated and distributed."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from builders.databases import at_database, copy_of_template

from izin.storage.distribute import distribute
from izin.storage.migrate import migrate

URL = os.environ.pop("IZIN_CITUS_URL", None)  # no setting of the registry, which would refuse it
"""A superuser's, to any database of the coordinator that has the extension and its nodes."""

SHARDS = 8
_ROLES = ("izin_web", "izin_citizen", "izin_keeper", "izin_operator", "izin_desk", "izin_courier")


def new_databases(
    cluster: str | None, plain: Callable[[], str]
) -> Callable[[], AbstractAsyncContextManager[str]]:
    """How tests get their databases: of the cluster if one is named, else of a plain server.

    `plain` gives its URL and is asked only where there is no cluster: a server is started for it.
    """
    if cluster is None:
        return partial(copy_of_template, plain())
    return partial(spread_database, cluster)


@asynccontextmanager
async def spread_database(url: str) -> AsyncIterator[str]:
    """URL of an empty database with the whole schema, spread over the cluster; dropped in the end.

    Citus lives in one database at a time: each new one is made, and told of its nodes, on all.
    """
    name = f"test_{os.urandom(6).hex()}"
    nodes = await _nodes(url)
    try:
        for node, _ in nodes:
            await _run(node, f"create database {name}")
            await _run(at_database(node, name), "create extension citus")
        new = at_database(url, name)
        await migrate(new)
        await _introduce(new, nodes)
        await distribute(new, shards=SHARDS, told=lambda _: None)
        yield new
    finally:
        for node, _ in nodes:
            await _run(node, f"drop database if exists {name} with (force)")


async def _nodes(url: str) -> list[tuple[str, tuple[str, int]]]:
    """URLs of all nodes with the address that the others know; the coordinator's comes first."""
    connection = await asyncpg.connect(url)
    try:
        has_citus = "select exists (select from pg_extension where extname = 'citus')"
        assert await connection.fetchval(has_citus), "IZIN_CITUS_URL leads to no Citus"
        rows = await connection.fetch(
            "select nodename, nodeport, groupid = 0 as leads from pg_dist_node "
            "where isactive and noderole = 'primary' order by groupid"
        )
    finally:
        await connection.close()
    found: list[tuple[str, tuple[str, int]]] = []
    parts = urlsplit(url)
    for row in rows:
        address = row["nodename"], row["nodeport"]
        user, at, _ = parts.netloc.rpartition("@")
        place = f"{user}{at}{row['nodename']}:{row['nodeport']}"
        node = url if row["leads"] else urlunsplit(parts._replace(netloc=place))
        found.append((node, address))
    return found


async def _introduce(url: str, nodes: list[tuple[str, tuple[str, int]]]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for role in _ROLES:  # Citus signs in on the other nodes under the process's own name
            await connection.execute(f"alter role {role} login")
        (_, leads), *others = nodes
        await connection.execute("select citus_set_coordinator_host($1, $2)", *leads)
        for _, address in others:
            await connection.execute("select citus_add_node($1, $2)", *address)
    finally:
        await connection.close()


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        # each node makes its own; the coordinator would make it on all
        await connection.execute("set citus.enable_create_database_propagation = off")
        await connection.execute(statement)
    finally:
        await connection.close()
