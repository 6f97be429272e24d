"""The statements of `store.sql`, one function each, no branch."""

from asyncpg import Connection, Record

from izin.audit.change import Change
from izin.core.codes import IysCode, PartnerCode
from izin.storage.statements import load
from izin.subscription.model import Package, Subscribed, SubscriptionState

_SQL = load("izin.subscription")


async def enter(change: Change, each: Subscribed, version: int) -> None:
    await change.connection.execute(
        _SQL["enter"],
        each.subscription_id,
        each.iys_code,
        each.partner_code,
        each.package.value,
        each.level,
        each.starts_at,
        each.ends_at,
        each.state.value,
        each.address_limit,
        each.may_exceed,
        version,
    )


async def change(change: Change, each: Subscribed, version: int) -> None:
    await change.connection.execute(
        _SQL["change"],
        each.subscription_id,
        each.ends_at,
        each.state.value,
        each.address_limit,
        each.may_exceed,
        version,
    )


async def of_party(
    connection: Connection, iys_code: IysCode | None, partner_code: PartnerCode | None
) -> list[Subscribed]:
    rows = await connection.fetch(_SQL["of_party"], iys_code, partner_code)
    return [_subscribed(row) for row in rows]


async def changed(connection: Connection, since: int) -> list[Subscribed]:
    """Give the subscriptions changed after a version, in no order; -1 gives all."""
    return [_subscribed(row) for row in await connection.fetch(_SQL["changed"], since)]


def _subscribed(row: Record) -> Subscribed:
    return Subscribed(
        subscription_id=row["subscription_id"],
        iys_code=row["iys_code"],
        partner_code=row["partner_code"],
        package=Package(row["package"]),
        level=row["level"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        state=SubscriptionState(row["state"]),
        address_limit=row["address_limit"],
        may_exceed=row["may_exceed"],
    )
