"""``izin company``: from the application to the company that is suspended or closed."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from izin.application import lookup
from izin.application.agreement import publish
from izin.application.apply import apply
from izin.application.handle import accept, activate, move
from izin.application.intake import parse_application
from izin.application.model import Acceptance, Application, ApplicationState
from izin.cli.change import ForEver, change
from izin.cli.instant import instant
from izin.cli.operator import operator
from izin.cli.over import over, over_parties
from izin.cli.screen import AsJson, CannotError, In, Screen, screen
from izin.core.clock import utc_now, wire_time
from izin.core.codes import IysCode
from izin.core.identity import shown_mersis
from izin.i18n.catalogue import Language
from izin.provider.manage import set_activation, set_state
from izin.provider.model import ProviderState
from izin.storage.database import Database
from izin.wiring.parts import Parts
from izin.wiring.roles import WEB
from izin.wiring.settings import Settings

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Companies, from application to closing."
)

LIST_MAX = 1000
_HEADINGS = ("application", "state", "title", "kind", "since", "company")

Id = Annotated[UUID, typer.Argument(help="The application's id.")]
Code = Annotated[int, typer.Argument(help="The company's code (iysCode).")]
Note = Annotated[str, typer.Option(help="Why, for the trail; no person's number.")]


@app.command("apply")
def apply_command(
    file: Annotated[Path, typer.Argument(help="JSON file with what the company says of itself.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Write an application as a draft; its people are sealed and shown to nobody here."""

    async def work(settings: Settings, parts: Parts) -> UUID:
        entry = parse_application(_read(file), sandbox=settings.is_sandbox)
        return await apply(parts.database, parts.keyring, entry, now=utc_now(), by=operator())

    with screen(as_json, lang) as to:
        made = over(WEB, work)
        to.tell(to.said("company_applied", application=made))
        to.give({"applicationId": made})


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except ValueError as error:
        raise CannotError("no_json", name=file.name) from error


@app.command("list")
def list_command(
    state: Annotated[
        ApplicationState | None, typer.Option(help="Of this state; all that are open if none.")
    ] = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Show applications, what has waited longest first."""

    async def work(database: Database) -> list[Application]:
        async with database.connection() as connection:
            return await lookup.page(connection, state, LIST_MAX)

    with screen(as_json, lang) as to:
        _show(to, over_parties(work))


@app.command("signatures")
def signatures_command(id_: Id, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Show which signatories of an application have accepted which version, when."""

    async def work(database: Database) -> list[Acceptance]:
        async with database.connection() as connection:
            return await lookup.acceptances(connection, id_)

    with screen(as_json, lang) as to:
        found = over_parties(work)
        to.show(
            [to.said(f"signature_{name}") for name in ("place", "version", "accepted")],
            [(_signature(each), None) for each in found],
        )
        to.give({"signatures": [msgspec.to_builtins(each) for each in found]})


def _signature(each: Acceptance) -> list[str]:
    at = "" if each.accepted_at is None else wire_time(each.accepted_at)
    return [str(each.place), str(each.agreement_version or ""), at]


@app.command("move")
def move_command(
    id_: Id,
    to_state: Annotated[ApplicationState, typer.Argument(metavar="STATE", help="Its next step.")],
    note: Note = "",
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Take an application to its next step, or back to the draft for what has to be mended."""
    with screen(as_json, lang) as to:
        if to_state is ApplicationState.ACTIVE:
            raise CannotError("activate_it")
        over_parties(lambda database: move(database, id_, to_state, note=note, by=operator()))
        to.tell(to.said("company_moved", application=id_, state=to_state.value))
        to.give({"applicationId": id_, "state": to_state.value})


@app.command("accept")
def accept_command(
    id_: Id,
    signatory: Annotated[int, typer.Option(min=1, help="Which signatory: 1, 2, …")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Record that a signatory has accepted the agreement as it stands."""
    with screen(as_json, lang) as to:
        version = over_parties(lambda database: accept(database, id_, signatory, by=operator()))
        to.tell(to.said("company_accepted", signatory=signatory, version=version))
        to.give({"applicationId": id_, "signatory": signatory, "agreementVersion": version})


@app.command("activate")
def activate_command(
    id_: Id,
    activation: Annotated[
        str | None,
        typer.Option(help="Until when old consents may be loaded: 'YYYY-MM-DD HH:mm:ss'."),
    ] = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Make a company of an application whose agreement is accepted."""
    with screen(as_json, lang) as to:
        at = instant(activation)
        code = over_parties(
            lambda database: activate(database, id_, activated_at=at, now=utc_now(), by=operator())
        )
        to.tell(to.said("company_active", company=code))
        to.give({"applicationId": id_, "iysCode": code})


@app.command("state")
def state_command(
    code: Code,
    state: Annotated[ProviderState, typer.Argument(help="What it is from now on.")],
    for_ever: ForEver = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Suspend a company, let it go on, or close it for ever."""
    change(
        "company",
        code,
        lambda database: set_state(database, IysCode(code), state, by=operator()),
        ends=state is ProviderState.CLOSED and not for_ever,
        as_json=as_json,
        lang=lang,
    )


@app.command("activation-date")
def activation_command(
    code: Code,
    at: Annotated[str, typer.Argument(help="'YYYY-MM-DD HH:mm:ss', Turkey's clock.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Settle until when a company may load old consents."""

    async def work(database: Database) -> None:
        await set_activation(database, IysCode(code), _at(at), by=operator())

    change("company", code, work, as_json=as_json, lang=lang)


def _at(text: str) -> datetime:
    at = instant(text)
    assert at is not None, "a text was given"
    return at


@app.command("agreement")
def agreement_command(
    turkish: Annotated[Path, typer.Argument(help="The new version's Turkish text.")],
    english: Annotated[Path, typer.Argument(help="The same in English.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Publish a new version of the service agreement; what was published stays."""
    with screen(as_json, lang) as to:
        texts = [path.read_text("utf-8") for path in (turkish, english)]
        version = over_parties(lambda database: publish(database, *texts, by=operator()))
        to.tell(to.said("agreement_published", version=version))
        to.give({"agreementVersion": version})


def _show(to: Screen, found: list[Application]) -> None:
    if found:
        to.show(
            [to.said(f"company_{name}") for name in _HEADINGS],
            [(_cells(each), None) for each in found],
        )
    else:
        to.tell(to.said("company_nothing"))
    to.give({"applications": [_given(each) for each in found]})


def _cells(each: Application) -> list[str]:
    return [
        str(each.application_id),
        each.state.value,
        each.facts.title,
        each.facts.kind.value,
        wire_time(each.changed_at),
        "" if each.iys_code is None else str(each.iys_code),
    ]


def _given(each: Application) -> dict[str, object]:
    return {
        "applicationId": each.application_id,
        "state": each.state.value,
        "title": each.facts.title,
        "brandName": each.facts.brand_name,
        "kind": each.facts.kind.value,
        "mersis": shown_mersis(each.facts.mersis),
        "isJointSignature": each.facts.is_joint,
        "createdAt": wire_time(each.created_at),
        "changedAt": wire_time(each.changed_at),
        "iysCode": each.iys_code,
    }
