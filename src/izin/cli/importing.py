"""``izin import``."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from izin.access.authority import lapsed
from izin.access.facts import BrandFacts
from izin.brand import lookup as brand_lookup
from izin.cli.codes import REFUSED, ROW_ERRORS
from izin.cli.over import brand_and_provider, over
from izin.cli.screen import AsJson, In, Screen, screen
from izin.consent.dealer_limit import give_back, take_room
from izin.consent.dealers import unknown_dealers
from izin.consent.event import Actor
from izin.consent.intake import IntakeContext, parse_consent
from izin.consent.model import Proposal, Verdict
from izin.consent.quota import FULL, Bounds, Quotas, bound_of
from izin.consent.record import OnRepeat, Recorder
from izin.core.clock import utc_now
from izin.core.codes import BrandCode
from izin.core.errors import Refused
from izin.core.terms import Status
from izin.core.workdays import Calendar
from izin.files.check import Summary
from izin.files.imports import Order, Outcome, import_file
from izin.files.load import Loaded, Registry
from izin.files.row import Parse, WireRow
from izin.files.words import about_group, about_ignored, about_repeats, about_sheets
from izin.i18n.catalogue import Language
from izin.provider.model import Provider
from izin.storage.database import Connection
from izin.subscription import lookup as subscription_lookup
from izin.wiring.parts import Parts
from izin.wiring.roles import WEB
from izin.wiring.settings import Settings

app = typer.Typer(add_completion=False)

File = Annotated[
    Path, typer.Argument(help="CSV or XLSX; its content says which.", exists=True, dir_okay=False)
]
Brand = Annotated[int, typer.Option("--brand", help="Code of the brand whose consents they are.")]
Errors = Annotated[
    Path | None, typer.Option("--errors", help="Where refused rows go; else beside the file.")
]
AllOrNothing = Annotated[
    bool,
    typer.Option(
        "--all-or-nothing", help="All rows in one transaction, or none if any is refused."
    ),
]


@app.command()
def import_command(
    file: File,
    brand: Brand,
    errors: Errors = None,
    all_or_nothing: AllOrNothing = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Load a file of consents; a load that was cut off goes on where it stopped.

    Exit code 2 if some rows were refused, 1 if all were or the file cannot be read.
    """
    with screen(as_json, lang) as to:
        error_path = errors or file.with_name(f"{file.stem}.errors{file.suffix}")
        with to.progress(to.said("import_progress")) as told:

            def heard(loaded: Loaded) -> None:
                told(loaded.rows_done, None)

            async def work(settings: Settings, parts: Parts) -> Outcome:
                facts, provider = await brand_and_provider(parts, BrandCode(brand))
                order = Order(
                    path=file,
                    error_path=error_path,
                    folder=settings.data_folder / "loads",
                    iys_code=provider.iys_code,
                    parse=_parse(_context(settings, provider, facts), lapsed(provider)),
                    all_or_nothing=all_or_nothing,
                    language=lang,
                )
                quotas = await _quotas(parts, provider)
                return await import_file(order, registry_of(parts, brand, quotas), heard)

            outcome = over(WEB, work)
        _show(to, outcome, error_path)


def _context(settings: Settings, provider: Provider, brand: BrandFacts) -> IntakeContext:
    now = utc_now()
    is_open = provider.may_load_old(now, settings.loading_until)
    return IntakeContext(
        iys_code=provider.iys_code,
        brand_code=brand.brand_code,
        now=now,
        earliest_registrable=None if is_open else Calendar.load().earliest_registrable(now),
        sandbox=settings.is_sandbox or brand.is_test,
        is_test=brand.is_test,
        leaves_late=True,  # a row that stands already is no late one
        tagged_for=brand.tagged_for,
    )


def _parse(context: IntakeContext, held: Refused | None) -> Parse:
    """Read a row as the API does: under a lapsed subscription it has to be a refusal."""

    def parse(row: WireRow) -> Proposal | tuple[Refused, ...]:
        if held is not None and row.get("status") != Status.RET:
            return (held,)
        return parse_consent(row, context)

    return parse


