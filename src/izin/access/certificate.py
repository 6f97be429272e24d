"""Client certificates, known by their digest alone. Source: RFC 8705, RFC 9440."""

import base64
import binascii
import hashlib
import re
from datetime import datetime

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_BYTES = re.compile(r":([A-Za-z0-9+/]+={0,2}):", re.ASCII)
_HEADER_MAX = 16 * 1024
PEM_MAX = 16 * 1024


class Certificate(msgspec.Struct, frozen=True):
    """What is kept of one."""

    thumbprint: str
    ends_at: datetime


def thumbprint_in(header: str | None) -> str | None:
    """Name the certificate of a Client-Cert header; None for one that holds none.

    Takes   header: a byte sequence of structured fields, of the certificate in DER
    """
    found = None if header is None or len(header) > _HEADER_MAX else _BYTES.fullmatch(header)
    if found is None:
        return None
    try:
        return _thumbprint(base64.b64decode(found[1], validate=True))
    except binascii.Error:
        return None


def read_pem(text: str) -> Certificate | None:
    """Read a certificate in PEM; None for what holds none, or a private key beside it."""
    if len(text) > PEM_MAX or "PRIVATE KEY" in text:
        return None
    try:
        read = x509.load_pem_x509_certificate(text.encode())
    except ValueError:
        return None
    return Certificate(
        _thumbprint(read.public_bytes(Encoding.DER)),
        read.not_valid_after_utc,
    )


def _thumbprint(der: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
