"""The RFCs' own examples of keys, proofs and certificates."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from izin.access.certificate import read_pem, thumbprint_in
from izin.access.dpop import KeyProof, Wanted, ath_of, read_proof
from izin.access.jose import public_key, public_text, read_signed, thumbprint_of

# RFC 9449, figures 2 and 12
_PROOF_HEAD = (
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNo"
    "UklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERW"
    "clUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."
)
ASKING = (
    _PROOF_HEAD + "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVy"
    "LmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUv"
    "wnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
)
CALLING = (
    _PROOF_HEAD + "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJj"
    "ZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0Ra"
    "NTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6p"
    "xHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
)
TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
MADE_AT = datetime.fromtimestamp(1562262616, tz=UTC)

# RFC 7638 3.1 and RFC 8037 A.3
RSA = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
    "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY3"
    "68QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lF"
    "d2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
ED25519 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

# RFC 7515 A.1, A.3, A.5
_JOE = (
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
ES256 = (
    f"eyJhbGciOiJFUzI1NiJ9.{_JOE}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
    "pmWQxfKTUJqPP3-Kg6NU1Q"
)
ES256_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
HS256 = (
    f"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{_JOE}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
UNSIGNED = f"eyJhbGciOiJub25lIn0.{_JOE}."

# RFC 8705, appendix A
CERTIFICATE = (
    "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwO"
    "VowDzENMAsGA1UEAwwEbXRsczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMb"
    "nQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1"
    "AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY="
)
X5T = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"


def test_the_proof_that_asks_for_a_token():
    wanted = Wanted(method="POST", url="https://server.example.com/token")
    read = read_proof(ASKING, wanted, now=MADE_AT)
    assert isinstance(read, KeyProof)
    assert (read.key, read.id) == (JKT, "-BwC3ESc6acc2lTc")


def test_the_proof_that_goes_with_a_token():
    url = "https://resource.example.org/protectedresource"
    wanted = Wanted(method="GET", url=url, token=TOKEN)
    read = read_proof(CALLING, wanted, now=MADE_AT)
    assert isinstance(read, KeyProof)
    assert read.key == JKT
    assert ath_of(TOKEN) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"


@pytest.mark.parametrize(("seconds", "fits"), [(-11, False), (-10, True), (69, True), (70, False)])
def test_a_proof_is_good_for_a_minute_and_as_clocks_differ(seconds, fits):
    wanted = Wanted(method="POST", url="https://server.example.com/token")
    read = read_proof(ASKING, wanted, now=MADE_AT + timedelta(seconds=seconds))
    assert isinstance(read, KeyProof) is fits


@pytest.mark.parametrize(
    ("jwk", "thumbprint"),
    [
        (RSA, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (ED25519, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    ],
    ids=["RSA", "Ed25519"],
)
def test_a_key_has_its_thumbprint_and_nothing_else_of_it_is_kept(jwk, thumbprint):
    key = public_key(jwk)
    assert thumbprint_of(key) == thumbprint
    assert "kid" not in public_text(key)


def test_a_signature_is_verified_by_its_key_alone():
    signed = read_signed(ES256)
    assert signed is not None
    assert signed.claims["iss"] == "joe"
    assert signed.is_by(public_key(ES256_KEY))
    assert not signed.is_by(public_key(ED25519))
    assert "joe" not in repr(signed)


@pytest.mark.parametrize("text", [HS256, UNSIGNED], ids=["HS256", "none"])
def test_what_needs_no_private_key_is_not_read_at_all(text):
    assert read_signed(text) is None


def test_a_certificate_has_the_published_thumbprint():
    assert thumbprint_in(f":{CERTIFICATE}:") == X5T
    pem = f"-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----\n"
    read = read_pem(pem)
    assert read is not None
    assert read.thumbprint == X5T
    assert base64.b64decode(CERTIFICATE)[:2] == b"\x30\x82"
