"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

import msgspec
from asyncpg import Connection, Record

from izin.audit.change import Change
from izin.core.codes import IysCode, PartnerCode
from izin.storage.distribution import few
from izin.storage.statements import load
from izin.subscription.model import MigrationJob, Package, Subscribed, SubscriptionState, ViaPlan

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


class Places(msgspec.Struct, frozen=True):
    """Addresses as they are counted, a column each, in the order of the primary key."""

    tags: list[UUID]
    pools: list[UUID]
    buckets: list[int]

    def asked(self) -> tuple[object, ...]:
        """Give the columns as $1..$3, and as $4 the buckets if they are few."""
        return (self.tags, self.pools, self.buckets, few(self.buckets))


async def hold_counts(connection: Connection) -> None:
    await connection.execute(_SQL["hold_counts"])


async def brands(connection: Connection, brand_refs: Sequence[UUID]) -> list[Record]:
    return await connection.fetch(_SQL["brands"], brand_refs)


async def enter_brands(
    connection: Connection, brand_refs: list[UUID], pools: list[tuple[UUID, UUID]]
) -> None:
    phones, emails = [phone for phone, _ in pools], [email for _, email in pools]
    await connection.execute(_SQL["enter_brands"], brand_refs, phones, emails)


async def move_counted(connection: Connection, brand_ref: UUID, pools: tuple[UUID, UUID]) -> None:
    await connection.execute(_SQL["move_counted"], brand_ref, *pools)


async def open_brand(connection: Connection) -> Record | None:
    return await connection.fetchrow(_SQL["open_brand"])


async def advance_brand(connection: Connection, brand_ref: UUID, after: Record) -> None:
    key = after["channel"], after["recipient_type"], after["tag"]
    await connection.execute(_SQL["advance_brand"], brand_ref, *key)


async def finish_brand(connection: Connection, brand_ref: UUID) -> None:
    await connection.execute(_SQL["finish_brand"], brand_ref)


async def brand_records(connection: Connection, brand: Record, limit: int) -> list[Record]:
    after = brand["after_channel"], brand["after_recipient_type"], brand["after_tag"]
    return await connection.fetch(_SQL["brand_records"], brand["brand_ref"], *after, limit)


async def counted(connection: Connection, places: Places) -> list[Record]:
    return await connection.fetch(_SQL["counted"], *places.asked())


async def put_counted(connection: Connection, places: Places, records: list[bytes]) -> None:
    await connection.execute(
        _SQL["put_counted"], places.tags, places.pools, places.buckets, records
    )


async def drop_counted(connection: Connection, places: Places) -> None:
    await connection.execute(_SQL["drop_counted"], *places.asked())


async def move_address_figures(connection: Connection, pools: list[UUID], by: list[int]) -> None:
    await connection.execute(_SQL["move_address_figures"], pools, by)


async def address_figures(connection: Connection, pools: Sequence[UUID]) -> dict[UUID, int]:
    rows = await connection.fetch(_SQL["address_figures"], pools)
    return {row["pool"]: row["addresses"] for row in rows}


async def uncounted(connection: Connection, idx: int, tags: list[UUID]) -> set[UUID]:
    return {row["tag"] for row in await connection.fetch(_SQL["uncounted"], idx, tags)}


async def movements_since(connection: Connection, idx: int) -> int:
    return cast("int", await connection.fetchval(_SQL["movements_since"], idx))


async def pool_sizes(connection: Connection) -> dict[UUID, int]:
    rows = await connection.fetch(_SQL["pool_sizes"])
    return {row["pool"]: row["addresses"] for row in rows}


async def all_address_figures(connection: Connection) -> dict[UUID, int]:
    rows = await connection.fetch(_SQL["all_address_figures"])
    return {row["pool"]: row["addresses"] for row in rows}


class AddressYear(msgspec.Struct, frozen=True):
    """What was seen of a company's addresses in a year; share_told 0: nothing was told."""

    year: int
    addresses_max: int
    reached_at: datetime
    share_told: int
    told_at: datetime | None


class Told(NamedTuple):
    """Of which share of which limit a company was told; limit None: nobody wrote that down."""

    share: int
    limit: int | None


async def raise_years(
    connection: Connection, year: int, addresses: Mapping[IysCode, int], now: datetime
) -> None:
    await connection.execute(
        _SQL["raise_years"], list(addresses), year, list(addresses.values()), now
    )


async def tell_share(
    change: Change, iys_code: IysCode, year: int, told: Told, now: datetime
) -> bool:
    """Say that a company is told of a share; False if it was told of that already."""
    share = await change.connection.fetchval(
        _SQL["tell_share"], iys_code, year, told.share, now, told.limit
    )
    return share is not None


async def years_of(connection: Connection, iys_code: IysCode) -> list[AddressYear]:
    return [AddressYear(*row) for row in await connection.fetch(_SQL["years_of"], iys_code)]


async def seen_in(
    connection: Connection, iys_codes: Sequence[IysCode], year: int
) -> dict[IysCode, AddressYear]:
    rows = await connection.fetch(_SQL["seen_in"], iys_codes, year)
    return {code: AddressYear(*rest) for code, *rest in rows}


async def told_in(connection: Connection, year: int) -> dict[IysCode, Told]:
    rows = await connection.fetch(_SQL["told_in"], year)
    return {row["iys_code"]: Told(row["share_told"], row["limit_told"]) for row in rows}


async def open_job(change: Change, job: MigrationJob) -> None:
    await change.connection.execute(
        _SQL["open_job"],
        job.migration_id,
        job.partner_code,
        job.iys_code,
        job.rate_kurus,
        job.opened_at,
        job.until,
    )


async def close_job(change: Change, migration_id: UUID, now: datetime) -> MigrationJob | None:
    row = await change.connection.fetchrow(_SQL["close_job"], migration_id, now)
    return None if row is None else _job(row)


async def jobs(
    connection: Connection, iys_code: IysCode | None, partner_code: PartnerCode | None
) -> list[MigrationJob]:
    rows = await connection.fetch(_SQL["jobs"], iys_code, partner_code)
    return [_job(row) for row in rows]


async def jobs_of_mandates(
    connection: Connection, mandate_ids: list[UUID]
) -> list[tuple[UUID, MigrationJob]]:
    rows = await connection.fetch(_SQL["jobs_of_mandates"], mandate_ids)
    return [(row["mandate_id"], _job(row)) for row in rows]


async def count_loaded(connection: Connection, records: Mapping[UUID, int]) -> None:
    await connection.execute(_SQL["count_loaded"], list(records), list(records.values()))


def _job(row: Record) -> MigrationJob:
    return MigrationJob(**{name: row[name] for name in MigrationJob.__struct_fields__})


async def put_via_plan(change: Change, iys_code: IysCode, plan: ViaPlan) -> None:
    await change.connection.execute(
        _SQL["put_via_plan"],
        *(iys_code, plan.plan_id, plan.name, plan.starts_at, plan.ends_at, plan.credit),
    )


async def via_plan(connection: Connection, iys_code: IysCode) -> ViaPlan | None:
    row = await connection.fetchrow(_SQL["via_plan"], iys_code)
    return None if row is None else ViaPlan(**dict(row))


async def hold_via(connection: Connection, iys_code: IysCode, count: int) -> bool:
    """Hold credits back; give whether there were so many."""
    return await connection.fetchval(_SQL["hold_via"], iys_code, count) is not None


async def take_via(connection: Connection, iys_code: IysCode, count: int) -> None:
    """Take credits, as many of them as there are."""
    await connection.execute(_SQL["take_via"], iys_code, count)
