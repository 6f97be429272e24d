"""Which processes have sessions in the database: whoever has none is not at work, or hidden."""

from collections.abc import Mapping

from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load(__package__, "presence.sql")


async def sessions(connection: Connection) -> Mapping[str, int]:
    """How many sessions each role's processes have; behind a pooler they are the pooler's."""
    rows = await connection.fetch(_SQL["sessions"])
    return {row["application_name"]: row["sessions"] for row in rows}
