"""OpenSSL takes a time stamp for what it is and for nothing else; its key stays where it is."""

import hashlib
import json
import logging
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders.stamps import read, verifies
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from izin.vault.secret import Secret
from izin.vault.stamping import POLICY, Stamper

ROOT = Path(__file__).parents[2]
VECTOR = json.loads((ROOT / "tests/vectors/stamp.json").read_text("utf-8"))
MATERIAL = bytes.fromhex(VECTOR["key"])
MADE_AT = datetime.fromisoformat(VECTOR["made_at"])
CONTENT = b"%PDF- of a record"
DIGEST = hashlib.sha384(CONTENT).digest()
AT = datetime(2026, 3, 1, 9, 15, 30, 999_999, tzinfo=UTC)


@pytest.fixture
def stamper():
    return Stamper(Secret(MATERIAL), MADE_AT)


@pytest.fixture
def stamp(stamper):
    return stamper.stamp(DIGEST, AT)


def turned(whole: bytes, at: int) -> bytes:
    """The same with one bit of one byte turned."""
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


def test_openssl_takes_a_stamp_for_its_content_alone(stamper, stamp):
    assert verifies(CONTENT, stamp, stamper.chain)
    assert not verifies(CONTENT + b" ", stamp, stamper.chain)


def test_a_stamp_says_what_when_and_by_which_rules(stamper, stamp):
    said = read(stamp)
    for each in ("Status: Granted.", f"Policy OID: {VECTOR['policy']}", "Hash Algorithm: sha384"):
        assert each in said
    assert "Time stamp: Mar  1 09:15:30 2026 GMT" in said  # within its second
    assert "Accuracy: 0x01 seconds" in said
    assert DIGEST[:8].hex(" ", 1) in said.replace("-", " ")
    assert POLICY.dotted_string == VECTOR["policy"]
    serials = {line_of(read(stamper.stamp(DIGEST, AT)), "Serial number") for _ in range(3)}
    assert len(serials) == 3


def line_of(said: str, name: str) -> str:
    return next(each for each in said.splitlines() if each.startswith(name))


def test_no_changed_stamp_and_nobody_elses_is_taken(stamper, stamp):
    time = stamp.index(b"20260301091530Z")
    for at in (time + 3, stamp.index(DIGEST), len(stamp) - 1):
        assert not verifies(CONTENT, turned(stamp, at), stamper.chain), at
    other = Stamper(Secret.draw(), MADE_AT)
    assert not verifies(CONTENT, stamp, other.chain)
    assert not verifies(CONTENT, other.stamp(DIGEST, AT), stamper.chain)


def test_its_certificate_stamps_times_and_nothing_else(stamper):
    signer, root = x509.load_pem_x509_certificates(stamper.chain)
    signer.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    use = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert (use.critical, list(use.value)) == (True, [ExtendedKeyUsageOID.TIME_STAMPING])
    assert not signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert signer.public_key() != root.public_key()
    assert signer.not_valid_before_utc == MADE_AT


def test_the_certificates_follow_from_the_key_and_its_day_to_the_byte(stamper):
    found = x509.load_pem_x509_certificates(stamper.chain)
    expected = [VECTOR["signer_sha256"], VECTOR["root_sha256"]]
    assert [each.fingerprint(SHA256()).hex() for each in found] == expected
    part = timedelta(microseconds=999_999)
    assert Stamper(Secret(MATERIAL), MADE_AT + part).chain == stamper.chain
    later = Stamper(Secret(MATERIAL), MADE_AT + timedelta(days=1)).chain
    keys = [each.public_key() for each in x509.load_pem_x509_certificates(later)]
    assert keys == [each.public_key() for each in found]
    assert later != stamper.chain


def test_the_page_of_vectors_shows_how_it_is_checked():
    page = (ROOT / "docs/vectors.md").read_text("utf-8")
    assert [each for each in VECTOR.values() if each not in page] == []
    assert "openssl ts -verify -in x.tsr -data x.pdf -CAfile registry-tsa.pem" in page


def test_only_a_sha384_is_stamped(stamper):
    with pytest.raises(ValueError, match="32 bytes"):
        stamper.stamp(DIGEST[:32], AT)


def test_the_key_stays_where_it_is(stamper, caplog):
    caplog.set_level(logging.DEBUG)
    stamp = stamper.stamp(DIGEST, AT)
    logging.getLogger("izin").info("%r %s", stamper, stamper)
    assert repr(stamper) == str(stamper) == "Stamper(…)"
    assert "Stamper(…) Stamper(…)" in caplog.text
    with pytest.raises(TypeError):
        pickle.dumps(stamper)
    assert {each for each in dir(stamper) if not each.startswith("_")} == {"chain", "stamp"}
    number = stamper._key.private_numbers().private_value
    for secret in (number.to_bytes(32, "big"), MATERIAL):
        assert secret not in stamp
        assert secret not in stamper.chain
        assert secret.hex() not in caplog.text
