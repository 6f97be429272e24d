"""How far the citizens' view is: whether it has all that stood when somebody asked.

Source  decision 0085
"""

import asyncio
from datetime import datetime, timedelta
from time import monotonic

from izin.ledger import lookup as ledger
from izin.storage.database import Connection, Database

WAIT_S = 2.0
"""A keeper that is there needs one second and a half."""

_LOOK_S = 0.1
_LATE = timedelta(seconds=4)
"""Past this long behind it is said: nobody is there who brings the view on."""


async def follow(database: Database) -> datetime | None:
    """Wait until the view has all that is recorded by now, WAIT_S at most; no connection is held.

    Gives   None where it has; else since when something may be missing
    Raises  UnavailableError. Cost: one round trip each time it looks
    """
    until = monotonic() + WAIT_S
    asked_at: datetime | None = None
    while True:
        async with database.connection() as connection:
            row = await ledger.reach(connection)
        asked_at = asked_at or row["now"]
        missing: datetime | None = row["missing_since"]
        if missing is None or missing > asked_at:
            return None
        if monotonic() >= until:
            return missing
        await rest()


async def rest() -> None:
    """Let the keeper have a turn."""
    await asyncio.sleep(_LOOK_S)


async def missing_of(connection: Connection, asked_at: datetime) -> datetime | None:
    """Since when is something missing that was recorded by then? None: nothing is.

    Cost    one round trip
    """
    missing: datetime | None = (await ledger.reach(connection))["missing_since"]
    return None if missing is None or missing > asked_at else missing


async def is_late(connection: Connection) -> bool:
    """Is the view behind for so long that whoever reads it has to be told? One round trip."""
    row = await ledger.reach(connection)
    return row["missing_since"] is not None and row["missing_since"] + _LATE < row["now"]
