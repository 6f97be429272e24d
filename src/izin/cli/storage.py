"""``izin storage``."""

import asyncio
from typing import Annotated

import typer

from izin.cli.screen import AsJson, CannotError, In, Screen, screen
from izin.i18n.catalogue import Language
from izin.storage.distribute import SHARDS, CannotDistributeError, distribute
from izin.storage.distribution import Step
from izin.wiring.database import database_of
from izin.wiring.settings import read_settings

app = typer.Typer(no_args_is_help=True)

Shards = Annotated[
    int, typer.Option("--shards", min=1, max=1024, help="Parts of each large table.")
]


@app.callback()
def storage_command() -> None:
    """Where the registry's tables lie."""


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
    place = to.said(f"distribute_{step.place.value}")
    to.tell(to.said(f"distribute_{said}", table=step.table, place=place))


def _told(step: Step) -> dict[str, object]:
    return {
        "table": step.table,
        "place": step.place.value,
        "changed": step.sql is not None,
    }
