"""``izin audit``."""

from typing import Annotated

import msgspec
import typer

from izin.audit.model import Action, AuditEvent, Query
from izin.audit.read import read
from izin.cli.instant import instant
from izin.cli.over import over_parties
from izin.cli.screen import AsJson, In, Screen, screen
from izin.core.clock import wire_time
from izin.core.codes import IysCode
from izin.i18n.catalogue import Language
from izin.storage.database import Database

app = typer.Typer(add_completion=False)

EVENTS_MAX = 10_000
_HEADINGS = ("when", "who", "process", "action", "subject", "company", "facts")

Company = Annotated[int | None, typer.Option(help="Code of one company (iysCode).")]
OfAction = Annotated[Action | None, typer.Option("--action", help="What was done.")]
Subject = Annotated[str | None, typer.Option(help="Code or id of what was changed.")]
Since = Annotated[str | None, typer.Option(help="'YYYY-MM-DD HH:mm:ss', Turkey's clock.")]
Until = Annotated[str | None, typer.Option(help="Before this instant.")]
Most = Annotated[int, typer.Option(min=1, max=EVENTS_MAX, help="How many, the newest first.")]


@app.command()
def audit_command(
    *,
    company: Company = None,
    action: OfAction = None,
    subject: Subject = None,
    since: Since = None,
    until: Until = None,
    most: Most = 50,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Show who changed parties, users, rights and keys, the newest change first."""
    with screen(as_json, lang) as to:
        query = Query(
            iys_code=None if company is None else IysCode(company),
            action=action,
            subject=subject,
            since=instant(since),
            until=instant(until),
        )

        async def work(database: Database) -> list[AuditEvent]:
            return [event async for event in read(database, query, most=most)]

        _show(to, over_parties(work))


def _show(to: Screen, events: list[AuditEvent]) -> None:
    if events:
        to.show(
            [to.said(f"audit_{name}") for name in _HEADINGS],
            [(_cells(event), None) for event in events],
        )
    else:
        to.tell(to.said("audit_nothing"))
    to.give({"events": [_given(event) for event in events]})


def _cells(event: AuditEvent) -> list[str]:
    deed = event.deed
    return [
        wire_time(event.happened_at),
        " ".join(filter(None, (event.principal.kind.value, event.principal.name))),
        event.process,
        deed.action.value,
        deed.subject,
        "" if deed.iys_code is None else str(deed.iys_code),
        msgspec.json.encode(deed.facts).decode(),
    ]


def _given(event: AuditEvent) -> dict[str, object]:
    deed = event.deed
    return {
        "auditId": event.audit_id,
        "happenedAt": wire_time(event.happened_at),
        "by": {"kind": event.principal.kind.value, "name": event.principal.name},
        "process": event.process,
        "action": deed.action.value,
        "subject": deed.subject,
        "iysCode": deed.iys_code,
        "facts": deed.facts,
    }
