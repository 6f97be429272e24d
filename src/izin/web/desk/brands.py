"""Brands: names, short names, states, which one leads, and the way to another company."""

from izin.access.transfer import transfer_brand
from izin.brand import lookup as brands
from izin.brand.manage import lead, rename, set_short_names, set_status
from izin.brand.model import SHORT_NAMES_MAX, Brand, BrandStatus
from izin.brand.name import page_of
from izin.core.codes import BrandCode, IysCode
from izin.member.model import Role
from izin.partner import lookup as partners
from izin.provider.model import Provider
from izin.retailer import lookup as retailers
from izin.web.desk.companies import NAME_MAX
from izin.web.desk.services import Desk, Row, code_of
from izin.web.desk.visit import Visit
from izin.web.shared.form import Form, FormError, Problem
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

_MANDATES_MAX = 1000


async def show(desk: Desk, visit: Visit) -> Outcome:
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
        "pages": [desk.citizens + page_of(each) for each in names.get(brand.brand_code, ())],
        "most": SHORT_NAMES_MAX,
        "following": [each for each in states if each is not brand.status],
    }
    return Shown("brand.html", values)


async def do_rename(desk: Desk, visit: Visit) -> Outcome:
    """Give it another name."""
    brand = await _brand(desk, visit)
    name = visit.form.text("name", NAME_MAX, required=True)
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


async def show_move(desk: Desk, visit: Visit) -> Outcome:
    """Ask to whom a brand goes; once that is said, show what goes along and what ends."""
    brand = await _brand(desk, visit)
    asked = visit.form.values.get("company") or visit.query.values.get("company", "")
    to, faults = None, visit.problems
    try:
        to = _receiver(desk, brand, asked)
    except FormError as error:
        faults = faults or error.problems
    async with desk.database.connection() as connection:
        beside = await brands.of_provider(connection, brand.iys_code)
        dealers = await retailers.count_by_brand(connection, [brand.brand_code])
        names = await brands.short_names(connection, [brand.brand_code])
        mandates = await partners.of_brand(
            connection, brand.iys_code, brand.brand_code, _MANDATES_MAX
        )
    values = {
        "brand": brand,
        "company": desk.parties.company(brand.iys_code),
        "to": to,
        "asked": asked,
        "faults": faults,
        "leads_others": brand.is_master and len(beside) > 1,
        "short_names": names.get(brand.brand_code, ()),
        "dealers": dealers.get(brand.brand_code, 0),
        "partners": {each.partner_code for each in mandates if each.revoked_at is None},
    }
    return Shown("brand_move.html", values, 422 if faults else 200)


def _receiver(desk: Desk, brand: Brand, asked: str) -> Provider | None:
    """The company that was named; None if none was. Raises FormError."""
    form = Form({"company": asked})
    code = form.code("company")
    form.check()
    if code is None:
        return None
    found = desk.parties.company(IysCode(code))
    if found is None:
        raise FormError(Problem(field="company", key="fault.company"))
    if found.iys_code == brand.iys_code:
        raise FormError(Problem(field="company", key="fault.own_company"))
    return found


async def do_move(desk: Desk, visit: Visit) -> Outcome:
    """Give it to another company."""
    brand = await _brand(desk, visit)
    to = visit.form.code("company")
    if to is None and not visit.form.values.get("company"):
        visit.form.refuse("company", "fault.required")
    visit.form.ticked("sure", required=True)
    visit.form.check()
    assert to is not None, "checked"
    await transfer_brand(desk.database, brand.brand_code, IysCode(to), by=visit.by)
    return _brand_done(brand, "brand_moved")


def _brand_done(brand: Brand, what: str) -> Gone:
    return Gone(f"/brands/{brand.brand_code}").saying(what)


async def _brand(desk: Desk, visit: Visit) -> Brand:
    await desk.parties.refresh()
    found = desk.parties.brand(BrandCode(code_of(visit.path["brand"])))
    if found is None:
        raise NotThereError
    return found


_ONE = "/brands/{brand}"

ROWS = (
    Row(path=_ONE, least=Role.VIEWER, shows=show),
    Row(path=f"{_ONE}/name", least=Role.OPERATOR, shows=show, does=do_rename),
    Row(path=f"{_ONE}/short-names", least=Role.OPERATOR, shows=show, does=do_short_names),
    Row(path=f"{_ONE}/status", least=Role.MANAGER, shows=show, does=do_status),
    Row(path=f"{_ONE}/master", least=Role.OPERATOR, shows=show, does=do_lead),
    Row(path=f"{_ONE}/move", least=Role.MANAGER, shows=show_move),
    Row(path=f"{_ONE}/move", least=Role.MANAGER, shows=show_move, does=do_move),
)
