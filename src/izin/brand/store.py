"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Connection

from izin.audit.change import Change
from izin.brand.model import Brand, Figures
from izin.storage.statements import load

_SQL = load("izin.brand")


async def put(change: Change, brand: Brand, version: int) -> None:
    await change.connection.execute(
        _SQL["put"],
        brand.brand_code,
        brand.iys_code,
        brand.name,
        brand.is_master,
        brand.is_active,
        version,
    )


async def changed(connection: Connection, since: int) -> list[Brand]:
    """Give the brands changed after a version, in no order; -1 gives all."""
    return [
        Brand(
            brand_code=row["brand_code"],
            iys_code=row["iys_code"],
            name=row["name"],
            is_master=row["is_master"],
            is_active=row["is_active"],
        )
        for row in await connection.fetch(_SQL["changed"], since)
    ]


async def figures(connection: Connection, brand_refs: Sequence[UUID]) -> dict[UUID, Figures]:
    """Give the consents by brand; a brand without any has no entry."""
    rows = await connection.fetch(_SQL["figures"], brand_refs)
    return {row["brand_ref"]: Figures(row["approvals"], row["rejections"]) for row in rows}
