"""What is known of an identity provider, and what it says of whoever signed in there."""

from enum import StrEnum

import msgspec


class Fault(StrEnum):
    """Why nobody is believed to have signed in."""

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
    """

    issuer: str
    subject: str
    email: str | None
    has_mfa: bool

    def __repr__(self) -> str:
        """Show nothing of whom."""
        return "SignedIn(…)"
