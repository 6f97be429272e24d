"""A citizen's addresses: listed masked, each opened by a code; one is shown at a time."""

from izin.account.model import ADDRESSES_MAX, LABEL_MAX
from izin.core.address import Address
from izin.web.citizen import flow
from izin.web.citizen.door import ADDRESSES
from izin.web.citizen.fixed_line import instead_of_a_code
from izin.web.citizen.reading import CODE_MAX, address_in
from izin.web.citizen.services import Hall, Row, Visit
from izin.web.shared.paths import own_path
from izin.web.shared.visit import Gone, Outcome, Shown

CODE = "/addresses/code"
_BACK_MAX = 2000
_SIGN_MAX = 64


async def show(_: Hall, visit: Visit) -> Outcome:
    """Show what is opened, what is not, and a form for another."""
    assert visit.who is not None, "the table asks for somebody"
    who = visit.who
    held = {each.address: each for each in (() if who.account is None else who.account.bound)}
    values = {
        "opened": [
            (each, held.get(each.address), who.sign_of(each.address)) for each in who.opened
        ],
        "closed": [(each, who.sign_of(each.address)) for each in who.closed],
        "place": who.place,
        "gone": () if who.account is None else who.account.gone,
        "may_remove_closed": who.by_gateway,
        "is_full": len(held) >= ADDRESSES_MAX,
        "most": ADDRESSES_MAX,
    }
    return Shown("addresses.html", values)


async def add(hall: Hall, visit: Visit) -> Outcome:
    """Send a code to another address."""
    address = address_in(visit.form, is_sandbox=hall.is_sandbox)
    label = visit.form.text("label", LABEL_MAX)
    visit.form.check()
    assert address is not None, "checked"
    told = instead_of_a_code(hall, address, ADDRESSES)
    return told or await _send(hall, visit, address, label)


async def do_open(hall: Hall, visit: Visit) -> Outcome:
    """Send a code to an address that her account holds and this session has not opened."""
    address = _address(visit)
    return Gone(ADDRESSES) if address is None else await _send(hall, visit, address, "")


async def ask_code(hall: Hall, visit: Visit) -> Outcome:
    """Ask for the code."""
    assert visit.who is not None, "the table asks for somebody"
    asked = await hall.addresses.asked(visit.who, flow.named(visit))
    if asked is None:
        return flow.lost(ADDRESSES)
    return Shown("address_code.html", {"anew": ADDRESSES, "whose": asked.masked})


async def take_code(hall: Hall, visit: Visit) -> Outcome:
    """Take the code: the address is hers, and shown."""
    assert visit.who is not None, "the table asks for somebody"
    code = visit.form.text("code", CODE_MAX, required=True).replace(" ", "")
    visit.form.check()
    handed = flow.named(visit), code
    await hall.addresses.show(visit.who, handed, network=visit.client, now=visit.now)
    return Gone(ADDRESSES).saying("address_added")


async def choose(hall: Hall, visit: Visit) -> Outcome:
    """Show another of the opened addresses, on the page where she is."""
    assert visit.who is not None, "the table asks for somebody"
    address = _address(visit)
    if address is not None:
        await hall.addresses.choose(visit.who, address)
    return Gone(own_path(visit.form.text("back", _BACK_MAX)))


async def see(hall: Hall, visit: Visit) -> Outcome:
    """She has seen what left her account."""
    assert visit.who is not None, "the table asks for somebody"
    await hall.addresses.see(visit.who)
    return Gone(ADDRESSES)


async def rename(hall: Hall, visit: Visit) -> Outcome:
    """Call one something else."""
    assert visit.who is not None, "the table asks for somebody"
    label = visit.form.text("label", LABEL_MAX)
    visit.form.check()
    address = _address(visit)
    if address is not None:
        await hall.addresses.rename(visit.who, address, label)
    return Gone(ADDRESSES).saying("address_named")


async def remove(hall: Hall, visit: Visit) -> Outcome:
    """Forget one. Whoever has nothing opened any more is nobody again."""
    assert visit.who is not None, "the table asks for somebody"
    address = _address(visit)
    if address is None:
        return Gone(ADDRESSES)
    await hall.addresses.remove(visit.who, address)
    is_there = await hall.citizens.known(visit.session, now=visit.now) is not None
    return Gone(ADDRESSES if is_there else "/").saying("address_removed")


async def _send(hall: Hall, visit: Visit, address: Address, label: str) -> Outcome:
    assert visit.who is not None, "the table asks for somebody"
    way = await hall.addresses.ask(
        visit.who,
        (address, label),
        language=visit.language,
        network=visit.client,
        now=visit.now,
    )
    return Gone(f"{CODE}?{flow.FLOW}={way}")


def _address(visit: Visit) -> Address | None:
    assert visit.who is not None, "the table asks for somebody"
    return visit.who.address_by(visit.form.text("which", _SIGN_MAX))


ROWS = tuple(
    Row(path=path, shows=shows, does=does, asks=True, is_bare=True)
    for path, shows, does in (
        (ADDRESSES, show, None),
        (ADDRESSES, show, add),
        (CODE, ask_code, None),
        (CODE, ask_code, take_code),
        ("/addresses/open", show, do_open),
        ("/addresses/show", show, choose),
        ("/addresses/name", show, rename),
        ("/addresses/remove", show, remove),
        ("/addresses/seen", show, see),
    )
)
