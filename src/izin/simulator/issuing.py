"""What a provider signs about somebody, and whom it gives that to.

Source: OpenID Connect Core 1.0, 2, 8.1 and 9; RFC 6749 2.3.1, RFC 7523.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet

from izin.simulator.asking import single
from izin.simulator.kept import Kept
from izin.simulator.people import Person
from izin.simulator.registration import Client, IdentitySettings, Lie, Way

ALGORITHM = "ES256"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_S = 300
ASSERTION_MAX = timedelta(minutes=10)
_CLOCKS_S = 60
_OTHER = "https://baska.example"


class SignIn(msgspec.Struct, frozen=True):
    """Who has signed in here, when, how, and for which question."""

    person: Person
    at: datetime
    way: Way
    asked: str


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has agreed to hand over, to whom, and by which question it is fetched."""

    client: Client
    uri: str
    nonce: str
    challenge: str
    scopes: frozenset[str]
    signed_in: SignIn


class NotAClientError(Exception):
    """Whoever asks has not shown that he is a client."""


class Issuer:
    """Holds the key, which is new with each start, and signs by it."""

    def __init__(self, settings: IdentitySettings) -> None:
        """Take what the provider is set up with."""
        self._settings = settings
        self._key, self._foreign = _new_key(), _new_key()

    def keys(self) -> dict[str, Any]:
        """The public key, as clients read it."""
        return {"keys": [self._key.as_dict(private=False)]}

    def about(self, granted: Granted) -> dict[str, str]:
        """The claims about a person that were agreed on."""
        person = granted.signed_in.person
        claims = {"sub": self._pairwise(granted)}
        if "profile" in granted.scopes:
            claims["name"] = person.name
        if "tckn" in granted.scopes or Lie.TCKN in self._settings.lies:
            claims["tckn"] = person.tckn.clear
        return claims

    def id_token(self, granted: Granted, *, now: datetime) -> str:
        """What the client gets, lies among it if any were ordered."""
        lies, issued = self._settings.lies, int(now.timestamp())
        if Lie.EXPIRED in lies:
            issued -= 2 * TOKEN_S
        claims = {
            "iss": _OTHER if Lie.ISSUER in lies else self._settings.issuer,
            "aud": granted.client.client_id,
            "iat": issued,
            "exp": issued + TOKEN_S,
            "nonce": granted.nonce[::-1] if Lie.NONCE in lies else granted.nonce,
            "auth_time": int(granted.signed_in.at.timestamp()),
            "acr": granted.signed_in.way,
            "amr": granted.signed_in.way.amr,
        }
        key = self._foreign if Lie.KEY in lies else self._key
        header = {"alg": ALGORITHM, "kid": self._key.kid}
        return jwt.encode(header, claims | self.about(granted), key)

    def _pairwise(self, granted: Granted) -> str:
        """The person's name for all clients of one host, and for no other."""
        named = f"{urlsplit(granted.uri).hostname}\0{granted.signed_in.person.key}"
        digest = hmac.digest(self._settings.secret, named.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Clients:
    """Tells clients from others: by a secret in the header, or by a key of their own."""

    def __init__(self, settings: IdentitySettings) -> None:
        """Take who they are."""
        self._settings = settings
        self._shown: Kept[str] = Kept(ASSERTION_MAX + timedelta(seconds=2 * _CLOCKS_S))

    def of(self, basic: str, form: Mapping[str, list[str]], *, now: datetime) -> Client:
        """Give which client this is.

        Takes   basic: an Authorization, "" where there is none · form: of the token call
        Raises  NotAClientError; also where both are shown
        """
        assertion = single(form, "client_assertion")
        has_assertion = bool({"client_assertion", "client_assertion_type"} & form.keys())
        found = None
        if basic and not has_assertion:
            found = self._by_secret(basic)
        elif has_assertion and not basic and single(form, "client_assertion_type") == ASSERTION:
            found = self._by_key(assertion, now)
        named = form.get("client_id", [])
        if found is None or (named and named != [found.client_id]):
            raise NotAClientError
        return found

    def _by_secret(self, basic: str) -> Client | None:
        kind, _, pair = basic.partition(" ")
        name = secret = ""
        with suppress(ValueError):
            text = base64.b64decode(pair, validate=True).decode("ascii")
            name, secret = (unquote_plus(each, errors="strict") for each in text.split(":", 1))
        client = self._settings.client_of(name)
        if kind.lower() != "basic" or client is None or not client.secret:
            return None
        is_it = hmac.compare_digest(client.secret.encode(), secret.encode())
        return client if is_it else None

    def _by_key(self, assertion: str, now: datetime) -> Client | None:
        for client in self._settings.clients:
            claims = _verified(assertion, client)
            if claims is not None:
                return client if self._is_fit(claims, client, now) else None
        return None

    def _is_fit(self, claims: Mapping[str, Any], client: Client, now: datetime) -> bool:
        """Is it of now, for us, and shown for the first time?"""
        until, jti, aud = claims.get("exp"), claims.get("jti"), claims.get("aud")
        at = now.timestamp()
        if not isinstance(until, int | float) or not isinstance(jti, str) or not jti:
            return False
        is_now = at - _CLOCKS_S < until <= at + ASSERTION_MAX.total_seconds() + _CLOCKS_S
        ours = (self._settings.issuer, f"{self._settings.issuer}/token")
        is_ours = any(each in ours for each in (aud if isinstance(aud, list) else [aud]))
        is_its = claims.get("iss") == client.client_id == claims.get("sub")
        name = hashlib.sha256(f"{client.client_id}\0{jti}".encode("utf-8", "replace")).hexdigest()
        if not (is_now and is_ours and is_its) or self._shown.get(name, now):
            return False
        self._shown.put(name, name, now)
        return True


def _verified(assertion: str, client: Client) -> Mapping[str, Any] | None:
    with suppress(JoseError, ValueError, TypeError, KeyError, RecursionError):
        keys: list[Key] = [ECKey.import_key(each) for each in client.keys]
        return jwt.decode(assertion, KeySet(keys), algorithms=[ALGORITHM]).claims
    return None


def _new_key() -> ECKey:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM})
    key.ensure_kid()
    return key


def is_of_challenge(verifier: str, challenge: str) -> bool:
    """Does this verifier belong to that challenge? Source: RFC 7636 4.6."""
    digest = hashlib.sha256(verifier.encode("utf-8", "replace")).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)
