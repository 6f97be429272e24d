"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from asyncpg import Connection, Record

from izin.audit.change import Change
from izin.core.codes import BrandCode, IysCode, RetailerCode
from izin.retailer.model import Branch, Facts, Limit, Retailer, RetailerStatus, Sealed
from izin.storage.statements import load

_SQL = load("izin.retailer")


class Twin(msgspec.Struct, frozen=True):
    """Another dealer of the company with a number that is to be one dealer's only."""

    status: RetailerStatus
    is_same_firm: bool
    is_same_person: bool


class Stored(msgspec.Struct, frozen=True):
    """A dealer, and who stands for it, sealed; None of one that the registry itself entered."""

    retailer: Retailer
    person: bytes | None


async def put(change: Change, retailer: Retailer) -> IysCode:
    """Write a dealer, new or known; give the company whose brand it is of."""
    iys_code: IysCode = await change.connection.fetchval(
        _SQL["put"],
        retailer.retailer_code,
        retailer.brand_code,
        retailer.title,
        retailer.status.value,
    )
    return iys_code


async def active(
    connection: Connection, brand_code: BrandCode, codes: Sequence[RetailerCode]
) -> dict[RetailerCode, bool]:
    """Give those of `codes` that are active dealers of the brand, and whether each is unnamed."""
    rows = await connection.fetch(_SQL["active"], brand_code, codes)
    return {row["retailer_code"]: row["is_new"] for row in rows}


async def link(connection: Connection, codes: Sequence[RetailerCode]) -> set[RetailerCode]:
    """Say that a consent names these dealers; give those that are still there."""
    rows = await connection.fetch(_SQL["link"], codes)
    return {row["retailer_code"] for row in rows}


async def titles(
    connection: Connection, brand_code: BrandCode, codes: Sequence[RetailerCode]
) -> dict[RetailerCode, str]:
    """Name the brand's dealers of these codes, whatever their status."""
    rows = await connection.fetch(_SQL["titles"], brand_code, codes)
    return {row["retailer_code"]: row["title"] for row in rows}


async def count_by_brand(
    connection: Connection, brand_codes: Sequence[BrandCode]
) -> dict[BrandCode, int]:
    """Count the dealers of each brand; a brand without any has no entry."""
    rows = await connection.fetch(_SQL["count_by_brand"], brand_codes)
    return {row["brand_code"]: row["retailers"] for row in rows}


async def hold(connection: Connection, iys_code: IysCode) -> None:
    """Let nobody else enter a dealer of this company until the commit."""
    await connection.execute(_SQL["hold"], iys_code)


async def twins(
    connection: Connection, iys_code: IysCode, mersis: str | None, person_tag: UUID
) -> list[Twin]:
    """Give the company's dealers with one of these numbers."""
    return [
        Twin(RetailerStatus(row["status"]), row["is_same_firm"], row["is_same_person"])
        for row in await connection.fetch(_SQL["twins"], iys_code, mersis, person_tag)
    ]


async def enter(change: Change, retailer: Retailer, person: Sealed) -> bool:
    """Write a new dealer; False if its code is taken."""
    entered = await change.connection.fetchval(
        _SQL["enter"],
        retailer.retailer_code,
        retailer.brand_code,
        person.iys_code,
        retailer.title,
        retailer.status.value,
        retailer.alias,
        retailer.mersis,
        retailer.city_code,
        retailer.town_code,
        person.tag,
        person.body,
    )
    return entered is not None


class Alike(msgspec.Struct, frozen=True):
    """A dealer that the company has entered, with who stands for it, and his tag if he has one."""

    retailer: Retailer
    person: bytes
    tag: UUID | None


async def alike(
    connection: Connection, iys_code: IysCode, firms: Sequence[str], tags: Sequence[UUID]
) -> list[Alike]:
    """Give the company's dealers with one of these numbers."""
    return [
        Alike(_retailer(row), row["person_sealed"], row["person_tag"])
        for row in await connection.fetch(_SQL["alike"], iys_code, firms, tags)
    ]


class NewDealers(msgspec.Struct, frozen=True, kw_only=True):
    """Dealers to be written, in columns."""

    codes: Sequence[RetailerCode]
    facts: Sequence[Facts]
    tags: Sequence[UUID]
    persons: Sequence[bytes]


async def enter_list(
    change: Change, of: tuple[IysCode, BrandCode], new: NewDealers
) -> set[RetailerCode]:
    """Write new dealers; give the codes of those whose code was not taken."""
    iys_code, brand_code = of
    rows = await change.connection.fetch(
        _SQL["enter_list"],
        brand_code,
        iys_code,
        new.codes,
        [each.title for each in new.facts],
        [each.status.value for each in new.facts],
        [each.alias for each in new.facts],
        [each.mersis for each in new.facts],
        [each.city_code for each in new.facts],
        [each.town_code for each in new.facts],
        new.tags,
        new.persons,
    )
    return {row["retailer_code"] for row in rows}


