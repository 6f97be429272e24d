"""Partners from application to revocation, and carriers."""

import secrets

from izin.core.clock import IYS_TIME
from izin.core.codes import IntermediaryCode, PartnerCode
from izin.intermediary import lookup as carriers
from izin.intermediary.manage import enter as enter_carrier
from izin.intermediary.manage import move as move_carrier
from izin.intermediary.model import NEXT as NEXT_OF_CARRIER
from izin.intermediary.model import Intermediary, IntermediaryState
from izin.member.model import Role
from izin.partner import lookup
from izin.partner.manage import Evidence, enter, move, put_evidence
from izin.partner.model import NEXT, Partner, PartnerKind, PartnerState
from izin.web.desk.services import Desk, Row, code_of
from izin.web.desk.visit import Visit
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

_TITLE_MAX, _AUTHORISATION_MAX = 200, 100
_PARTNER_LEAST, _PARTNERS = 30_000_000, 60_000_000
_CARRIER_LEAST, _CARRIERS = 10_000_000, 10_000_000


async def show_all(desk: Desk, visit: Visit) -> Outcome:
    """Show every partner, and a form for another."""
    async with desk.database.connection() as connection:
        found = await lookup.changed(connection, -1)
    ordered = sorted(found, key=lambda each: each.partner_code)
    today = visit.now.astimezone(IYS_TIME).date()
    values = {"found": ordered, "kinds": list(PartnerKind), "today": today}
    return Shown("partners.html", values)


async def do_add(desk: Desk, visit: Visit) -> Outcome:
    """Write down that a partner applies."""
    title = visit.form.text("title", _TITLE_MAX, required=True)
    kind = visit.form.choice("kind", PartnerKind)
    visit.form.check()
    assert kind is not None, "checked"
    code = PartnerCode(_PARTNER_LEAST + secrets.randbelow(_PARTNERS))
    await enter(desk.database, Partner(partner_code=code, title=title, kind=kind), by=visit.by)
    return Gone(f"/partners/{code}").saying("added")


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show one partner: what it has shown, and which step may follow."""
    partner = await _one(desk, visit)
    today = visit.now.astimezone(IYS_TIME).date()
    following = [each for each in PartnerState if each in NEXT[partner.state]]
    values = {
        "partner": partner,
        "following": [(each, partner.missing(each, today)) for each in following],
        "is_certified": partner.is_certified(today),
    }
    return Shown("partner.html", values)


async def do_evidence(desk: Desk, visit: Visit) -> Outcome:
    """Write down certificates, authorisation, contract, fee."""
    partner = await _one(desk, visit)
    evidence = Evidence(
        iso22301_until=visit.form.day("iso22301_until"),
        iso27001_until=visit.form.day("iso27001_until"),
        authorisation=visit.form.text("authorisation", _AUTHORISATION_MAX) or None,
        contracted_on=visit.form.day("contracted_on"),
        fee_paid_on=visit.form.day("fee_paid_on"),
    )
    visit.form.check()
    await put_evidence(desk.database, partner.partner_code, evidence, by=visit.by)
    return Gone(f"/partners/{partner.partner_code}").saying("evidence")


async def do_move(desk: Desk, visit: Visit) -> Outcome:
    """Take it to its next step, suspend it, revoke it for ever."""
    partner = await _one(desk, visit)
    to = visit.form.choice("to", PartnerState)
    if to is PartnerState.REVOKED:
        visit.form.ticked("sure", required=True)
    visit.form.check()
    assert to is not None, "checked"
    today = visit.now.astimezone(IYS_TIME).date()
    await move(desk.database, partner.partner_code, to, today=today, by=visit.by)
    return Gone(f"/partners/{partner.partner_code}").saying("moved")


async def _one(desk: Desk, visit: Visit) -> Partner:
    code = code_of(visit.path["partner"])
    async with desk.database.connection() as connection:
        for each in await lookup.changed(connection, -1):
            if each.partner_code == code:
                return each
    raise NotThereError


async def show_carriers(desk: Desk, _: Visit) -> Outcome:
    """Show every carrier, with its next steps, and a form for another."""
    async with desk.database.connection() as connection:
        found = await carriers.changed(connection, -1)
    ordered = sorted(found, key=lambda each: each.intermediary_code)
    following = {
        state: [each for each in IntermediaryState if each in NEXT_OF_CARRIER[state]]
        for state in IntermediaryState
    }
    return Shown("carriers.html", {"found": ordered, "following": following})


async def do_add_carrier(desk: Desk, visit: Visit) -> Outcome:
    """Register a carrier."""
    title = visit.form.text("title", _TITLE_MAX, required=True)
    visit.form.check()
    code = IntermediaryCode(_CARRIER_LEAST + secrets.randbelow(_CARRIERS))
    carrier = Intermediary(intermediary_code=code, title=title)
    await enter_carrier(desk.database, carrier, by=visit.by)
    return Gone("/carriers").saying("added")


async def do_move_carrier(desk: Desk, visit: Visit) -> Outcome:
    """Take a carrier to its next step."""
    code = IntermediaryCode(code_of(visit.path["carrier"]))
    to = visit.form.choice("to", IntermediaryState)
    visit.form.check()
    assert to is not None, "checked"
    await move_carrier(desk.database, code, to, by=visit.by)
    return Gone("/carriers").saying("moved")


_ONE = "/partners/{partner}"

ROWS = (
    Row(path="/partners", least=Role.VIEWER, shows=show_all),
    Row(path="/partners/add", least=Role.MANAGER, shows=show_all, does=do_add),
    Row(path=_ONE, least=Role.VIEWER, shows=show),
    Row(path=f"{_ONE}/evidence", least=Role.MANAGER, shows=show, does=do_evidence),
    Row(path=f"{_ONE}/move", least=Role.MANAGER, shows=show, does=do_move),
    Row(path="/carriers", least=Role.VIEWER, shows=show_carriers),
    Row(path="/carriers/add", least=Role.MANAGER, shows=show_carriers, does=do_add_carrier),
    Row(
        path="/carriers/{carrier}/move",
        least=Role.MANAGER,
        shows=show_carriers,
        does=do_move_carrier,
    ),
)
