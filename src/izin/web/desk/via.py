"""Forms by which the registry takes consents: its people read, approve or reject them."""

from izin.member.model import Role
from izin.via import lookup
from izin.via.forms import approve, reject
from izin.via.model import Form, FormState, Words
from izin.web.desk.services import Desk, Row, code_of
from izin.web.desk.visit import Visit
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

LIST_MAX, REASON_MAX = 100, 500
_STATES = (FormState.SUBMITTED, FormState.APPROVED, FormState.REJECTED)


async def show_all(desk: Desk, visit: Visit) -> Outcome:
    """Show forms in a state, what has waited longest first."""
    text = visit.query.values.get("state", "")
    state = FormState(text) if text in set(_STATES) else FormState.SUBMITTED
    async with desk.database.connection() as connection:
        found = await lookup.in_state(connection, state, LIST_MAX)
    values = {"found": found, "state": state, "states": list(_STATES), "most": LIST_MAX}
    return Shown("via_forms.html", values)


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show all that a version says."""
    form = await _one(desk, visit)
    return Shown(
        "via_form.html",
        {
            "form": form,
            "digest": form.draft.digest().hex(),
            "texts": _texts(form),
            "waits": form.state is FormState.SUBMITTED,
        },
    )


async def do_approve(desk: Desk, visit: Visit) -> Outcome:
    """Let it be used, as it is."""
    form = await _one(desk, visit)
    visit.form.ticked("sure", required=True)
    visit.form.check()
    await approve(desk.database, form.form_id, form.version, by=visit.by)
    return Gone(_at(form)).saying("approved")


async def do_reject(desk: Desk, visit: Visit) -> Outcome:
    """Send it back, with what has to be otherwise."""
    form = await _one(desk, visit)
    reason = visit.form.text("reason", REASON_MAX, required=True)
    visit.form.check()
    await reject(desk.database, form.form_id, form.version, reason, by=visit.by)
    return Gone(_at(form)).saying("rejected")


def _at(form: Form) -> str:
    return f"/via-forms/{form.form_id}/{form.version}"


def _texts(form: Form) -> list[tuple[str, Words]]:
    texts = form.draft.texts
    found = [("informed", texts.informed), ("short", texts.short), ("notice", texts.notice)]
    if texts.consent is not None:
        found.append(("consent", texts.consent))
    if texts.kvk_short is not None:
        found.append(("kvk_short", texts.kvk_short))
    return found + [(kind.value, words) for kind, words in texts.kvk.items()]


async def _one(desk: Desk, visit: Visit) -> Form:
    form_id, version = (code_of(visit.path[name]) for name in ("form", "version"))
    async with desk.database.connection() as connection:
        form = await lookup.one(connection, form_id, min(version, 2**15 - 1))
    if form is None or form.state is FormState.DRAFT:
        raise NotThereError
    return form


_ONE = "/via-forms/{form}/{version}"

ROWS = (
    Row(path="/via-forms", least=Role.VIEWER, shows=show_all),
    Row(path=_ONE, least=Role.VIEWER, shows=show),
    Row(path=f"{_ONE}/approve", least=Role.OPERATOR, shows=show, does=do_approve),
    Row(path=f"{_ONE}/reject", least=Role.OPERATOR, shows=show, does=do_reject),
)
