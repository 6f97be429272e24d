"""The first page, and the check of a receipt: neither asks who comes."""

from izin.core.clock import day_of
from izin.proof.model import NETWORK
from izin.proof.send import spend
from izin.receipt.issue import check
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.visit import Outcome, Shown

_RECEIPT_MAX = 64


async def show_first(_: Hall, __: Visit) -> Outcome:
    """Show what can be done here."""
    return Shown("first.html")


async def ask(_: Hall, __: Visit) -> Outcome:
    """Ask for a receipt's number."""
    return Shown("verify.html", {"checked": False, "proven_on": None, "wrong": ""})


async def do_check(hall: Hall, visit: Visit) -> Outcome:
    """Say whether a receipt is one, and of which day: never whose, nor of which brand."""
    number = visit.form.text("receipt", _RECEIPT_MAX, required=True)
    visit.form.check()
    async with hall.database.transaction() as connection:
        network = hall.keyring.proofs.network_tag(f"receipt {visit.client}")
        await spend(connection, [(each, network) for each in NETWORK], "IZ158")
        at = await check(connection, hall.keyring, number)
    proven_on = None if at is None else day_of(at)
    wrong = number if at is None else ""
    return Shown("verify.html", {"checked": True, "proven_on": proven_on, "wrong": wrong})


ROWS = (
    Row(path="/", shows=show_first),
    Row(path="/verify", shows=ask),
    Row(path="/verify", shows=ask, does=do_check),
)
