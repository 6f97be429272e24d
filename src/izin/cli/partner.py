"""``izin partner``: from the application to the revocation."""

import secrets
from datetime import date, datetime
from typing import Annotated

import msgspec
import typer

from izin.cli.change import ForEver, change
from izin.cli.operator import operator
from izin.cli.over import over_parties
from izin.cli.screen import AsJson, CannotError, In, Screen, screen
from izin.core.clock import IYS_TIME
from izin.core.codes import PartnerCode
from izin.i18n.catalogue import Language
from izin.partner import lookup
from izin.partner.manage import Evidence, enter, move, put_evidence
from izin.partner.model import Partner, PartnerKind, PartnerState
from izin.storage.database import Database

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Partners, from application to revocation."
)

_CODE_LEAST, _CODES = 30_000_000, 60_000_000
_HEADINGS = ("code", "title", "kind", "state", "iso22301", "iso27001")

Code = Annotated[int, typer.Argument(help="The partner's code (integratorCode).")]
Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD")]


@app.command("add")
def add_command(
    title: Annotated[str, typer.Argument(help="What the firm is called.")],
    kind: Annotated[PartnerKind, typer.Option(help="What it does for companies.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Write down that a partner applies."""
    code = PartnerCode(_CODE_LEAST + secrets.randbelow(_CODES))
    partner = Partner(partner_code=code, title=title, kind=kind)
    change(
        "partner",
        code,
        lambda database: enter(database, partner, by=operator()),
        as_json=as_json,
        lang=lang,
    )


@app.command("evidence")
def evidence_command(
    code: Code,
    *,
    iso22301_until: Day = None,
    iso27001_until: Day = None,
    contracted_on: Day = None,
    fee_paid_on: Day = None,
    authorisation: Annotated[str | None, typer.Option(help="The Ministry's number.")] = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Write down what a partner has shown: certificates, authorisation, contract, fee."""

    async def work(database: Database) -> None:
        evidence = Evidence(
            iso22301_until=_day(iso22301_until),
            iso27001_until=_day(iso27001_until),
            authorisation=authorisation,
            contracted_on=_day(contracted_on),
            fee_paid_on=_day(fee_paid_on),
        )
        await put_evidence(database, PartnerCode(code), evidence, by=operator())

    change("partner", code, work, as_json=as_json, lang=lang)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise CannotError("no_day", text=text) from error


@app.command("state")
def state_command(
    code: Code,
    state: Annotated[PartnerState, typer.Argument(help="What it is from now on.")],
    for_ever: ForEver = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Take a partner to its next step, suspend it, or revoke it for ever."""
    today = datetime.now(IYS_TIME).date()
    change(
        "partner",
        code,
        lambda database: move(database, PartnerCode(code), state, today=today, by=operator()),
        ends=state is PartnerState.REVOKED and not for_ever,
        as_json=as_json,
        lang=lang,
    )


@app.command("list")
def list_command(as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Show all partners."""

    async def work(database: Database) -> list[Partner]:
        async with database.connection() as connection:
            found = await lookup.changed(connection, -1)
        return sorted(found, key=lambda each: each.partner_code)

    with screen(as_json, lang) as to:
        _show(to, over_parties(work))


def _show(to: Screen, found: list[Partner]) -> None:
    if found:
        to.show(
            [to.said(f"partner_{name}") for name in _HEADINGS],
            [(_cells(each), None) for each in found],
        )
    else:
        to.tell(to.said("partner_nothing"))
    to.give({"partners": [msgspec.to_builtins(each) for each in found]})


def _cells(each: Partner) -> list[str]:
    until = [each.iso22301_until, each.iso27001_until]
    days = ["" if day is None else day.isoformat() for day in until]
    return [str(each.partner_code), each.title, each.kind.value, each.state.value, *days]
