"""Who a member is, sealed for the eyes of his own party."""

from uuid import UUID

import msgspec

from izin.core.address import Address, AddressKind
from izin.member.model import Person
from izin.vault.sealing import Sealer

_PLACE = ("member", "person_sealed")


class _Person(msgspec.Struct, frozen=True):
    """What lies in the seal. The names never change."""

    name: str
    email: str


def seal(sealer: Sealer, member_id: UUID, person: Person) -> bytes:
    """Seal a member."""
    body = _Person(person.name, person.email.clear)
    return sealer.seal(*_PLACE, member_id.bytes, msgspec.json.encode(body))


def opened(sealer: Sealer, member_id: UUID, sealed: bytes) -> Person:
    """Open a member's seal. Raises KeyLostError, SealBrokenError."""
    body = msgspec.json.decode(sealer.open(sealed, *_PLACE, member_id.bytes), type=_Person)
    return Person(body.name, Address(body.email, AddressKind.EMAIL))
