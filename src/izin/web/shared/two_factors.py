"""The registry's own people come in by password and code, at the desk as on the telephone."""

from izin.core.errors import RefusalError, Refused
from izin.member.session import DEVICE_LIFE
from izin.member.sign_in import SIGN_IN_LIFE, SecondFactor, SignIns
from izin.vault.passwords import PASSWORD_BYTES_MAX
from izin.web.shared import flow
from izin.web.shared.visit import Cookie, Gone, Shown, Visit

SIGN_IN, CODE = "/sign-in", "/sign-in/code"
_EMAIL_MAX, _CODE_MAX = 265, 10


async def take_password(sign_ins: SignIns, visit: Visit, next_: str = "") -> Gone:
    """Take address and password; go where the code is asked for, in this tab alone.

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
    return flow.begin(CODE, begun.text, int(SIGN_IN_LIFE.total_seconds()), next=next_)


def asked_code(visit: Visit) -> Shown | Gone:
    """The page that asks for the code; back to the beginning where this tab has begun nothing."""
    return Gone(SIGN_IN) if flow.begun(visit) is None else Shown("staff_code.html")


async def take_code(sign_ins: SignIns, visit: Visit, to: str) -> Gone:
    """Take the code, let in, and go there; back to the beginning as `asked_code`.

    Raises  FormError, and what `finish` refuses
    """
    half = flow.begun(visit)
    if half is None:
        return Gone(SIGN_IN)
    code = visit.form.text("code", _CODE_MAX, required=True).replace(" ", "")
    remember = visit.form.ticked("remember")
    visit.form.check()
    factor = SecondFactor(code=code)
    session = await sign_ins.finish(half, factor, remember=remember, now=visit.now)
    cookies = (Cookie("session", session.text), flow.over(visit))
    if session.device is None:
        return Gone(to, cookies)
    device = Cookie("device", session.device, int(DEVICE_LIFE.total_seconds()))
    return Gone(to, (*cookies, device))
