"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence

from asyncpg import Connection

from izin.core.codes import BrandCode, RetailerCode
from izin.retailer.model import Retailer
from izin.storage.statements import load

_SQL = load("izin.retailer")


async def put(connection: Connection, retailer: Retailer) -> None:
    await connection.execute(
        _SQL["put"],
        retailer.retailer_code,
        retailer.brand_code,
        retailer.title,
        retailer.status.value,
    )


async def active(
    connection: Connection, brand_code: BrandCode, codes: Sequence[RetailerCode]
) -> set[RetailerCode]:
    """Give those of `codes` that are active dealers of the brand; one round trip for all."""
    rows = await connection.fetch(_SQL["active"], brand_code, codes)
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
