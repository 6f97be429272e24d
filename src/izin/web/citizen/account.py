"""What is kept of a citizen herself, and how she leaves for good."""

from izin.web.citizen.gateway import ACCOUNT
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Cookie, Gone, Outcome, Shown

LEAVE = "/account/leave"


async def show(_: Hall, visit: Visit) -> Outcome:
    """Show what is kept."""
    assert visit.who is not None, "the table asks for somebody"
    return Shown("account.html", {"who": visit.who})


async def ask_leave(_: Hall, visit: Visit) -> Outcome:
    """Say what is erased, and what stays."""
    assert visit.who is not None, "the table asks for somebody"
    return Gone(ACCOUNT) if visit.who.account is None else Shown("leave.html")


async def leave(hall: Hall, visit: Visit) -> Outcome:
    """Erase the account, whatever led to it and the session."""
    assert visit.who is not None, "the table asks for somebody"
    visit.form.ticked("sure", required=True)
    visit.form.check()
    await hall.addresses.leave(visit.who)
    return Gone("/?done=account_left", (Cookie("session", "", 0),))


ROWS = tuple(
    Row(path=path, shows=shows, does=does, asks=True, is_bare=True)
    for path, shows, does in (
        (ACCOUNT, show, None),
        (LEAVE, ask_leave, None),
        (LEAVE, ask_leave, leave),
    )
)
