"""The pages as an application of a telephone: its manifest, its worker, where it begins.

It begins at an address of its own, which leaves a mark in that browser for as long as a session
lasts at most: what is changed meanwhile is recorded with IYS_MOBIL. Source: data page 5.
"""

import json
from functools import cache
from importlib import resources

from izin.citizen.seat import WHOLE
from izin.web.citizen.services import INSTALLED, Hall, Row, Visit
from izin.web.shared.static import address_of
from izin.web.shared.visit import Cookie, Gone, Outcome, Sent, Shown

_KEPT = ("kit.css", "icon.svg")
_START = "/install"
_COLOUR = "#0b5c63"


async def show_manifest(_: Hall, __: Visit) -> Outcome:
    """Say what the application is called and looks like."""
    manifest = {
        "id": "/",
        "name": "İleti İzin Kaydı",
        "short_name": "İzinlerim",
        "description": "Size kim ileti gönderebilir? Görün, dilediğinizi reddedin.",
        "lang": "tr",
        "start_url": _START,
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": _COLOUR,
        "icons": [
            {"src": address_of("icon192.png"), "sizes": "192x192", "type": "image/png"},
            {
                "src": address_of("icon512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "any maskable",
            },
            {"src": address_of("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
    }
    return Sent(json.dumps(manifest, ensure_ascii=False).encode(), "application/manifest+json")


async def show_worker(_: Hall, __: Visit) -> Outcome:
    """Give the one script that does something: what it keeps is named by its content."""
    files = json.dumps([address_of(each) for each in _KEPT])
    return Sent(f"const FILES = {files};\n{_worker()}".encode(), "text/javascript")


@cache
def _worker() -> str:
    return resources.files("izin.web.citizen").joinpath("worker.js").read_text("utf-8")


async def show_offline(_: Hall, __: Visit) -> Outcome:
    """Show what the worker keeps for where there is no network: nothing of anybody's."""
    return Shown("offline.html")


async def begin(_: Hall, __: Visit) -> Outcome:
    """Begin as an application."""
    mark = Cookie("way", INSTALLED, int(WHOLE.total_seconds()))
    return Gone("/consents", (mark,))


ROWS = (
    Row(path="/manifest.webmanifest", shows=show_manifest),
    Row(path="/worker.js", shows=show_worker),
    Row(path="/offline", shows=show_offline),
    Row(path=_START, shows=begin),
)
