"""What a simulated identity provider is set up with: who may ask it, who signs in, how it lies."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import msgspec

from izin.core.clock import utc_now
from izin.simulator.people import PEOPLE, Person

SECRET_BYTES_MIN = 16


class Way(StrEnum):
    """How somebody signs in, as the claim `acr` says it."""

    PASSWORD = "urn:x-izin-simulator:password"  # noqa: S105 -- the name of a way
    SIGNATURE = "urn:x-izin-simulator:mobile-signature"

    @property
    def amr(self) -> list[str]:
        """The same as the claim `amr` says it. Source: RFC 8176."""
        return ["pwd"] if self is Way.PASSWORD else ["hwk", "mfa"]


class Lie(StrEnum):
    """What the provider does wrong, as long as it is told to.

    SLOW and FAILS are of the token call. TCKN hands a number over that nobody has asked for.
    """

    NONCE = "nonce"
    ISSUER = "issuer"
    ISSUER_OF_ANSWER = "issuer of answer"
    KEY = "key"
    EXPIRED = "expired"
    SLOW = "slow"
    FAILS = "fails"
    TCKN = "tckn"


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """Who may ask: known by a secret, or by public keys of its own (P-256). It prints no secret.

    redirect_uris   where its browsers may go back to, letter by letter
    after_sign_out  and where after a sign-out
    scopes          what it may ask for
    """

    client_id: str
    name: str
    redirect_uris: frozenset[str]
    secret: str = ""
    keys: tuple[dict[str, Any], ...] = ()
    after_sign_out: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset(("openid", "profile", "tckn"))

    def __post_init__(self) -> None:
        """Raise ValueError for an address that no browser may be sent to."""
        for each in self.redirect_uris | self.after_sign_out:
            origin_of(each)
            if not is_plain(each) or "#" in each:
                raise ValueError(f"no address to go back to: {each!r}")

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"Client({self.client_id})"


class IdentitySettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider is served with. It prints no secret.

    issuer      the origin at which browsers and clients reach it
    secret      what makes people's names for each client: with another, they are other people
    stylesheet  what its pages look like
    lies        may be changed while it is served
    """

    issuer: str
    clients: tuple[Client, ...]
    secret: bytes
    stylesheet: bytes
    people: tuple[Person, ...] = PEOPLE
    clock: Callable[[], datetime] = utc_now
    lies: set[Lie] = msgspec.field(default_factory=set)

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot be served."""
        if origin_of(self.issuer) != self.issuer:
            raise ValueError(f"an issuer is an origin without a path: {self.issuer!r}")
        if len(self.secret) < SECRET_BYTES_MIN:
            raise ValueError(f"the secret has {SECRET_BYTES_MIN} bytes or more")

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"IdentitySettings({self.issuer})"

    @property
    def is_https(self) -> bool:
        """Do browsers reach it over https?"""
        return self.issuer.startswith("https://")

    def client_of(self, client_id: str) -> Client | None:
        """The client of this name."""
        return next((each for each in self.clients if each.client_id == client_id), None)

    def person_of(self, key: str) -> Person | None:
        """The person of this key."""
        return next((each for each in self.people if each.key == key), None)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address of http or https; ValueError for another."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"no address of the web: {url!r}")
    return f"{parts.scheme}://{parts.netloc}"


def is_plain(text: str) -> bool:
    """Nothing but letters and signs of ASCII that break no header."""
    return text.isascii() and text.isprintable() and not set(text) & set(" ;,\"'<>\\")
