"""What a client asks a provider for, read from the query with which it sends a browser.

Source: RFC 6749 4.1.1, RFC 7636, RFC 9700; OpenID Connect Core 1.0, 3.1.2.1.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from izin.i18n.catalogue import Language
from izin.simulator.registration import Client, IdentitySettings, Way

FIELDS_MAX = 40
_TEXT_MAX = 512
_PROMPTS = frozenset(("none", "login", "consent", "select_account"))
_WAYS = frozenset(Way)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


class NoWayBackError(Exception):
    """Nobody knows where the browser belongs: it stays here, and sees a page that says why."""

    def __init__(self, why: str) -> None:
        """Take the key of the words that say why."""
        super().__init__(why)
        self.why = why


class Back(msgspec.Struct, frozen=True):
    """Where a browser goes back to, and what the client knows it by."""

    client: Client
    uri: str
    state: str = ""


class AskedWrongError(Exception):
    """What is asked for is not given; the browser goes back with this."""

    def __init__(self, error: str, back: Back) -> None:
        """Take OAuth's word for it."""
        super().__init__(error)
        self.error = error
        self.back = back


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for.

    max_age_s  how long ago somebody may have signed in
    acrs       how he should have, of the ways that there are here
    """

    back: Back
    nonce: str
    challenge: str
    scopes: frozenset[str]
    prompts: frozenset[str]
    max_age_s: int | None
    acrs: tuple[Way, ...]
    language: Language | None

    @property
    def must_sign_in(self) -> bool:
        """Whether it is not enough that somebody has signed in before."""
        return bool(self.prompts & {"login", "select_account"})


def fields_of(raw: bytes) -> dict[str, list[str]]:
    """Read a query or a form: each name with all that was given for it.

    Raises  NoWayBackError unreadable: too much, or no UTF-8
    """
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError:
        pairs = None
    if pairs is None:
        raise NoWayBackError("unreadable")
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def single(fields: Mapping[str, list[str]], name: str) -> str:
    """The one value of a field; "" where there is none, or more than one."""
    values = fields.get(name, [])
    return values[0] if len(values) == 1 else ""


def asked_of(fields: Mapping[str, list[str]], settings: IdentitySettings) -> Asked:
    """Read what is asked for.

    Raises  NoWayBackError client, back · AskedWrongError
    """
    client = settings.client_of(single(fields, "client_id"))
    if client is None:
        raise NoWayBackError("client")
    uri = single(fields, "redirect_uri")
    if uri not in client.redirect_uris:
        raise NoWayBackError("back")
    state, nonce = single(fields, "state"), single(fields, "nonce")
    back = Back(client, uri, state if _is_word(state) else "")
    if error := _fault_of(fields, state, nonce):
        raise AskedWrongError(error, back)
    age = single(fields, "max_age")
    return Asked(
        back=back,
        nonce=nonce,
        challenge=single(fields, "code_challenge"),
        scopes=frozenset(single(fields, "scope").split()) & client.scopes,
        prompts=frozenset(single(fields, "prompt").split()),
        max_age_s=int(age) if age else None,
        acrs=tuple(Way(each) for each in single(fields, "acr_values").split() if each in _WAYS),
        language=language_in(fields),
    )


def language_in(fields: Mapping[str, list[str]]) -> Language | None:
    """The first language of `ui_locales` that is spoken here."""
    for each in single(fields, "ui_locales").split():
        if (spoken := each.partition("-")[0]) in tuple(Language):
            return Language(spoken)
    return None


def _fault_of(fields: Mapping[str, list[str]], state: str, nonce: str) -> str:
    """OAuth's word for what is wrong; "" where nothing is."""
    if any(len(values) > 1 for values in fields.values()):
        return "invalid_request"
    for name in ("request", "request_uri", "registration"):
        if name in fields:
            return f"{name}_not_supported"
    if single(fields, "response_type") != "code":
        return "unsupported_response_type" if single(fields, "response_type") else "invalid_request"
    if "openid" not in single(fields, "scope").split():
        return "invalid_scope"
    prompts = set(single(fields, "prompt").split())
    are_fit = (
        _is_word(state),
        _is_word(nonce),
        single(fields, "response_mode") in ("", "query"),
        single(fields, "code_challenge_method") == "S256",
        _CHALLENGE.fullmatch(single(fields, "code_challenge")),
        "max_age" not in fields or _SECONDS.fullmatch(single(fields, "max_age")),
        prompts <= _PROMPTS and not ("none" in prompts and len(prompts) > 1),
    )
    return "" if all(are_fit) else "invalid_request"


def _is_word(text: str) -> bool:
    """Signs of ASCII, not too many. Source: RFC 6749 appendix A.5."""
    return 0 < len(text) <= _TEXT_MAX and text.isascii() and text.isprintable()
