"""An invitation on its way to whoever is invited: sealed until it is written as a mail."""

from uuid import UUID

import msgspec

from izin.i18n.catalogue import Language
from izin.vault.sealing import Sealer

_PLACE = ("invitation", "letter_sealed")


class Invited(msgspec.Struct, frozen=True):
    """What goes to him. The names never change. It prints nothing.

    party  what the party is called that he is to act for; empty of the registry itself
    """

    to: str
    text: str
    party: str
    language: Language

    def __repr__(self) -> str:
        """Leave everything out."""
        return "Invited(…)"


def seal(sealer: Sealer, member_id: UUID, letter: Invited) -> bytes:
    """Seal it."""
    return sealer.seal(*_PLACE, member_id.bytes, msgspec.json.encode(letter))


def opened(sealer: Sealer, member_id: UUID, sealed: bytes) -> Invited:
    """Open it. Raises KeyLostError, SealBrokenError."""
    return msgspec.json.decode(sealer.open(sealed, *_PLACE, member_id.bytes), type=Invited)
