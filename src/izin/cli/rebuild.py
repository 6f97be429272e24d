"""``izin rebuild``."""

import tomllib
from functools import cache
from importlib import resources
from typing import Annotated

import msgspec
import typer

from izin.cli.codes import REFUSED
from izin.cli.over import over
from izin.cli.screen import AsJson, In, Screen, screen
from izin.consent.findings import Report
from izin.consent.rebuild import check, write
from izin.i18n.catalogue import Language
from izin.storage.database import Database
from izin.wiring.parts import Parts
from izin.wiring.roles import KEEPER
from izin.wiring.settings import Settings

app = typer.Typer(add_completion=False)

STATEMENT_MS_MAX = 1_800_000
"""Both views are counted, which takes long where they are large."""

Write = Annotated[
    bool, typer.Option("--write/--check", help="Put right what differs, or only look.")
]


@app.command()
def rebuild_command(
    do_write: Write = False, as_json: AsJson = False, lang: In = Language.TR
) -> None:
    """Check all movements, make views, dealers and figures anew from them, and compare.

    Exit code 1 if anything is not as it should be and was not put right.
    """
    act = write if do_write else check
    with screen(as_json, lang) as to:
        with to.progress(_said("progress", lang)) as told:

            async def work(settings: Settings, parts: Parts) -> Report:
                assert settings.database_url is not None, "there is a registry"
                database = await Database.open(
                    settings.database_url, role=KEEPER, size_max=1, statement_ms=STATEMENT_MS_MAX
                )
                try:
                    return await act(database, parts.keyring, told)
                finally:
                    await database.close()

            report = over(KEEPER, work)
        _show(to, report, do_write=do_write)


def _show(to: Screen, report: Report, *, do_write: bool) -> None:
    facts = msgspec.structs.asdict(report)

    def say(key: str, *, told: object = True) -> None:
        if told:
            to.tell(_said(key, to.language).format_map(facts))

    rows = [
        ([words[to.language], str(facts[name])], "red" if facts[name] else None)
        for name, words in _book().counted.items()
    ]
    to.show((_said("found", to.language), _said("count", to.language)), rows)
    for name, which in report.named.items():
        what = _book().counted[name][to.language]
        to.tell(_said("named", to.language).format(what=what, which=", ".join(which)))
    say("makes_up")
    say("moved", told=report.moved)
    say("unjudged", told=report.unjudged)
    say("unprojected", told=report.unprojected)
    say("held_back", told=do_write and report.has_holes)
    say("written", told=report.written)
    left = report.differences - report.written
    to.give(facts | {"left": left})
    if left:
        raise typer.Exit(REFUSED)


class _Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is told, in both languages."""

    said: dict[str, dict[Language, str]]
    counted: dict[str, dict[Language, str]]


@cache
def _book() -> _Book:
    text = resources.files("izin.i18n").joinpath("rebuild.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Book)


def _said(key: str, language: Language) -> str:
    return _book().said[key][language]
