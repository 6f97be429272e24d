"""``izin ivr``: the voice menu as texts in a terminal, held against a registry that runs."""

import http.client
import json
import sys
from contextlib import closing
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from izin.cli.screen import AsJson, CannotError, In, Screen, screen
from izin.i18n.catalogue import Language
from izin.web.voice.documents import CALLS
from izin.wiring.demo import read_file
from izin.wiring.settings import read_settings
from izin.wiring.voice import secret_in, with_voice

app = typer.Typer(add_completion=False)

_TIMEOUT_S = 30
_OK = 200

Line = Annotated[str, typer.Option(help="Which line calls: 05990000001; empty: withheld.")]
Url = Annotated[
    str | None,
    typer.Option(help="Where the call centre answers; else as `izin demo` says."),
]


@app.command()
def ivr_command(
    line: Line, *, url: Url = None, as_json: AsJson = False, lang: In = Language.TR
) -> None:
    """Hold a call of the voice menu: read what is said, type what would be keyed in.

    Stands in for the voice platform, with its secret. An empty line keys in nothing; the end of
    input hangs up. In JSON each answer is a line, as the platform gets it.
    """
    with screen(as_json, lang) as to:
        settings = with_voice(read_settings())
        file = settings.ivr_secret_file
        assert file is not None, "set, or the demonstration's"
        if not file.exists():
            raise CannotError("ivr_no_secret", file=file)
        demo = read_file(settings.data_folder)
        there = demo.agent.url if demo is not None and demo.agent is not None else ""
        where = url or there or settings.origin_of_agents
        registry = _Registry(where, secret_in(file).decode(), lang)
        _hold(to, registry, line)


class _Registry:
    """What the voice platform asks: over one connection for each call of it."""

    def __init__(self, url: str, secret: str, language: Language) -> None:
        self._url = urlsplit(url)
        self._headers = {
            "authorization": f"Bearer {secret}",
            "content-type": "application/json",
            "accept-language": language.value,
        }

    def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Give the answer. Raises CannotError: it refuses, or does not answer as a registry."""
        is_https = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if is_https else http.client.HTTPConnection
        where = f"{self._url.scheme}://{self._url.netloc}"
        try:
            with closing(kind(self._url.netloc, timeout=_TIMEOUT_S)) as connection:
                connection.request("POST", path, json.dumps(body), self._headers)
                response = connection.getresponse()
                read = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise CannotError("ivr_no_answer", where=where) from error
        if response.status != _OK:
            first = read["errors"][0]
            why = f"{first['message']} ({first['code']})"
            raise CannotError("ivr_refused", status=response.status, why=why)
        answer: dict[str, Any] = read
        return answer


def _hold(to: Screen, registry: _Registry, line: str) -> None:
    """Hold one call to its end."""
    said = registry.ask(CALLS, {"line": line})
    while True:
        to.give(said)
        for speech in said["say"]:
            to.tell(f"[{speech['language']}] {speech['text']}")
        if said["then"] != "LISTEN":
            break
        digits = _typed(to)
        if digits is None:
            to.say(to.said("ivr_hung_up"))
            return
        keyed = {"digits": digits, "turn": said["turn"]}
        said = registry.ask(f"{CALLS}/{said['call']}/input", keyed)
    to.say(to.said("ivr_agent" if said["then"] == "AGENT" else "ivr_over"))


def _typed(to: Screen) -> str | None:
    """What is typed, without the hash that a telephone ends a number by; None: nothing more."""
    to.say(to.said("ivr_keys"))
    sys.stdout.flush()
    typed = sys.stdin.readline()
    return typed.strip().removesuffix("#") if typed else None
