"""A telephone that writes to the registry and gets its answers, and everybody's inbox."""

import asyncio
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from izin.core.clock import IYS_TIME
from izin.web.outside.services import Outside, Row, Typed
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown, Visit

SHOP = "/magaza"
TEXT_MAX = 480
MAILS_SHOWN = 50
ANSWER_S, LOOK_S = 4.0, 0.05
"""How long the page waits for an answer before it shows what there is, and how often it looks."""

_TELEPHONE_MAX = 20
_telephone = re.compile(r"(?:\+?90|0)?(599[0-9]{7})", re.ASCII).fullmatch
_BLANKS = re.compile(r"[ ()-]+")


SUGGESTED = (
    ("DURUM", "counts"),
    ("RET ORNEK", "refuse"),
    ("DURUM ORNEK", "state"),
    ("RET TUM", "all"),
    ("YARDIM", "help"),
)
"""What to write, and what that does."""


class Bubble(NamedTuple):
    """One message of a conversation; without a sender it was typed here."""

    text: str
    at: datetime
    sender: str = ""
    segments: int = 0
    was_taken: bool = True
    begins_day: bool = False

    @property
    def day(self) -> date:
        """The day in Istanbul."""
        return self.at.astimezone(IYS_TIME).date()

    @property
    def clock(self) -> str:
        """The time of that day."""
        return self.at.astimezone(IYS_TIME).strftime("%H:%M")


async def show_first(outside: Outside, _: Visit) -> Outcome:
    """Show what there is to try."""
    return Shown(
        "first.html", {"people": outside.around.people, "addresses": outside.around.addresses}
    )


async def choose(_: Outside, visit: Visit) -> Outcome:
    """Go to somebody's telephone."""
    given = visit.form.text("telephone", _TELEPHONE_MAX, required=True)
    found = _telephone(_BLANKS.sub("", given))
    if given and found is None:
        visit.form.refuse("telephone", "fault.telephone")
    visit.form.check()
    assert found is not None, "checked"
    return Gone(f"/telephone/{found[1]}")


async def show_telephone(outside: Outside, visit: Visit) -> Outcome:
    """Show a telephone with what it wrote and what it got."""
    number = _number(visit)
    typed = [
        Bubble(text=each.text, at=each.at, was_taken=each.was_taken)
        for each in outside.typed(number)
    ]
    came = [
        Bubble(text=each.text, at=each.at, sender=each.sender, segments=each.segments)
        for each in outside.network.inbox(number)
    ]
    bubbles = sorted(typed + came, key=lambda each: each.at)
    return Shown(
        "telephone.html",
        {
            "telephone": number,
            "whose": dict(outside.around.people).get(number, ""),
            "now": visit.now.astimezone(IYS_TIME).strftime("%H:%M"),
            "number": outside.number,
            "bubbles": _by_days(bubbles),
            "suggested": SUGGESTED,
            "citizens": outside.origin,
        },
    )


def _by_days(bubbles: Sequence[Bubble]) -> list[Bubble]:
    """Mark the first of each day."""
    days = [None, *(each.day for each in bubbles)]
    return [
        each._replace(begins_day=each.day != before)
        for each, before in zip(bubbles, days, strict=False)
    ]


async def write(outside: Outside, visit: Visit) -> Outcome:
    """Write to the registry, and wait a moment for its answer."""
    number = _number(visit)
    text = visit.form.text("text", TEXT_MAX, required=True)
    visit.form.check()
    before = len(outside.network.inbox(number))
    at = outside.clock()
    try:
        async with asyncio.timeout(ANSWER_S):
            was_taken = await outside.network.write(number, outside.number, text)
            outside.keep(number, Typed(text, at, was_taken))
            while len(outside.network.inbox(number)) == before:  # noqa: ASYNC110 # a telephone
                await asyncio.sleep(LOOK_S)
    except ValueError:
        visit.form.refuse("text", "fault.text")
        visit.form.check()
    except TimeoutError:
        if not outside.typed(number) or outside.typed(number)[-1].at != at:
            outside.keep(number, Typed(text, at, was_taken=False))
    return Gone(f"/telephone/{visit.path['telephone']}#newest")


async def show_mails(outside: Outside, _: Visit) -> Outcome:
    """Show what came for anybody, the newest first."""
    mails = outside.inbox.received()[:MAILS_SHOWN]
    return Shown("mails.html", {"mails": mails, "citizens": outside.origin})


async def show_mail(outside: Outside, visit: Visit) -> Outcome:
    """Show one mail: its text, and the headers by which others judge it."""
    text = visit.path["mail"]
    mails = outside.inbox.received()
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]) <= len(mails):
        raise NotThereError
    came = mails[len(mails) - int(text[:6])]
    mail = came.mail
    headers = [(name, str(value)) for name, value in mail.items()]
    body = mail.get_body(("plain",))
    shown = "" if body is None else str(body.get_content())
    values = {"came": came, "subject": str(mail["subject"]), "headers": headers, "body": shown}
    return Shown("mail.html", values)


async def show_shop(outside: Outside, _: Visit) -> Outcome:
    """Show the page of a company's own on which the registry's form stands."""
    return Shown(
        "shop.html",
        {
            "loader": outside.around.loader,
            "widget": outside.around.loader.rpartition("/")[2],
            "telephone": outside.around.people[-1][0],
        },
    )


def _number(visit: Visit) -> str:
    found = _telephone(visit.path["telephone"])
    if found is None:
        raise NotThereError
    return f"+90{found[1]}"


ROWS = (
    Row(path="/", shows=show_first),
    Row(path="/telephone", shows=show_first, does=choose),
    Row(path="/telephone/{telephone}", shows=show_telephone),
    Row(path="/telephone/{telephone}", shows=show_telephone, does=write),
    Row(path=SHOP, shows=show_shop),
    Row(path="/mail", shows=show_mails),
    Row(path="/mail/{mail}", shows=show_mail),
)
