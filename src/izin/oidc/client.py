"""A browser is sent to an identity provider, and comes back with who signed in there.

Source: OpenID Connect Core 1.0, Discovery 1.0; RFC 7636 (PKCE), RFC 9207 (iss), RFC 9700.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from izin.core.identity import Tckn, is_tckn
from izin.oidc.fetch import Fetch
from izin.oidc.id_token import auth_time_of, claims_of
from izin.oidc.model import (
    TCKN,
    Fault,
    NotSignedInError,
    Registration,
    SignedIn,
    Started,
    Wish,
)

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_DISCOVERY = "/.well-known/openid-configuration"
_CODE_MAX = 2048
_SAID = {
    "access_denied": Fault.DENIED,
    "server_error": Fault.AWAY,
    "temporarily_unavailable": Fault.AWAY,
    "unmet_authentication_requirements": Fault.ACR,
}
"""What the answer's `error` means; any other is the provider's, of what we asked for."""

_WHO = Wish()


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of itself, as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    authorization_response_iss_parameter_supported: bool = False


class OidcClient:
    """Signs people in by the word of a provider that they, or their company, have named."""

    def __init__(self, fetch: Fetch) -> None:
        """Take how providers are called."""
        self._fetch = fetch

    def is_fit(self, issuer: str) -> bool:
        """May a provider of this name be called at all?"""
        return self._fetch.is_fit(issuer)

    async def begin(
        self, at: Registration, *, drawn: tuple[str, str, str], wish: Wish = _WHO
    ) -> Started:
        """Give where the browser goes.

        Takes   drawn: three secrets for this sign-in alone, of 43 letters or more: state, nonce,
                verifier · wish: what `finish` is given too
        Raises  NotSignedInError AWAY, REFUSED, METADATA
        """
        state, nonce, verifier = drawn
        metadata = await self._metadata(at)
        challenge = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": at.client_id,
            "redirect_uri": at.redirect_uri,
            "scope": " ".join(("openid", *wish.scopes)),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if wish.max_age_s is not None:
            asked["max_age"] = str(wish.max_age_s)
        if wish.is_anew:
            asked["prompt"] = "login"
        if wish.acrs:
            asked["acr_values"] = " ".join(wish.acrs)
        beside = "&" if "?" in metadata.authorization_endpoint else "?"
        url = metadata.authorization_endpoint + beside + urlencode(asked)
        return Started(url=url, state=state, nonce=nonce, verifier=verifier)

    async def finish(
        self,
        at: Registration,
        started: Started,
        answer: Mapping[str, str],
        *,
        now: datetime,
        wish: Wish = _WHO,
    ) -> SignedIn:
        """Give who signed in.

        Takes   started: what this very browser had begun · answer: the query that it came back with
        Raises  NotSignedInError
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), started.state.encode()):
            raise NotSignedInError(Fault.STATE)
        metadata = await self._metadata(at)
        named = answer.get("iss")
        is_told = metadata.authorization_response_iss_parameter_supported
        if named != at.issuer and (is_told or named is not None):
            raise NotSignedInError(Fault.ISSUER)
        if "error" in answer:
            raise NotSignedInError(_SAID.get(answer["error"], Fault.REFUSED))
        code = answer.get("code", "")
        if not 0 < len(code) <= _CODE_MAX:
            raise NotSignedInError(Fault.CODE)
        id_token = await self._redeemed(at, metadata, started, code)
        keys = await self._fetch.document(metadata.jwks_uri)
        claims = claims_of(id_token, keys, at, wish, nonce=started.nonce, now=now)
        return _signed_in(at, claims, wish, now=now)

    async def _metadata(self, at: Registration) -> _Metadata:
        if not self._fetch.is_fit(at.issuer):
            raise NotSignedInError(Fault.METADATA)
        found = await self._fetch.document(at.issuer.rstrip("/") + _DISCOVERY)
        try:
            metadata = msgspec.convert(found, _Metadata)
        except msgspec.ValidationError as error:
            raise NotSignedInError(Fault.METADATA) from error
        is_fit = all(self._fetch.is_fit(getattr(metadata, name)) for name in _ENDPOINTS)
        if metadata.issuer != at.issuer or not is_fit:
            raise NotSignedInError(Fault.METADATA)
        return metadata

    async def _redeemed(
        self, at: Registration, metadata: _Metadata, started: Started, code: str
    ) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": at.redirect_uri,
            "code_verifier": started.verifier,
        }
        # each half in the form's own encoding first. Source: RFC 6749 2.3.1
        pair = f"{quote(at.client_id, safe='')}:{quote(at.client_secret, safe='')}"
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        try:
            found = await self._fetch.document(
                metadata.token_endpoint, form=urlencode(form), basic=basic
            )
        except NotSignedInError as error:
            fault = Fault.CODE if error.fault is Fault.REFUSED else error.fault
            raise NotSignedInError(fault) from error
        id_token = found.get("id_token") if isinstance(found, dict) else None
        if not isinstance(id_token, str):
            raise NotSignedInError(Fault.ANSWER)
        return id_token


def _signed_in(
    at: Registration, claims: Mapping[str, Any], wish: Wish, *, now: datetime
) -> SignedIn:
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True and isinstance(email, str)
    amr = claims.get("amr")
    has_mfa = isinstance(amr, list) and "mfa" in amr
    acr = claims.get("acr")
    acr = acr if isinstance(acr, str) else None
    if wish.acrs and acr not in wish.acrs:
        raise NotSignedInError(Fault.ACR)
    number = claims.get(TCKN)
    return SignedIn(
        issuer=at.issuer,
        subject=claims["sub"],
        email=email if is_verified else None,
        has_mfa=has_mfa or acr in at.mfa_acrs,
        auth_at=auth_time_of(claims, wish, now=now),
        acr=acr,
        tckn=Tckn(number) if isinstance(number, str) and is_tckn(number) else None,
    )
