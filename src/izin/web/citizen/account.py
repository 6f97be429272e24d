"""What is kept of a citizen herself, and how she leaves for good."""

import msgspec

from izin.web.citizen.gateway import ACCOUNT
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Cookie, Gone, NotThereError, Outcome, Sent, Shown

LEAVE = "/account/leave"


async def show(_: Hall, visit: Visit) -> Outcome:
    """Show what is kept."""
    assert visit.who is not None, "the table asks for somebody"
    return Shown("account.html", {"who": visit.who})


async def send_json(_: Hall, visit: Visit) -> Outcome:
    """Give what is kept of her, for programs: in clear what is opened, masked what is not."""
    assert visit.who is not None, "the table asks for somebody"
    account = visit.who.account
    if account is None:
        raise NotThereError
    opened = {each.address for each in visit.who.opened}
    given = {
        "generatedAt": visit.now,
        "addresses": [
            {
                "address": each.address.clear if each.address in opened else each.address.masked,
                "label": each.label,
                "provenAt": each.proven_at,
            }
            for each in account.bound
        ],
        "isBoundToEDevlet": account.gateway_tag is not None,
        "identityNumberKeptSince": account.tckn_at if visit.who.by_gateway else None,
    }
    body = msgspec.json.format(msgspec.json.encode(given), indent=2)
    return Sent(body, "application/json", name="hesabim.json")


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
    return Gone("/", (Cookie("session", "", 0),)).saying("account_left")


ROWS = tuple(
    Row(path=path, shows=shows, does=does, asks=True, is_bare=True)
    for path, shows, does in (
        (ACCOUNT, show, None),
        ("/account/hesabim.json", send_json, None),
        (LEAVE, ask_leave, None),
        (LEAVE, ask_leave, leave),
    )
)
