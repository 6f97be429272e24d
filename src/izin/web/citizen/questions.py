"""Help, what people ask, and how accessible these pages are: for everybody, in one place."""

from collections.abc import Iterator, Mapping

from izin.citizen.notice import IN_FORCE, VERSION
from izin.i18n.catalogue import Language
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Outcome, Sent, Shown
from izin.web.shared.words import day_in_words, say

QUESTIONS = ("stop", "back", "still", "undo", "dealer", "lost", "cost", "phone")
PARTS = ("who", "what", "why", "whom", "rights")
NOTICE_TEXT: Mapping[str, object] = {
    "notice_parts": PARTS,
    "version": VERSION,
    "in_force": IN_FORCE,
}
"""What the text of the notice is put together from, on whichever page it stands."""


async def show(hall: Hall, _: Visit) -> Outcome:
    """Show what people ask, and where to turn."""
    return Shown("help.html", {"questions": QUESTIONS, "menu_phone": hall.menu_phone})


async def show_not_mine(_: Hall, __: Visit) -> Outcome:
    """Say what to do about a number that is somebody else's, or was."""
    return Shown("not_mine.html")


async def show_notice(_: Hall, __: Visit) -> Outcome:
    """Show what becomes of what people tell, before anybody tells anything. Source: portal C3"""
    return Shown("notice_alone.html", NOTICE_TEXT)


async def send_notice(_: Hall, visit: Visit) -> Outcome:
    """Give the same to keep."""
    text = "\n\n".join(_lines(visit.language))
    return Sent(f"{text}\n".encode(), "text/plain; charset=utf-8", name=f"izin-{VERSION}.txt")


def _lines(language: Language) -> Iterator[str]:
    yield say("citizen.notice", language)
    yield say("citizen.notice_short", language)
    for part in PARTS:
        yield say(f"citizen.notice_{part}", language)
        yield say(f"citizen.notice_{part}_text", language)
    version = say("citizen.notice_version", language, version=VERSION)
    yield f"{version} {day_in_words(IN_FORCE, language)}"


async def show_accessibility(_: Hall, __: Visit) -> Outcome:
    """Show what these pages keep, what they do not, and whom to tell."""
    return Shown("accessibility.html")


ROWS = (
    Row(path="/help", shows=show),
    Row(path="/not-mine", shows=show_not_mine),
    Row(path="/help/notice", shows=show_notice),
    Row(path="/help/notice.txt", shows=send_notice),
    Row(path="/help/accessibility", shows=show_accessibility),
)
