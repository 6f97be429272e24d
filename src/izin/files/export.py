"""Write a brand's consents as a file of the form that is loaded, row by row."""

from collections.abc import AsyncIterable
from datetime import datetime
from typing import BinaryIO

import msgspec

from izin.core.address import Address
from izin.core.clock import wire_time
from izin.core.codes import BrandCode, RetailerCode
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.files.form import Form
from izin.files.headings import ACCESS_HEADING, TEMPLATE
from izin.files.write import row_writer


class ExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One stored consent, as a file shows it."""

    address: Address
    recipient_type: RecipientType
    channel: Channel
    status: Status
    consented_at: datetime | None
    source: Source | None
    brand_code: BrandCode
    retailer_code: RetailerCode | None = None
    retailer_access: tuple[RetailerCode, ...] = ()


class ExportWriter:
    """Writes consents under the template's headings; reading them gives the same consents."""

    def __init__(self, stream: BinaryIO, form: Form) -> None:
        """Begin with the headings."""
        self._writer = row_writer(stream, form)
        self._writer.row([*TEMPLATE.values(), ACCESS_HEADING])
        self.rows = 0

    def add(self, row: ExportRow) -> None:
        """Write one consent. Raises FileRefusedError IZ220 past an XLSX sheet's last row."""
        self._writer.row(
            [
                row.address.clear,
                row.recipient_type.value,
                row.channel.value,
                row.status.value,
                "" if row.consented_at is None else wire_time(row.consented_at),
                "" if row.source is None else row.source.value,
                str(row.brand_code),
                "" if row.retailer_code is None else str(row.retailer_code),
                " ".join(map(str, row.retailer_access)),
            ]
        )
        self.rows += 1

    def close(self) -> None:
        """Finish the file; the stream stays open."""
        self._writer.close()


async def export(rows: AsyncIterable[ExportRow], stream: BinaryIO, form: Form) -> int:
    """Write rows as they come; give how many.

    Cost    memory of one row; an XLSX goes through a temporary file
    """
    writer = ExportWriter(stream, form)
    try:
        async for row in rows:
            writer.add(row)
    finally:
        writer.close()
    return writer.rows
