"""``izin serve``."""

from typing import Annotated

import msgspec
import typer

from izin.cli.screen import AsJson, In, Screen, screen
from izin.i18n.catalogue import Language
from izin.storage.migrate import migrate
from izin.wiring.launch import serve
from izin.wiring.settings import Settings, read_settings

app = typer.Typer(add_completion=False)

Web = Annotated[int | None, typer.Option(help="Web processes.", min=1, max=256)]
Port = Annotated[int | None, typer.Option(help="Port of the API.", min=1, max=65_535)]
Migrate = Annotated[bool, typer.Option("--migrate/--no-migrate", help="Bring the schema up first.")]


@app.command()
def serve_command(
    web: Web = None,
    port: Port = None,
    migrate_first: Migrate = True,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Start the registry: database, keeper, web processes. Ctrl-C stops it."""
    with screen(as_json, lang) as to:
        settings = settings_of(web, port)

        async def prepare(url: str) -> None:
            if migrate_first:
                await migrate(url)

        async def ready(address: str) -> None:
            desk = settings.origin_of_desk
            to.say(f"İzin answers at {address}, its desk at {desk}; Ctrl-C stops it.", style="bold")
            to.give({"base_url": address, "desk_url": desk})

        serve(settings, prepare=prepare, ready=ready)
        say_stopped(to)


def settings_of(web: int | None, port: int | None) -> Settings:
    """Read the settings; what stands on the command line goes before them."""
    said = {"web_processes": web, "port": port}
    given = {name: value for name, value in said.items() if value is not None}
    return msgspec.structs.replace(read_settings(), **given)


def say_stopped(to: Screen) -> None:
    """Say that nothing runs any more."""
    to.say("Stopped.")
