"""What keys there are, and whether each of them opens; none of them is shown."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from izin.keyring import store
from izin.keyring.store import KeyGroup as KeyGroup
from izin.keyring.store import StoredKey
from izin.storage.database import Database
from izin.vault.errors import KeyLostError
from izin.vault.provider import KeyProvider
from izin.vault.purpose import Purpose
from izin.vault.vault import Vault

PAGE_ROWS = 500

Told = Callable[[int, int], None]
"""Hears how many keys were tried, of how many."""


class LostKey(msgspec.Struct, frozen=True):
    """A key that does not open under the root key at hand."""

    key_id: int
    purpose: str
    period: str


class Tried(msgspec.Struct, frozen=True):
    """How many keys were tried, and those that do not open."""

    key_count: int
    lost: tuple[LostKey, ...]


async def survey(database: Database) -> list[KeyGroup]:
    """Which keys are there, by purpose and period?"""
    async with database.connection() as connection:
        return await store.survey(connection)


async def has_keys(database: Database) -> bool:
    """Is there a key, wrapped under some root?"""
    async with database.connection() as connection:
        return bool(await store.keys_after(connection, 0, 1))


async def try_keys(database: Database, provider: KeyProvider, told: Told) -> Tried:
    """Does every stored key open under the root key?

    Takes   a database of a role that sees the keys of both sides
    Cost    one call of the provider a key
    """
    vault = Vault(provider)
    total = sum(group.key_count for group in await survey(database))
    lost: list[LostKey] = []
    tried = last_id = 0
    while page := await _page(database, last_id):
        lost += await asyncio.to_thread(_lost_among, vault, page)
        tried += len(page)
        last_id = page[-1].key_id
        told(tried, total)
    return Tried(tried, tuple(lost))


async def _page(database: Database, last_id: int) -> list[StoredKey]:
    async with database.connection() as connection:
        return await store.keys_after(connection, last_id, PAGE_ROWS)


def _lost_among(vault: Vault, keys: Sequence[StoredKey]) -> list[LostKey]:
    return [LostKey(key.key_id, key.purpose, key.period) for key in keys if not _opens(vault, key)]


def _opens(vault: Vault, key: StoredKey) -> bool:
    try:
        vault.sealer_of(key.key_id, Purpose(key.purpose), key.scope, key.period, key.wrapped)
    except KeyLostError:
        return False
    return True
