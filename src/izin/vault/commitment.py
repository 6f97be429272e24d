"""What the ledger holds of an event: 32 bytes that fix it, and say nothing without its salts.

Source  the formulas and test vectors are in docs/vectors.md
"""

import hashlib
import os
from collections.abc import Iterable

import msgspec

from izin.vault.framing import framed, framed_number, framed_text

SALT_BYTES = 32
SALTS_BYTES = 2 * SALT_BYTES
"""An event's two salts, one after the other: the recipient's, then the body's."""

_RECIPIENT = b"\x10"
_BODY = b"\x11"
_DEALERS = b"\x12"
_canonical = msgspec.json.Encoder().encode


class Leaf(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={
        "recipient": "C_rcpt",
        "actor_class": "actorClass",
        "brand_code": "brandCode",
        "consent_date": "consentDate",
        "event_id": "eventId",
        "evidence_hash": "evidenceHash",
        "iys_code": "iysCode",
        "mandate_id": "mandateId",
        "notice_hash": "noticeHash",
        "notice_id": "noticeId",
        "received_at": "receivedAt",
        "recipient_type": "rtype",
        "version": "v",
    },
):
    """The fields that a commitment fixes, in the order of their written names.

    Texts are printable ASCII and need no escape, numbers are below 2**53, so that every writer of
    JSON has one form for them.

    recipient      `recipient_commitment` in hex
    evidence_hash  of a change of dealers: `dealers_hash`; of a consent that the registry took: of
                   what proves it
    Source         RFC 8785
    """

    recipient: str
    actor_class: str
    brand_code: int
    channel: str
    consent_date: str | None
    event_id: str
    evidence_hash: str | None = None
    iys_code: int
    kind: str
    mandate_id: str | None = None
    notice_hash: str | None = None
    notice_id: str | None = None
    received_at: str
    recipient_type: str
    source: str | None
    status: str
    version: int

    def canonical(self) -> bytes:
        """Write the leaf in the one form of RFC 8785."""
        return _canonical(self)


def draw_salts(count: int) -> list[bytes]:
    """Draw the salts of many events, 64 bytes each, in one call to the system."""
    drawn = os.urandom(SALTS_BYTES * count)
    return [drawn[at : at + SALTS_BYTES] for at in range(0, len(drawn), SALTS_BYTES)]


def recipient_commitment(address: str, salts: bytes) -> str:
    """Give C_rcpt, in hex: 32 bytes that fix the recipient's normalised address.

    Takes   salts: of the event
    """
    return hashlib.sha256(_RECIPIENT + salts[:SALT_BYTES] + framed_text(address)).hexdigest()


def dealers_hash(taker: int | None, listed: Iterable[int]) -> str:
    """Fix who may use a consent, in hex: the dealer that took it, and those listed.

    It hides nothing by itself; only the commitment that it goes into is ever shown.
    """
    first = framed(b"") if taker is None else framed_number(taker)
    return hashlib.sha256(
        _DEALERS + first + b"".join(map(framed_number, sorted(listed)))
    ).hexdigest()


def commit(leaf: Leaf, salts: bytes) -> bytes:
    """Give C_body: 32 bytes that fix an event and its recipient.

    Takes   salts: 64 bytes, see `draw_salts`; the leaf's recipient was made with the same ones
    Raises  ValueError: the salts are not of this length
    Cost    2 µs
    """
    if len(salts) != SALTS_BYTES:
        raise ValueError
    return hashlib.sha256(_BODY + salts[SALT_BYTES:] + leaf.canonical()).digest()