async def page(
    connection: Connection, brand_code: BrandCode, offset: int, limit: int
) -> list[Stored]:
    return [_stored(row) for row in await connection.fetch(_SQL["page"], brand_code, offset, limit)]


async def some(
    connection: Connection, brand_code: BrandCode, codes: Sequence[RetailerCode]
) -> list[Stored]:
    return [_stored(row) for row in await connection.fetch(_SQL["some"], brand_code, codes)]


class Untagged(msgspec.Struct, frozen=True):
    """A dealer whose person has no tag of its company yet."""

    code: RetailerCode
    iys_code: IysCode
    person: bytes


async def move_brand(change: Change, brand_code: BrandCode, to: IysCode) -> None:
    """Give a brand's dealers to another company; who stands for them is to be tagged anew."""
    await change.connection.execute(_SQL["move_brand"], brand_code, to)


async def untagged(connection: Connection, after: int, limit: int) -> list[Untagged]:
    """Give moved dealers whose person is to be tagged, those of greater codes than `after`."""
    rows = await connection.fetch(_SQL["untagged"], after, limit)
    return [Untagged(*row.values()) for row in rows]


async def tag(
    connection: Connection, code: RetailerCode, iys_code: IysCode, person_tag: UUID
) -> None:
    """Tag who stands for a dealer, if that is still this company's."""
    await connection.execute(_SQL["tag"], code, iys_code, person_tag)


async def delete_unlinked(
    change: Change, of: tuple[IysCode, BrandCode], code: RetailerCode
) -> bool:
    """Take a dealer away; False if there is none, or a consent has named it."""
    iys_code, brand_code = of
    gone = await change.connection.fetchval(_SQL["delete_unlinked"], brand_code, code, iys_code)
    return gone is not None


def _stored(row: Record) -> Stored:
    return Stored(_retailer(row), row["person_sealed"])


def _retailer(row: Record) -> Retailer:
    return Retailer(
        retailer_code=row["retailer_code"],
        brand_code=row["brand_code"],
        title=row["title"],
        status=RetailerStatus(row["status"]),
        alias=row["alias"],
        mersis=row["mersis"],
        city_code=row["city_code"],
        town_code=row["town_code"],
    )


REPORT_ROWS = 100_000
"""Records that one report counts at most: some tenths of a second."""


class Taken(msgspec.Struct, frozen=True):
    """How many consents of one kind a dealer took, by how they stand."""

    channel: str
    recipient_type: str
    approvals: int
    rejections: int


async def taken_by(connection: Connection, siv: bytes, brand_ref: UUID) -> list[Taken]:
    rows = await connection.fetch(_SQL["taken_by"], siv.hex(), brand_ref, REPORT_ROWS)
    return [Taken(*row) for row in rows]


async def tree(connection: Connection, brand_code: BrandCode) -> list[Branch]:
    return [
        Branch(
            row["retailer_code"],
            row["parent_code"],
            row["title"],
            RetailerStatus(row["status"]),
            row["new_a_day"],
        )
        for row in await connection.fetch(_SQL["tree"], brand_code)
    ]


async def put_under(change: Change, code: RetailerCode, parent: RetailerCode | None) -> None:
    await change.connection.execute(_SQL["put_under"], code, parent)


async def set_status(
    change: Change, of: tuple[IysCode, BrandCode], code: RetailerCode, status: str
) -> bool:
    """Let a dealer of the brand be of this status; False if there is none."""
    iys_code, brand_code = of
    known = await change.connection.fetchval(_SQL["set_status"], brand_code, code, iys_code, status)
    return known is not None


async def set_limit(
    change: Change, of: tuple[IysCode, BrandCode], code: RetailerCode, new_a_day: int | None
) -> bool:
    """Bound a dealer of the brand; False if there is none."""
    iys_code, brand_code = of
    known = await change.connection.fetchval(
        _SQL["set_limit"], brand_code, code, iys_code, new_a_day
    )
    return known is not None


async def limits(
    connection: Connection, codes: Sequence[RetailerCode]
) -> dict[RetailerCode, Limit]:
    """Give the limits of these dealers, of those that have one."""
    rows = await connection.fetch(_SQL["limits"], codes)
    return {row["retailer_code"]: Limit(row["new_a_day"], row["taken"]) for row in rows}


async def take(
    connection: Connection, codes: Sequence[RetailerCode], wanted: Sequence[int]
) -> dict[RetailerCode, int]:
    """Take room of the day; give how much, of those dealers that have a limit."""
    rows = await connection.fetch(_SQL["take"], codes, wanted)
    return {row["retailer_code"]: row["granted"] for row in rows}


async def give_back(
    connection: Connection, codes: Sequence[RetailerCode], unused: Sequence[int]
) -> None:
    await connection.execute(_SQL["give_back"], codes, unused)
