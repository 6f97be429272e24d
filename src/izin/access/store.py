"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Connection, Record

from izin.access.model import Bound, Caller
from izin.audit.change import Change
from izin.core.codes import BrandCode
from izin.member.model import Belongs, Role
from izin.storage.statements import load

_SQL = load("izin.access")


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of api_user."""

    user_id: UUID
    username: str
    password_hash: str
    iys_code: int | None
    partner_code: int | None
    intermediary_code: int | None
    is_active: bool
    password_until: datetime | None = None
    is_test: bool = False

    def __repr__(self) -> str:
        """Leave the hash out."""
        return f"UserRow({self.user_id})"


class PairRow(msgspec.Struct, frozen=True, kw_only=True):
    """An access token and its refresh token, as they are stored."""

    family: UUID
    user_id: UUID
    created_at: datetime
    access_tag: UUID
    access_expires_at: datetime
    refresh_tag: UUID
    refresh_expires_at: datetime


class AccessRow(msgspec.Struct, frozen=True, kw_only=True):
    """An access token that is bound to its holder, as it is stored."""

    token_tag: UUID
    family: UUID
    user_id: UUID
    created_at: datetime
    expires_at: datetime
    audience: int | None
    key_thumbprint: str | None
    certificate_thumbprint: str | None


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of client_key."""

    key_id: UUID
    user_id: UUID
    kind: str
    thumbprint: str
    public_jwk: str | None
    created_at: datetime
    ends_at: datetime


async def put_user(change: Change, user: UserRow) -> UUID:
    row = msgspec.structs.astuple(user)
    user_id: UUID = await change.connection.fetchval(_SQL["put_user"], *row)
    return user_id


async def user_by_name(connection: Connection, username: str, now: datetime) -> Record | None:
    return await connection.fetchrow(_SQL["user_by_name"], username, now)


async def put_pair(connection: Connection, pair: PairRow) -> None:
    await connection.execute(_SQL["put_pair"], *msgspec.structs.astuple(pair))


async def lock_family(connection: Connection, refresh_tag: UUID) -> UUID | None:
    """Give the family of a refresh token, held until the transaction's end."""
    family: UUID | None = await connection.fetchval(_SQL["lock_family"], refresh_tag)
    return family


async def use_refresh(connection: Connection, refresh_tag: UUID, now: datetime) -> UUID | None:
    """Use a refresh token up: give its user, or nothing where it is not good (any more)."""
    user_id: UUID | None = await connection.fetchval(_SQL["use_refresh"], refresh_tag, now)
    return user_id


async def was_used(connection: Connection, refresh_tag: UUID) -> bool:
    used: bool = await connection.fetchval(_SQL["was_used"], refresh_tag)
    return used


async def revoke_family(connection: Connection, family: UUID, now: datetime) -> list[UUID]:
    """End every token of a family; give the tags of those that were still good."""
    rows = await connection.fetch(_SQL["revoke_family"], family, now)
    return [row["token_tag"] for row in rows]


async def access(connection: Connection, access_tag: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["access"], access_tag)


def caller_of(row: Record) -> Caller:
    """Who calls, of a row that says whose a user is."""
    found = dict(row)
    brands = found.get("brands")
    return Caller(
        user_id=found["user_id"],
        iys_code=found["iys_code"],
        partner_code=found["partner_code"],
        intermediary_code=found["intermediary_code"],
        session=found.get("session"),
        since=found.get("since"),
        role=Role(found.get("role", Role.API)),
        brands=None if brands is None else frozenset(map(BrandCode, brands)),
        bound=_bound(found.get("key_thumbprint"), found.get("certificate_thumbprint")),
        audience=found.get("audience"),
        is_test=bool(found.get("is_test")),
    )


def _bound(key: str | None, certificate: str | None) -> Bound | None:
    return Bound(key=key, certificate=certificate) if key or certificate else None


class Versions(NamedTuple):
    """How often the parties, and the mandates, have changed."""

    parties: int
    mandates: int


