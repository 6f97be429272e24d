"""What clients call of a simulated identity provider, without a browser.

Source: OpenID Connect Discovery 1.0, Core 1.0 3.1.3 and 5.3; RFC 6749 4.1.3, RFC 6750, RFC 8414.
"""

import asyncio
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from izin.simulator.asking import NoWayBackError, single
from izin.simulator.issuing import (
    ALGORITHM,
    TOKEN_S,
    Clients,
    Granted,
    Issuer,
    NotAClientError,
    is_of_challenge,
)
from izin.simulator.kept import Kept
from izin.simulator.registration import Client, IdentitySettings, Lie, Way
from izin.simulator.taking import fields_in

CODE_LASTS = timedelta(seconds=60)
SLOW_S_MAX = 30
_NO_STORE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Machines:
    """Answers clients: what the provider can do, its keys, and tokens for codes."""

    def __init__(self, settings: IdentitySettings) -> None:
        """Take what the provider is set up with."""
        self._settings = settings
        self._issuer = Issuer(settings)
        self._clients = Clients(settings)
        self._codes: Kept[Granted] = Kept(CODE_LASTS)
        self._used: Kept[str] = Kept(timedelta(seconds=TOKEN_S))
        self._tokens: Kept[Granted] = Kept(timedelta(seconds=TOKEN_S))

    def routes(self) -> list[Route]:
        """Where they call."""
        return [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/jwks", self._keys),
            Route("/token", self._token, methods=["POST"]),
            Route("/userinfo", self._userinfo, methods=["GET", "POST"]),
        ]

    def code_for(self, granted: Granted, *, now: datetime) -> str:
        """Give a code by which the client fetches what was agreed on, once."""
        code = secrets.token_urlsafe(32)
        self._codes.put(code, granted, now)
        return code

    async def _discovery(self, _: Request) -> Response:
        at = self._settings.issuer
        scopes = sorted({each for client in self._settings.clients for each in client.scopes})
        return _json(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "userinfo_endpoint": f"{at}/userinfo",
                "jwks_uri": f"{at}/jwks",
                "end_session_endpoint": f"{at}/end-session",
                "scopes_supported": scopes,
                "acr_values_supported": list(Way),
                "claims_supported": [
                    *("iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr"),
                    *("name", "tckn"),
                ],
                "ui_locales_supported": ["tr", "en"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
                **_HOW,
            }
        )

    async def _keys(self, _: Request) -> Response:
        return _json(self._issuer.keys())

    async def _token(self, request: Request) -> Response:
        if Lie.FAILS in self._settings.lies:
            return Response("failed", 500)
        try:
            form = await fields_in(request)
        except NoWayBackError:
            return _wrong("invalid_request")
        if Lie.SLOW in self._settings.lies:
            await _until_nobody_waits(request)
        if any(len(values) > 1 for values in form.values()):
            return _wrong("invalid_request")
        now, basic = self._settings.clock(), request.headers.get("authorization", "")
        try:
            client = self._clients.of(basic, form, now=now)
        except NotAClientError:
            response = _wrong("invalid_client", status=401)
            response.headers["www-authenticate"] = 'Basic realm="token"'
            return response
        if single(form, "grant_type") != "authorization_code":
            return _wrong("unsupported_grant_type" if single(form, "grant_type") else _INVALID)
        granted = self._redeemed(client, form, now)
        return _wrong("invalid_grant") if granted is None else self._given(form, granted, now)

    def _redeemed(
        self, client: Client, form: dict[str, list[str]], now: datetime
    ) -> Granted | None:
        """What a code stands for. It is used up, whoever shows it; shown again, it takes back."""
        code = single(form, "code")
        granted = self._codes.take(code, now)
        if granted is None:
            self._tokens.take(self._used.get(code, now), now)
            return None
        is_its = granted.client.client_id == client.client_id
        is_same = single(form, "redirect_uri") == granted.uri
        fits = is_of_challenge(single(form, "code_verifier"), granted.challenge)
        return granted if is_its and is_same and fits else None

    def _given(self, form: dict[str, list[str]], granted: Granted, now: datetime) -> Response:
        token = secrets.token_urlsafe(32)
        self._tokens.put(token, granted, now)
        self._used.put(single(form, "code"), token, now)
        return _json(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": TOKEN_S,
                "scope": " ".join(sorted(granted.scopes)),
                "id_token": self._issuer.id_token(granted, now=now),
            }
        )

    async def _userinfo(self, request: Request) -> Response:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        granted = self._tokens.get(token, self._settings.clock())
        if kind.lower() != "bearer" or granted is None:
            response = _wrong("invalid_token", status=401)
            response.headers["www-authenticate"] = 'Bearer error="invalid_token"'
            return response
        return _json(self._issuer.about(granted))


_INVALID = "invalid_request"
_HOW: dict[str, Any] = {
    "response_types_supported": ["code"],
    "response_modes_supported": ["query"],
    "grant_types_supported": ["authorization_code"],
    "prompt_values_supported": ["none", "login", "consent", "select_account"],
    "code_challenge_methods_supported": ["S256"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
    "authorization_response_iss_parameter_supported": True,
    "claims_parameter_supported": False,
    "request_parameter_supported": False,
    "request_uri_parameter_supported": False,
}


async def _until_nobody_waits(request: Request) -> None:
    """Be late: the client goes first, if it does so at all."""
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(SLOW_S_MAX):
            while (await request.receive())["type"] != "http.disconnect":
                pass


def _json(body: dict[str, Any]) -> Response:
    return JSONResponse(body, headers=_NO_STORE)


def _wrong(error: str, *, status: int = 400) -> Response:
    return JSONResponse({"error": error}, status, headers=_NO_STORE)
