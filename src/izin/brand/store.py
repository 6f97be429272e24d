"""The statements of `store.sql`, one function each, no branch."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from asyncpg import Connection, Record

from izin.audit.change import Change
from izin.brand.model import Brand, BrandStatus, Called, Figures, Naming
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel
from izin.storage.statements import load

_SQL = load("izin.brand")


async def enter(change: Change, brand: Brand, name_key: str, version: int) -> bool:
    """Write a new brand; False if its code is taken."""
    facts = _facts(brand, name_key, version)
    return await change.connection.fetchval(_SQL["enter"], *facts, brand.is_test) is not None


async def change(change: Change, brand: Brand, name_key: str, version: int) -> bool:
    """Give a brand of its company new facts; False if there is none."""
    facts = _facts(brand, name_key, version)
    return await change.connection.fetchval(_SQL["change"], *facts) is not None


async def move(
    change: Change, brand_code: BrandCode, to: IysCode, version: int, *, is_master: bool
) -> None:
    """Give a brand to another company; its consents stay tagged as they are."""
    await change.connection.execute(_SQL["move"], brand_code, to, is_master, version)


async def who_is_like(connection: Connection, name_key: str) -> BrandCode | None:
    """Which brand has a name like this?"""
    code: BrandCode | None = await connection.fetchval(_SQL["who_is_like"], name_key)
    return code


async def one(change: Change, brand_code: BrandCode) -> Brand | None:
    """Give a brand, which nobody else changes until the commit."""
    row = await change.connection.fetchrow(_SQL["one"], brand_code)
    return None if row is None else _brand(row)


async def of_provider(connection: Connection, iys_code: IysCode) -> list[Brand]:
    """Give a company's brands, the master first."""
    return [_brand(row) for row in await connection.fetch(_SQL["of_provider"], iys_code)]


async def some(connection: Connection, codes: Sequence[BrandCode]) -> list[Brand]:
    """Give the brands of these codes, in no order."""
    return [_brand(row) for row in await connection.fetch(_SQL["some"], codes)]


async def changed(connection: Connection, since: int) -> list[Brand]:
    """Give the brands changed after a version, in no order; -1 gives all."""
    return [_brand(row) for row in await connection.fetch(_SQL["changed"], since)]


async def tests_among(connection: Connection, codes: Collection[BrandCode]) -> frozenset[BrandCode]:
    """Which of these brands are there to try with?"""
    rows = await connection.fetch(_SQL["tests_among"], sorted(codes))
    return frozenset(BrandCode(row["brand_code"]) for row in rows)


async def called(
    connection: Connection, codes: Sequence[BrandCode | None], name_keys: Sequence[str]
) -> list[Called]:
    """Which brands have these numbers, or short names or names of these keys? No test brands."""
    rows = await connection.fetch(_SQL["called"], codes, name_keys)
    return [Called(row["ord"] - 1, Naming(row["naming"]), _brand(row)) for row in rows]


async def near(
    connection: Connection, name_key: str, start: str, limit: int
) -> list[tuple[str, Brand]]:
    """Give brands whose name or short name begins so, each with the key that does."""
    rows = await connection.fetch(_SQL["near"], name_key, start, limit)
    return [(row["name_key"], _brand(row)) for row in rows]


async def drop_short_names(change: Change, brand_code: BrandCode) -> None:
    await change.connection.execute(_SQL["drop_short_names"], brand_code)


async def add_short_name(
    change: Change, name_key: str, brand_code: BrandCode, short_name: str
) -> bool:
    """Give a brand a short name; False if one like it is taken."""
    added = await change.connection.fetchval(
        _SQL["add_short_name"], name_key, brand_code, short_name
    )
    return added is not None


async def short_names(
    connection: Connection, brand_codes: Sequence[BrandCode]
) -> dict[BrandCode, list[str]]:
    """Give the short names of brands; one without any has no entry."""
    found: defaultdict[BrandCode, list[str]] = defaultdict(list)
    for row in await connection.fetch(_SQL["short_names"], brand_codes):
        found[row["brand_code"]].append(row["short_name"])
    return dict(found)


async def figures(
    connection: Connection, channels_by_brand: Mapping[UUID, frozenset[Channel]]
) -> dict[UUID, Figures]:
    """Give the consents by brand, of these channels; a brand without any has no entry."""
    found: dict[UUID, Figures] = {}
    for row in await connection.fetch(_SQL["figures"], list(channels_by_brand)):
        brand_ref = row["brand_ref"]
        if row["channel"] in channels_by_brand[brand_ref]:
            so_far = found.get(brand_ref, Figures())
            found[brand_ref] = Figures(
                so_far.approvals + row["approvals"], so_far.rejections + row["rejections"]
            )
    return found


async def owner(connection: Connection, code: BrandCode) -> IysCode | None:
    """Whose brand is it; None if there is none."""
    iys_code: IysCode | None = await connection.fetchval(_SQL["owner"], code)
    return iys_code


async def set_status(change: Change, brand: Brand, version: int) -> None:
    await change.connection.execute(
        _SQL["set_status"], brand.brand_code, brand.status.value, brand.is_active, version
    )


async def set_master(change: Change, brand: Brand, version: int) -> None:
    await change.connection.execute(_SQL["set_master"], brand.brand_code, brand.is_master, version)


def _facts(brand: Brand, name_key: str, version: int) -> tuple[object, ...]:
    return (
        brand.brand_code,
        brand.iys_code,
        brand.name,
        name_key,
        brand.is_master,
        brand.status.value,
        brand.is_active,
        version,
    )


def _brand(row: Record) -> Brand:
    return Brand(
        brand_code=row["brand_code"],
        iys_code=row["iys_code"],
        name=row["name"],
        is_master=row["is_master"],
        status=BrandStatus(row["status"]),
        tagged_for=row["tagged_for"],
        is_test=row["is_test"],
    )
