"""Mails are signed as RFC 6376 and RFC 8463 say; the second's own example is the measure."""

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from izin.core.address import Address, AddressKind
from izin.core.errors import StartRefusedError
from izin.mail.compose import Mail, Sender, composed
from izin.mail.dkim import (
    RSA_BITS_MIN,
    Signer,
    body_hash,
    drawn_keys,
    parted,
    read_key,
    relaxed,
    signed_bytes,
)
from izin.wiring.courier import sender_of
from izin.wiring.outside import draw_mail_keys, with_outside
from izin.wiring.settings import Settings

# RFC 8463, appendix A: the key, the mail, and the value of its signature
PUBLIC = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
PRIVATE = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
MAIL = """From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace("\n", "\r\n").encode()
VALUE = """v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==""".replace("\n", "\r\n").encode()


def verified(mail: bytes, public: Ed25519PublicKey, names: list[str], value: bytes) -> None:
    headers, body = parted(mail)
    fields = dict(
        each.strip().split("=", 1) for each in value.decode().replace("\r\n", "").split(";")
    )
    assert body_hash(body) == fields["bh"].replace(" ", "")
    data = signed_bytes(headers, names, value)
    public.verify(base64.b64decode(fields["b"].replace(" ", "")), hashlib.sha256(data).digest())


def test_the_example_of_the_rfc_holds():
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(PUBLIC))
    names = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"]
    verified(MAIL, public, names, VALUE)
    with pytest.raises(InvalidSignature):
        verified(MAIL.replace(b"Is dinner", b"Was dinner"), public, names, VALUE)


def test_the_example_s_key_signs_so_that_it_holds():
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(PRIVATE))
    signer = Signer("football.example.com", "brisbane", key)
    names = ["from", "to", "subject", "date", "message-id", "list-unsubscribe"]
    value = signer.signature(MAIL, names, at=1528637909)
    verified(MAIL, key.public_key(), names, value.encode())
    assert "d=football.example.com; s=brisbane; t=1528637909;" in value
    assert repr(signer) == "Signer(brisbane._domainkey.football.example.com)"
    # a header that is signed as missing cannot be added afterwards
    added = b"List-Unsubscribe: <https://evil.example>\r\n" + MAIL
    with pytest.raises(InvalidSignature):
        verified(added, key.public_key(), names, value.encode())


def test_an_rsa_key_signs_too():
    key = rsa.generate_private_key(65537, 2048)
    value = Signer("izin.example", "izin", key).signature(MAIL, ["from", "to"], at=0)
    headers, _ = parted(MAIL)
    data = signed_bytes(headers, ["from", "to"], value.encode())
    signature = base64.b64decode(value.partition("; b=")[2])
    key.public_key().verify(signature, data, PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        (b"A", b" X", b"a:X"),
        (b"B ", b" Y\t\r\n\tZ  ", b"b:Y Z"),
        (b"Subject", b"  a \t b\r\n   c ", b"subject:a b c"),
    ],
)
def test_a_header_is_the_same_however_it_is_folded(name, value, shown):
    assert relaxed(name, value) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"),
        (b"a\r\n", b"a"),
        (b"", b"\r\n\r\n"),
    ],
)
def test_a_body_is_the_same_however_its_lines_end(one, other):
    assert body_hash(one) == body_hash(other)


def test_an_empty_body_has_the_hash_of_nothing():
    assert body_hash(b"") == base64.b64encode(hashlib.sha256(b"").digest()).decode()


@given(st.binary(max_size=300))
def test_any_bytes_are_parted_and_hashed(mail):
    headers, body = parted(mail)
    body_hash(body)
    signed_bytes(headers, ["from"], b"v=1; b=")


def test_a_key_is_ed25519_or_a_long_rsa(tmp_path):
    def kept(name: str, key) -> object:
        path = tmp_path / name
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return path

    assert isinstance(read_key(kept("a", Ed25519PrivateKey.generate())), Ed25519PrivateKey)
    for path in (
        kept("short", rsa.generate_private_key(65537, 1024)),
        tmp_path / "missing",
        tmp_path,
    ):
        with pytest.raises(StartRefusedError):
            read_key(path)


def test_one_key_is_enough_and_two_have_two_names(tmp_path):
    files = tmp_path / "ed25519", tmp_path / "rsa"
    for file, key in zip(files, drawn_keys(), strict=True):
        file.write_bytes(key)
    first, second = {"dkim_key_file": files[0]}, {"dkim_second_key_file": files[1]}
    for facts, names in (
        ({}, []),
        (first, ["izin"]),
        (second, ["izin-rsa"]),
        (first | second, ["izin", "izin-rsa"]),
    ):
        sender = sender_of(Settings(**facts))
        assert [each.selector for each in sender.signers] == names
        assert {each.domain for each in sender.signers} <= {"izin.example"}
    assert isinstance(sender.signers[1].key, rsa.RSAPrivateKey)
    assert sender.signers[1].key.key_size == RSA_BITS_MIN
    with pytest.raises(StartRefusedError, match="DKIM_SECOND_SELECTOR"):
        sender_of(Settings(**first, **second, dkim_second_selector="izin"))


def test_the_demonstration_draws_what_is_missing_and_nothing_anew(tmp_path):
    settings = with_outside(Settings(data_folder=tmp_path))
    draw_mail_keys(settings)
    drawn = [settings.dkim_key_file.read_bytes(), settings.dkim_second_key_file.read_bytes()]
    settings.dkim_second_key_file.unlink()  # of an older version there is one
    draw_mail_keys(settings)
    assert settings.dkim_key_file.read_bytes() == drawn[0]
    assert settings.dkim_second_key_file.read_bytes() != drawn[1]
    assert len(sender_of(settings).signers) == 2
    own = with_outside(Settings(data_folder=tmp_path, dkim_key_file=tmp_path / "mine"))
    assert (own.dkim_key_file, own.dkim_second_key_file) == (tmp_path / "mine", None)


def test_how_a_body_is_read_is_signed_too():
    key = Ed25519PrivateKey.generate()
    sender = Sender(name="x", address="x@izin.example", signers=(Signer("izin.example", "a", key),))
    to = Address("a@posta.example", AddressKind.EMAIL)
    mail = Mail(to=to, subject="Kod", body="Şifre", reference="1")
    whole = composed(mail, sender, at=datetime(2026, 11, 26, tzinfo=UTC))
    headers, _ = parted(whole)
    names = {name.decode().lower() for name, _ in headers}
    signed = re.search(rb"h=([^;]*);", whole)[1].decode().split(":")
    how = {"mime-version", "content-type", "content-transfer-encoding"}
    assert how <= names
    assert how <= set(signed)
