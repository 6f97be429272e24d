"""``izin retailer``: files of a brand's dealers, in and out."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from izin.cli.codes import REFUSED, ROW_ERRORS
from izin.cli.exporting import ForMachines, form_of
from izin.cli.importing import Errors
from izin.cli.operator import operator
from izin.cli.over import brand_and_provider, over
from izin.cli.screen import AsJson, In, Screen, screen
from izin.core.clock import utc_now
from izin.core.codes import BrandCode
from izin.files.dealer_export import export_dealers
from izin.files.dealer_import import DealerOrder, Entered, import_dealers
from izin.files.words import about_group, about_ignored
from izin.files.write import replacing
from izin.i18n.catalogue import Language
from izin.retailer.enter_list import Listed, enter_list
from izin.retailer.intake import Entry
from izin.retailer.show import every
from izin.wiring.parts import Parts
from izin.wiring.roles import WEB
from izin.wiring.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A brand's dealers: files of them in and out.",
)

From = Annotated[
    Path, typer.Argument(help="CSV or XLSX; its content says which.", exists=True, dir_okay=False)
]
To = Annotated[Path, typer.Argument(help="Where to; .csv or .xlsx.", dir_okay=False)]
Brand = Annotated[int, typer.Option("--brand", help="Code of the brand whose dealers they are.")]


@app.command("import")
def import_command(
    file: From,
    brand: Brand,
    errors: Errors = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Enter the dealers of a file; those that are there with the same facts stay as they are.

    Exit code 2 if some rows were refused, 1 if all were or the file cannot be read.
    """
    error_path = errors or file.with_name(f"{file.stem}.errors{file.suffix}")
    brand_code = BrandCode(brand)

    async def work(settings: Settings, parts: Parts) -> Entered:
        _, provider = await brand_and_provider(parts, brand_code)
        order = DealerOrder(
            path=file,
            error_path=error_path,
            folder=settings.data_folder / "loads",
            tag_of=partial(parts.keyring.pseudonyms.file_tag, brand_code),
            sandbox=settings.is_sandbox,
            language=lang,
        )

        async def enter(entries: Sequence[Entry]) -> Sequence[Listed]:
            of = provider.iys_code, brand_code
            there = parts.database, parts.keyring
            return await enter_list(*there, entries, of=of, now=utc_now(), by=operator())

        return await import_dealers(order, enter)

    with screen(as_json, lang) as to:
        _show(to, over(WEB, work), error_path)


@app.command("export")
def export_command(
    file: To,
    brand: Brand,
    plain: ForMachines = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Write a brand's dealers as a file, without the people who stand for them."""
    brand_code = BrandCode(brand)
    with screen(as_json, lang) as to:
        form = form_of(file, is_for_excel=not plain)

        async def work(_: Settings, parts: Parts) -> int:
            await brand_and_provider(parts, brand_code)
            async with parts.database.connection() as connection:
                found = await every(connection, brand_code)
            with replacing(file) as stream:
                return export_dealers(found, stream, form)

        rows = over(WEB, work)
        to.tell(to.said("retailer_exported", rows=rows, brand=brand, file=file), style="bold")
        to.give({"rows": rows, "file": str(file)})


def _show(to: Screen, done: Entered, error_path: Path) -> None:
    groups, refused = done.groups(), len(done.refused)
    for group in groups:
        to.tell(about_group(group.example, group.count, group.lines, to.language), style="red")
    if done.ignored_headings:
        to.say(about_ignored(done.ignored_headings, to.language))
    counts = {"rows": done.rows, "entered": done.entered, "already": done.already}
    to.tell(to.said("retailer_imported", **counts, refused=refused), style="bold")
    if refused:
        to.tell(to.said("import_refused", file=error_path))
    errors = [
        {"code": each.example.code, "field": each.example.field, "count": each.count}
        | {"lines": each.lines}
        for each in groups
    ]
    error_file = str(error_path) if refused else None
    to.give(counts | {"refused": refused, "errors": errors, "error_file": error_file})
    if refused:
        raise typer.Exit(ROW_ERRORS if done.entered + done.already else REFUSED)
