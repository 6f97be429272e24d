"""``izin rebuild``."""

from typing import Annotated

import msgspec
import typer

from izin.cli.codes import REFUSED
from izin.cli.over import over
from izin.cli.screen import AsJson, In, Screen, screen
from izin.consent.rebuild import Report, check, write
from izin.i18n.catalogue import Language
from izin.storage.database import Database
from izin.wiring.parts import Parts
from izin.wiring.settings import Settings

app = typer.Typer()

ROLE = "izin_keeper"
STATEMENT_MS_MAX = 1_800_000
"""Both views are counted, which takes long where they are large."""

_FOUND = {
    "provider_missing": "company's view: records missing",
    "provider_differing": "company's view: records differing",
    "provider_surplus": "company's view: records without a movement",
    "citizen_missing": "citizens' view: records missing",
    "citizen_differing": "citizens' view: records differing",
    "citizen_surplus": "citizens' view: records without a movement",
    "figures_differing": "figures differing",
    "unreadable": "movements lost, or not to be opened",
}

Write = Annotated[
    bool, typer.Option("--write/--check", help="Put right what differs, or only look.")
]


@app.command()
def rebuild_command(
    do_write: Write = False, as_json: AsJson = False, lang: In = Language.TR
) -> None:
    """Make both views and the figures anew from all movements, and compare.

    Exit code 1 if anything is not as it should be and was not put right.
    """
    act = write if do_write else check
    with screen(as_json, lang) as to:
        with to.progress("Movements read, then compared") as told:

            async def work(settings: Settings, parts: Parts) -> Report:
                assert settings.database_url is not None, "there is a registry"
                database = await Database.open(
                    settings.database_url, role=ROLE, size_max=1, statement_ms=STATEMENT_MS_MAX
                )
                try:
                    return await act(database, parts.keyring, told)
                finally:
                    await database.close()

            report = over(ROLE, work)
        _show(to, report)


def _show(to: Screen, report: Report) -> None:
    found = {said: getattr(report, name) for name, said in _FOUND.items()}
    rows = [([said, str(count)], "red" if count else None) for said, count in found.items()]
    to.show(("found", "count"), rows)
    to.say(f"{report.movements} movements make up {report.keys} records.")
    if report.moved:
        to.say(f"{report.moved} rows moved meanwhile and were left alone.")
    if report.written:
        to.say(f"{report.written} rows were put right.")
    left = report.differences - report.written
    to.give(msgspec.structs.asdict(report) | {"left": left})
    if left:
        raise typer.Exit(REFUSED)
