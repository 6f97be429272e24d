"""The command ``izin``: a table of commands, each loaded only when it is called."""

import json
import sys
from importlib import import_module
from importlib.metadata import version as version_of
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from izin.cli.codes import GOOD, REFUSED
from izin.wiring.garbage import look_for_cycles_seldom

COMMANDS = {
    "demo": ("demo", "Start a demonstration: database, invented people, the API."),
    "serve": ("serve", "Start the registry: database, keeper, web processes."),
    "migrate": ("migrate", "Bring the database to the schema of this version."),
    "import": ("importing", "Load a CSV or XLSX file of consents for a brand."),
    "export": ("exporting", "Write a brand's consents as a CSV or XLSX file."),
    "ask": ("ask", "May this be sent to these addresses, why, and since when?"),
    "rebuild": ("rebuild", "Compare both views with all that happened, or repair them."),
    "company": ("company", "Companies: applications, the agreement, suspension, closing."),
    "brand": ("brand", "A company's brands: names, states, short names, moves."),
    "retailer": ("retailer", "A brand's dealers: files of them in and out."),
    "partner": ("partner", "Partners: what they have shown, steps, suspension, revocation."),
    "carrier": ("carrier", "Carriers: registration, suspension."),
    "member": ("member", "People who act for a party: invitations, roles, the end."),
    "client": ("client", "API accounts: keys, certificates, passwords, stopping."),
    "package": ("package", "Packages: subscriptions of companies and partners."),
    "billing": ("billing", "Statements of companies' packages and partners' migrations."),
    "migration": ("migration", "Migrations: partners that load past data."),
    "via-pass": ("via_pass", "ViA PASS: addresses that companies have verified."),
    "via": ("via", "İYS Yolu: forms by which the registry takes consents."),
    "ivr": ("ivr", "Hold a call of the voice menu as texts in the terminal."),
    "keys": ("keys", "Show which keys there are, never a key; see that all open."),
    "audit": ("audit", "Show who changed parties, users, rights and keys."),
    "storage": ("storage", "Show where tables lie on a cluster, or spread them over one."),
    "bench": ("bench", "Load a million consents, answer a million questions, print how fast."),
}
"""Name on the line, module of `izin.cli`, and what the help says of it."""


class _Commands(TyperGroup):
    """The help reads the table; only the command that is called is imported."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update({n: TyperCommand(n, help=said) for n, (_, said) in COMMANDS.items()})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name is None or ctx.resilient_parsing:
            return name, command, rest
        module, _ = COMMANDS[name]
        return name, get_command(import_module(f"izin.cli.{module}").app), rest


_typer = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    help="İzin: an open registry of consents for commercial electronic messages.",
    epilog="Exit codes: 0 good, 1 refused, 2 done with row errors. "
    "Settings are IZIN_… variables, or lines of the file that IZIN_CONFIG names.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(version_of("izin"))
        raise typer.Exit


@_typer.callback()
def _all(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    return


def run(arguments: list[str]) -> int:
    """Run one command line and give its exit code."""
    try:
        code = get_command(_typer).main(arguments, prog_name="izin", standalone_mode=False)
    except TyperException as error:  # what was typed does not fit; typer's own code would be 2
        _refuse(f"{error.format_message()} See 'izin --help'.", as_json="--json" in arguments)
        return REFUSED
    return code if isinstance(code, int) else GOOD


def _refuse(message: str, *, as_json: bool) -> None:
    """Say it as every command says why it does not do a thing; none has come to that here."""
    if as_json:
        print(json.dumps({"errors": [{"message": message}]}, ensure_ascii=False))
    else:
        print(message, file=sys.stderr)


def app() -> None:
    """Run the process's own command line."""
    look_for_cycles_seldom()
    sys.exit(run(sys.argv[1:]))
