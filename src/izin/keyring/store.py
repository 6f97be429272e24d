"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from izin.audit.change import Change
from izin.storage.database import Connection
from izin.storage.statements import load
from izin.vault.purpose import Purpose

_SQL = load("izin.keyring")


class StoredKey(msgspec.Struct, frozen=True):
    """A row of the table: what a key is for, itself under the root, and since when it is there."""

    key_id: int
    purpose: str
    scope: str
    period: str
    wrapped: bytes
    created_at: datetime


async def keys(
    connection: Connection, purposes: Collection[Purpose], scope: str, period: str
) -> list[StoredKey]:
    """Read the keys of one scope and period."""
    rows = await connection.fetch(_SQL["keys"], list(purposes), scope, period)
    return [StoredKey(*row) for row in rows]


async def keys_by_id(
    connection: Connection, key_ids: Collection[int], purposes: Collection[Purpose]
) -> list[StoredKey]:
    """Read keys by number, of the given purposes only."""
    rows = await connection.fetch(_SQL["keys_by_id"], list(key_ids), list(purposes))
    return [StoredKey(*row) for row in rows]


async def add_keys(
    change: Change, scope: str, period: str, wrapped: Mapping[Purpose, bytes]
) -> dict[int, str]:
    """Add keys to one scope and period; one that exists already stays as it is.

    Gives  the number and the purpose of each that was added
    """
    made = list(wrapped), scope, period, list(wrapped.values())
    rows = await change.connection.fetch(_SQL["add_keys"], *made)
    return {row["key_id"]: row["purpose"] for row in rows}


async def now(connection: Connection) -> datetime:
    """Read the clock that all processes share."""
    found: datetime = await connection.fetchval(_SQL["now"])
    return found


class KeyGroup(msgspec.Struct, frozen=True):
    """The keys of one purpose and period: how many, of how many brands or registries, of when."""

    purpose: str
    period: str
    key_count: int
    scope_count: int
    first_created_at: datetime
    last_created_at: datetime


async def survey(connection: Connection) -> list[KeyGroup]:
    """Count the keys by purpose and period."""
    return [KeyGroup(*row) for row in await connection.fetch(_SQL["survey"])]


async def keys_after(connection: Connection, key_id: int, limit: int) -> list[StoredKey]:
    """Read all keys, a page at a time."""
    rows = await connection.fetch(_SQL["keys_after"], key_id, limit)
    return [StoredKey(*row) for row in rows]
