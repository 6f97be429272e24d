"""An agent comes in by password and code, and goes again."""

from izin.core.errors import RefusalError, Refused
from izin.member.session import DEVICE_LIFE, sign_out
from izin.member.sign_in import SIGN_IN_LIFE, SecondFactor
from izin.vault.passwords import PASSWORD_BYTES_MAX
from izin.web.agent.door import SIGN_IN
from izin.web.agent.services import Booth, Row, Visit
from izin.web.shared.visit import Cookie, Gone, Outcome, Shown

CODE = "/sign-in/code"
_EMAIL_MAX, _CODE_MAX = 265, 10


async def ask(_: Booth, visit: Visit) -> Outcome:
    """Ask for address and password."""
    return Gone("/") if visit.who is not None else Shown("sign_in.html")


async def take(booth: Booth, visit: Visit) -> Outcome:
    """Take address and password."""
    form = visit.form
    email = form.text("email", _EMAIL_MAX, required=True)
    password = form.values.get("password", "")
    if not password:
        form.refuse("password", "fault.required")
    if len(password.encode()) > PASSWORD_BYTES_MAX:
        form.refuse("password", "fault.long")
    form.check()
    begun = await booth.sign_ins.by_password(
        email, password, device=visit.device, client=visit.client, now=visit.now
    )
    if not begun.has_totp:
        raise RefusalError(Refused(code="IZ080"))
    return Gone(CODE, (Cookie("half", begun.text, int(SIGN_IN_LIFE.total_seconds())),))


async def ask_code(_: Booth, visit: Visit) -> Outcome:
    """Ask for the code."""
    return Gone(SIGN_IN) if visit.half is None else Shown("sign_in_code.html")


async def take_code(booth: Booth, visit: Visit) -> Outcome:
    """Take the code, and let in."""
    if visit.half is None:
        return Gone(SIGN_IN)
    code = visit.form.text("code", _CODE_MAX, required=True).replace(" ", "")
    remember = visit.form.ticked("remember")
    visit.form.check()
    factor = SecondFactor(code=code)
    session = await booth.sign_ins.finish(visit.half, factor, remember=remember, now=visit.now)
    cookies = [Cookie("session", session.text), Cookie("half", "", 0)]
    if session.device is not None:
        cookies.append(Cookie("device", session.device, int(DEVICE_LIFE.total_seconds())))
    return Gone("/", tuple(cookies))


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
    Row(path=CODE, shows=ask_code, does=take_code, asks=False),
    Row(path="/sign-out", shows=ask, does=leave),
)
