"""Registered companies and their brands."""

from izin.brand import lookup as brands
from izin.brand.manage import lead, rename, set_short_names, set_status
from izin.brand.model import SHORT_NAMES_MAX, Brand, BrandStatus
from izin.core.codes import BrandCode, IysCode
from izin.core.identity import shown_mersis
from izin.member.model import Role
from izin.provider.manage import NEXT, set_activation, set_state
from izin.provider.model import Provider, ProviderState
from izin.web.desk.services import Desk, Row
from izin.web.shared.form import beginning_of
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown, Visit

_SEARCH_MAX, _NAME_MAX, _DIGITS_MAX = 100, 200, 8


async def show_all(desk: Desk, visit: Visit) -> Outcome:
    """Find companies by any part of a title, of a brand's name, or of a code."""
    text = visit.query.values.get("q", "").strip()[:_SEARCH_MAX]
    await desk.parties.refresh()
    found, how_many = desk.parties.find(text)
    return Shown("companies.html", {"found": found, "how_many": how_many, "q": text})


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show one company, its brands, and what may be done."""
    company = await _company(desk, visit)
    async with desk.database.connection() as connection:
        own = await brands.of_provider(connection, company.iys_code)
    following = [each for each in ProviderState if each in NEXT[company.state]]
    values = {
        "company": company,
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
    return Gone(f"/companies/{company.iys_code}?done=state")


async def do_activation(desk: Desk, visit: Visit) -> Outcome:
    """Settle until when it may load old consents."""
    company = await _company(desk, visit)
    day = visit.form.day("activation")
    if day is None and not visit.form.text("activation", 10):
        visit.form.refuse("activation", "fault.required")
    visit.form.check()
    assert day is not None, "checked"
    await set_activation(desk.database, company.iys_code, beginning_of(day), by=visit.by)
    return Gone(f"/companies/{company.iys_code}?done=activation")


async def show_brand(desk: Desk, visit: Visit) -> Outcome:
    """Show one brand, and what may be done."""
    brand = await _brand(desk, visit)
    async with desk.database.connection() as connection:
        names = await brands.short_names(connection, [brand.brand_code])
    company = desk.parties.company(brand.iys_code)
    states = list(BrandStatus)
    if brand.status is BrandStatus.CLOSED:
        states = []
    values = {
        "brand": brand,
        "company": company,
        "short_names": list(names.get(brand.brand_code, ())),
        "most": SHORT_NAMES_MAX,
        "following": [each for each in states if each is not brand.status],
    }
    return Shown("brand.html", values)


async def do_rename(desk: Desk, visit: Visit) -> Outcome:
    """Give it another name."""
    brand = await _brand(desk, visit)
    name = visit.form.text("name", _NAME_MAX, required=True)
    visit.form.check()
    await rename(desk.database, brand.brand_code, name, by=visit.by)
    return _brand_done(brand, "renamed")


async def do_short_names(desk: Desk, visit: Visit) -> Outcome:
    """Give it other short names."""
    brand = await _brand(desk, visit)
    names = [visit.form.text(f"short{place}", 40) for place in range(1, SHORT_NAMES_MAX + 1)]
    visit.form.check()
    await set_short_names(desk.database, brand.brand_code, list(filter(None, names)), by=visit.by)
    return _brand_done(brand, "short_names")


async def do_status(desk: Desk, visit: Visit) -> Outcome:
    """Suspend it, let it go on, close it for ever."""
    brand = await _brand(desk, visit)
    status = visit.form.choice("status", BrandStatus)
    if status is BrandStatus.CLOSED:
        visit.form.ticked("sure", required=True)
    visit.form.check()
    assert status is not None, "checked"
    await set_status(desk.database, brand.brand_code, status, by=visit.by)
    return _brand_done(brand, "state")


async def do_lead(desk: Desk, visit: Visit) -> Outcome:
    """Make it its company's master."""
    brand = await _brand(desk, visit)
    await lead(desk.database, brand.brand_code, by=visit.by)
    return _brand_done(brand, "master")


def _brand_done(brand: Brand, what: str) -> Gone:
    return Gone(f"/brands/{brand.brand_code}?done={what}")


def code_of(text: str) -> int:
    """A code in a path. Raises NotThereError for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise NotThereError
    return int(text)


async def _company(desk: Desk, visit: Visit) -> Provider:
    await desk.parties.refresh()
    found = desk.parties.company(IysCode(code_of(visit.path["company"])))
    if found is None:
        raise NotThereError
    return found


async def _brand(desk: Desk, visit: Visit) -> Brand:
    await desk.parties.refresh()
    found = desk.parties.brand(BrandCode(code_of(visit.path["brand"])))
    if found is None:
        raise NotThereError
    return found


_ONE, _BRAND = "/companies/{company}", "/brands/{brand}"

ROWS = (
    Row(path="/companies", least=Role.VIEWER, shows=show_all),
    Row(path=_ONE, least=Role.VIEWER, shows=show),
    Row(path=f"{_ONE}/state", least=Role.MANAGER, shows=show, does=do_state),
    Row(path=f"{_ONE}/activation", least=Role.MANAGER, shows=show, does=do_activation),
    Row(path=_BRAND, least=Role.VIEWER, shows=show_brand),
    Row(path=f"{_BRAND}/name", least=Role.OPERATOR, shows=show_brand, does=do_rename),
    Row(path=f"{_BRAND}/short-names", least=Role.OPERATOR, shows=show_brand, does=do_short_names),
    Row(path=f"{_BRAND}/status", least=Role.MANAGER, shows=show_brand, does=do_status),
    Row(path=f"{_BRAND}/master", least=Role.OPERATOR, shows=show_brand, does=do_lead),
)
