"""The menu and its answers as documents: JSON, and VoiceXML 2.1 with the same calls.

No address stands in them, but for paths of ours.
Source  W3C VoiceXML 2.1; SRGS 1.0
"""

from functools import cache

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from izin.callcentre.menu import LANGUAGES, MENU, OVER, TRIES
from izin.callcentre.said import Said
from izin.callcentre.scripts import voice_texts
from izin.i18n.catalogue import Language

CALLS = "/ivr/calls"
_TAGS = {Language.TR: "tr-TR", Language.EN: "en-US"}


def input_of(said: Said) -> str:
    """Where the next input of a call goes."""
    return f"{CALLS}/{said.call}/input"


@cache
def menu_json() -> bytes:
    """Give the whole menu: its steps, what each waits for and leads to, and every text."""
    steps = [
        {
            "step": step,
            "says": asks.says,
            "keys": dict(asks.keys),
            "digits": asks.digits,
            "task": asks.task,
            "isOver": step in OVER,
        }
        for step, asks in MENU.items()
    ]
    menu = {
        "calls": CALLS,
        "languages": LANGUAGES,
        "codeTries": TRIES,
        "steps": steps,
        "texts": voice_texts(),
    }
    return msgspec.json.encode(menu)


@cache
def menu_vxml() -> bytes:
    """Give the document with which a call begins: it hands the line over and goes on from there."""
    return _environment().get_template("begin.xml").render(calls=CALLS).encode()


def call_vxml(said: Said) -> bytes:
    """Put one answer into a document: what is said, what is listened for, where it goes."""
    page = _environment().get_template("call.xml")
    return page.render(said=said, next=input_of(said)).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("izin.web.voice"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["tag"] = _TAGS.__getitem__
    return environment
