"""What a company's page gets of us: the loader that it embeds, and script and style of its form.

The loader holds the form's code itself, so that a page needs neither inline scripts nor another
host in its policy; `js` of the answer is the same code for pages with a loader of the old kind.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

import msgspec

from izin.api.services import Services
from izin.core.terms import Channel
from izin.i18n.widget import words
from izin.via.embed import ways_of
from izin.via.frame import WORK_BITS, Keys, Page, work_id
from izin.via.model import Form, FormKind


def loader(widget: UUID, origin: str) -> str:
    """Give the script that a page embeds."""
    about = _literal({"widget": str(widget), "api": origin, "css": _file("widget.css")})
    return f"({_file('loader.js').strip()})({about}, {_file('widget.js').strip()});\n"


def script(
    services: Services, stand: tuple[Page, Any, Form], keys: Keys, brands: Sequence[str]
) -> dict[str, Any]:
    """Give script and style of a form, and what the script is told."""
    config = _config(services, stand, keys, brands)
    js = f"({_file('widget.js').strip()})({_literal(config)});\n"
    return {"js": js, "css": _file("widget.css"), "config": config}


def _config(
    services: Services, stand: tuple[Page, Any, Form], keys: Keys, brands: Sequence[str]
) -> Mapping[str, Any]:
    page, of, form = stand
    provider, texts = services.directory.provider(of), form.draft.texts
    return {
        "widget": str(page.widget),
        "api": services.issuer,
        "company": "" if provider is None else provider.title,
        "brands": list(brands),
        "isLink": form.draft.kind is FormKind.SHORTURL,
        "ways": {way.value: _channels(form, way.channels) for way in ways_of(form)},
        "notice": texts.notice,
        "consent": texts.consent,
        "kvk": texts.kvk,
        "words": words(),
        "keys": {"cookieKey": keys.cookie, "csrfToken": keys.csrf, "nonceKey": keys.nonce},
        "work": {"cid": str(work_id(services.keyring.proofs, keys.nonce)), "bits": WORK_BITS},
    }


def _channels(form: Form, reached: Sequence[Channel]) -> list[str]:
    if form.draft.texts.consent is None:
        return []
    return [each.value for each in form.draft.channels if each in reached]


def _literal(value: Any) -> str:
    """Write JSON that is JavaScript too, wherever it is put."""
    text = msgspec.json.encode(value).decode()
    for sign in "<>\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


@cache
def _file(name: str) -> str:
    return resources.files("izin.api").joinpath("static", name).read_text("utf-8")
