"""``izin via-pass``: texts by which addresses are verified, and what companies buy."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from izin.cli.operator import operator
from izin.cli.over import over_parties
from izin.cli.screen import AsJson, In, screen
from izin.core.clock import IYS_TIME, wire_time
from izin.core.codes import IysCode
from izin.i18n.catalogue import Language
from izin.storage.database import Database
from izin.viapass import lookup
from izin.viapass.model import Template, TemplateState
from izin.viapass.subscribe import subscribe
from izin.viapass.templates import LIST_MAX, decide

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="ViA PASS: addresses that companies have verified.",
)

_HEADINGS = ("text", "company", "kind", "state", "since", "tr", "en")

Number = Annotated[int, typer.Argument(metavar="TEXT", help="The text's number.")]
Version = Annotated[int, typer.Argument(help="Which version of it.")]


@app.command("texts")
def texts_command(
    state: Annotated[
        TemplateState, typer.Option(help="Of this state; what waits for the registry if none.")
    ] = TemplateState.SUBMITTED,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Show companies' texts, what has waited longest first."""

    async def work(database: Database) -> list[Template]:
        async with database.connection() as connection:
            return await lookup.templates_in(connection, state.value, LIST_MAX)

    with screen(as_json, lang) as to:
        found = over_parties(work)
        to.show(
            [to.said(f"via_pass_{name}") for name in _HEADINGS],
            [(_line(each), None) for each in found],
        )
        names = [dict(zip(_HEADINGS, _line(each), strict=True)) for each in found]
        to.give({"texts": names})


@app.command("approve")
def approve_command(
    number: Number, version: Version, as_json: AsJson = False, lang: In = Language.TR
) -> None:
    """Let a text be sent as it is; a change of it is another version."""
    _decide((number, version), TemplateState.APPROVED, "", as_json=as_json, lang=lang)


@app.command("reject")
def reject_command(
    number: Number,
    version: Version,
    reason: Annotated[str, typer.Option(help="What has to be otherwise; no person's number.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Send a text back to its company, which reads the reason."""
    _decide((number, version), TemplateState.REJECTED, reason, as_json=as_json, lang=lang)


@app.command("subscribe")
def subscribe_command(
    company: Annotated[int, typer.Argument(help="The company's İYS code.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day.")],
    credit: Annotated[
        int, typer.Option(min=-1, help="How many verifications more; -1: any number.")
    ],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Give a company verifications, beside what it has."""
    with screen(as_json, lang) as to:
        ends_at = (until + timedelta(days=1)).replace(tzinfo=IYS_TIME)  # to the last day's end
        code = IysCode(company)
        over_parties(lambda database: subscribe(database, code, credit, ends_at, by=operator()))
        to.tell(to.said("via_pass_bought", company=company, credit=credit))
        to.give({"iysCode": company, "credit": credit, "until": f"{until:%Y-%m-%d}"})


def _decide(
    number: tuple[int, int], to_state: TemplateState, note: str, *, as_json: bool, lang: Language
) -> None:
    with screen(as_json, lang) as to:
        over_parties(lambda database: decide(database, number, to_state, note=note, by=operator()))
        text, version = number
        to.tell(to.said("via_pass_decided", text=text, version=version, state=to_state.value))
        to.give({"templateId": text, "version": version, "state": to_state})


def _line(each: Template) -> list[str]:
    return [
        *(f"{each.template_id}/{each.version}", str(each.iys_code), each.kind.value),
        *(each.state.value, wire_time(each.submitted_at)),
        *(each.wording.body_tr, each.wording.body_en),
    ]
