"""``izin brand``: a company's brands, their names, states and short names."""

import secrets
from typing import Annotated

import typer

from izin.access.transfer import transfer_brand
from izin.brand import lookup, manage
from izin.brand.add import add
from izin.brand.model import Brand, BrandStatus
from izin.cli.change import ForEver, change
from izin.cli.operator import operator
from izin.cli.over import over_parties
from izin.cli.screen import AsJson, In, Screen, screen
from izin.core.codes import BrandCode, IysCode
from izin.i18n.catalogue import Language
from izin.storage.database import Database

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A company's brands: names, states, short names.",
)

_CODE_LEAST, _CODES = 10_000_000, 90_000_000
_HEADINGS = ("code", "name", "master", "status", "short_names")

Company = Annotated[int, typer.Option(help="Code of the company (iysCode).")]
Code = Annotated[int, typer.Argument(help="Code of the brand.")]
Name = Annotated[str, typer.Argument(help="What it is called.")]


@app.command("list")
def list_command(company: Company, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Show a company's brands, the master first."""

    async def work(database: Database) -> tuple[list[Brand], dict[BrandCode, list[str]]]:
        async with database.connection() as connection:
            brands = await lookup.of_provider(connection, IysCode(company))
            codes = [brand.brand_code for brand in brands]
            return brands, await lookup.short_names(connection, codes)

    with screen(as_json, lang) as to:
        _show(to, *over_parties(work))


@app.command("add")
def add_command(
    name: Name,
    company: Company,
    *,
    code: Annotated[int | None, typer.Option(help="Its code; drawn if none is given.")] = None,
    master: Annotated[bool, typer.Option("--master", help="The company's own name.")] = False,
    test: Annotated[bool, typer.Option("--test", help="To try with; it stays so.")] = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Enter a brand of a company."""
    drawn = code or _CODE_LEAST + secrets.randbelow(_CODES)
    brand = Brand(
        brand_code=BrandCode(drawn),
        iys_code=IysCode(company),
        name=name,
        is_master=master,
        is_test=test,
    )
    change(
        "brand",
        drawn,
        lambda database: add(database, brand, by=operator()),
        as_json=as_json,
        lang=lang,
    )


@app.command("rename")
def rename_command(code: Code, name: Name, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Give a brand another name."""
    change(
        "brand",
        code,
        lambda database: manage.rename(database, BrandCode(code), name, by=operator()),
        as_json=as_json,
        lang=lang,
    )


@app.command("status")
def status_command(
    code: Code,
    status: Annotated[BrandStatus, typer.Argument(help="What it is from now on.")],
    for_ever: ForEver = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Suspend a brand, close it for ever, or let it be sent under again."""
    change(
        "brand",
        code,
        lambda database: manage.set_status(database, BrandCode(code), status, by=operator()),
        ends=status is BrandStatus.CLOSED and not for_ever,
        as_json=as_json,
        lang=lang,
    )


@app.command("master")
def master_command(code: Code, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Make a brand its company's master."""
    change(
        "brand",
        code,
        lambda database: manage.lead(database, BrandCode(code), by=operator()),
        as_json=as_json,
        lang=lang,
    )


@app.command("short-names")
def short_names_command(
    code: Code,
    names: Annotated[
        list[str] | None, typer.Argument(help="At most three; none takes all away.")
    ] = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Give a brand its short names for 3338 instead of those that it has."""
    change(
        "brand",
        code,
        lambda database: manage.set_short_names(
            database, BrandCode(code), names or [], by=operator()
        ),
        as_json=as_json,
        lang=lang,
    )


@app.command("move")
def move_command(
    code: Code,
    to: Annotated[int, typer.Option(help="Code of the company that it goes to (iysCode).")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Give a brand to another company, with its consents and dealers."""
    change(
        "brand",
        code,
        lambda database: transfer_brand(database, BrandCode(code), IysCode(to), by=operator()),
        as_json=as_json,
        lang=lang,
    )


def _show(to: Screen, brands: list[Brand], short_names: dict[BrandCode, list[str]]) -> None:
    if not brands:
        to.tell(to.said("brand_nothing"))
    else:
        to.show(
            [to.said(f"brand_{name}") for name in _HEADINGS],
            [(_cells(brand, short_names), None) for brand in brands],
        )
    to.give({"brands": [_given(brand, short_names) for brand in brands]})


def _cells(brand: Brand, short_names: dict[BrandCode, list[str]]) -> list[str]:
    names = ", ".join(short_names.get(brand.brand_code, ()))
    master = "✓" if brand.is_master else ""
    return [str(brand.brand_code), brand.name, master, brand.status.value, names]


def _given(brand: Brand, short_names: dict[BrandCode, list[str]]) -> dict[str, object]:
    return {
        "brandCode": brand.brand_code,
        "iysCode": brand.iys_code,
        "name": brand.name,
        "master": brand.is_master,
        "status": brand.status.value,
        "test": brand.is_test,
        "shortNames": short_names.get(brand.brand_code, []),
    }
