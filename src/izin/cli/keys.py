"""``izin keys``."""

import typer

from izin.cli.codes import REFUSED
from izin.cli.over import over
from izin.cli.screen import AsJson, In, Screen, Told, screen
from izin.core.clock import wire_day
from izin.i18n.catalogue import Language
from izin.keyring.survey import KeyGroup, Tried, survey, try_keys
from izin.wiring.parts import Parts, key_provider
from izin.wiring.settings import Settings

app = typer.Typer(no_args_is_help=False)

ROLE = "izin_keeper"


@app.callback(invoke_without_command=True)
def keys_command(ctx: typer.Context, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Show which keys there are, never a key."""
    if ctx.invoked_subcommand is not None:
        return

    async def work(_: Settings, parts: Parts) -> list[KeyGroup]:
        return await survey(parts.database)

    with screen(as_json, lang) as to:
        _show(to, over(ROLE, work))


def _show(to: Screen, groups: list[KeyGroup]) -> None:
    to.show(
        ("purpose", "period", "scopes", "keys", "first made", "last made"),
        [(_row(group), None) for group in groups],
    )
    to.give({"keys": groups})


def _row(group: KeyGroup) -> list[str]:
    made = [wire_day(group.first_created_at), wire_day(group.last_created_at)]
    return [group.purpose, group.period, str(group.scope_count), str(group.key_count), *made]


@app.command("check")
def check_command(as_json: AsJson = False, lang: In = Language.TR) -> None:
    """See that every key opens under the root key; exit 1 if one does not."""
    with screen(as_json, lang) as to, to.progress("Opening keys") as told:
        tried = over(ROLE, lambda settings, parts: _try(settings, parts, told))
        for lost in tried.lost:
            to.say(f"Key {lost.key_id} ({lost.purpose}, {lost.period}) does not open.", style="red")
        to.say(f"{tried.key_count - len(tried.lost)} of {tried.key_count} keys open.")
        to.give({"keys": tried.key_count, "lost": tried.lost})
        if tried.lost:
            raise typer.Exit(REFUSED)


async def _try(settings: Settings, parts: Parts, told: Told) -> Tried:
    return await try_keys(parts.database, key_provider(settings), told)
