"""Who changed parties and users, and what stands since."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from izin.audit.model import Action, AuditEvent, Query
from izin.audit.read import read
from izin.core.clock import beginning_of
from izin.core.codes import IysCode
from izin.member.model import Role
from izin.web.desk.services import Desk, Row
from izin.web.desk.visit import Visit
from izin.web.shared.form import Form, FormError, Problem
from izin.web.shared.visit import Outcome, Shown

PAGE_ROWS = 25
_SUBJECT_MAX, _INDEX_MAX = 64, 2**63 - 1
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d")


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show a page of the trail, the newest first."""
    problems: tuple[Problem, ...] = ()
    events: list[AuditEvent] = []
    try:
        query, before = _read(visit.query)
        found = read(desk.database, query, most=PAGE_ROWS + 1, before=before)
        events = [each async for each in found]
    except FormError as error:
        problems = error.problems
    more = _older(visit.query, events[PAGE_ROWS - 1]) if len(events) > PAGE_ROWS else None
    values = {
        "events": events[:PAGE_ROWS],
        "more": more,
        "actions": list(Action),
        "asked": visit.query.values,
        "moments_of": _moments,
        "faults": problems,
    }
    return Shown("trail.html", values, 422 if problems else 200)


def _moments(facts: Mapping[str, object]) -> dict[str, datetime]:
    """Which facts are instants; they are shown on Turkey's clock."""
    found = {}
    for name, value in facts.items():
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            found[name] = datetime.fromisoformat(value)
    return found


def _read(form: Form) -> tuple[Query, int | None]:
    company = form.code("company")
    subject = form.text("subject", _SUBJECT_MAX) or None
    action = form.choice("action", Action) if form.values.get("action") else None
    since, until = form.day("since"), form.day("until")
    before = form.text("before", 19)
    if before and not (before.isascii() and before.isdigit() and int(before) <= _INDEX_MAX):
        form.refuse("before", "fault.choice")
    form.check()
    query = Query(
        iys_code=None if company is None else IysCode(company),
        action=action,
        subject=subject,
        since=None if since is None else beginning_of(since),
        until=None if until is None else beginning_of(until + timedelta(days=1)),
    )
    return query, int(before) if before else None


def _older(form: Form, last: AuditEvent) -> str:
    asked = {name: value for name, value in form.values.items() if value and name != "done"}
    return "?" + urlencode(asked | {"before": str(last.audit_id)})


ROWS = (Row(path="/audit", least=Role.VIEWER, shows=show),)
