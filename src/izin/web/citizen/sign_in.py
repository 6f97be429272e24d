"""A citizen shows that an address is hers by a code; a notice is read once, and she may go."""

from typing import Any

from izin.citizen.notice import VERSION
from izin.citizen.seat import WHOLE
from izin.web.citizen import flow
from izin.web.citizen.door import NOTICE, SIGN_IN, notice_before, sign_in_before
from izin.web.citizen.fixed_line import instead_of_a_code
from izin.web.citizen.questions import NOTICE_TEXT
from izin.web.citizen.reading import CODE_MAX, address_in, since_in
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.paths import next_of
from izin.web.shared.visit import Cookie, Gone, Outcome, Shown

CODE, CONSENTS, NUMBER = "/sign-in/code", "/consents", "/number"
NOTICE_KEPT_S = 365 * 24 * 3600
_VERSION_DIGITS = 4


async def ask(_: Hall, visit: Visit) -> Outcome:
    """Ask for a telephone number or an e-mail address."""
    if visit.who is not None:
        return Gone(wanted_in(visit) or CONSENTS)
    return Shown("sign_in.html", {"next": wanted_in(visit)})


async def take(hall: Hall, visit: Visit) -> Outcome:
    """Send a code there."""
    address = address_in(visit.form, is_sandbox=hall.is_sandbox)
    visit.form.check()
    assert address is not None, "checked"
    if (told := instead_of_a_code(hall, address, sign_in_before(wanted_in(visit)))) is not None:
        return told
    text = await hall.citizens.begin(
        address, language=visit.language, network=visit.client, now=visit.now
    )
    return flow.begin(CODE, text, next=wanted_in(visit))


async def ask_code(hall: Hall, visit: Visit) -> Outcome:
    """Ask for the code."""
    if visit.who is not None:
        return Gone(wanted_in(visit) or CONSENTS)
    asked = await hall.citizens.asked(flow.begun(visit))
    if asked is None:
        return flow.lost(sign_in_before(wanted_in(visit)))
    return Shown(
        "sign_in_code.html", {"anew": sign_in_before(wanted_in(visit)), "whose": asked.masked}
    )


async def take_code(hall: Hall, visit: Visit) -> Outcome:
    """Take the code, and let in."""
    half = flow.begun(visit)
    if half is None:
        return flow.lost(sign_in_before(wanted_in(visit)))
    code = visit.form.text("code", CODE_MAX, required=True).replace(" ", "")
    visit.form.check()
    text = await hall.citizens.finish(half, code, **known_of(visit))
    if text is None:
        return flow.lost(sign_in_before(wanted_in(visit)))
    return Gone(notice_before(wanted_in(visit)), (session_cookie(text), flow.over(visit)))


async def show_notice(_: Hall, visit: Visit) -> Outcome:
    """Show what becomes of what she tells, and ask of a number since when it is hers."""
    assert visit.who is not None, "the table asks for somebody"
    who = visit.who
    if who.has_read and not who.must_answer:
        return Gone(wanted_in(visit) or CONSENTS)
    return Shown(
        "notice.html",
        {
            "is_read": who.has_read,
            "asks_since": who.must_answer,
            "is_asked_again": False,
            "has_said": who.has_said,
            **NOTICE_TEXT,
        },
    )


async def read_notice(hall: Hall, visit: Visit) -> Outcome:
    """She has read it, and said since when the number is hers."""
    assert visit.session is not None, "the table asks for somebody"
    assert visit.who is not None, "the same"
    to = wanted_in(visit) or CONSENTS
    if visit.who.must_answer:
        said = since_in(visit.form, visit.now, visit.who.shown)
        visit.form.check()
        assert said is not None, "checked"
        await hall.citizens.answer(visit.who, said.since, now=visit.now)
        to = NUMBER if said.is_new else to
    text = await hall.citizens.has_read(visit.session, now=visit.now)
    if text is None:
        return Gone(SIGN_IN)
    return Gone(to, (session_cookie(text), Cookie("notice", str(VERSION), NOTICE_KEPT_S)))


async def leave(hall: Hall, visit: Visit) -> Outcome:
    """Know her no more."""
    if visit.session is not None:
        await hall.citizens.leave(visit.session)
    return Gone("/", (Cookie("session", "", 0),)).saying("left")


def wanted_in(visit: Visit) -> str:
    """The page from which she was led here; empty where she came by herself."""
    wanted = next_of(visit)
    return "" if wanted == "/" else wanted


def known_of(visit: Visit) -> dict[str, Any]:
    """From where somebody comes, when, and which version of the notice was read there."""
    read = visit.notice or ""
    version = int(read) if read.isascii() and read.isdigit() and len(read) <= _VERSION_DIGITS else 0
    return {"network": visit.client, "now": visit.now, "read": version}


def session_cookie(text: str) -> Cookie:
    return Cookie("session", text, int(WHOLE.total_seconds()))


ROWS = (
    Row(path=SIGN_IN, shows=ask),
    Row(path=SIGN_IN, shows=ask, does=take),
    Row(path=CODE, shows=ask_code),
    Row(path=CODE, shows=ask_code, does=take_code),
    Row(path=NOTICE, shows=show_notice, asks=True),
    Row(path=NOTICE, shows=show_notice, does=read_notice, asks=True),
    Row(path="/sign-out", shows=ask, does=leave),
)
