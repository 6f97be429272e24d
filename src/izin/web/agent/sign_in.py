"""An agent comes in by password and code, and goes again."""

from izin.member.session import sign_out
from izin.web.agent.services import Booth, Row, Visit
from izin.web.shared.two_factors import CODE, SIGN_IN, asked_code, take_code, take_password
from izin.web.shared.visit import Cookie, Gone, Outcome, Shown


async def ask(_: Booth, visit: Visit) -> Outcome:
    """Ask for address and password."""
    return Gone("/") if visit.who is not None else Shown("sign_in.html")


async def take(booth: Booth, visit: Visit) -> Outcome:
    """Take address and password."""
    return await take_password(booth.sign_ins, visit)


async def ask_code(_: Booth, visit: Visit) -> Outcome:
    """Ask for the code."""
    return asked_code(visit)


async def let_in(booth: Booth, visit: Visit) -> Outcome:
    """Take the code, and let in."""
    return await take_code(booth.sign_ins, visit, "/")


async def leave(booth: Booth, visit: Visit) -> Outcome:
    """End the session."""
    assert visit.who is not None, "the table asks for somebody"
    assert visit.tag is not None, "he came by it"
    await sign_out(booth.database, visit.tag, of=visit.who.of, by=visit.by)
    return Gone(SIGN_IN, (Cookie("session", "", 0),)).saying("signed_out")


ROWS = (
    Row(path=SIGN_IN, shows=ask, asks=False),
    Row(path=SIGN_IN, shows=ask, does=take, asks=False),
    Row(path=CODE, shows=ask_code, asks=False),
    Row(path=CODE, shows=ask_code, does=let_in, asks=False),
    Row(path="/sign-out", shows=ask, does=leave),
)
