"""The registry's own people come in by password and code, at the desk as on the telephone."""

from izin.core.errors import RefusalError, Refused
from izin.member.session import DEVICE_LIFE
from izin.member.sign_in import SIGN_IN_LIFE, SecondFactor, SignIns
from izin.vault.passwords import PASSWORD_BYTES_MAX
from izin.web.shared.visit import Cookie, Shown, Visit

SIGN_IN, CODE = "/sign-in", "/sign-in/code"
_EMAIL_MAX, _CODE_MAX = 265, 10


async def take_password(sign_ins: SignIns, visit: Visit) -> Cookie:
    """Take address and password; give what the code is asked for by.

    Raises  FormError, RefusalError IZ080 and what `by_password` refuses
    """
    form = visit.form
    email = form.text("email", _EMAIL_MAX, required=True)
    password = form.values.get("password", "")
    if not password:
        form.refuse("password", "fault.required")
    if len(password.encode()) > PASSWORD_BYTES_MAX:
        form.refuse("password", "fault.long")
    form.check()
    begun = await sign_ins.by_password(
        email, password, device=visit.device, client=visit.client, now=visit.now
    )
    if not begun.has_totp:
        raise RefusalError(Refused(code="IZ080"))
    return Cookie("half", begun.text, int(SIGN_IN_LIFE.total_seconds()))


def asked_code(next_: str = "") -> Shown:
    """The page that asks for the code, and leads on to where he wanted to go."""
    return Shown("staff_code.html", {"next": next_})


async def take_code(sign_ins: SignIns, visit: Visit, half: str) -> tuple[Cookie, ...]:
    """Take the code, and let in.

    Raises  FormError, and what `finish` refuses
    """
    code = visit.form.text("code", _CODE_MAX, required=True).replace(" ", "")
    remember = visit.form.ticked("remember")
    visit.form.check()
    factor = SecondFactor(code=code)
    session = await sign_ins.finish(half, factor, remember=remember, now=visit.now)
    cookies = (Cookie("session", session.text), Cookie("half", "", 0))
    if session.device is None:
        return cookies
    return (*cookies, Cookie("device", session.device, int(DEVICE_LIFE.total_seconds())))
