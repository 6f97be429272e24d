"""What an identity provider has signed about somebody, and whether it is believed.

Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 8725.
"""

import hmac
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from izin.oidc.model import Fault, NotSignedInError, Registration, Wish

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
"""Of public keys alone: none that a client's own secret could make."""

CLOCKS_S_MAX = 60
AGE_MAX = timedelta(minutes=10)
SUBJECT_LENGTH_MAX = 255
_TEXT_MAX = 16 * 1024
_KEYS_MAX = 50
_RSA_BITS_LEAST, _RSA_BITS_MOST = 2048, 8192


def claims_of(
    text: str, keys: object, at: Registration, wish: Wish, *, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """Give what an ID token says of what was asked for, once all of it fits.

    Takes   keys: the provider's own set, as it came · nonce: of this very sign-in
    Raises  NotSignedInError TOKEN, NONCE
    """
    claims = _let_through(text, keys, wish.passed)
    if not _is_for_us(claims, at) or not _is_of_now(claims, now):
        raise NotSignedInError(Fault.TOKEN)
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise NotSignedInError(Fault.NONCE)
    return claims


def auth_time_of(claims: Mapping[str, Any], wish: Wish, *, now: datetime) -> datetime | None:
    """Give when he signed in there; None where no age was asked for.

    Raises  NotSignedInError STALE: too long ago, or not said
    """
    if wish.max_age_s is None:
        return None
    said, at = claims.get("auth_time"), now.timestamp()
    if not isinstance(said, int | float) or isinstance(said, bool):
        raise NotSignedInError(Fault.STALE)
    if not at - wish.max_age_s - CLOCKS_S_MAX <= said <= at + CLOCKS_S_MAX:
        raise NotSignedInError(Fault.STALE)
    return datetime.fromtimestamp(said, UTC)


def _let_through(text: str, keys: object, passed: frozenset[str]) -> Mapping[str, Any]:
    """Read a token that is believed, and drop at once whatever nobody has asked for.

    Raised outside: a decoder's own exception may keep what it could not read.
    """
    if len(text) <= _TEXT_MAX:
        with suppress(JoseError, ValueError, TypeError, KeyError, RecursionError):
            read = jwt.decode(text, _fit_keys(keys), algorithms=list(ALGORITHMS)).claims
            return {name: value for name, value in read.items() if name in passed}
    raise NotSignedInError(Fault.TOKEN)


def _fit_keys(keys: object) -> KeySet:
    listed = keys.get("keys") if isinstance(keys, dict) else None
    if not isinstance(listed, list) or len(listed) > _KEYS_MAX:
        raise ValueError("no set of keys")
    fit: list[Key] = [each for each in map(_fit, listed) if each is not None]
    if not fit:
        raise ValueError("no key that is taken")
    return KeySet(fit)


def _fit(jwk: object) -> ECKey | OKPKey | RSAKey | None:
    """Read a public key to sign with; None for another: a provider may list some of each."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    kind, curve = jwk.get("kty"), jwk.get("crv")
    try:
        if kind == "RSA":
            key = RSAKey.import_key(jwk)
            bits = key.public_key.key_size
            return key if _RSA_BITS_LEAST <= bits <= _RSA_BITS_MOST else None
        if (kind, curve) == ("EC", "P-256"):
            return ECKey.import_key(jwk)
        return OKPKey.import_key(jwk) if (kind, curve) == ("OKP", "Ed25519") else None
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def _is_for_us(claims: Mapping[str, Any], at: Registration) -> bool:
    audience, subject = claims.get("aud"), claims.get("sub")
    is_ours = audience in (at.client_id, [at.client_id])
    is_named = isinstance(subject, str) and 0 < len(subject) <= SUBJECT_LENGTH_MAX
    by = claims.get("azp", at.client_id)
    return is_ours and is_named and claims.get("iss") == at.issuer and by == at.client_id


def _is_of_now(claims: Mapping[str, Any], now: datetime) -> bool:
    expires, issued = claims.get("exp"), claims.get("iat")
    if not all(isinstance(each, int | float) for each in (expires, issued)):
        return False
    at = now.timestamp()
    # compared as they are: what is written with four hundred digits is no float
    is_young = at - AGE_MAX.total_seconds() <= (issued or 0) <= at + CLOCKS_S_MAX
    return bool(is_young and at - CLOCKS_S_MAX < (expires or 0))
