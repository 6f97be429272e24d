"""``izin via``: forms by which the registry takes consents for companies."""

from typing import Annotated

import typer

from izin.cli.instant import instant
from izin.cli.operator import operator
from izin.cli.over import over_parties
from izin.cli.screen import AsJson, CannotError, In, Screen, screen
from izin.core.clock import a_year_after, utc_now, wire_time
from izin.core.codes import IysCode
from izin.i18n.catalogue import Language
from izin.storage.database import Database
from izin.subscription.via import put
from izin.via import lookup
from izin.via.forms import approve, reject
from izin.via.model import Form, FormState

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="İYS Yolu: forms by which the registry takes consents.",
)

LIST_MAX = 1000
_HEADINGS = ("form", "version", "state", "name", "company", "since")

FormId = Annotated[int, typer.Argument(metavar="FORM", help="The form's number.")]
Version = Annotated[int, typer.Argument(help="Which version of it.")]


@app.command("forms")
def forms_command(
    state: Annotated[
        FormState, typer.Option(help="Of this state; what waits for the registry if none.")
    ] = FormState.SUBMITTED,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Show forms in a state, what has waited longest first."""

    async def work(database: Database) -> list[Form]:
        async with database.connection() as connection:
            return await lookup.in_state(connection, state, LIST_MAX)

    with screen(as_json, lang) as to:
        found = over_parties(work)
        to.show(
            [to.said(f"via_{name}") for name in _HEADINGS],
            [(_line(each), None) for each in found],
        )
        to.give({"forms": [_given(each) for each in found]})


@app.command("form")
def form_command(
    form: FormId, version: Version, as_json: AsJson = False, lang: In = Language.TR
) -> None:
    """Show all that a form says."""

    async def work(database: Database) -> Form:
        async with database.connection() as connection:
            found = await lookup.one(connection, form, version)
        if found is None:
            raise CannotError("via_no_form", form=form, version=version)
        return found

    with screen(as_json, lang) as to:
        _tell(to, over_parties(work))


@app.command("approve")
def approve_command(
    form: FormId, version: Version, as_json: AsJson = False, lang: In = Language.TR
) -> None:
    """Let a form be used as it is; a change of it is another version."""
    with screen(as_json, lang) as to:
        over_parties(lambda database: approve(database, form, version, by=operator()))
        to.tell(to.said("via_decided", form=form, version=version, state=FormState.APPROVED.value))
        to.give({"formId": form, "version": version, "state": FormState.APPROVED})


@app.command("reject")
def reject_command(
    form: FormId,
    version: Version,
    reason: Annotated[str, typer.Option(help="What has to be otherwise; no person's number.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Send a form back to its company, which reads the reason."""
    with screen(as_json, lang) as to:
        over_parties(lambda database: reject(database, form, version, reason, by=operator()))
        to.tell(to.said("via_decided", form=form, version=version, state=FormState.REJECTED.value))
        to.give({"formId": form, "version": version, "state": FormState.REJECTED})


@app.command("credit", context_settings={"ignore_unknown_options": True})  # -1 is no option
def credit_command(
    company: Annotated[int, typer.Argument(help="The company's code (iysCode).")],
    credit: Annotated[int, typer.Argument(min=-1, help="How many answers; -1: any number.")],
    starts: Annotated[
        str | None, typer.Option(help="'YYYY-MM-DD HH:mm:ss', Turkey's clock; now if none.")
    ] = None,
    ends: Annotated[str | None, typer.Option(help="The same; a year later if none.")] = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Let a company have so many consents or refusals taken; what it had before is over."""
    with screen(as_json, lang) as to:
        begins = instant(starts) or utc_now()
        during = (begins, instant(ends) or a_year_after(begins))
        code = IysCode(company)
        plan = over_parties(
            lambda database: put(database, code, credit=credit, during=during, by=operator())
        )
        left = to.said("via_unlimited") if credit < 0 else str(credit)
        until = wire_time(plan.ends_at)
        to.tell(to.said("via_credited", company=company, credit=left, until=until))
        to.give({"planId": plan.plan_id, "credit": credit, "until": until})


def _line(form: Form) -> list[str]:
    return [
        *(str(form.form_id), str(form.version), form.state.value, form.name),
        *(str(form.iys_code), wire_time(form.changed_at)),
    ]


def _tell(to: Screen, form: Form) -> None:
    texts = form.draft.texts
    shown = {"informed": texts.informed, "short": texts.short, "notice": texts.notice}
    if texts.consent is not None:
        shown["consent"] = texts.consent
    if texts.kvk_short is not None:
        shown["kvkShort"] = texts.kvk_short
    shown |= {each.value: words for each, words in texts.kvk.items()}
    to.tell(" · ".join(_line(form)))
    to.tell(" · ".join((form.draft.kind, *map(str, form.draft.brands), *form.draft.channels)))
    if form.draft.domains:
        to.tell(" · ".join(form.draft.domains))
    for name, words in shown.items():
        to.tell(f"\n[{name}]\n{words.tr}\n\n{words.en}")
    to.give(
        {
            **_given(form),
            "digest": form.draft.digest().hex(),
            "domains": form.draft.domains,
            "texts": shown,
        }
    )


def _given(form: Form) -> dict[str, object]:
    return {
        "formId": form.form_id,
        "version": form.version,
        "state": form.state,
        "name": form.name,
        "iysCode": form.iys_code,
        "since": wire_time(form.changed_at),
    }