async def _quotas(parts: Parts, provider: Provider) -> Quotas:
    """What the company's package has room for, as it stands when the load begins."""
    async with parts.database.connection() as connection:
        subscribed = await subscription_lookup.of_party(connection, provider.iys_code, None)
        brands = await brand_lookup.of_provider(connection, provider.iys_code)
    bound = bound_of(tuple(subscribed), utc_now())
    codes = {each.tagged_for or each.iys_code for each in brands}
    tests = {each.brand_code for each in brands if each.is_test}
    return Quotas(
        Bounds(lambda key: None if key.brand_code in tests else bound, lambda _: codes),
        parts.keyring,
    )


def registry_of(parts: Parts, brand: int, quotas: Quotas | None = None) -> Registry:
    """Where files of a brand are loaded to."""
    brand_code, recorder = BrandCode(brand), Recorder(parts.keyring)

    async def record(proposals: Sequence[Proposal], connection: Connection) -> list[Verdict]:
        unknown: dict[int, Verdict] = {}
        # on a connection of its own: a dealer's mark must not be locked for as long as the load
        async with parts.database.connection() as other:
            dealers = await unknown_dealers(other, brand_code, proposals)
        for refused in dealers:
            unknown.setdefault(refused.index or 0, refused)
        if quotas is not None:
            for place in await quotas.over(connection, proposals):
                unknown.setdefault(place, FULL)
        taken = await take_room(connection, parts.keyring, proposals, unknown)
        unknown |= taken.refused
        good = [each for place, each in enumerate(proposals) if place not in unknown]
        # what another way has brought before is no error of the file
        verdicts = iter(
            await recorder.record(connection, good, actor=Actor.PROVIDER, on_repeat=OnRepeat.ANSWER)
        )
        found = [unknown.get(place) or next(verdicts) for place in range(len(proposals))]
        await give_back(connection, taken, dict(enumerate(found)))
        return found

    tag_of = partial(parts.keyring.pseudonyms.file_tag, brand_code)
    return Registry(brand_code, parts.database.transaction, record, tag_of)


def _show(to: Screen, outcome: Outcome, error_path: Path) -> None:
    summary, loaded, refused = outcome.summary, outcome.loaded, outcome.refused
    recorded = 0 if loaded is None else loaded.rows_recorded
    repeated = 0 if loaded is None else loaded.rows_repeated
    _say_summary(to, summary)
    if loaded is None:
        to.tell(to.said("import_nothing", refused=refused), style="bold red")
    else:
        counts = {"recorded": recorded, "repeated": repeated, "refused": refused}
        to.tell(to.said("import_done", rows=loaded.rows_done, **counts), style="bold")
    if refused:
        to.tell(to.said("import_refused", file=error_path))
    to.give(
        {
            "rows": summary.rows,
            "recorded": recorded,
            "repeated": repeated,
            "refused": refused,
            "errors": [
                {
                    "code": g.example.code,
                    "field": g.example.field,
                    "count": g.count,
                    "lines": g.lines,
                }
                for g in summary.groups
            ],
            "sheets_not_read": summary.sheets[1:],
            "error_file": str(error_path) if refused else None,
        }
    )
    if refused:
        raise typer.Exit(ROW_ERRORS if recorded + repeated else REFUSED)


def _say_summary(to: Screen, summary: Summary) -> None:
    for group in summary.groups:
        to.tell(about_group(group.example, group.count, group.lines, to.language), style="red")
    if summary.repeats.count:
        to.say(about_repeats(summary.repeats.count, summary.repeats.lines, to.language))
    if len(summary.sheets) > 1:
        to.say(about_sheets(summary.sheets, to.language))
    if summary.ignored_headings:
        to.say(about_ignored(summary.ignored_headings, to.language))
