"""Sealed values: who reads the table learns nothing, and a value opens in its own place only.

Envelope   version(1) ‖ algorithm(1) ‖ key id(4) ‖ nonce(12) ‖ ciphertext ‖ tag(16)
Bound to   LP(table) ‖ LP(column) ‖ LP(row) ‖ key id(4) ‖ version(1)
"""

import os
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from izin.vault.errors import KeyLostError, SealBrokenError
from izin.vault.framing import framed, framed_text
from izin.vault.secret import Secret

ENVELOPE_VERSION = 1
GCM_SIV = 1
SIV = 2
PADDED_BYTES = 256
"""Citizens' rows are a multiple of this long, so that their length says next to nothing."""

_HEAD = struct.Struct(">BBi")
NONCE_BYTES = 12
_TAG_BYTES = 16
_OVERHEAD_BYTES = _HEAD.size + NONCE_BYTES + _TAG_BYTES
_CITIZEN_INFO = b"izin/v1/citizen-seal"
_CITIZEN_PLACE = ("citizen_consent", "sealed")
_BUCKETS_KEPT = 16_384


def head_of(algorithm: int, key_id: int) -> bytes:
    """Give the six bytes that an envelope begins with."""
    return _HEAD.pack(ENVELOPE_VERSION, algorithm, key_id)


def key_id_of(blob: bytes, algorithm: int = GCM_SIV) -> int:
    """Which key was this sealed under?

    Raises  SealBrokenError: not an envelope of this version and algorithm
    """
    if len(blob) <= _HEAD.size:
        raise SealBrokenError("too short for an envelope")
    version, found, key_id = _HEAD.unpack_from(blob)
    if version != ENVELOPE_VERSION or found != algorithm:
        raise SealBrokenError(f"an envelope of version {version}, algorithm {found}")
    return int(key_id)


class Sealer:
    """Seals and opens under one key."""

    __slots__ = ("_cipher", "_head", "_tail", "key_id")

    def __init__(self, key_id: int, cipher: AESGCMSIV) -> None:
        """Take a cipher and the number of its key in the table ``keyring``."""
        self.key_id = key_id
        self._cipher = cipher
        self._head = head_of(GCM_SIV, key_id)
        self._tail = self._head[2:] + self._head[:1]

    def seal(self, table: str, column: str, row: bytes, plaintext: bytes) -> bytes:
        """Seal one value for its place.

        Takes   row: the bytes of the row's key · plaintext: at least one byte
        Cost    3 µs
        """
        return self.seal_with(os.urandom(NONCE_BYTES), _place(table, column), row, plaintext)

    def seal_with(self, nonce: bytes, place: bytes, row: bytes, plaintext: bytes) -> bytes:
        """Seal one value under a nonce that was drawn for it alone.

        Takes   place: LP(table) ‖ LP(column)
        """
        bound = place + framed(row) + self._tail
        return self._head + nonce + self._cipher.encrypt(nonce, plaintext, bound)

    def seal_many(
        self, table: str, column: str, rows: Sequence[bytes], plaintexts: Sequence[bytes]
    ) -> list[bytes]:
        """Seal a column of values, one for each row, in order.

        Cost    2 µs a value: the nonces are drawn at once
        """
        place, tail = _place(table, column), self._tail
        head, encrypt = self._head, self._cipher.encrypt
        return [
            head + nonce + encrypt(nonce, plaintext, place + framed(row) + tail)
            for nonce, row, plaintext in zip(_nonces(len(rows)), rows, plaintexts, strict=True)
        ]

    def open(self, blob: bytes, table: str, column: str, row: bytes) -> bytes:
        """Open what was sealed for this place.

        Raises  KeyLostError: of another key · SealBrokenError: damaged, or of another place
        """
        key_id = key_id_of(blob)
        if key_id != self.key_id:
            raise KeyLostError(f"sealed under key {key_id}")
        if len(blob) <= _OVERHEAD_BYTES:
            raise SealBrokenError("too short for an envelope")
        bound = _place(table, column) + framed(row) + self._tail
        start = _HEAD.size + NONCE_BYTES
        try:
            return self._cipher.decrypt(blob[_HEAD.size : start], blob[start:], bound)
        except InvalidTag as error:
            raise SealBrokenError(f"{table}.{column} does not open under key {key_id}") from error


class Opener:
    """Opens values that were sealed under any of several keys."""

    __slots__ = ("_sealers",)

    def __init__(self, sealers: Mapping[int, Sealer]) -> None:
        """Take a sealer for each key id."""
        self._sealers = sealers

    def open(self, blob: bytes, table: str, column: str, row: bytes) -> bytes:
        """Open what was sealed for this place.

        Raises  KeyLostError: under a key that was not asked for · SealBrokenError
        """
        key_id = key_id_of(blob)
        sealer = self._sealers.get(key_id)
        if sealer is None:
            raise KeyLostError(f"sealed under key {key_id}")
        return sealer.open(blob, table, column, row)


class CitizenSealer:
    """Seals citizens' rows: padded to one size, under a key derived for each bucket."""

    def __init__(self, key_id: int, secret: Secret) -> None:
        """Take one epoch's key and its number."""
        self.key_id = key_id
        self._expander = secret.keyed_hash().begun(_CITIZEN_INFO)
        self._sealer = lru_cache(_BUCKETS_KEPT)(self._derived)

    def seal(self, bucket: int, row: bytes, plaintext: bytes) -> bytes:
        """Pad and seal one row's content.

        Takes   row: the bytes of the row's key
        """
        return self.seal_many([bucket], [row], [plaintext])[0]

    def seal_many(
        self, buckets: Sequence[int], rows: Sequence[bytes], plaintexts: Sequence[bytes]
    ) -> list[bytes]:
        """Pad and seal the content of many rows, in order.

        Takes   rows: the bytes of each row's key
        Cost    6 µs a row, half of it the key of a bucket that was not met lately
        """
        sealer, place = self._sealer, _place(*_CITIZEN_PLACE)
        return [
            sealer(bucket).seal_with(nonce, place, row, padded(plaintext))
            for bucket, nonce, row, plaintext in zip(
                buckets, _nonces(len(rows)), rows, plaintexts, strict=True
            )
        ]

    def open(self, blob: bytes, bucket: int, row: bytes) -> bytes:
        """Open what was sealed for this row.

        Raises  KeyLostError: sealed under another epoch's key · SealBrokenError
        """
        return unpadded(self._sealer(bucket).open(blob, *_CITIZEN_PLACE, row))

    def _derived(self, bucket: int) -> Sealer:
        derived = self._expander.expand(bucket.to_bytes(2, "big", signed=True))
        return Sealer(self.key_id, derived.gcm_siv())


def padded(plaintext: bytes, size: int = PADDED_BYTES) -> bytes:
    """Append 0x80 and as few zeros as make the length a multiple of `size`."""
    length = -(-(len(plaintext) + 1) // size) * size
    return (plaintext + b"\x80").ljust(length, b"\0")


def unpadded(padded_text: bytes) -> bytes:
    """Take off what `padded` appended.

    Raises  SealBrokenError: it was never padded
    """
    bare = padded_text.rstrip(b"\0")
    if not bare.endswith(b"\x80"):
        raise SealBrokenError("not padded")
    return bare[:-1]


def _nonces(count: int) -> list[bytes]:
    """Draw the nonces of many values in one call to the system."""
    drawn = os.urandom(NONCE_BYTES * count)
    return [drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES)]


@lru_cache(64)
def _place(table: str, column: str) -> bytes:
    return framed_text(table) + framed_text(column)
