"""A client with keys of its own: it signs assertions and proofs, good ones or what a test wants."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Any
from uuid import uuid4

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

ISSUER = "http://127.0.0.1:8000"
TOKEN_URL = f"{ISSUER}/oauth2/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Key = ECKey | OKPKey | RSAKey


def signed(header: dict[str, Any], claims: object, key: Key | bytes) -> str:
    """A compact signature of whatever is said; claims set to None are left out.

    The library would not write many of these: it only signs here.
    """
    if isinstance(claims, dict):
        claims = {name: value for name, value in claims.items() if value is not None}
    body = f"{_b64(json.dumps(header).encode())}.{_b64(json.dumps(claims).encode())}"
    return f"{body}.{_b64(_signature(header['alg'], body.encode(), key))}"


def _signature(algorithm: str, body: bytes, key: Key | bytes) -> bytes:
    if isinstance(key, bytes):
        return hmac.digest(key, body, "sha256")
    name = {"EdDSA": "Ed25519"}.get(algorithm, algorithm)
    return jws.JWSRegistry.algorithms[name].sign(body, key)


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """The same with an empty signature."""
    return f"{_b64(json.dumps(header).encode())}.{_b64(json.dumps(claims).encode())}."


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def ath(token: str) -> str:
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def now() -> int:
    return int(dt.datetime.now(dt.UTC).timestamp())


def an_ec_key() -> ECKey:
    return ECKey.generate_key("P-256")


def public(key: Key) -> dict[str, Any]:
    return key.as_dict(private=False)


class Certificate:
    """A client certificate that signed itself, as a proxy hands it over and as it is registered."""

    def __init__(self, days: int = 30) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.firma.example")])
        today = dt.datetime.now(dt.UTC)
        begins = today - dt.timedelta(days=60)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(today + dt.timedelta(days=days))
            .sign(key, hashes.SHA256())
        )
        self.pem = made.public_bytes(Encoding.PEM).decode()
        der = made.public_bytes(Encoding.DER)
        self.header = f":{base64.b64encode(der).decode()}:"
        self.thumbprint = (
            base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
        )


class Holder:
    """An API account's client: its id, its key, and the nonce it was told last."""

    def __init__(self, client_id: str, key: Key | None = None, algorithm: str = "ES256") -> None:
        self.client_id = client_id
        self.key = key or an_ec_key()
        self.algorithm = algorithm
        self.nonce: str | None = None

    def assertion(self, key: Key | bytes | None = None, **changes: Any) -> str:
        """A good one but for what is said; header fields begin with an underscore."""
        at = now()
        header = {"alg": self.algorithm}
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": ISSUER,
            "iat": at,
            "exp": at + 60,
            "jti": str(uuid4()),
        }
        for name, value in changes.items():
            if name.startswith("_"):
                header[name[1:]] = value
            else:
                claims[name] = value
        return signed(header, claims, key or self.key)

    def proof(
        self,
        method: str = "POST",
        url: str = TOKEN_URL,
        token: str | None = None,
        key: Key | None = None,
        **changes: Any,
    ) -> str:
        """A good one but for what is said."""
        header = {"typ": "dpop+jwt", "alg": self.algorithm, "jwk": public(self.key)}
        claims: dict[str, Any] = {
            "htm": method,
            "htu": url,
            "iat": now(),
            "jti": str(uuid4()),
            "nonce": self.nonce,
            "ath": None if token is None else ath(token),
        }
        for name, value in changes.items():
            if name.startswith("_"):
                header[name[1:]] = value
            else:
                claims[name] = value
        return signed(header, claims, key or self.key)

    def asking(self, **changes: Any) -> dict[str, Any]:
        """The body that asks for a token."""
        body = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(),
        } | changes
        return {name: value for name, value in body.items() if value is not None}

    async def told_nonce(self, client: httpx2.AsyncClient) -> None:
        """Ask once without one, and keep what is handed out."""
        answer = await client.post(
            "/oauth2/token", data=self.asking(), headers={"dpop": self.proof(nonce=None)}
        )
        assert answer.json()["error"] == "use_dpop_nonce", answer.text
        self.nonce = answer.headers["dpop-nonce"]

    async def ask(self, client: httpx2.AsyncClient, **changes: Any) -> httpx2.Response:
        """Ask for a token with a good proof."""
        if self.nonce is None:
            await self.told_nonce(client)
        return await client.post(
            "/oauth2/token", data=self.asking(**changes), headers={"dpop": self.proof()}
        )

    async def token(self, client: httpx2.AsyncClient, **changes: Any) -> str:
        answer = await self.ask(client, **changes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def call(
        self,
        client: httpx2.AsyncClient,
        token: str,
        path: str,
        *,
        method: str = "GET",
        proof: str | None = None,
        **options: Any,
    ) -> httpx2.Response:
        """Call with the token and a proof for this call."""
        made = proof or self.proof(method, ISSUER + path.partition("?")[0], token)
        headers = {"authorization": f"DPoP {token}", "dpop": made}
        return await client.request(method, path, headers=headers, **options)
