"""``izin export``."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer

from izin.cli.importing import Brand
from izin.cli.over import brand_and_provider, over
from izin.cli.screen import AsJson, CannotError, In, Told, screen
from izin.consent.listing import Listed, every_consent
from izin.core.address import Address, AddressKind
from izin.core.codes import BrandCode
from izin.core.terms import Channel, Status
from izin.files.export import ExportRow, export
from izin.files.form import Form, Kind
from izin.files.write import replacing
from izin.i18n.catalogue import Language
from izin.wiring.parts import Parts
from izin.wiring.roles import WEB
from izin.wiring.settings import Settings

app = typer.Typer(add_completion=False)

_TOLD_EVERY = 500

File = Annotated[Path, typer.Argument(help="Where to; .csv or .xlsx.", dir_okay=False)]
ForMachines = Annotated[
    bool,
    typer.Option("--plain", help="CSV for programs: phones in E.164, nothing guarded for sheets."),
]


@app.command()
def export_command(
    file: File,
    brand: Brand,
    plain: ForMachines = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Write a brand's consents as a file; only you may read it.

    It has the form that is loaded: what stands already is recognised then. Rows that a citizen
    changed last, with a source IYS_…, are refused: only the registry itself writes those.
    """
    with screen(as_json, lang) as to:
        form = form_of(file, is_for_excel=not plain)
        with to.progress(to.said("export_progress")) as told:

            async def work(_: Settings, parts: Parts) -> int:
                await brand_and_provider(parts, BrandCode(brand))
                async with aclosing(_rows(parts, BrandCode(brand), told)) as rows:
                    with replacing(file) as stream:
                        return await export(rows, stream, form)

            rows = over(WEB, work)
        to.tell(to.said("export_done", rows=rows, brand=brand, file=file), style="bold")
        to.give({"rows": rows, "file": str(file)})


def form_of(file: Path, *, is_for_excel: bool) -> Form:
    """How a file of this name is written. Raises CannotError."""
    kinds = {f".{kind.value}": kind for kind in Kind}
    kind = kinds.get(file.suffix.lower())
    if kind is None:
        raise CannotError("no_kind", name=file.name)
    return Form(kind=kind, is_for_excel=is_for_excel)


async def _rows(parts: Parts, brand_code: BrandCode, told: Told) -> AsyncGenerator[ExportRow, None]:
    count = 0
    async with parts.database.connection() as connection:
        async for listed in every_consent(connection, parts.keyring, brand_code):
            yield _row(listed, brand_code)
            count += 1
            if count % _TOLD_EVERY == 0:
                told(count, None)


def _row(listed: Listed, brand_code: BrandCode) -> ExportRow:
    kind = AddressKind.EMAIL if listed.channel is Channel.EPOSTA else AddressKind.PHONE
    return ExportRow(
        address=Address(listed.recipient, kind),
        recipient_type=listed.recipient_type,
        channel=listed.channel,
        status=listed.status,
        consented_at=listed.consented_at,
        source=listed.source,
        brand_code=brand_code,
        retailer_code=listed.retailer_code,
        # a refusal names none: those before it wait for the next consent
        retailer_access=listed.retailer_access if listed.status is Status.ONAY else (),
    )
