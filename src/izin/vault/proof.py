"""What works with codes that prove an address: tags of whoever is counted, and a code's hash."""

import hmac
import secrets
from collections.abc import Sequence
from operator import xor
from uuid import UUID

from izin.core.address import Address, AddressKind
from izin.vault.framing import framed, framed_text
from izin.vault.secret import Secret

_BUDGET_TAG = b"\x10"
_CODE_HASH = b"\x11"
_PAGE_KEY = b"\x12"
_BLOCK_DIGITS = 4
"""Numbers that differ in these alone are of one block, as operators hand them out."""


class ProofKeys:
    """Tags and hashes under a key that neither view of consents shares."""

    def __init__(self, secret: Secret) -> None:
        """Take the key."""
        self._budget = secret.keyed_hash().begun(_BUDGET_TAG)
        self._code = secret.keyed_hash().begun(_CODE_HASH)
        self._page = secret.keyed_hash().begun(_PAGE_KEY)

    def recipient_tag(self, address: Address) -> UUID:
        """Give the tag under which what an address gets is counted, and what is tried with it."""
        return self._tag("recipient", address.clear)

    def block_tag(self, address: Address) -> UUID:
        """Give the tag of a number's block, or of an e-mail address's domain."""
        if address.kind is AddressKind.PHONE:
            return self._tag("block", address.clear[:-_BLOCK_DIGITS])
        return self._tag("block", address.clear.rpartition("@")[2])

    def sender_tag(self, sender: str) -> UUID:
        """Give the tag of whoever has codes sent."""
        return self._tag("sender", sender)

    def network_tag(self, network: str) -> UUID:
        """Give the tag of the network that somebody calls from."""
        return self._tag("network", network)

    def covered(self, proof_id: UUID, tags: Sequence[UUID]) -> list[UUID]:
        """Cover tags so that only whoever has the key and this proof reads them; again uncovers.

        They stand beside an address's own tag: bare they would join all that one network asked for.
        """
        return [
            UUID(bytes=bytes(map(xor, tag.bytes, self._cover(proof_id, place))))
            for place, tag in enumerate(tags)
        ]

    def code_hash(self, proof_id: UUID, bound: bytes, code: str) -> bytes:
        """Give the hash by which a code is known again: of this proof, for what it is bound to."""
        return self._code.digest(framed(proof_id.bytes) + framed(bound) + framed_text(code))

    def page_key(self, what: str, *fields: bytes) -> bytes:
        """Give 32 bytes that the registry alone can make: a key that a company's page carries."""
        return self._page.digest(framed_text(what) + b"".join(map(framed, fields)))

    def _cover(self, proof_id: UUID, place: int) -> bytes:
        return self._budget.digest(framed_text("cover") + framed(proof_id.bytes + bytes([place])))

    def _tag(self, what: str, whose: str) -> UUID:
        return UUID(bytes=self._budget.digest(framed_text(what) + framed_text(whose))[:16])


def draw_code(digits: int) -> str:
    """Draw a code of so many digits."""
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def is_same(one: bytes, other: bytes) -> bool:
    """Are these the same, in a time that does not tell where they differ?"""
    return hmac.compare_digest(one, other)
