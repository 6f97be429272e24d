"""The checks of the profile that tokens of a new integration are given and taken by.

After FAPI 2.0's own checks and RFC 9700; those about codes, redirects and PAR have no place here.
A row is what is changed in a good request, and what is answered: None is success.
"""

from typing import Any
from uuid import uuid4

from builders.holder import ISSUER, TOKEN_URL, Holder, now, public, signed, unsigned
from joserfc.jwk import ECKey, RSAKey

UNKNOWN, INVALID = "client_unknown", "proof_unfit"
_FAR = 2**33


def claims(**changes: Any):
    """An assertion with these changes."""
    return lambda holder: holder.assertion(**changes)


def dated(**seconds: int):
    """An assertion whose instants are so many seconds from now."""
    return lambda holder: holder.assertion(**{name: now() + by for name, by in seconds.items()})


def _tampered(holder: Holder) -> str:
    head, _, tail = holder.assertion().split(".")
    _, other, _ = holder.assertion().split(".")
    return f"{head}.{other}.{tail}"


def _hmac(holder: Holder) -> str:
    return holder.assertion(key=holder.key.as_pem(private=False), _alg="HS256")


def _none(holder: Holder, alg: str = "none") -> str:
    told = {"iss": holder.client_id, "sub": holder.client_id, "aud": ISSUER}
    return unsigned({"alg": alg}, told | {"exp": now() + 60, "jti": str(uuid4())})


ASSERTIONS: dict[str, tuple[Any, str | None]] = {
    "as FAPI wants it": (claims(), None),
    "aud is the token endpoint": (claims(aud=TOKEN_URL), None),
    "aud is a list of the issuer alone": (claims(aud=[ISSUER]), None),
    "iat 8 s ahead": (dated(iat=8), None),
    "nbf 8 s ahead": (dated(nbf=8), None),
    "no iat": (claims(iat=None), None),
    "iat long ago": (dated(iat=-86_400), None),
    "exp in five minutes": (dated(exp=300), None),
    "exp 5 s ago, as clocks differ": (dated(exp=-5), None),
    "typ client-authentication+jwt": (claims(_typ="client-authentication+jwt"), None),
    "a kid of its own": (claims(_kid="mine"), None),
    "more claims than are read": (claims(scope="x", nonce="y"), None),
    "aud is another server's": (claims(aud="https://other.example"), "assertion_audience"),
    "aud is a list of two": (claims(aud=[ISSUER, TOKEN_URL]), "assertion_audience"),
    "aud is a list of us and another": (
        claims(aud=[ISSUER, "https://other.example"]),
        "assertion_audience",
    ),
    "aud is an empty list": (claims(aud=[]), "assertion_audience"),
    "aud is missing": (claims(aud=None), "assertion_audience"),
    "aud is a number": (claims(aud=7), "assertion_audience"),
    "aud is a list of a list": (claims(aud=[[ISSUER]]), "assertion_audience"),
    "aud has a slash more": (claims(aud=ISSUER + "/"), "assertion_audience"),
    "aud is a part of ours": (claims(aud=ISSUER[:-1]), "assertion_audience"),
    "aud is the resource": (claims(aud=f"{ISSUER}/sps/731001"), "assertion_audience"),
    "exp is missing": (claims(exp=None), "assertion_time"),
    "exp is over": (dated(exp=-12), "assertion_time"),
    "exp is far": (dated(exp=600), "assertion_time"),
    "exp is for ever": (claims(exp=_FAR), "assertion_time"),
    "exp is a text": (claims(exp=str(now() + 60)), "assertion_time"),
    "exp is true": (claims(exp=True), "assertion_time"),
    "exp is no number": (claims(exp=float("nan")), "assertion_time"),
    "exp is infinite": (claims(exp=float("inf")), "assertion_time"),
    "exp is negative": (claims(exp=-1), "assertion_time"),
    "iat 60 s ahead": (dated(iat=62), "assertion_time"),
    "nbf 60 s ahead": (dated(nbf=62), "assertion_time"),
    "iat is a text": (claims(iat="now"), "assertion_time"),
    "nbf is a list": (claims(nbf=[1]), "assertion_time"),
    "jti is missing": (claims(jti=None), "assertion_id"),
    "jti is empty": (claims(jti=""), "assertion_id"),
    "jti is a number": (claims(jti=1), "assertion_id"),
    "jti is too long": (claims(jti="x" * 257), "assertion_id"),
    "jti is half a letter": (claims(jti="\ud800"), "assertion_id"),
    "iss is another's": (claims(iss=str(uuid4())), UNKNOWN),
    "iss is missing": (claims(iss=None), UNKNOWN),
    "sub is missing": (claims(sub=None), UNKNOWN),
    "sub is nobody's": (claims(iss=str(uuid4()), sub=str(uuid4())), UNKNOWN),
    "sub is no id": (claims(iss="x", sub="x"), UNKNOWN),
    "sub is a number": (claims(iss=1, sub=1), UNKNOWN),
    "sub in capitals": (
        lambda holder: holder.assertion(iss=holder.client_id.upper(), sub=holder.client_id.upper()),
        UNKNOWN,
    ),
    "alg is none": (_none, UNKNOWN),
    "alg is NONE": (lambda holder: _none(holder, "NONE"), UNKNOWN),
    "alg is ES256, without a signature": (lambda holder: _none(holder, "ES256"), UNKNOWN),
    "HS256 by the public key": (_hmac, UNKNOWN),
    "RS256": (
        lambda holder: holder.assertion(key=RSAKey.generate_key(2048), _alg="RS256"),
        UNKNOWN,
    ),
    "ES384": (
        lambda holder: holder.assertion(key=ECKey.generate_key("P-384"), _alg="ES384"),
        UNKNOWN,
    ),
    "another key's": (lambda holder: holder.assertion(key=ECKey.generate_key("P-256")), UNKNOWN),
    "another key's, in its header": (
        lambda holder: _with_own_key(holder, ECKey.generate_key("P-256")),
        UNKNOWN,
    ),
    "claims changed after signing": (_tampered, UNKNOWN),
    "crit of something unknown": (
        lambda holder: holder.assertion(_crit=["x"], _x=1),
        UNKNOWN,
    ),
    "b64 is false": (
        lambda holder: holder.assertion(_b64=False, _crit=["b64"]),
        UNKNOWN,
    ),
    "no JWT at all": (lambda _: "x", UNKNOWN),
    "an encrypted JWT": (lambda _: "a.b.c.d.e", UNKNOWN),
    "too long": (claims(padding="x" * 9_000), UNKNOWN),
    "not ASCII": (lambda holder: holder.assertion() + "ş", UNKNOWN),
    "claims are a list": (lambda holder: signed({"alg": "ES256"}, [1], holder.key), UNKNOWN),
}


