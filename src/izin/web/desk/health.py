"""How the registry is: what waits for numbers and views, and what waits for people."""

from izin.application import lookup as applications
from izin.ledger import lookup as ledger
from izin.member.model import Role
from izin.web.desk.services import Desk, Row
from izin.web.shared.visit import Outcome, Shown, Visit

_OPEN_MAX = 1000


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show numbers and their lag, parties, and how many applications are open."""
    version = await desk.parties.refresh()
    async with desk.database.connection() as connection:
        head = await ledger.head(connection)
        open_ = await applications.page(connection, None, _OPEN_MAX)
    companies, brands = desk.parties.counts
    values = {
        "head": head,
        "unpublished": head["assigned_idx"] - head["published_idx"],
        "unprojected": head["published_idx"] - head["projected_idx"],
        "uncounted": head["projected_idx"] - head["counted_idx"],
        "open_count": len(open_),
        "version": version,
        "companies": companies,
        "brands": brands,
        "now": visit.now,
    }
    return Shown("health.html", values)


ROWS = (Row(path="/", least=Role.VIEWER, shows=show),)
