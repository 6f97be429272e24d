"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.audit.change import Change
from izin.core.codes import IysCode
from izin.storage.database import Connection
from izin.storage.statements import load
from izin.viapass.model import Request, Subscription, Template, Wording

_SQL = load("izin.viapass")
_WORDING = frozenset(Wording.__struct_fields__)


async def submit(change: Change, *row: object) -> int | None:
    version: int | None = await change.connection.fetchval(_SQL["submit"], *row)
    return version


async def submit_again(change: Change, *row: object) -> int | None:
    version: int | None = await change.connection.fetchval(_SQL["submit_again"], *row)
    return version


async def templates_of(connection: Connection, iys_code: int, limit: int) -> list[Template]:
    return [_template(row) for row in await connection.fetch(_SQL["templates_of"], iys_code, limit)]


async def templates_in(connection: Connection, state: str, limit: int) -> list[Template]:
    return [_template(row) for row in await connection.fetch(_SQL["templates_in"], state, limit)]


async def template(connection: Connection, template_id: int, version: int) -> Template | None:
    row = await connection.fetchrow(_SQL["template"], template_id, version)
    return None if row is None else _template(row)


async def approved(
    connection: Connection, template_id: int, iys_code: int, kind: str
) -> Template | None:
    row = await connection.fetchrow(_SQL["approved"], template_id, iys_code, kind)
    return None if row is None else _template(row)


async def decide(
    change: Change, template_id: int, version: int, state: str, note: str
) -> int | None:
    """Give whose text it was."""
    decided: int | None = await change.connection.fetchval(
        _SQL["decide"], template_id, version, state, note
    )
    return decided


async def take_credit(connection: Connection, iys_code: int) -> bool:
    return await connection.fetchval(_SQL["take_credit"], iys_code) is not None


async def subscription(connection: Connection, iys_code: int) -> Subscription | None:
    row = await connection.fetchrow(_SQL["subscription"], iys_code)
    return None if row is None else msgspec.convert(dict(row), Subscription)


async def subscribe(change: Change, *row: object) -> None:
    await change.connection.execute(_SQL["subscribe"], *row)


async def enter(connection: Connection, *row: object) -> None:
    await connection.execute(_SQL["enter"], *row)


async def one(connection: Connection, request_id: UUID, iys_code: int) -> Request | None:
    row = await connection.fetchrow(_SQL["one"], request_id, iys_code)
    return None if row is None else msgspec.convert(dict(row), Request)


async def whose(connection: Connection, request_id: UUID) -> IysCode | None:
    iys_code: int | None = await connection.fetchval(_SQL["whose"], request_id)
    return None if iys_code is None else IysCode(iys_code)


async def linked(connection: Connection, link_tag: UUID) -> Request | None:
    row = await connection.fetchrow(_SQL["linked"], link_tag)
    return None if row is None else msgspec.convert(dict(row), Request)


async def companies(connection: Connection) -> list[IysCode]:
    return [IysCode(row["iys_code"]) for row in await connection.fetch(_SQL["companies"])]


async def of_address(
    connection: Connection, companies: Sequence[int], tags: Sequence[UUID], limit: int
) -> list[Request]:
    rows = await connection.fetch(_SQL["of_address"], companies, tags, limit)
    return [msgspec.convert(dict(row), Request) for row in rows]


async def end_of(connection: Connection, companies: Sequence[int], tags: Sequence[UUID]) -> None:
    await connection.execute(_SQL["end_of"], companies, tags)


async def finish(connection: Connection, request: Request, state: str, sealed: bytes) -> bool:
    row = (request.request_id, state, sealed, request.good_until)
    return await connection.fetchval(_SQL["finish"], *row) is not None


async def wrong(connection: Connection, request_id: UUID) -> bool:
    return await connection.fetchval(_SQL["wrong"], request_id) is not None


async def forget(connection: Connection, before: datetime, limit: int) -> None:
    await connection.execute(_SQL["forget"], before, limit)


def _template(row: Record) -> Template:
    found: dict[str, Any] = dict(row)
    wording = {name: found.pop(name) for name in _WORDING}
    return msgspec.convert(found | {"wording": wording}, Template)
