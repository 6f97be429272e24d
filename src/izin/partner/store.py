"""The statements of `store.sql`, one function each, no branch."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection, Record

from izin.audit.change import Change
from izin.core.codes import BrandCode, IysCode, PartnerCode
from izin.partner.model import Mandate, Partner, PartnerKind, PartnerState, Scope
from izin.storage.statements import load

_SQL = load("izin.partner")


class Revoked(NamedTuple):
    """A mandate that was taken back."""

    mandate_id: UUID
    partner_code: PartnerCode
    scope: str


async def next_version(change: Change) -> int:
    """Open a change of mandates and give its version."""
    version: int = await change.connection.fetchval(_SQL["next_version"])
    return version


async def enter(change: Change, partner: Partner, version: int) -> bool:
    """Write a new partner; False if its code is taken."""
    facts = _facts(partner, version)
    return await change.connection.fetchval(_SQL["enter"], *facts) is not None


async def change(change: Change, partner: Partner, version: int) -> None:
    await change.connection.execute(_SQL["change"], *_facts(partner, version))


async def one(change: Change, code: PartnerCode) -> Partner | None:
    """Give a partner, which nobody else changes until the commit."""
    row = await change.connection.fetchrow(_SQL["one"], code)
    return None if row is None else _partner(row)


async def title(connection: Connection, code: PartnerCode) -> str | None:
    found: str | None = await connection.fetchval(_SQL["title"], code)
    return found


async def is_there(connection: Connection, code: PartnerCode) -> bool:
    """Is there such a partner, whatever its state?"""
    return bool(await connection.fetchval(_SQL["is_there"], code))


async def changed(connection: Connection, since: int) -> list[Partner]:
    """Give the partners changed after a version, in no order; -1 gives all."""
    return [_partner(row) for row in await connection.fetch(_SQL["changed"], since)]


async def would_end_early(connection: Connection, wanted: Mandate) -> bool:
    """Does a mandate stand that `wanted`, which begins later, would take the place of at once?"""
    return bool(
        await connection.fetchval(
            _SQL["would_end_early"],
            wanted.partner_code,
            wanted.brand_code,
            wanted.scope.value,
            wanted.valid_from,
        )
    )


async def grant(change: Change, mandate: Mandate, by: str, version: int) -> None:
    await change.connection.execute(
        _SQL["grant"],
        mandate.mandate_id,
        mandate.partner_code,
        mandate.iys_code,
        mandate.brand_code,
        mandate.scope.value,
        mandate.can_write,
        mandate.valid_from,
        mandate.valid_until,
        by,
        version,
    )


async def revoke(
    change: Change,
    of: tuple[IysCode, BrandCode],
    partner_code: PartnerCode | None,
    scope: Scope | None,
    version: int,
) -> list[Revoked]:
    """Take standing mandates back; give those that went."""
    value = None if scope is None else scope.value
    by = change.by.name
    rows = await change.connection.fetch(_SQL["revoke"], *of, partner_code, value, by, version)
    return [Revoked(*row.values()) for row in rows]


async def mandates_changed(connection: Connection, since: int) -> list[Mandate]:
    """Give the mandates changed after a version, in no order; -1 gives all that stand."""
    rows = await connection.fetch(_SQL["mandates_changed"], since)
    return [_mandate(row) for row in rows]


async def of_brand(
    connection: Connection, iys_code: IysCode, brand_code: BrandCode, limit: int
) -> list[Mandate]:
    """Give the mandates about a company's brand, the newest first."""
    rows = await connection.fetch(_SQL["of_brand"], iys_code, brand_code, limit)
    return [_mandate(row) for row in rows]


def _facts(partner: Partner, version: int) -> tuple[object, ...]:
    return (
        partner.partner_code,
        partner.title,
        partner.kind.value,
        partner.state.value,
        partner.iso22301_until,
        partner.iso27001_until,
        partner.authorisation,
        partner.contracted_on,
        partner.fee_paid_on,
        version,
    )


def _partner(row: Record) -> Partner:
    return Partner(
        partner_code=row["partner_code"],
        title=row["title"],
        kind=PartnerKind(row["kind"]),
        state=PartnerState(row["state"]),
        iso22301_until=row["iso22301_until"],
        iso27001_until=row["iso27001_until"],
        authorisation=row["authorisation"],
        contracted_on=row["contracted_on"],
        fee_paid_on=row["fee_paid_on"],
    )


def _mandate(row: Record) -> Mandate:
    granted_at: datetime = row["granted_at"]
    return Mandate(
        mandate_id=row["mandate_id"],
        partner_code=row["partner_code"],
        iys_code=row["iys_code"],
        brand_code=row["brand_code"],
        scope=Scope(row["scope"]),
        can_write=row["can_write"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        granted_at=granted_at,
        revoked_at=row["revoked_at"],
    )
