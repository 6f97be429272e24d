"""A process's parts, opened in order and closed in the other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from izin.core.errors import StartRefusedError
from izin.keyring import (
    Keyring,
    MemberKeyring,
    open_keyring,
    open_member_keyring,
    open_message_sealer,
    open_whole_keyring,
)
from izin.keyring.survey import has_keys
from izin.storage.database import Database
from izin.storage.guard import check_server
from izin.storage.migrate import check_schema
from izin.vault.provider import FileKeyProvider, see_that_a_file_will_do
from izin.vault.sealing import Sealer
from izin.vault.selftest import self_test
from izin.wiring.roles import COURIER, OF_BOTH_SIDES, OPERATOR
from izin.wiring.settings import PREFIX, Mode, Settings

KEY_CONNECTIONS = 2
COURIER_CONNECTIONS = 10
"""One for each message on its way, and two for what is heard meanwhile."""


class Parts(msgspec.Struct, frozen=True):
    """What every process works with."""

    database: Database
    keyring: Keyring


@asynccontextmanager
async def open_parts(settings: Settings, *, role: str) -> AsyncIterator[Parts]:
    """Open database and keys under a process's role, after the checks of the start.

    Raises  StartRefusedError
    """
    assert settings.database_url is not None, "the launcher has named a database"
    self_test()
    see_that_a_file_will_do(production=settings.mode is Mode.PRODUCTION)
    database = await Database.open(settings.database_url, role=role, size_max=settings.pool_size)
    try:
        async with database.connection() as connection:
            await check_server(connection)
            await check_schema(connection)
        # keys have connections of their own: whoever loads one may hold all others
        keys = await Database.open(settings.database_url, role=role, size_max=KEY_CONNECTIONS)
        try:
            open_keys = open_whole_keyring if role in OF_BOTH_SIDES else open_keyring
            await _see_that_the_root_is_there(keys, settings)
            yield Parts(database, await open_keys(keys, key_provider(settings)))
        finally:
            await keys.close()
    finally:
        await database.close()


class MemberParts(msgspec.Struct, frozen=True):
    """What a process works with that takes care of parties and members, and of nothing else."""

    database: Database
    keyring: MemberKeyring


@asynccontextmanager
async def open_member_parts(
    settings: Settings, *, role: str = OPERATOR, size: int = KEY_CONNECTIONS
) -> AsyncIterator[MemberParts]:
    """Open database and members' keys under a role without consents, after the start's checks.

    Raises  StartRefusedError
    """
    async with _checked(settings, role, size) as database:
        keyring = await open_member_keyring(database, key_provider(settings))
        yield MemberParts(database, keyring)


class MessageParts(msgspec.Struct, frozen=True):
    """What a process works with that carries messages: it opens those, and nothing else."""

    database: Database
    sealer: Sealer


@asynccontextmanager
async def open_message_parts(settings: Settings) -> AsyncIterator[MessageParts]:
    """Open database and the messages' key, after the start's checks. Raises StartRefusedError."""
    async with _checked(settings, COURIER, COURIER_CONNECTIONS) as database:
        sealer = await open_message_sealer(database, key_provider(settings))
        yield MessageParts(database, sealer)


@asynccontextmanager
async def _checked(settings: Settings, role: str, size: int) -> AsyncIterator[Database]:
    """The database under a role to which no consent opens; its schema and the root are there."""
    assert settings.database_url is not None, "the launcher has named a database"
    self_test()
    database = await Database.open(settings.database_url, role=role, size_max=size)
    try:
        async with database.connection() as connection:
            await check_schema(connection)
        await _see_that_the_root_is_there(database, settings)
        yield database
    finally:
        await database.close()


async def _see_that_the_root_is_there(database: Database, settings: Settings) -> None:
    # The keys first: whoever made one, at this very moment perhaps, had made the root before.
    if await has_keys(database) and not settings.root_key.exists():
        raise StartRefusedError(
            f"The root key {settings.root_key} is missing, and this database's keys open under "
            f"nothing else: put it back, or name its place by {PREFIX}ROOT_KEY_FILE."
        )


def key_provider(settings: Settings) -> FileKeyProvider:
    """Where the root key lies.

    Raises  StartRefusedError
    """
    return FileKeyProvider(settings.root_key, production=settings.mode is Mode.PRODUCTION)
