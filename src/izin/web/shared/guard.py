"""What goes before every answer, and how a form shows that it is ours."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from starlette.responses import Response

from izin.web.shared.visit import Cookie

MARK = "mark"
"""The field of a form that another site cannot fill."""

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action {}; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_INSTALLABLE = "; script-src 'self'; worker-src 'self'; connect-src 'self'; manifest-src 'self'"
"""Our own worker may be run and may fetch from us: it shows a page where there is no network."""

_EMBEDDING = "; script-src 'self' {0}; connect-src 'self' {0}"
"""All that a page needs which a company embeds our form in, and its own scripts: nothing inline."""

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


def mark_of(secret: str) -> str:
    """What a form of whoever has this secret carries; it does not tell the secret."""
    return hashlib.sha256(f"izin form\0{secret}".encode()).hexdigest()


def is_ours(secret: str, shown: str) -> bool:
    """Did the form come from a page that we gave to whoever has this secret?"""
    return hmac.compare_digest(mark_of(secret).encode(), shown.encode())


def is_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Does the browser say that another site's page sent this? An old one says nothing.

    Source  W3C Fetch Metadata 2.1
    """
    return headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


class Cookies:
    """How this door's cookies are named and set."""

    def __init__(
        self,
        door: str,
        *,
        is_https: bool,
        leads_to: str = "",
        is_installable: bool = False,
        embeds: str = "",
    ) -> None:
        """Take the door's name; over https no other host can set them, nor read them.

        Takes   leads_to: the origin of another site to which a form's answer may lead
                embeds: the origin of another site whose form stands on a page here
                is_installable: whether a telephone may keep the pages as an application
        """
        self._policy = _CSP.format(" ".join(filter(None, ("'self'", leads_to))))
        self._policy += _INSTALLABLE if is_installable else ""
        self._policy += _EMBEDDING.format(embeds) if embeds else ""
        self._before = f"__Host-{door}-" if is_https else f"{door}-"
        self._is_https = is_https

    def name_of(self, name: str) -> str:
        """The name under which the browser keeps it."""
        return self._before + name

    def set_on(self, response: Response, cookies: Iterable[Cookie]) -> None:
        """Have the browser keep them: for us alone, and for no script."""
        for each in cookies:
            response.set_cookie(
                self.name_of(each.name),
                each.value,
                max_age=each.lasts_s,
                path="/",
                secure=self._is_https,
                httponly=True,
                samesite="lax" if each.comes_from_elsewhere else "strict",
            )

    def guard(self, response: Response) -> None:
        """Put the headers of every answer on it; what a file's own say stays."""
        response.headers.setdefault("content-security-policy", self._policy)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if self._is_https:
            response.headers["strict-transport-security"] = _HSTS
