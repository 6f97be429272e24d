"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Record

from izin.audit.change import Change
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel
from izin.storage.statements import load
from izin.via.model import Draft, Form, FormKind, FormState, Texts, Title

_SQL = load("izin.via")


async def make(change: Change, iys_code: IysCode, name: str) -> int:
    form_id: int = await change.connection.fetchval(_SQL["make"], iys_code, name)
    return form_id


async def draft(
    change: Change, form_id: int, version: int, iys_code: IysCode, wanted: Draft
) -> None:
    await change.connection.execute(
        _SQL["draft"],
        form_id,
        version,
        iys_code,
        wanted.kind.value,
        list(wanted.brands),
        [each.value for each in wanted.channels],
        wanted.texts.written(),
        wanted.digest(),
        list(wanted.domains),
    )


async def newest(change: Change, form_id: int) -> Form | None:
    row = await change.connection.fetchrow(_SQL["newest"], form_id)
    return None if row is None else _form(row)


async def move(change: Change, form: Form, state: FormState, reason: str) -> None:
    await change.connection.execute(_SQL["move"], form.form_id, form.version, state.value, reason)


async def approved(connection: Connection, form_id: int) -> Form | None:
    """Give the version that is in force, if there is one."""
    row = await connection.fetchrow(_SQL["approved"], form_id)
    return None if row is None else _form(row)


async def one(connection: Connection, form_id: int, version: int) -> Form | None:
    """Give one version."""
    row = await connection.fetchrow(_SQL["one"], form_id, version)
    return None if row is None else _form(row)


async def of_company(connection: Connection, iys_code: IysCode, limit: int) -> list[Form]:
    """Give all versions of a company's forms, newest first."""
    return [_form(row) for row in await connection.fetch(_SQL["of_company"], iys_code, limit)]


async def in_state(connection: Connection, state: FormState, limit: int) -> list[Form]:
    """Give versions in a state, what has waited longest first."""
    return [_form(row) for row in await connection.fetch(_SQL["in_state"], state.value, limit)]


async def newest_for(
    connection: Connection, iys_code: IysCode, brand: BrandCode, channels: Sequence[Channel]
) -> int | None:
    """Give the newest form in force that asks for these channels by a code, on no page."""
    names = [each.value for each in channels]
    form_id: int | None = await connection.fetchval(_SQL["newest_for"], iys_code, brand, names)
    return form_id


async def begin(connection: Connection, *row: object) -> None:
    await connection.execute(_SQL["begin"], *row)


async def request(connection: Connection, request_id: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["request"], request_id)


async def held_request(connection: Connection, request_id: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["held_request"], request_id)


async def of_recipient(
    connection: Connection, iys_code: IysCode, recipient_tag: UUID, limit: int
) -> list[Record]:
    return await connection.fetch(_SQL["of_recipient"], iys_code, recipient_tag, limit)


async def linked(connection: Connection, link_tag: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["linked"], link_tag)


async def held_link(connection: Connection, link_tag: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["held_link"], link_tag)


async def open_link(connection: Connection, request_id: UUID) -> None:
    await connection.execute(_SQL["open_link"], request_id)


async def ask(
    connection: Connection, request_id: UUID, etk: UUID | None, kvk: UUID | None, due_at: datetime
) -> None:
    await connection.execute(_SQL["ask"], request_id, etk, kvk, due_at)


async def miss(connection: Connection, request_id: UUID, tries_max: int) -> int:
    tries: int = await connection.fetchval(_SQL["miss"], request_id, tries_max)
    return tries


async def answer(
    connection: Connection,
    request_id: UUID,
    body: bytes,
    titles: Collection[Title],
    taken: int,
    *,
    is_whole: bool,
) -> None:
    is_etk, is_kvk = Title.ETK in titles, Title.KVK in titles
    row = (request_id, body, is_etk, is_kvk, is_whole, taken)
    await connection.execute(_SQL["answer"], *row)


async def give_up(connection: Connection, request_id: UUID, step: str) -> None:
    await connection.execute(_SQL["give_up"], request_id, step)


async def end_of(
    connection: Connection, codes: Sequence[IysCode], tags: Sequence[UUID], *, of_messages: bool
) -> None:
    await connection.execute(_SQL["end_of"], codes, tags, of_messages)


async def expire(connection: Connection, limit: int) -> None:
    await connection.execute(_SQL["expire"], limit)


async def forget_unmet(connection: Connection, before: datetime, limit: int) -> None:
    await connection.execute(_SQL["forget_unmet"], before, limit)


async def companies(connection: Connection) -> list[IysCode]:
    return [IysCode(row["iys_code"]) for row in await connection.fetch(_SQL["companies"])]


async def of_address(
    connection: Connection, codes: Sequence[IysCode], tags: Sequence[UUID], limit: int
) -> list[Record]:
    return await connection.fetch(_SQL["of_address"], codes, tags, limit)


async def take_back(connection: Connection, request_id: UUID, body: bytes) -> None:
    await connection.execute(_SQL["take_back"], request_id, body)


async def forget_taken_back(connection: Connection, before: datetime, limit: int) -> None:
    await connection.execute(_SQL["forget_taken_back"], before, limit)


def _form(row: Record) -> Form:
    return Form(
        form_id=row["form_id"],
        version=row["version"],
        iys_code=IysCode(row["iys_code"]),
        name=row["name"],
        state=FormState(row["state"]),
        draft=Draft(
            kind=FormKind(row["kind"]),
            brands=tuple(map(BrandCode, row["brands"])),
            channels=tuple(map(Channel, row["channels"])),
            texts=Texts.read(row["texts"]),
            domains=tuple(row["domains"]),
        ),
        reason=row["reason"],
        changed_at=row["changed_at"],
    )