def _with_own_key(holder: Holder, key: ECKey) -> str:
    return holder.assertion(key=key, _jwk=public(key))


PROOFS: dict[str, tuple[dict[str, Any], str | None]] = {
    "as RFC 9449 wants it": ({}, None),
    "iat 8 s ahead": ({"iat": lambda: now() + 8}, None),
    "iat 50 s ago": ({"iat": lambda: now() - 50}, None),
    "the scheme in capitals": ({"htu": TOKEN_URL.replace("http", "HTTP")}, None),
    "htu with a query, which is not looked at": ({"htu": TOKEN_URL + "?x=1#y"}, None),
    "htu written with codes": ({"htu": f"{ISSUER}/oauth2/%74oken"}, None),
    "typ is JWT": ({"_typ": "JWT"}, "proof_shape"),
    "typ is missing": ({"_typ": None}, "proof_shape"),
    "typ is a list": ({"_typ": ["dpop+jwt"]}, "proof_shape"),
    "jwk is missing": ({"_jwk": None}, "jwk"),
    "jwk is a text": ({"_jwk": "x"}, "jwk"),
    "jwk of another curve": ({"_jwk": public(ECKey.generate_key("P-384"))}, "jwk"),
    "jwk is symmetric": ({"_jwk": {"kty": "oct", "k": "AAAA"}}, "public_jwk"),
    "jwk has its private part": ("private", "public_jwk"),
    "jwk is another key": ({"_jwk": public(ECKey.generate_key("P-256"))}, "proof_signature"),
    "jwk is no point of the curve": (
        {"_jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        "jwk",
    ),
    "jwk is a short RSA key": ({"_jwk": "short"}, "jwk"),
    "htm is GET": ({"htm": "GET"}, "proof_method"),
    "htm is post": ({"htm": "post"}, "proof_method"),
    "htm is missing": ({"htm": None}, "proof_method"),
    "htu is another host": ({"htu": "http://izin.example/oauth2/token"}, "proof_address"),
    "htu is https": ({"htu": TOKEN_URL.replace("http:", "https:")}, "proof_address"),
    "htu is another port": ({"htu": TOKEN_URL.replace(":8000", ":8001")}, "proof_address"),
    "htu has a bad port": ({"htu": TOKEN_URL.replace(":8000", ":x")}, "proof_address"),
    "htu is another path": ({"htu": f"{ISSUER}/oauth/token"}, "proof_address"),
    "htu has a slash more": ({"htu": TOKEN_URL + "/"}, "proof_address"),
    "htu names a user": ({"htu": TOKEN_URL.replace("//", "//a@")}, "proof_address"),
    "htu is the path alone": ({"htu": "/oauth2/token"}, "proof_address"),
    "htu is a number": ({"htu": 1}, "proof_address"),
    "htu is missing": ({"htu": None}, "proof_address"),
    "iat is missing": ({"iat": None}, "proof_time"),
    "iat is old": ({"iat": lambda: now() - 72}, "proof_time"),
    "iat 60 s ahead": ({"iat": lambda: now() + 62}, "proof_time"),
    "iat is a text": ({"iat": "1"}, "proof_time"),
    "iat is no number": ({"iat": float("nan")}, "proof_time"),
    "jti is missing": ({"jti": None}, "proof_id"),
    "jti is empty": ({"jti": ""}, "proof_id"),
    "jti is too long": ({"jti": "x" * 257}, "proof_id"),
    "jti is half a letter": ({"jti": "\ud800"}, "proof_id"),
    "jti is an object": ({"jti": {}}, "proof_id"),
    "nonce is missing": ({"nonce": None}, "nonce"),
    "nonce is invented": ({"nonce": "0" * 32}, "nonce"),
    "nonce is a list": ({"nonce": ["x"]}, "nonce"),
}
"""What is changed in a proof, and the word of what was expected; "nonce" asks for another."""
