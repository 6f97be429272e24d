"""For whom an address is counted: all brands of a company whose addresses are tagged alike.

A moved brand keeps its tags, so its addresses are told apart from those of the company's other
brands, and make a pool of their own. Source: decisions 0042, 0048.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from izin.core.address import AddressKind
from izin.core.codes import IysCode
from izin.core.terms import Channel
from izin.vault.pseudonym import Pseudonyms

RECORD_BYTES = 8
_RECORDS_KEPT = 65_536


class Pools(NamedTuple):
    """Where a brand's phones and its e-mails are counted."""

    phones: UUID
    emails: UUID

    def of(self, channel: str) -> UUID:
        """Where addresses of a channel are counted: a phone is one, called or written to."""
        return self.emails if channel == Channel.EPOSTA else self.phones


def pools(pseudonyms: Pseudonyms, owner: IysCode, tag_code: IysCode) -> Pools:
    """Where the addresses of a company's brands are counted that are tagged under this code."""
    return Pools(
        pseudonyms.address_pool(owner, tag_code, AddressKind.PHONE),
        pseudonyms.address_pool(owner, tag_code, AddressKind.EMAIL),
    )


@lru_cache(_RECORDS_KEPT)
def record_of(brand_ref: UUID, channel: str, recipient_type: str) -> bytes:
    """Which record of an address it is, in eight bytes: of the few of one, no two agree."""
    text = f"{channel} {recipient_type}".encode()
    return sha256(brand_ref.bytes + text).digest()[:RECORD_BYTES]


def split(records: bytes) -> frozenset[bytes]:
    """Which records an address has, of the bytes that it is stored with."""
    starts = range(0, len(records), RECORD_BYTES)
    return frozenset(records[start : start + RECORD_BYTES] for start in starts)


def joined(records: Iterable[bytes]) -> bytes:
    """The same in the bytes that it is stored with."""
    return b"".join(sorted(records))
