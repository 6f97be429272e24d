"""Mails are signed, so that whoever receives one knows whose it is. Relaxed, both ways.

Source  RFC 6376; RFC 8463 (Ed25519). There is no library of it with a wheel, and it is short.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from izin.core.errors import StartRefusedError

RSA_BITS_MIN = 2048
_BLANKS = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_SIGNATURE = re.compile(rb"(?<=;)(\s*b\s*=)[^;]*", re.ASCII)

PrivateKey = Ed25519PrivateKey | RSAPrivateKey
Header = tuple[bytes, bytes]


class Signer(msgspec.Struct, frozen=True):
    """Signs for a domain, under the name by which its key stands in the DNS. It shows no key."""

    domain: str
    selector: str
    key: PrivateKey

    def __repr__(self) -> str:
        """Leave the key out."""
        return f"Signer({self.selector}._domainkey.{self.domain})"

    def signature(self, mail: bytes, names: Sequence[str], *, at: int) -> str:
        """Give the value of the header ``DKIM-Signature`` of a mail with CRLF line ends.

        Takes   names: which of its headers are signed; one that it has not is signed as missing
                at: seconds since 1970
        """
        headers, body = parted(mail)
        is_rsa = isinstance(self.key, RSAPrivateKey)
        value = (
            f"v=1; a={'rsa' if is_rsa else 'ed25519'}-sha256; c=relaxed/relaxed; "
            f"d={self.domain}; s={self.selector}; t={at}; h={':'.join(names)}; "
            f"bh={body_hash(body)}; b="
        )
        signed = signed_bytes(headers, names, value.encode())
        return value + base64.b64encode(self._signed(signed)).decode()

    def _signed(self, data: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), hashes.SHA256())
        return self.key.sign(hashlib.sha256(data).digest())  # RFC 8463 3: of the hash


def drawn_keys() -> tuple[bytes, bytes]:
    """Draw two private keys in PEM: Ed25519, and RSA for whoever knows no other.

    Source  RFC 8463 5; RFC 8301 3.2
    """
    rsa = generate_private_key(public_exponent=65537, key_size=RSA_BITS_MIN)
    return _pem_of(Ed25519PrivateKey.generate()), _pem_of(rsa)


def _pem_of(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(path: Path) -> PrivateKey:
    """Read a private key in PEM.

    Raises  StartRefusedError: there is none, or it is neither Ed25519 nor RSA of 2048 bits or more
    """
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise StartRefusedError(f"{path} holds no private key in PEM without password.") from error
    is_good = isinstance(key, Ed25519PrivateKey) or (
        isinstance(key, RSAPrivateKey) and key.key_size >= RSA_BITS_MIN
    )
    if not is_good:
        raise StartRefusedError(f"{path} holds neither an Ed25519 nor a long enough RSA key.")
    assert isinstance(key, (Ed25519PrivateKey, RSAPrivateKey)), "just looked at"
    return key


def parted(mail: bytes) -> tuple[list[Header], bytes]:
    """Part a mail into its headers, as they stand, and its body."""
    head, _, body = mail.partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n(?![ \t])", head)
    headers = [line.partition(b":") for line in lines if line]
    return [(name, value) for name, _, value in headers], body


def signed_bytes(headers: Sequence[Header], names: Sequence[str], value: bytes) -> bytes:
    """What is signed: the named headers from the last up, and the signature's own without its b.

    Source  RFC 6376 3.7, 5.4.2
    """
    left = list(headers)
    chosen: list[Header] = []
    for name in names:
        wanted = name.strip().lower().encode()
        for place in range(len(left) - 1, -1, -1):
            if left[place][0].strip().lower() == wanted:
                chosen.append(left.pop(place))
                break
    lines = [relaxed(*header) + b"\r\n" for header in chosen]
    own = relaxed(b"DKIM-Signature", _SIGNATURE.sub(rb"\1", value))
    return b"".join(lines) + own


def relaxed(name: bytes, value: bytes) -> bytes:
    """One header, however it was folded and spaced. Source: RFC 6376 3.4.2."""
    unfolded = _BLANKS.sub(b" ", _FOLD.sub(b"", value)).strip(b" \t\r\n")
    return name.strip().lower() + b":" + unfolded


def body_hash(body: bytes) -> str:
    """The body's hash, however its lines end in blanks. Source: RFC 6376 3.4.4."""
    lines = [_BLANKS.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    text = b"".join(line + b"\r\n" for line in lines)
    return base64.b64encode(hashlib.sha256(text).digest()).decode()
