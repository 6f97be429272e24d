"""The call centre as a supervisor sees it: how many calls, how long; no agent, no caller."""

from izin.callcentre import lookup
from izin.member.model import Role
from izin.web.desk.services import Desk, Row
from izin.web.desk.visit import Visit
from izin.web.shared.visit import Outcome, Shown


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show the figures of the moment, and of the last day."""
    async with desk.database.connection() as connection:
        figures = await lookup.figures(connection)
    return Shown("calls.html", {"figures": figures, "now": visit.now})


ROWS = (Row(path="/calls", least=Role.VIEWER, shows=show),)
