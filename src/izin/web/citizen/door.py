"""For whom the citizens' pages are: anybody, and whoever has shown that an address is hers."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import msgspec

from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Gone, Outcome
from izin.web.shared.visit import Visit as AnyVisit

SIGN_IN, NOTICE, ADDRESSES = "/sign-in", "/notice", "/addresses"


def notice_before(wanted: str) -> str:
    """The notice's address, and where she goes when she has read it; empty: to her consents."""
    return f"{NOTICE}?next={quote(wanted)}" if wanted else NOTICE


def sign_in_before(wanted: str) -> str:
    """The same of the page where she shows her address."""
    return f"{SIGN_IN}?next={quote(wanted)}" if wanted else SIGN_IN


class Everybody:
    """Citizens, known or not."""

    heading = "citizen"
    templates = "izin.web.citizen"

    def __init__(self, hall: Hall) -> None:
        """Take what pages work with."""
        self.services = hall

    def now(self) -> datetime:
        """The clock."""
        return self.services.clock()

    def nobody(self, visit: AnyVisit) -> Visit:
        """The visit of whoever has shown nothing yet."""
        return Visit(**msgspec.structs.asdict(visit))

    async def known(self, visit: Visit, session: str | None) -> Visit:
        """Whoever has shown that an address is hers."""
        who = await self.services.citizens.known(session, now=visit.now)
        if who is None:
            return visit
        assert session is not None, "she is known by it"
        return msgspec.structs.replace(visit, secret=session, who=who, session=session)

    def turned_away(self, row: Row, visit: Visit) -> Outcome | None:
        """Whoever is not known shows her address first, and reads the notice once.

        Nothing of a number is shown before she has said since when it is hers.
        """
        if not row.asks:
            return None
        if visit.who is None:
            gone = Gone(sign_in_before(visit.here))
            return gone if row.does is None else gone.saying("not_sent")
        if row.path == NOTICE:
            return None
        is_open = row.is_bare and not visit.who.may_be_another
        if not visit.who.has_read or (visit.who.must_answer and not is_open):
            return Gone(notice_before(visit.here if row.does is None else ""))
        if not visit.who.opened and not row.is_bare:
            return Gone(ADDRESSES)
        return None

    def frame(self, visit: Visit) -> Mapping[str, object]:
        """Which address it is about, masked, and which others there are to choose."""
        who = visit.who
        opened = () if who is None else who.opened
        is_hers = who is not None and not who.may_be_another
        labels = who.account.labels if who is not None and is_hers and who.account else {}
        return {
            "address": who.address.masked if who is not None and opened else "",
            "addresses": [
                (who.sign_of(each.address), each.address.masked, labels.get(each.address, ""))
                for each in opened
                if who is not None
            ],
            "shown_place": 0 if who is None else who.place,
            "call_centre": self.services.call_centre,
            "has_gateway": self.services.arrivals is not None,
        }

    async def see_that_it_is_ready(self) -> None:
        """See that the database answers. Raises UnavailableError."""
        async with self.services.database.connection() as connection:
            await connection.execute("select")
