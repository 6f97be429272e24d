"""What people see of a simulated identity provider: no script, and nothing of another host."""

import tomllib
from collections.abc import Mapping
from functools import cache, partial
from importlib import resources
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from izin.i18n.catalogue import Language
from izin.simulator.registration import origin_of

_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_HSTS = "max-age=63072000"


def say(key: str, language: Language, **facts: object) -> str:
    """Say one thing, its places filled from facts."""
    return book()[key][language].format_map(facts)


@cache
def book() -> Mapping[str, Mapping[Language, str]]:
    """Everything that is said, by heading and name."""
    text = resources.files("izin.i18n").joinpath("simulator.toml").read_text("utf-8")
    read = msgspec.convert(tomllib.loads(text), dict[str, dict[str, dict[Language, str]]])
    return {
        f"{heading}.{name}": said for heading, names in read.items() for name, said in names.items()
    }


class Pages:
    """Renders pages, and puts the headers of every answer on it."""

    def __init__(self, *, is_https: bool) -> None:
        """Take whether browsers come over https."""
        self._is_https = is_https
        self._templates = Environment(
            loader=PackageLoader("izin.simulator"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def page(
        self,
        template: str,
        language: Language,
        values: Mapping[str, Any],
        *,
        status: int = 200,
        goes_to: str = "",
    ) -> Response:
        """Give a page.

        Takes   values: `other` among them, where the same page is in the other language
                · goes_to: where its form may lead, beside here: a browser holds it to that
        """
        text = self._templates.get_template(template).render(
            {"other": "", **values}, language=language, t=partial(_said, language)
        )
        response = Response(text, status, media_type="text/html; charset=utf-8")
        return self.guard(response, goes_to=goes_to)

    def guard(self, response: Response, *, goes_to: str = "") -> Response:
        """Put the headers on an answer of any kind."""
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["content-security-policy"] = _policy(goes_to)
        if self._is_https:
            response.headers["strict-transport-security"] = _HSTS
        return response


def _policy(goes_to: str) -> str:
    """Source: W3C Content Security Policy 3; Chromium holds redirects of a form to it as well."""
    forms = f"'self' {origin_of(goes_to)}" if goes_to else "'self'"
    return (
        f"default-src 'none'; style-src 'self'; form-action {forms}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _said(language: Language, key: str, **facts: object) -> str:
    return say(key, language, **facts)
