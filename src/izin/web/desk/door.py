"""For whom the desk's pages are: the registry's own people, each as far as his role goes."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

import msgspec

from izin.member.model import ActorKind
from izin.member.session import acting
from izin.web.desk.services import Desk, Row, suffices
from izin.web.desk.visit import Visit
from izin.web.shared.door import trouble
from izin.web.shared.two_factors import SIGN_IN
from izin.web.shared.visit import Gone, Outcome
from izin.web.shared.visit import Visit as AnyVisit


class AtTheDesk:
    """The registry's own people."""

    heading = "desk"
    templates = "izin.web.desk"

    def __init__(self, desk: Desk) -> None:
        """Take what pages work with."""
        self.services = desk

    def now(self) -> datetime:
        """The clock."""
        return self.services.clock()

    def nobody(self, visit: AnyVisit) -> Visit:
        """The visit of whoever has not signed in."""
        return Visit(**msgspec.structs.asdict(visit))

    async def known(self, visit: Visit, session: str | None) -> Visit:
        """Whoever has signed in, and is still one of the registry's own."""
        desk = self.services
        tag = None if session is None else desk.keys.tokens.tag_of(session)
        who = None if tag is None else await acting(desk.database, tag, now=visit.now)
        if who is None or who.of.kind is not ActorKind.REGISTRY:
            return visit
        assert session is not None, "it has a tag"
        return msgspec.structs.replace(visit, secret=session, who=who, tag=tag)

    def turned_away(self, row: Row, visit: Visit) -> Outcome | None:
        """Whoever has not signed in does so first; whose role is too small sees that."""
        if row.least is None:
            return None
        if visit.who is None:
            if row.does is not None:
                return Gone(SIGN_IN).saying("not_sent")
            return Gone(f"{SIGN_IN}?next={quote(visit.here)}")
        if suffices(visit.who.post.role, row.least):
            return None
        return trouble("forbidden", HTTPStatus.FORBIDDEN)

    def frame(self, visit: Visit) -> Mapping[str, object]:
        """What he may."""
        role = None if visit.who is None else visit.who.post.role
        return {"may": lambda least: role is not None and suffices(role, least)}

    async def see_that_it_is_ready(self) -> None:
        """See that the parties are known. Raises UnavailableError."""
        await self.services.parties.refresh()
