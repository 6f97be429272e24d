"""``izin demo``."""

import os
import shlex
from pathlib import Path

import msgspec
import typer

from izin.cli.screen import AsJson, In, Screen, screen
from izin.cli.serve import Port, Web, say_stopped, settings_of
from izin.i18n.catalogue import Language
from izin.storage.migrate import migrate
from izin.wiring.demo import (
    DemoFile,
    check_demo,
    fill,
    until_numbered,
    write_file,
)
from izin.wiring.gateway import draw_secret, with_gateway
from izin.wiring.launch import serve
from izin.wiring.outside import draw_mail_keys, with_outside
from izin.wiring.people import examples
from izin.wiring.settings import PREFIX, LogLevel, Settings
from izin.wiring.voice import draw_voice_secret, with_voice

app = typer.Typer(add_completion=False)


@app.command()
def demo_command(
    web: Web = None, port: Port = None, as_json: AsJson = False, lang: In = Language.TR
) -> None:
    """Start a demonstration: embedded database, invented people, the API. Ctrl-C stops it."""
    with screen(as_json, lang) as to:
        settings = with_voice(with_gateway(with_outside(_quiet(settings_of(web, port)))))
        check_demo(settings)
        to.say("Starting a demonstration registry …")
        run = _Demo(settings, to)
        serve(settings, prepare=run.prepare, ready=run.ready)
        say_stopped(to)


def _quiet(settings: Settings) -> Settings:
    """Leave the screen to what there is to try, unless a level was asked for."""
    if f"{PREFIX}LOG_LEVEL" in os.environ:
        return settings
    return msgspec.structs.replace(settings, log_level=LogLevel.WARNING)


class _Demo:
    """What happens before the processes start, and once they answer."""

    def __init__(self, settings: Settings, to: Screen) -> None:
        self._settings = settings
        self._to = to
        self._users: DemoFile | None = None

    async def prepare(self, url: str) -> None:
        await migrate(url)
        draw_secret(self._settings)
        draw_mail_keys(self._settings)
        draw_voice_secret(self._settings)
        self._settings = msgspec.structs.replace(self._settings, database_url=url)
        with self._to.progress("Inventing people") as told:
            self._users = await fill(self._settings, told)

    async def ready(self, address: str) -> None:
        assert self._users is not None, "the processes start after the filling"
        await until_numbered(self._settings)
        file = write_file(self._settings, self._users, address)
        desk = self._settings.origin_of_desk
        citizens = self._settings.origin_of_citizens
        outside = f"http://localhost:{self._settings.outside_port}"
        agents = self._settings.origin_of_agents
        self._to.say(_what_to_try((address, desk, citizens, outside, agents), file, self._users))
        self._to.give(
            {
                "base_url": address,
                "desk_url": desk,
                "citizen_url": citizens,
                "outside_url": outside,
                "agent_url": agents,
                "demo_file": str(file),
                "data_folder": str(self._settings.data_folder),
                "try": list(commands(address, file, self._users)),
            }
        )


def commands(address: str, file: Path, users: DemoFile) -> tuple[str, str]:
    """Two lines for a shell: take a token, ask about three people. No password stands in them."""
    people = [address.clear for address in examples()]
    body = msgspec.json.encode({"type": "MESAJ", "recipients": people}).decode()
    as_json = "-H 'content-type: application/json'"
    token = f"curl -s {address}/oauth2/token {as_json} -d @{shlex.quote(str(file))}"
    only_it = """sed -E 's/.*"access_token": ?"([^"]+)".*/\\1/'"""
    bearer = '-H "authorization: Bearer $TOKEN"'
    ask = f"curl -s {address}/x/brands/{users.brand_code}/ask {bearer} {as_json} -d '{body}'"
    return f"TOKEN=$({token} | {only_it})", ask


def _ivr(folder: Path) -> str:
    """The line that holds a call of the voice menu; which number calls, is not printed here."""
    there = f"{PREFIX}DATA_FOLDER={shlex.quote(str(folder))} "
    is_usual = folder == Settings().data_folder
    return f"{'' if is_usual else there}izin ivr --line NUMBER"


def _what_to_try(addresses: tuple[str, ...], file: Path, users: DemoFile) -> str:
    address, desk, citizens, outside, agents = addresses
    token, ask = commands(address, file, users)
    return "\n".join(
        (
            "",
            f"İzin is ready at {address}",
            "",
            "Take a token, then ask whether three people may be sent a message, and why:",
            "",
            f"  {token}",
            f"  {ask}",
            "",
            f"Every operation:   {address}/openapi.json",
            f"User and password: {file} (yours to read only; other companies' users too)",
            f"Data and keys:     {file.parent} (kept; delete the folder to begin anew)",
            "",
            "Three people of that file can sign in, with e-mail, password and a code: `totpUri`",
            "goes into an authenticator app.",
            "",
            f"  `staff`, who works for the registry, at its desk:   {desk}",
            f"  `agent`, of the call centre, at its screen:          {agents}",
            f"  `owner`, of the first company, by the API:          {address}/x/sign-in",
            "",
            f"Citizens see and change their consents at:                 {citizens}",
            "  (by a code, or by e-Devlet, for which something stands in, with invented people)",
            f"A telephone that writes to 3338 and gets codes, an inbox: {outside}",
            f"The voice menu, called by one of its numbers, as texts:     {_ivr(file.parent)}",
            "",
            "Ctrl-C stops everything, the database too.",
            "",
        )
    )
