"""Signatures made with other people's keys: what is read of them, and which keys will do.

joserfc reads and verifies; what is here says which of the many things that it knows are taken.
Source: RFC 7515, 7517, 7638, 9864; FAPI 2.0 5.4.
"""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
"""Of asymmetric keys, each with one curve or padding; EdDSA is the older name of Ed25519."""

RSA_BITS_LEAST, RSA_BITS_MOST = 2048, 4096
_TEXT_MAX = 8 * 1024
_HEADER_MAX = 4 * 1024

_MEMBERS = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
}
"""What a public key is made of, in the order of its thumbprint. Source: RFC 7638 3.2."""
_CURVES = {"EC": "P-256", "OKP": "Ed25519"}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_BY_ALGORITHM = {"ES256": "EC", "PS256": "RSA", "EdDSA": "OKP", "Ed25519": "OKP"}
_EXPONENT = "AQAB"
_N_LEAST, _N_MOST = 341, 684
"""Digits of base64 that a modulus of these bits has."""

PublicKey = ECKey | OKPKey | RSAKey


class UnfitKeyError(ValueError):
    """A key that is not taken; `reason` is a word of the catalogue's."""

    def __init__(self, reason: str) -> None:
        """Take why, as the catalogue's part ``expected`` names it."""
        super().__init__(reason)
        self.reason = reason


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says that he has signed. It prints nothing."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    raw: jws.CompactSignature

    def __repr__(self) -> str:
        """Show nothing: it is as good as a password for a while."""
        return "Signed(…)"

    def is_by(self, key: PublicKey) -> bool:
        """Is it signed with the private half of this key?

        Cost    0.1 ms
        """
        if _BY_ALGORITHM[self.header["alg"]] != key.key_type:
            return False
        try:
            return jws.validate_compact(self.raw, key, registry=_REGISTRY)
        except (JoseError, ValueError):
            return False


class _Registry(jws.JWSRegistry):
    """The algorithms that are taken, under both names that one of them has."""

    max_header_length = _HEADER_MAX  # an RSA key in it is longer than joserfc's own bound

    def get_alg(self, name: str) -> Any:
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


_REGISTRY = _Registry(algorithms=list(ALGORITHMS), strict_check_header=False)


def read_signed(text: str) -> Signed | None:
    """Read a compact signature, which nobody has verified yet.

    Gives   None for what is none, is too long, asks for an algorithm that is not taken, or says
            that a reader has to understand more than is understood here
    """
    if len(text) > _TEXT_MAX or not text.isascii():
        return None
    try:
        raw = jws.extract_compact(text.encode(), registry=_REGISTRY)
        header, claims = raw.headers(), json.loads(raw.payload)
        algorithm = header.get("alg")
    except (JoseError, ValueError, RecursionError, AttributeError):
        return None
    if not isinstance(claims, dict) or not isinstance(algorithm, str):
        return None
    if algorithm not in _BY_ALGORITHM or {"crit", "b64"} & header.keys():
        return None
    return Signed(header=header, claims=claims, raw=raw)


def public_key(jwk: object) -> PublicKey:
    """Read a public key.

    Raises  UnfitKeyError: a private or a symmetric one, another kind or curve, too short
    """
    if not isinstance(jwk, Mapping):
        raise UnfitKeyError("jwk")
    if _PRIVATE & jwk.keys():
        raise UnfitKeyError("public_jwk")
    kind = jwk.get("kty")
    members = _MEMBERS.get(kind) if isinstance(kind, str) else None
    if members is None or _CURVES.get(str(kind)) != jwk.get("crv"):
        raise UnfitKeyError("jwk")
    try:
        return _imported(str(kind), {name: jwk[name] for name in members})
    except (JoseError, ValueError, KeyError, TypeError):
        raise UnfitKeyError("jwk") from None


def _imported(kind: str, members: dict[str, Any]) -> PublicKey:
    if kind != "RSA":
        curve = ECKey.import_key(members) if kind == "EC" else OKPKey.import_key(members)
        curve.public_key  # noqa: B018 # only then the point is looked at
        return curve
    if members["e"] != _EXPONENT or not _N_LEAST <= len(members["n"]) <= _N_MOST:
        raise ValueError  # a long exponent makes each look at a signature slow
    key = RSAKey.import_key(members)
    if not RSA_BITS_LEAST <= key.public_key.key_size <= RSA_BITS_MOST:
        raise ValueError
    return key


def thumbprint_of(key: PublicKey) -> str:
    """Name a key by what it is: SHA-256 in base64url. Source: RFC 7638."""
    return key.thumbprint()


def public_text(key: PublicKey) -> str:
    """Write a key as it is kept: its public members alone, in order."""
    whole = key.as_dict(private=False)
    members = {name: whole[name] for name in _MEMBERS[key.key_type]}
    return json.dumps(members, separators=(",", ":"))


def whole_number(value: object) -> int | None:
    """Read an instant of a claim (seconds since 1970); None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < _INSTANT_MAX else None  # NaN is within nothing


_INSTANT_MAX = 2**40
