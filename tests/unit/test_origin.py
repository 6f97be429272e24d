"""The port that a scheme has anyway says nothing: with it and without it is one address."""

from datetime import UTC, datetime

import pytest
from builders.holder import Holder

from izin.access.audience import company_in
from izin.access.dpop import KeyProof, Wanted, read_proof
from izin.core.origin import without_default_port

ISSUER = "https://api.izin.example"


@pytest.mark.parametrize(
    ("url", "written"),
    [
        (ISSUER, ISSUER),
        (f"{ISSUER}:443", ISSUER),
        (f"{ISSUER}:443/", f"{ISSUER}/"),
        (f"{ISSUER}:443/oauth2/token", f"{ISSUER}/oauth2/token"),
        (f"{ISSUER}:443?a=:443", f"{ISSUER}?a=:443"),
        ("http://localhost:80", "http://localhost"),
        ("https://[2001:db8::443]:443", "https://[2001:db8::443]"),
        ("https://[2001:db8::1:443]", "https://[2001:db8::1:443]"),
        (f"{ISSUER}:80", f"{ISSUER}:80"),
        ("http://localhost:443", "http://localhost:443"),
        (f"{ISSUER}:4430", f"{ISSUER}:4430"),
        (f"{ISSUER}:8443", f"{ISSUER}:8443"),
        (f"{ISSUER}/a:443", f"{ISSUER}/a:443"),
        (f"{ISSUER}:443@other.example", f"{ISSUER}:443@other.example"),
        ("", ""),
    ],
)
def test_an_address_is_written_without_the_port_of_its_scheme(url, written):
    assert without_default_port(url) == written


@pytest.mark.parametrize(
    ("resource", "company"),
    [
        (f"{ISSUER}:443", None),
        (f"{ISSUER}:443/", None),
        (f"{ISSUER}:443/sps/731001", 731001),
        (f"{ISSUER}:80/sps/731001", False),
        (f"{ISSUER}:443.other.example/sps/731001", False),
        ({}, False),
    ],
)
def test_what_a_token_is_asked_for(resource, company):
    assert company_in(resource, ISSUER) == company


@pytest.mark.parametrize(
    ("port", "is_taken"), [("", True), (":443", True), (":80", False), (":0", False)]
)
def test_what_a_proof_is_about(port, is_taken):
    holder = Holder("x")
    wanted = Wanted(method="POST", url=f"{ISSUER}/oauth2/token")
    proof = holder.proof(url=f"{ISSUER}{port}/oauth2/token")
    found = read_proof(proof, wanted, now=datetime.now(UTC))
    assert isinstance(found, KeyProof) if is_taken else found == "proof_address"
