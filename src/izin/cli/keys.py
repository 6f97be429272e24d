"""``izin keys``."""

import typer

from izin.cli.codes import REFUSED
from izin.cli.over import over
from izin.cli.screen import AsJson, In, Screen, Told, screen
from izin.core.clock import wire_day
from izin.i18n.catalogue import Language
from izin.keyring.survey import KeyGroup, Tried, survey, try_keys
from izin.wiring.parts import Parts, key_provider
from izin.wiring.roles import KEEPER
from izin.wiring.settings import Settings

app = typer.Typer(no_args_is_help=False, add_completion=False)

_HEADINGS = ("purpose", "period", "scopes", "count", "first", "last")


@app.callback(invoke_without_command=True)
def keys_command(ctx: typer.Context, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Show which keys there are, never a key."""
    if ctx.invoked_subcommand is not None:
        return

    async def work(_: Settings, parts: Parts) -> list[KeyGroup]:
        return await survey(parts.database)

    with screen(as_json, lang) as to:
        _show(to, over(KEEPER, work))


def _show(to: Screen, groups: list[KeyGroup]) -> None:
    to.show(
        [to.said(f"keys_{name}") for name in _HEADINGS],
        [(_row(group), None) for group in groups],
    )
    to.give({"keys": groups})


def _row(group: KeyGroup) -> list[str]:
    made = [wire_day(group.first_created_at), wire_day(group.last_created_at)]
    return [group.purpose, group.period, str(group.scope_count), str(group.key_count), *made]


@app.command("check")
def check_command(as_json: AsJson = False, lang: In = Language.TR) -> None:
    """See that every key opens under the root key; exit 1 if one does not."""
    with screen(as_json, lang) as to:
        with to.progress(to.said("keys_progress")) as told:
            tried = over(KEEPER, lambda settings, parts: _try(settings, parts, told))
        for lost in tried.lost:
            what = {"key": lost.key_id, "purpose": lost.purpose, "period": lost.period}
            to.tell(to.said("keys_lost", **what), style="red")
        left = tried.key_count - len(tried.lost)
        to.tell(to.said("keys_open", open=left, total=tried.key_count))
        to.give({"keys": tried.key_count, "lost": tried.lost})
        if tried.lost:
            raise typer.Exit(REFUSED)


async def _try(settings: Settings, parts: Parts, told: Told) -> Tried:
    return await try_keys(parts.database, key_provider(settings), told)
