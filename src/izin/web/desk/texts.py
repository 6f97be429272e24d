"""Texts by which companies have addresses verified: read, and approved or rejected."""

from izin.member.model import Role
from izin.viapass import lookup
from izin.viapass.model import TemplateState
from izin.viapass.templates import LIST_MAX, decide
from izin.web.desk.services import Desk, Row, code_of
from izin.web.desk.visit import Visit
from izin.web.shared.visit import Gone, Outcome, Shown

NOTE_MAX = 500


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show texts of a state, those that wait if none is asked for; the oldest first."""
    text = visit.query.values.get("state", "")
    state = TemplateState(text) if text in set(TemplateState) else TemplateState.SUBMITTED
    async with desk.database.connection() as connection:
        found = await lookup.templates_in(connection, state.value, LIST_MAX)
    return Shown("texts.html", {"found": found, "state": state, "states": list(TemplateState)})


async def do_decide(desk: Desk, visit: Visit) -> Outcome:
    """Approve a text, or reject it for a reason that its company reads."""
    number = code_of(visit.path["text"]), code_of(visit.path["version"])
    to = visit.form.choice("to", TemplateState)
    note = visit.form.text("note", NOTE_MAX, required=to is TemplateState.REJECTED)
    if to is TemplateState.SUBMITTED:
        visit.form.refuse("to", "fault.choice")
    visit.form.check()
    assert to is not None, "checked"
    await decide(desk.database, number, to, note=note, by=visit.by)
    return Gone("/texts").saying("decided")


ROWS = (
    Row(path="/texts", least=Role.VIEWER, shows=show),
    Row(path="/texts/{text}/{version}", least=Role.OPERATOR, shows=show, does=do_decide),
)
