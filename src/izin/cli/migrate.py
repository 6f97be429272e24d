"""``izin migrate``."""

import asyncio

import typer

from izin.cli.screen import AsJson, In, screen
from izin.i18n.catalogue import Language
from izin.storage.migrate import migrate, migrations
from izin.wiring.database import database_of
from izin.wiring.settings import read_settings

app = typer.Typer(add_completion=False)


@app.command()
def migrate_command(as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Bring the database to the schema of this version, and list what was applied."""
    with screen(as_json, lang) as to, database_of(read_settings()) as opened:
        applied = asyncio.run(migrate(opened.url))
        schema = migrations()[-1].name
        for name in applied:
            to.tell(f"applied {name}")
        to.tell(f"The schema is {schema}." if applied else f"The schema is {schema} already.")
        to.give({"applied": applied, "schema": schema})
