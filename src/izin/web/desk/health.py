"""How the registry is: who is at work, what waits for numbers and views, what waits for people."""

from datetime import datetime

import msgspec

from izin.application import lookup as applications
from izin.ledger import lookup as ledger
from izin.ledger.sequence import LEASE_KEY
from izin.member.model import Role
from izin.queue import queue
from izin.storage.database import Connection
from izin.storage.presence import sessions
from izin.web.desk.services import Desk, Row
from izin.web.desk.visit import Visit
from izin.web.shared.visit import Outcome, Shown

COUNTED_MAX = 10_000
LATE_S = 10
_OPEN_MAX = 1000
_PROCESSES = {
    "web": "izin_web",
    "keeper": "izin_keeper",
    "desk": "izin_desk",
    "courier": "izin_courier",
    "citizen": "izin_citizen",
    "agent": "izin_agent",
}


class Waiting(msgspec.Struct, frozen=True):
    """Something that waits: how much, for how many seconds, and whether that is too long."""

    count: int
    for_s: int = 0

    @property
    def is_late(self) -> bool:
        """Has it waited for longer than it takes where all is well?"""
        return self.for_s > LATE_S


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show who is at work, numbers and their lag, parties, and how many applications are open."""
    version = await desk.parties.refresh()
    async with desk.database.connection() as connection:
        head = await ledger.head(connection)
        open_ = await applications.page(connection, None, _OPEN_MAX)
        work = await _work(connection, visit.now)
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
        "counted_max": COUNTED_MAX,
    }
    return Shown("health.html", values | work)


async def _work(connection: Connection, now: datetime) -> dict[str, object]:
    """Who has sessions in the database, and what waits for whom."""
    seen = await sessions(connection)
    movements, jobs = await ledger.backlog(connection), await queue.backlog(connection)
    return {
        "processes": [(name, seen.get(role, 0)) for name, role in _PROCESSES.items()],
        "is_numbered": await ledger.is_numbered(connection, LEASE_KEY),
        "unnumbered": Waiting(movements["movements"], _age_s(movements["oldest_at"], now)),
        "unopened": movements["unopened"],
        "jobs": Waiting(jobs["waiting"], _age_s(jobs["due_since"], now)),
        "given_up": jobs["given_up"],
    }


def _age_s(since: datetime | None, now: datetime) -> int:
    return 0 if since is None else max(0, int((now - since).total_seconds()))


ROWS = (Row(path="/", least=Role.VIEWER, shows=show),)
