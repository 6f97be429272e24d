"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence

import msgspec
from asyncpg import Connection, Record

from izin.audit.change import Change
from izin.core.codes import IysCode
from izin.provider.model import Provider, ProviderKind, ProviderState, Subscription
from izin.storage.statements import load

_SQL = load("izin.provider")


class Head(msgspec.Struct, frozen=True):
    """How the directory stands: its version, and how many rows it has."""

    version: int
    provider_count: int
    brand_count: int


async def next_version(change: Change) -> int:
    """Open a change of the parties and give its version; first statement of its transaction."""
    version: int = await change.connection.fetchval(_SQL["next_version"])
    return version


async def put(change: Change, provider: Provider, version: int) -> None:
    await change.connection.execute(
        _SQL["put"],
        provider.iys_code,
        provider.title,
        provider.activated_at,
        provider.subscription.value,
        provider.has_api,
        provider.state.value,
        None if provider.kind is None else provider.kind.value,
        provider.mersis,
        provider.tin_tag,
        version,
    )


async def one(change: Change, iys_code: IysCode) -> Provider | None:
    """Give a provider, which nobody else changes until the commit."""
    row = await change.connection.fetchrow(_SQL["one"], iys_code)
    return None if row is None else _provider(row)


async def is_there(connection: Connection, iys_code: IysCode) -> bool:
    """Is there such a provider, whatever its state?"""
    return bool(await connection.fetchval(_SQL["is_there"], iys_code))


async def is_closed(connection: Connection, iys_code: IysCode) -> bool:
    """Is such a provider closed for ever?"""
    return bool(await connection.fetchval(_SQL["is_closed"], iys_code))


async def titles(connection: Connection, codes: Sequence[IysCode]) -> dict[IysCode, str]:
    """What these companies are called."""
    rows = await connection.fetch(_SQL["titles"], codes)
    return {IysCode(row["iys_code"]): row["title"] for row in rows}


async def working(connection: Connection, codes: Sequence[IysCode]) -> set[IysCode]:
    """Which of these companies are neither suspended nor closed?"""
    rows = await connection.fetch(_SQL["working"], codes)
    return {IysCode(row["iys_code"]) for row in rows}


async def version_of_parties(connection: Connection) -> int:
    version: int = await connection.fetchval(_SQL["version"])
    return version


async def head(connection: Connection) -> Head:
    row = await connection.fetchrow(_SQL["head"])
    assert row is not None, "the directory's head is a row from the first migration on"
    return Head(*row)


async def changed(connection: Connection, since: int) -> list[Provider]:
    """Give the providers changed after a version, in no order; -1 gives all."""
    return [_provider(row) for row in await connection.fetch(_SQL["changed"], since)]


def _provider(row: Record) -> Provider:
    kind = row["kind"]
    return Provider(
        iys_code=row["iys_code"],
        title=row["title"],
        activated_at=row["activated_at"],
        subscription=Subscription(row["subscription"]),
        has_api=row["has_api"],
        state=ProviderState(row["state"]),
        kind=None if kind is None else ProviderKind(kind),
        mersis=row["mersis"],
        tin_tag=row["tin_tag"],
    )
