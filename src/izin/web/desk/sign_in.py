"""Whoever works at the desk comes in by password and code, and goes again."""

from izin.member.enrol import Chosen
from izin.member.model import Role
from izin.member.session import sign_out
from izin.web.desk.services import Desk, Row
from izin.web.desk.visit import Visit
from izin.web.shared.paths import next_of
from izin.web.shared.two_factors import CODE, SIGN_IN, asked_code, take_code, take_password
from izin.web.shared.visit import Cookie, Gone, Outcome, Shown

INVITATION = "/invitation"
_CODE_MAX, _TOKEN_MAX = 10, 100


async def ask(_: Desk, visit: Visit) -> Outcome:
    """Ask for address and password."""
    if visit.who is not None:
        return Gone("/")
    return Shown("sign_in.html", {"next": next_of(visit)})


async def take(desk: Desk, visit: Visit) -> Outcome:
    """Take address and password."""
    return await take_password(desk.sign_ins, visit, next_of(visit))


async def ask_code(_: Desk, visit: Visit) -> Outcome:
    """Ask for the code."""
    return asked_code(visit)


async def let_in(desk: Desk, visit: Visit) -> Outcome:
    """Take the code, and let in."""
    return await take_code(desk.sign_ins, visit, next_of(visit))


async def leave(desk: Desk, visit: Visit) -> Outcome:
    """End the session."""
    assert visit.who is not None, "the table asks for somebody"
    assert visit.tag is not None, "he came by it"
    await sign_out(desk.database, visit.tag, of=visit.who.of, by=visit.by)
    return Gone(SIGN_IN, (Cookie("session", "", 0),)).saying("signed_out")


async def ask_invitation(_: Desk, visit: Visit) -> Outcome:
    """Ask for the invitation that somebody was handed; a mail's link has it with it."""
    given = visit.form.values.get("invitation") or visit.query.values.get("invitation", "")
    return Shown("invitation.html", {"given": given[:_TOKEN_MAX]})


async def open_invitation(desk: Desk, visit: Visit) -> Outcome:
    """Show what there is to choose, for the invited alone; nothing of it can be looked at twice."""
    text = visit.form.text("invitation", _TOKEN_MAX, required=True)
    visit.form.check()
    found = await desk.enrolling.begin(text, now=visit.now)
    secret = found.totp_uri.partition("secret=")[2].partition("&")[0]
    email = found.person.email.clear  # so that whoever keeps passwords keeps it under this name
    values = {"email": email, "secret": secret, "uri": found.totp_uri}
    return Shown("invitation_choice.html", values | {"invitation": text})


async def ask_choice_again(_: Desk, visit: Visit) -> Outcome:
    """Ask for password and code again; the app keeps what it was shown."""
    email = visit.form.values.get("email", "")
    values = {"email": email, "secret": None, "uri": None}
    invitation = visit.form.values.get("invitation", "")
    return Shown("invitation_choice.html", values | {"invitation": invitation})


async def accept_invitation(desk: Desk, visit: Visit) -> Outcome:
    """Take the password and the app that the invited chose."""
    text = visit.form.text("invitation", _TOKEN_MAX, required=True)
    code = visit.form.text("code", _CODE_MAX, required=True).replace(" ", "")
    password = visit.form.values.get("password", "")
    if not password:
        visit.form.refuse("password", "fault.required")
    visit.form.check()
    chosen = Chosen(password=password, code=code)
    await desk.enrolling.finish(text, chosen, client=visit.client, now=visit.now)
    return Gone(SIGN_IN).saying("enrolled")


ROWS = (
    Row(path=SIGN_IN, least=None, shows=ask),
    Row(path=SIGN_IN, least=None, shows=ask, does=take),
    Row(path=CODE, least=None, shows=ask_code),
    Row(path=CODE, least=None, shows=ask_code, does=let_in),
    Row(path=INVITATION, least=None, shows=ask_invitation),
    Row(path=INVITATION, least=None, shows=ask_invitation, does=open_invitation),
    Row(
        path=f"{INVITATION}/accept",
        least=None,
        shows=ask_choice_again,
        does=accept_invitation,
    ),
    Row(path="/sign-out", least=Role.VIEWER, shows=ask, does=leave),
)
