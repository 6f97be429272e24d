"""For whom the pages of the outside world are: whoever tries the demonstration."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from izin.web.outside.links import pieces
from izin.web.outside.services import Outside
from izin.web.shared.visit import Outcome, Visit


class Anybody:
    """Nobody signs in here: everything is invented."""

    heading = "outside"
    templates = "izin.web.outside"

    def __init__(self, outside: Outside) -> None:
        """Take what pages work with."""
        self.services = outside

    def now(self) -> datetime:
        """The clock."""
        return self.services.clock()

    def nobody(self, visit: Visit) -> Visit:
        """As it comes."""
        return visit

    async def known(self, visit: Visit, session: str | None) -> Visit:
        """Nobody is."""
        del session
        return visit

    def turned_away(self, row: Any, visit: Any) -> Outcome | None:
        """Nobody is."""

    def frame(self, _: Any) -> Mapping[str, object]:
        """How a text is shown whose addresses can be clicked."""
        return {"pieces": partial(pieces, origin=self.services.origin)}

    async def see_that_it_is_ready(self) -> None:
        """It is, as soon as it answers."""
