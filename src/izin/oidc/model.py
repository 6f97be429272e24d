"""What is known of an identity provider, and what it says of whoever signed in there."""

from datetime import datetime
from enum import StrEnum

import msgspec

from izin.core.identity import Tckn


class Fault(StrEnum):
    """Why nobody is believed to have signed in.

    DENIED is what the person said there; REFUSED is the provider, of what we sent it.
    """

    AWAY = "away"
    REFUSED = "refused"
    METADATA = "metadata"
    ANSWER = "answer"
    STATE = "state"
    ISSUER = "issuer"
    DENIED = "denied"
    CODE = "code"
    TOKEN = "token"  # noqa: S105 -- the name of a fault
    NONCE = "nonce"
    STALE = "stale"
    ACR = "acr"


class NotSignedInError(Exception):
    """Nobody is believed to have signed in; `fault` says why, and nothing of who it was."""

    def __init__(self, fault: Fault) -> None:
        """Take why."""
        super().__init__(fault.value)
        self.fault = fault


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """How the registry is known at one provider. It prints no secret.

    issuer    exactly as the provider writes it
    mfa_acrs  values of `acr` by which the provider says that a second factor was shown
    """

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    mfa_acrs: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"Registration({self.issuer})"


TCKN = "tckn"
"""The scope by which a person's number is asked for, and the claim in which it comes."""

_READ = frozenset(
    (
        *("iss", "sub", "aud", "azp", "exp", "iat", "nonce"),
        *("auth_time", "acr", "amr", "email", "email_verified"),
    )
)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a provider beside who it is, and what is believed at the least.

    scopes     beside openid
    max_age_s  how long ago he may have signed in there; None: it is neither asked nor read
    acrs       values of `acr`, one of which his sign-in has to have; none: any, or no value
    is_anew    whether he has to sign in there though he has before
    """

    scopes: tuple[str, ...] = ("email",)
    max_age_s: int | None = None
    acrs: tuple[str, ...] = ()
    is_anew: bool = False

    @property
    def passed(self) -> frozenset[str]:
        """The claims that are let through; whatever else a provider sends is dropped unread."""
        return _READ | ({TCKN} if TCKN in self.scopes else frozenset())


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that was begun: where the browser goes, and what its return has to fit.

    Whoever keeps it binds it to that browser. It prints nothing.
    """

    url: str
    state: str
    nonce: str
    verifier: str

    def __repr__(self) -> str:
        """Show nothing: it is as good as the sign-in."""
        return "Started(…)"


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who has signed in, as the provider says. It prints nothing.

    subject  who it is at that provider, for ever
    email    only where the provider says that it has verified it
    has_mfa  whether the provider says that a second factor was shown
    auth_at  when he signed in there; None where no age was asked for
    acr      how, in the provider's own word
    tckn     his number, where it was asked for and the provider handed it over
    """

    issuer: str
    subject: str
    email: str | None
    has_mfa: bool
    auth_at: datetime | None = None
    acr: str | None = None
    tckn: Tckn | None = None

    def __repr__(self) -> str:
        """Show nothing of whom."""
        return "SignedIn(…)"
