"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Connection, Record

from izin.application.model import Acceptance, Application, ApplicationState, Facts
from izin.audit.change import Change
from izin.core.codes import IysCode
from izin.provider.model import ProviderKind
from izin.storage.statements import load

_SQL = load("izin.application")


class Sealed(msgspec.Struct, frozen=True):
    """What is sealed of a company's signatory, with its contact."""

    application_id: UUID
    contact: bytes
    place: int
    person: bytes
    agreement_version: int | None
    accepted_at: datetime | None


class Agreement(msgspec.Struct, frozen=True):
    """Hizmet sözleşmesi: one version, whose texts never change."""

    version: int
    text_tr: str
    text_en: str
    digest: bytes
    published_at: datetime


async def put(
    change: Change, application_id: UUID, facts: Facts, tin_tag: UUID, contact: bytes
) -> None:
    """Write a draft."""
    await change.connection.execute(
        _SQL["put"],
        application_id,
        facts.kind.value,
        facts.title,
        facts.brand_name,
        facts.mersis,
        tin_tag,
        facts.is_joint,
        contact,
    )


async def put_signatories(change: Change, application_id: UUID, persons: Sequence[bytes]) -> None:
    await change.connection.execute(_SQL["put_signatories"], application_id, persons)


async def is_known(connection: Connection, mersis: str | None, tin_tag: UUID) -> bool:
    """Is a company that is not closed known by one of these numbers?"""
    return bool(await connection.fetchval(_SQL["is_known"], mersis, tin_tag))


async def one(change: Change, application_id: UUID) -> Application | None:
    """Give an application, which nobody else changes until the commit."""
    row = await change.connection.fetchrow(_SQL["one"], application_id)
    return None if row is None else _application(row)


async def seen(connection: Connection, application_id: UUID) -> Application | None:
    """Give an application, to be looked at."""
    row = await connection.fetchrow(_SQL["seen"], application_id)
    return None if row is None else _application(row)


async def page(
    connection: Connection, state: ApplicationState | None, limit: int
) -> list[Application]:
    """Give applications of a state, or all that are open, what has waited longest first."""
    value = None if state is None else state.value
    return [_application(row) for row in await connection.fetch(_SQL["page"], value, limit)]


async def move(
    change: Change, application_id: UUID, state: ApplicationState, iys_code: IysCode | None
) -> None:
    await change.connection.execute(_SQL["move"], application_id, state.value, iys_code)


async def acceptances(connection: Connection, application_id: UUID) -> list[Acceptance]:
    rows = await connection.fetch(_SQL["acceptances"], application_id)
    return [Acceptance(*row.values()) for row in rows]


async def accept(change: Change, application_id: UUID, place: int, version: int) -> bool:
    """Say that a signatory has accepted the agreement; False if there is none."""
    accepted = await change.connection.fetchval(_SQL["accept"], application_id, place, version)
    return accepted is not None


async def forget_acceptances(change: Change, application_id: UUID) -> None:
    await change.connection.execute(_SQL["forget_acceptances"], application_id)


async def of_company(connection: Connection, iys_code: IysCode) -> list[Sealed]:
    """Give what is sealed of a company; nothing of one that came without an application."""
    return [Sealed(*row.values()) for row in await connection.fetch(_SQL["of_company"], iys_code)]


async def publish(change: Change, text_tr: str, text_en: str, digest: bytes) -> int:
    version: int = await change.connection.fetchval(_SQL["publish"], text_tr, text_en, digest)
    return version


async def agreements(connection: Connection) -> list[Agreement]:
    """Give all versions, the newest first."""
    return [Agreement(*row.values()) for row in await connection.fetch(_SQL["agreements"])]


def _application(row: Record) -> Application:
    return Application(
        application_id=row["application_id"],
        state=ApplicationState(row["state"]),
        facts=Facts(
            kind=ProviderKind(row["kind"]),
            title=row["title"],
            brand_name=row["brand_name"],
            mersis=row["mersis"],
            is_joint=row["is_joint"],
        ),
        tin_tag=row["tin_tag"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        iys_code=row["iys_code"],
    )
