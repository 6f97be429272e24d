"""A citizen shows that an address is hers by a code; a notice is read once, and she may go."""

from izin.citizen.session import WHOLE
from izin.core.address import Address, parse_email, parse_phone
from izin.proof.model import LIFE
from izin.web.citizen.door import NOTICE, SIGN_IN
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Cookie, Gone, Outcome, Shown

CODE, CONSENTS = "/sign-in/code", "/consents"
_ADDRESS_MAX, _CODE_MAX = 265, 12
_NATIONAL_DIGITS = 10


async def ask(_: Hall, visit: Visit) -> Outcome:
    """Ask for a telephone number or an e-mail address."""
    if visit.who is not None:
        return Gone(CONSENTS)
    return Shown("sign_in.html")


async def take(hall: Hall, visit: Visit) -> Outcome:
    """Send a code there."""
    given = visit.form.text("address", _ADDRESS_MAX, required=True)
    address = _read(given, is_sandbox=hall.is_sandbox)
    if given and address is None:
        visit.form.refuse("address", "fault.address")
    visit.form.check()
    assert address is not None, "checked"
    text = await hall.citizens.begin(
        address, language=visit.language, network=visit.client, now=visit.now
    )
    return Gone(CODE, (Cookie("half", text, int(LIFE.total_seconds())),))


async def ask_code(_: Hall, visit: Visit) -> Outcome:
    """Ask for the code."""
    return Gone(SIGN_IN) if visit.half is None else Shown("sign_in_code.html")


async def take_code(hall: Hall, visit: Visit) -> Outcome:
    """Take the code, and let in."""
    if visit.half is None:
        return Gone(SIGN_IN)
    code = visit.form.text("code", _CODE_MAX, required=True).replace(" ", "")
    visit.form.check()
    text = await hall.citizens.finish(visit.half, code, network=visit.client, now=visit.now)
    if text is None:
        return Gone(SIGN_IN, (Cookie("half", "", 0),))
    return Gone(NOTICE, (_session(text), Cookie("half", "", 0)))


async def show_notice(_: Hall, visit: Visit) -> Outcome:
    """Show what becomes of what she tells, before anything is shown."""
    assert visit.who is not None, "the table asks for somebody"
    return Gone(CONSENTS) if visit.who.has_read else Shown("notice.html")


async def read_notice(hall: Hall, visit: Visit) -> Outcome:
    """She has read it."""
    assert visit.session is not None, "the table asks for somebody"
    text = await hall.citizens.has_read(visit.session, now=visit.now)
    return Gone(SIGN_IN) if text is None else Gone(CONSENTS, (_session(text),))


async def leave(hall: Hall, visit: Visit) -> Outcome:
    """Know her no more."""
    if visit.session is not None:
        await hall.citizens.leave(visit.session)
    return Gone("/?done=left", (Cookie("session", "", 0),))


def _session(text: str) -> Cookie:
    return Cookie("session", text, int(WHOLE.total_seconds()))


def _read(text: str, *, is_sandbox: bool) -> Address | None:
    """Read an address as people write one: 0532 123 45 67, +90…, or an e-mail address."""
    if "@" in text:
        email = parse_email(text)
        return email if isinstance(email, Address) else None
    digits = "".join(each for each in text if each.isascii() and each.isdigit())
    national = digits.removeprefix("00").removeprefix("90" if len(digits) > 11 else "")  # noqa: PLR2004 -- with the country's code
    national = national.removeprefix("0")
    if len(national) != _NATIONAL_DIGITS:
        return None
    phone = parse_phone(f"+90{national}", sandbox=is_sandbox)
    return phone if isinstance(phone, Address) else None


ROWS = (
    Row(path=SIGN_IN, shows=ask),
    Row(path=SIGN_IN, shows=ask, does=take),
    Row(path=CODE, shows=ask_code),
    Row(path=CODE, shows=ask_code, does=take_code),
    Row(path=NOTICE, shows=show_notice, asks=True),
    Row(path=NOTICE, shows=show_notice, does=read_notice, asks=True),
    Row(path="/sign-out", shows=ask, does=leave),
)
