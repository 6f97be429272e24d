"""What a person has beside a password: an app of one-time codes, a device that keeps passkeys."""

import base64
import hashlib
import json
import os
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.twofactor.totp import TOTP

_PRESENT_AND_VERIFIED, _HAS_KEY = 0x05, 0x40


class App:
    """An authenticator app that has read an otpauth URI."""

    STEP = timedelta(seconds=30)

    def __init__(self, uri: str) -> None:
        secret = parse_qs(urlsplit(uri).query)["secret"][0]
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        self._totp = TOTP(key, 6, SHA1(), 30)

    def code(self, at: datetime) -> str:
        return self._totp.generate(int(at.timestamp())).decode()


class Device:
    """Answers `navigator.credentials` as a browser with one device does; keeps one key a member."""

    def __init__(self, origin: str = "http://localhost:8000") -> None:
        self.origin = origin
        self.flags = _PRESENT_AND_VERIFIED
        self._keys: dict[bytes, tuple[ec.EllipticCurvePrivateKey, bytes]] = {}
        self.count = 0

    def create(self, options: dict) -> dict:
        """Make a passkey."""
        key, id_ = ec.generate_private_key(ec.SECP256R1()), os.urandom(32)
        self._keys[id_] = key, _bytes(options["user"]["id"])
        numbers = key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(id_).to_bytes(2) + id_ + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], self.flags | _HAS_KEY) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": _text(self._client_data("webauthn.create", options)),
            "attestationObject": _text(attestation),
        }
        return self._answer(id_, response)

    def get(self, options: dict, id_: bytes | None = None) -> dict:
        """Answer with a passkey that is allowed, or with whichever there is."""
        allowed = [_bytes(each["id"]) for each in options.get("allowCredentials", ())]
        id_ = id_ or next(each for each in self._keys if not allowed or each in allowed)
        key, user = self._keys[id_]
        self.count += 1
        data = self._data(options["rpId"], self.flags)
        client_data = self._client_data("webauthn.get", options)
        signature = key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": _text(client_data),
            "authenticatorData": _text(data),
            "signature": _text(signature),
            "userHandle": _text(user),
        }
        return self._answer(id_, response)

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _client_data(self, kind: str, options: dict) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    @staticmethod
    def _answer(id_: bytes, response: dict) -> dict:
        shown = _text(id_)
        return {
            "id": shown,
            "rawId": shown,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
