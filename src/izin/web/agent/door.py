"""For whom the call centre's pages are: its agents, and nobody else of the registry."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from izin.member.model import Role
from izin.member.session import acting
from izin.web.agent.services import Booth, Row, Visit
from izin.web.shared.two_factors import SIGN_IN
from izin.web.shared.visit import Gone, Outcome
from izin.web.shared.visit import Visit as AnyVisit


class AtThePhone:
    """Agents."""

    heading = "agent"
    templates = "izin.web.agent"

    def __init__(self, booth: Booth) -> None:
        """Take what pages work with."""
        self.services = booth

    def now(self) -> datetime:
        """The clock."""
        return self.services.clock()

    def nobody(self, visit: AnyVisit) -> Visit:
        """The visit of whoever has not signed in."""
        return Visit(**msgspec.structs.asdict(visit))

    async def known(self, visit: Visit, session: str | None) -> Visit:
        """Whoever has signed in, and is an agent still."""
        booth = self.services
        tag = None if session is None else booth.members.tokens.tag_of(session)
        who = None if tag is None else await acting(booth.database, tag, now=visit.now)
        if who is None or who.post.role is not Role.AGENT:
            return visit
        assert session is not None, "it has a tag"
        return msgspec.structs.replace(visit, secret=session, who=who, tag=tag)

    def turned_away(self, row: Row, visit: Visit) -> Outcome | None:
        """Whoever has not signed in does so first."""
        if not row.asks or visit.who is not None:
            return None
        return Gone(SIGN_IN) if row.does is None else Gone(SIGN_IN).saying("not_sent")

    def frame(self, _: Visit) -> Mapping[str, object]:
        """Nothing stands around these pages."""
        return {}

    async def see_that_it_is_ready(self) -> None:
        """See that the database answers. Raises UnavailableError."""
        async with self.services.database.connection() as connection:
            await connection.execute("select")
