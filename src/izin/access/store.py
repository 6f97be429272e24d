"""The statements of `store.sql`, one function each, no branch."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Connection, Record

from izin.access.model import Caller
from izin.audit.change import Change
from izin.core.codes import BrandCode
from izin.member.model import Role
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


async def put_user(change: Change, user: UserRow) -> UUID:
    row = msgspec.structs.astuple(user)
    user_id: UUID = await change.connection.fetchval(_SQL["put_user"], *row)
    return user_id


async def user_by_name(connection: Connection, username: str) -> Record | None:
    return await connection.fetchrow(_SQL["user_by_name"], username)


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
        role=Role(found.get("role", Role.API)),
        brands=None if brands is None else frozenset(map(BrandCode, brands)),
    )


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
