"""Registered companies, their states and dates, and brands that they get."""

import secrets

from izin.brand import lookup as brands
from izin.brand.add import add
from izin.brand.model import Brand
from izin.core.clock import beginning_of
from izin.core.codes import BrandCode, IysCode
from izin.core.identity import shown_mersis
from izin.member.model import Role
from izin.provider.manage import NEXT, set_activation, set_state
from izin.provider.model import Provider, ProviderState
from izin.subscription.manage import Holder
from izin.web.desk.packages import due_this_year, held_by
from izin.web.desk.services import Desk, Row, code_of
from izin.web.desk.visit import Visit
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

_SEARCH_MAX, NAME_MAX = 100, 200
_BRAND_LEAST, _BRANDS = 10_000_000, 90_000_000


async def show_all(desk: Desk, visit: Visit) -> Outcome:
    """Find companies by any part of a title, of a brand's name, or of a code."""
    text = visit.query.values.get("q", "").strip()[:_SEARCH_MAX]
    await desk.parties.refresh()
    found, how_many = desk.parties.find(text)
    found = [desk.parties.with_standing(each, visit.now) for each in found]
    return Shown("companies.html", {"found": found, "how_many": how_many, "q": text})


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show one company, its brands, and what may be done."""
    company = await _company(desk, visit)
    async with desk.database.connection() as connection:
        own = await brands.of_provider(connection, company.iys_code)
    following = [each for each in ProviderState if each in NEXT[company.state]]
    of = Holder(iys_code=company.iys_code)
    values = {
        "company": desk.parties.with_standing(company, visit.now),
        "held": await held_by(desk, of, visit.now),
        "due": due_this_year(desk, of, visit.now),
        "brands": own,
        "following": following,
        "mersis": shown_mersis(company.mersis),
    }
    return Shown("company.html", values)


async def do_state(desk: Desk, visit: Visit) -> Outcome:
    """Suspend it, let it go on, close it for ever."""
    company = await _company(desk, visit)
    state = visit.form.choice("state", ProviderState)
    if state is ProviderState.CLOSED:
        visit.form.ticked("sure", required=True)
    visit.form.check()
    assert state is not None, "checked"
    await set_state(desk.database, company.iys_code, state, by=visit.by)
    return Gone(f"/companies/{company.iys_code}").saying("state")


async def do_activation(desk: Desk, visit: Visit) -> Outcome:
    """Settle until when it may load old consents."""
    company = await _company(desk, visit)
    day = visit.form.day("activation")
    if day is None and not visit.form.text("activation", 10):
        visit.form.refuse("activation", "fault.required")
    visit.form.check()
    assert day is not None, "checked"
    await set_activation(desk.database, company.iys_code, beginning_of(day), by=visit.by)
    return Gone(f"/companies/{company.iys_code}").saying("activation")


async def do_add_brand(desk: Desk, visit: Visit) -> Outcome:
    """Enter a brand of it; the first one leads."""
    company = await _company(desk, visit)
    name = visit.form.text("name", NAME_MAX, required=True)
    visit.form.check()
    async with desk.database.connection() as connection:
        has_any = bool(await brands.of_provider(connection, company.iys_code))
    brand = Brand(
        brand_code=BrandCode(_BRAND_LEAST + secrets.randbelow(_BRANDS)),
        iys_code=company.iys_code,
        name=name,
        is_master=not has_any,
    )
    await add(desk.database, brand, by=visit.by)
    return Gone(f"/brands/{brand.brand_code}").saying("added")


async def _company(desk: Desk, visit: Visit) -> Provider:
    await desk.parties.refresh()
    found = desk.parties.company(IysCode(code_of(visit.path["company"])))
    if found is None:
        raise NotThereError
    return found


_ONE = "/companies/{company}"

ROWS = (
    Row(path="/companies", least=Role.VIEWER, shows=show_all),
    Row(path=_ONE, least=Role.VIEWER, shows=show),
    Row(path=f"{_ONE}/state", least=Role.MANAGER, shows=show, does=do_state),
    Row(path=f"{_ONE}/activation", least=Role.MANAGER, shows=show, does=do_activation),
    Row(path=f"{_ONE}/brands/add", least=Role.OPERATOR, shows=show, does=do_add_brand),
)
