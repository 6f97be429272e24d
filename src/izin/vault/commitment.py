"""What the ledger holds of an event: 32 bytes that fix it, and say nothing without its salts.

Source  the formulas and test vectors are in docs/vectors.md
"""

import hashlib
import os
from collections.abc import Mapping

import msgspec

from izin.vault.framing import framed_text

SALT_BYTES = 32
SALTS_BYTES = 2 * SALT_BYTES
"""An event's two salts, one after the other: the recipient's, then the body's."""

RECIPIENT_FIELD = "C_rcpt"

_RECIPIENT = b"\x10"
_BODY = b"\x11"
_canonical = msgspec.json.Encoder(order="sorted").encode

_PLAIN = (str, int, type(None))
_INTEGER_MAX = 2**53 - 1


def draw_salts(count: int) -> list[bytes]:
    """Draw the salts of many events, 64 bytes each, in one call to the system."""
    drawn = os.urandom(SALTS_BYTES * count)
    return [drawn[at : at + SALTS_BYTES] for at in range(0, len(drawn), SALTS_BYTES)]


def recipient_commitment(address: str, salt: bytes) -> bytes:
    """Give C_rcpt: 32 bytes that fix the recipient's normalised address.

    Takes   salt: 32 bytes
    """
    return hashlib.sha256(_RECIPIENT + salt + framed_text(address)).digest()


def commit(body: Mapping[str, object], address: str, salts: bytes) -> bytes:
    """Give C_body: 32 bytes that fix an event and its recipient.

    Takes   body: the event's fields without the recipient, see `canonical_json` ·
            salts: 64 bytes, see `draw_salts`
    Raises  ValueError: the salts or the body are not of this form
    Cost    6 µs
    Source  RFC 8785 for the form of the body
    """
    if len(salts) != SALTS_BYTES or RECIPIENT_FIELD in body:
        raise ValueError
    recipient = recipient_commitment(address, salts[:SALT_BYTES]).hex()
    encoded = canonical_json({**body, RECIPIENT_FIELD: recipient})
    return hashlib.sha256(_BODY + salts[SALT_BYTES:] + encoded).digest()


def canonical_json(body: Mapping[str, object]) -> bytes:
    """Write a flat object in the one form of RFC 8785.

    Takes   body: ASCII names, whose order is that of their bytes; strings, whole numbers that any
            reader of JSON keeps exact (below 2**53), nulls
    Raises  ValueError: anything else, whose form would differ from one writer to the next
    """
    if not "".join(body).isascii():
        raise ValueError
    for value in body.values():
        if not isinstance(value, _PLAIN):
            raise ValueError  # noqa: TRY004 -- one kind of refusal for every part of a wrong body
        if isinstance(value, int) and abs(value) > _INTEGER_MAX:
            raise ValueError
    return _canonical(body)
