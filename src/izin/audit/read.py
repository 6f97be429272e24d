"""The trail is read, the newest first."""

from collections.abc import AsyncIterator

from izin.audit import store
from izin.audit.model import AuditEvent, Query
from izin.storage.database import Database

PAGE_ROWS = 500


async def read(
    database: Database, query: Query, *, most: int, before: int | None = None
) -> AsyncIterator[AuditEvent]:
    """Give the newest events that were asked for.

    Takes   before: the audit_id that ends the page before; None begins at the newest

    Raises  UnavailableError
    Cost    one statement for 500 events; no more than a page is held
    """
    while most > 0:
        rows = min(PAGE_ROWS, most)
        async with database.connection() as connection:
            found = await store.page(connection, query, before, rows)
        for event in found:
            yield event
        if len(found) < rows:
            return
        most -= rows
        before = found[-1].audit_id
