"""A real OpenID Connect provider on a local port, which may also be told to misbehave."""

import asyncio
import base64
import hashlib
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "izin client", "s:ecret/+ü"


class IdentityProvider:
    """Signs in whoever comes as `claims` says; what it says otherwise is in `lies`."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "first", "use": "sig"})
        self.issuer = ""
        self.metadata: dict[str, Any] = {}
        self.answer: dict[str, str] = {}
        self.claims: dict[str, Any] = {"sub": "ada-1", "email": "ada@firma.example"}
        self.claims |= {"email_verified": True, "amr": ["pwd", "mfa"]}
        self.signed: str | None = None
        self.slow: asyncio.Event | None = None
        self.size = 0
        self.redirects_to = ""
        self._codes: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _discovery(self, _: Request) -> Response:
        if self.slow is not None:
            await self.slow.wait()
        if self.redirects_to:
            return RedirectResponse(self.redirects_to)
        if self.size:
            return StreamingResponse(self._much(), media_type="application/json")
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "authorization_response_iss_parameter_supported": True,
            }
            | self.metadata
        )

    async def _much(self) -> AsyncIterator[bytes]:
        for _ in range(self.size // 1024):
            yield b" " * 1024

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT_ID
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer} | self.answer
        given = {name: value for name, value in answer.items() if value}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(given)}")

    async def _token(self, request: Request) -> Response:
        posted = parse_qs((await request.body()).decode())
        form = {name: values[0] for name, values in posted.items()}
        pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        name, _, secret = pair.partition(":")
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_known = (unquote(name), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)
        if asked is None or not is_known or challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse({"token_type": "Bearer", "id_token": self._id_token(asked["nonce"])})

    def _id_token(self, nonce: str) -> str:
        if self.signed is not None:
            return self.signed
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        header = {"alg": "ES256", "kid": "first"}
        return jwt.encode(header, claims | {"nonce": nonce} | self.claims, self.key)

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@asynccontextmanager
async def identity_provider(tls: Path | None = None) -> AsyncIterator[IdentityProvider]:
    """A provider that is served until the end; `tls` is its key and certificate, if it has any."""
    provider = IdentityProvider()
    served = uvicorn.Config(provider.app, log_level="critical", lifespan="off", ssl_certfile=tls)
    server = uvicorn.Server(served)
    listening = socket.create_server(("127.0.0.1", 0))  # whoever comes waits until it is served
    scheme = "http" if tls is None else "https"
    provider.issuer = f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield provider
    finally:
        if provider.slow is not None:
            provider.slow.set()
        server.should_exit = True
        await serving
        listening.close()
