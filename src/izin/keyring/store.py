"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Collection, Mapping

import msgspec

from izin.storage.database import Connection
from izin.storage.statements import load
from izin.vault.purpose import Purpose

_SQL = load("izin.keyring")


class StoredKey(msgspec.Struct, frozen=True):
    """A row of the table: what a key is for, and itself under the root."""

    key_id: int
    purpose: str
    scope: str
    period: str
    wrapped: bytes


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
    connection: Connection, scope: str, period: str, wrapped: Mapping[Purpose, bytes]
) -> None:
    """Add keys to one scope and period; one that exists already stays as it is."""
    await connection.execute(_SQL["add_keys"], list(wrapped), scope, period, list(wrapped.values()))
