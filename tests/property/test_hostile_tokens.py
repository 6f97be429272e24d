"""Whatever is sent as a key, a proof, an assertion or a certificate is told from a good one."""

import base64
import json
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from izin.access.certificate import read_pem, thumbprint_in
from izin.access.dpop import KeyProof, Wanted, read_proof
from izin.access.jose import UnfitKeyError, public_key, read_signed, whole_number

NOW = datetime(2026, 11, 1, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
MEMBERS = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "d", "k", "alg", "use"])
WORDS = st.sampled_from(
    ["EC", "RSA", "OKP", "oct", "P-256", "Ed25519", "AQAB", "AA", "!!", "A" * 342]
)
JWK = st.dictionaries(MEMBERS, WORDS | JSON)
HEADERS = st.fixed_dictionaries(
    {"alg": st.sampled_from(["ES256", "PS256", "EdDSA", "none", "HS256"]) | JSON},
    optional={"typ": st.just("dpop+jwt") | JSON, "jwk": JWK | JSON, "crit": JSON, "b64": JSON},
)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


DEEP = b"[" * 3_000
DEEP_HEADER = f"{_b64(DEEP)}.e30.AA"
DEEP_CLAIMS = f"eyJhbGciOiJFUzI1NiJ9.{_b64(DEEP)}.AA"
LISTED = _b64(json.dumps({"alg": ["ES256"]}).encode()) + ".e30.AA"


def compact(header: object, claims: object, tail: bytes) -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), tail)
    return ".".join(map(_b64, parts))


@given(st.text(max_size=200))
@example("..")
@example("W10.W10.AA")
@example(DEEP_HEADER)
@example(DEEP_CLAIMS)
@example(LISTED)
def test_any_text_is_read_or_is_none(text):
    read_signed(text)
    wanted = Wanted(method="GET", url="https://izin.example/")
    assert isinstance(read_proof(text, wanted, now=NOW), str)


@given(
    HEADERS,
    JSON | st.dictionaries(st.sampled_from(["htm", "htu", "iat", "jti"]), JSON),
    st.binary(max_size=70),
)
def test_no_proof_without_its_keys_signature(header, claims, tail):
    wanted = Wanted(method="GET", url="https://izin.example/")
    read = read_proof(compact(header, claims, tail), wanted, now=NOW)
    assert not isinstance(read, KeyProof)


@given(JWK | JSON)
def test_a_key_is_taken_or_told_why_not(jwk):
    try:
        key = public_key(jwk)
    except UnfitKeyError:
        return
    assert not key.is_private


@given(JSON)
def test_an_instant_is_a_number_of_seconds(value):
    read = whole_number(value)
    assert read is None or (isinstance(value, int | float) and 0 <= read < 2**40)


@given(
    st.text(max_size=100)
    | st.binary(max_size=90).map(lambda raw: f":{base64.b64encode(raw).decode()}:")
)
def test_any_header_holds_a_certificate_or_none(header):
    found = thumbprint_in(header)
    assert found is None or len(found) == 43


@given(
    st.text(max_size=300).map(
        lambda text: f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----"
    )
)
def test_any_text_is_a_certificate_or_none(text):
    assert read_pem(text) is None
