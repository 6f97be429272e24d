"""Applications from step to step, and the agreement that companies accept."""

from uuid import UUID

from izin.application import lookup
from izin.application.agreement import publish
from izin.application.handle import accept, activate, move
from izin.application.model import NEXT, SIGNATORIES_MAX, Application, ApplicationState
from izin.core.clock import beginning_of
from izin.core.identity import shown_mersis
from izin.member.model import Role
from izin.web.desk.services import Desk, Row
from izin.web.desk.visit import Visit
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

LIST_MAX = 100
NOTE_MAX = 500
AGREEMENT_MAX = 100_000


async def show_all(desk: Desk, visit: Visit) -> Outcome:
    """Show applications of a state, or all that are open, what has waited longest first."""
    text = visit.query.values.get("state", "")
    state = ApplicationState(text) if text in set(ApplicationState) else None
    async with desk.database.connection() as connection:
        found = await lookup.page(connection, state, LIST_MAX)
    values = {"found": found, "state": state, "states": list(ApplicationState), "most": LIST_MAX}
    return Shown("applications.html", values)


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show one application: where it stands, who has accepted what, what may follow."""
    application = await _one(desk, visit)
    async with desk.database.connection() as connection:
        signatures = await lookup.acceptances(connection, application.application_id)
        versions = await lookup.agreements(connection)
    following = [each for each in ApplicationState if each in NEXT[application.state]]
    values = {
        "application": application,
        "mersis": shown_mersis(application.facts.mersis),
        "signatures": signatures,
        "version": versions[0].version if versions else None,
        "following": [each for each in following if each is not ApplicationState.ACTIVE],
        "may_sign": ApplicationState.ACTIVE in following,
    }
    return Shown("application.html", values)


async def do_move(desk: Desk, visit: Visit) -> Outcome:
    """Take it to its next step, or back to what has to be mended."""
    application = await _one(desk, visit)
    to = visit.form.choice("to", ApplicationState)
    note = visit.form.text("note", NOTE_MAX)
    if to is ApplicationState.ACTIVE:
        visit.form.refuse("to", "fault.choice")
    visit.form.check()
    assert to is not None, "checked"
    await move(desk.database, application.application_id, to, note=note, by=visit.by)
    return Gone(f"/applications/{application.application_id}").saying("moved")


async def do_accept(desk: Desk, visit: Visit) -> Outcome:
    """Write down that a signatory has accepted the agreement as it stands."""
    application = await _one(desk, visit)
    place = visit.form.code("place") or 0
    if not 1 <= place <= SIGNATORIES_MAX:
        visit.form.refuse("place", "fault.choice")
    visit.form.check()
    await accept(desk.database, application.application_id, place, by=visit.by)
    return Gone(f"/applications/{application.application_id}").saying("accepted")


async def do_activate(desk: Desk, visit: Visit) -> Outcome:
    """Make a company of it."""
    application = await _one(desk, visit)
    day = visit.form.day("activation")
    visit.form.ticked("sure", required=True)
    visit.form.check()
    at = None if day is None else beginning_of(day)
    id_ = application.application_id
    code = await activate(desk.database, id_, activated_at=at, now=visit.now, by=visit.by)
    return Gone(f"/companies/{code}").saying("activated")


async def _one(desk: Desk, visit: Visit) -> Application:
    try:
        id_ = UUID(visit.path["application"])
    except ValueError as error:
        raise NotThereError from error
    async with desk.database.connection() as connection:
        found = await lookup.seen(connection, id_)
    if found is None:
        raise NotThereError
    return found


async def show_agreements(desk: Desk, _: Visit) -> Outcome:
    """Show every version of the agreement."""
    async with desk.database.connection() as connection:
        return Shown("agreements.html", {"versions": await lookup.agreements(connection)})


async def do_publish(desk: Desk, visit: Visit) -> Outcome:
    """Publish a version, in both languages."""
    turkish = visit.form.text("turkish", AGREEMENT_MAX, required=True)
    english = visit.form.text("english", AGREEMENT_MAX, required=True)
    visit.form.ticked("sure", required=True)
    visit.form.check()
    await publish(desk.database, turkish, english, by=visit.by)
    return Gone("/agreements").saying("published")


_ONE = "/applications/{application}"

ROWS = (
    Row(path="/applications", least=Role.VIEWER, shows=show_all),
    Row(path=_ONE, least=Role.VIEWER, shows=show),
    Row(path=f"{_ONE}/move", least=Role.OPERATOR, shows=show, does=do_move),
    Row(path=f"{_ONE}/accept", least=Role.OPERATOR, shows=show, does=do_accept),
    Row(path=f"{_ONE}/activate", least=Role.OPERATOR, shows=show, does=do_activate),
    Row(path="/agreements", least=Role.VIEWER, shows=show_agreements),
    Row(
        path="/agreements/publish",
        least=Role.MANAGER,
        shows=show_agreements,
        does=do_publish,
    ),
)
