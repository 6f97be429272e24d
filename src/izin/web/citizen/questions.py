"""Help, what people ask, and how accessible these pages are: for everybody, in one place."""

from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Outcome, Shown

QUESTIONS = ("stop", "back", "still", "undo", "dealer", "lost", "cost", "phone")


async def show(_: Hall, __: Visit) -> Outcome:
    """Show what people ask, and where to turn."""
    return Shown("help.html", {"questions": QUESTIONS})


async def show_not_mine(_: Hall, __: Visit) -> Outcome:
    """Say what to do about a number that is somebody else's, or was."""
    return Shown("not_mine.html")


async def show_accessibility(_: Hall, __: Visit) -> Outcome:
    """Show what these pages keep, what they do not, and whom to tell."""
    return Shown("accessibility.html")


ROWS = (
    Row(path="/help", shows=show),
    Row(path="/not-mine", shows=show_not_mine),
    Row(path="/help/accessibility", shows=show_accessibility),
)
