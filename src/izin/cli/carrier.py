"""``izin carrier``: who asks before sending."""

import secrets
from typing import Annotated

import msgspec
import typer

from izin.cli.change import change
from izin.cli.operator import operator
from izin.cli.over import over_parties
from izin.cli.screen import AsJson, In, Screen, screen
from izin.core.codes import IntermediaryCode
from izin.i18n.catalogue import Language
from izin.intermediary import lookup
from izin.intermediary.manage import enter, move
from izin.intermediary.model import Intermediary, IntermediaryState
from izin.storage.database import Database

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Carriers, who ask before they send."
)

_CODE_LEAST, _CODES = 10_000_000, 20_000_000
_HEADINGS = ("code", "title", "state")

Code = Annotated[int, typer.Argument(help="The carrier's code.")]


@app.command("add")
def add_command(
    title: Annotated[str, typer.Argument(help="What the firm is called.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Register a carrier."""
    code = IntermediaryCode(_CODE_LEAST + secrets.randbelow(_CODES))
    carrier = Intermediary(intermediary_code=code, title=title)
    change(
        "carrier",
        code,
        lambda database: enter(database, carrier, by=operator()),
        as_json=as_json,
        lang=lang,
    )


@app.command("state")
def state_command(
    code: Code,
    state: Annotated[IntermediaryState, typer.Argument(help="What it is from now on.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Take a carrier to its next step, suspend it, or let it go on."""
    change(
        "carrier",
        code,
        lambda database: move(database, IntermediaryCode(code), state, by=operator()),
        as_json=as_json,
        lang=lang,
    )


@app.command("list")
def list_command(as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Show all carriers."""

    async def work(database: Database) -> list[Intermediary]:
        async with database.connection() as connection:
            found = await lookup.changed(connection, -1)
        return sorted(found, key=lambda each: each.intermediary_code)

    with screen(as_json, lang) as to:
        _show(to, over_parties(work))


def _show(to: Screen, found: list[Intermediary]) -> None:
    if found:
        to.show(
            [to.said(f"carrier_{name}") for name in _HEADINGS],
            [([str(each.intermediary_code), each.title, each.state.value], None) for each in found],
        )
    else:
        to.tell(to.said("carrier_nothing"))
    to.give({"carriers": [msgspec.to_builtins(each) for each in found]})
