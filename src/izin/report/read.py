"""A report of what happened: some rows, read from figures that are kept."""

from izin.core.errors import RefusalError, Refused
from izin.report import store
from izin.report.model import ROWS_MAX, Asked, Line
from izin.report.store import standing as standing
from izin.storage.database import Connection


async def read(connection: Connection, asked: Asked) -> list[Line]:
    """Give the rows of a report, in the order of what they tell apart.

    Raises  RefusalError IZ092 they would be more than ROWS_MAX · UnavailableError
    Cost    one round trip; it grows with the days and what moved on them, not with the consents
    """
    lines = await store.lines(connection, asked, ROWS_MAX + 1)
    if len(lines) > ROWS_MAX:
        raise RefusalError(Refused(code="IZ092", facts=(("most", str(ROWS_MAX)),)))
    return lines
