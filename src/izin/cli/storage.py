"""``izin storage``."""

import asyncio
from typing import Annotated

import typer

from izin.cli.screen import AsJson, CannotError, In, Screen, screen
from izin.i18n.catalogue import Language
from izin.storage.distribute import SHARDS, CannotDistributeError, distribute
from izin.storage.distribution import TABLES, Place, Step
from izin.wiring.database import database_of
from izin.wiring.settings import read_settings

app = typer.Typer(no_args_is_help=False, add_completion=False)

Shards = Annotated[
    int, typer.Option("--shards", min=1, max=1024, help="Parts of each large table.")
]


@app.callback(invoke_without_command=True)
def storage_command(ctx: typer.Context, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Show where each table lies on a cluster."""
    if ctx.invoked_subcommand is not None:
        return
    with screen(as_json, lang) as to:
        to.show(
            [to.said("storage_table"), to.said("storage_place")],
            [((table, _words(to, place)), None) for table, place in TABLES.items()],
        )
        to.give({"tables": [{"table": t, "place": place.value} for t, place in TABLES.items()]})


@app.command("distribute")
def distribute_command(
    shards: Shards = SHARDS, as_json: AsJson = False, lang: In = Language.TR
) -> None:
    """Spread the large tables over a Citus cluster; what lies right is left."""
    with screen(as_json, lang) as to, database_of(read_settings()) as opened:
        try:
            steps = asyncio.run(
                distribute(opened.url, shards=shards, told=lambda step: _tell(to, step))
            )
        except CannotDistributeError as error:
            raise CannotError(f"distribute_{error.reason}", **error.facts) from error
        to.give({"tables": [_told(step) for step in steps]})


def _tell(to: Screen, step: Step) -> None:
    said = "done" if step.sql is not None else "left"
    to.tell(to.said(f"distribute_{said}", table=step.table, place=_words(to, step.place)))


def _words(to: Screen, place: Place) -> str:
    return to.said(f"distribute_{place.value}")


def _told(step: Step) -> dict[str, object]:
    return {
        "table": step.table,
        "place": step.place.value,
        "changed": step.sql is not None,
    }
