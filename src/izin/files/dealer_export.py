"""Write a brand's dealers as a file. Who stands for them, and whose taxes, is not in it."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from izin.core.provinces import PROVINCES
from izin.files.dealers import TEMPLATE
from izin.files.form import Cell, Form
from izin.files.write import row_writer
from izin.retailer.model import Branch, Retailer

HEADINGS = (
    "bayi_kodu",
    *(TEMPLATE[field] for field in ("title", "alias", "city", "town", "mersis", "status")),
    "ust_bayi",
)


def export_dealers(
    dealers: Iterable[tuple[Retailer, Branch | None]], stream: BinaryIO, form: Form
) -> int:
    """Write dealers as they come, with the one that each stands under; give how many."""
    writer = row_writer(stream, form)
    rows = 0
    try:
        writer.row(HEADINGS)
        for retailer, branch in dealers:
            writer.row(_cells(retailer, branch))
            rows += 1
    finally:
        writer.close()
    return rows


def _cells(retailer: Retailer, branch: Branch | None) -> Sequence[Cell]:
    parent = None if branch is None else branch.parent_code
    province = None if retailer.city_code is None else PROVINCES[retailer.city_code]
    town = retailer.town_code
    return (
        str(retailer.retailer_code),
        retailer.title,
        retailer.alias or "",
        "" if province is None else province.name,
        "" if province is None or town is None else province.towns[town],
        retailer.mersis or "",
        retailer.status.value,
        "" if parent is None else str(parent),
    )