async def versions(connection: Connection) -> Versions:
    row = await connection.fetchrow(_SQL["versions"])
    assert row is not None, "both heads are rows from their migration on"
    return Versions(*row)


async def drop_expired(connection: Connection, before: datetime, rows_max: int) -> None:
    await connection.execute(_SQL["drop_expired"], before, rows_max)


async def put_access(connection: Connection, row: AccessRow) -> None:
    await connection.execute(_SQL["put_access"], *msgspec.structs.astuple(row))


async def token_facts(connection: Connection, token_tag: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["token_facts"], token_tag)


async def end_token(connection: Connection, token_tag: UUID, now: datetime) -> None:
    await connection.execute(_SQL["end_token"], token_tag, now)


async def client_keys(connection: Connection, user_id: UUID, now: datetime) -> list[Record]:
    return await connection.fetch(_SQL["client_keys"], user_id, now)


async def sign_once(connection: Connection, once_tag: UUID, expires_at: datetime) -> bool:
    """Note something signed; is this the first time that it is shown?"""
    return await connection.fetchval(_SQL["sign_once"], once_tag, expires_at) is not None


async def drop_signed(connection: Connection, before: datetime, rows_max: int) -> int:
    row_count: int = await connection.fetchval(_SQL["drop_signed"], before, rows_max)
    return row_count


async def note_use(connection: Connection, used_id: UUID, used_at: datetime) -> None:
    await connection.execute(_SQL["note_use"], used_id, used_at)


async def accounts(connection: Connection, of: Belongs, rows_max: int) -> list[Record]:
    whose = (of.iys_code, of.partner_code, of.intermediary_code)
    return await connection.fetch(_SQL["accounts"], *whose, rows_max)


async def other_accounts(connection: Connection, of: Belongs, username: str) -> int:
    whose = (of.iys_code, of.partner_code, of.intermediary_code)
    row_count: int = await connection.fetchval(_SQL["other_accounts"], *whose, username)
    return row_count


async def keys_of_accounts(
    connection: Connection, user_ids: Collection[UUID], now: datetime
) -> list[Record]:
    return await connection.fetch(_SQL["keys_of_accounts"], list(user_ids), now)


async def hold_account(change: Change, user_id: UUID) -> Record | None:
    return await change.connection.fetchrow(_SQL["hold_account"], user_id)


async def set_password(
    change: Change,
    user_id: UUID,
    password_hash: str,
    until: datetime,
    previous_until: datetime | None,
) -> None:
    await change.connection.execute(
        _SQL["set_password"], user_id, password_hash, until, previous_until
    )


async def stop_account(change: Change, user_id: UUID) -> None:
    await change.connection.execute(_SQL["stop_account"], user_id)


async def mark_resource_server(change: Change, user_id: UUID) -> None:
    await change.connection.execute(_SQL["mark_resource_server"], user_id)


async def unmark_resource_server(change: Change, user_id: UUID) -> None:
    await change.connection.execute(_SQL["unmark_resource_server"], user_id)


async def is_resource_server(connection: Connection, user_id: UUID) -> bool:
    is_one: bool = await connection.fetchval(_SQL["is_resource_server"], user_id)
    return is_one


async def standing_keys(change: Change, user_id: UUID, kind: str, now: datetime) -> list[str]:
    """Give the thumbprints of an account's keys of a kind."""
    rows = await change.connection.fetch(_SQL["standing_keys"], user_id, kind, now)
    return [row["thumbprint"] for row in rows]


async def put_key(change: Change, row: KeyRow) -> None:
    await change.connection.execute(_SQL["put_key"], *msgspec.structs.astuple(row))


async def end_key(change: Change, user_id: UUID, key_id: UUID, now: datetime) -> str | None:
    """End a key; give its kind, or nothing where there is none."""
    kind: str | None = await change.connection.fetchval(_SQL["end_key"], user_id, key_id, now)
    return kind
