"""Who signs for a company, and how it is reached: sealed for its own eyes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from izin.application.model import Contact, Signatory
from izin.application.store import Sealed
from izin.core.address import Address, AddressKind
from izin.core.identity import Tckn
from izin.vault.sealing import Opener, Sealer

_CONTACT = ("application", "contact_sealed")
_PERSON = ("signatory", "person_sealed")
_PLACE_BYTES = 2


class _Contact(msgspec.Struct, frozen=True):
    """What lies in the seal of a contact. The names never change."""

    tin: str
    mobile: str
    email: str


class _Person(msgspec.Struct, frozen=True):
    """What lies in the seal of a signatory. The names never change."""

    name: str
    tckn: str
    mobile: str
    email: str


class Signed(msgspec.Struct, frozen=True):
    """A signatory, and which version of the agreement he accepted when."""

    signatory: Signatory
    agreement_version: int | None
    accepted_at: datetime | None


def seal_contact(sealer: Sealer, application_id: UUID, contact: Contact) -> bytes:
    """Seal a company's contact."""
    body = _Contact(contact.tin, contact.mobile.clear, contact.email.clear)
    return sealer.seal(*_CONTACT, application_id.bytes, msgspec.json.encode(body))


def seal_signatory(sealer: Sealer, application_id: UUID, place: int, person: Signatory) -> bytes:
    """Seal a signatory, who stands at a place of his application."""
    body = _Person(person.name, person.tckn.clear, person.mobile.clear, person.email.clear)
    row = _row(application_id, place)
    return sealer.seal(*_PERSON, row, msgspec.json.encode(body))


def open_company(opener: Opener, sealed: Sequence[Sealed]) -> tuple[Contact, list[Signed]]:
    """Open a company's contact and its signatories, of which there is one at least.

    Raises  KeyLostError, SealBrokenError
    """
    first = sealed[0]
    body = msgspec.json.decode(
        opener.open(first.contact, *_CONTACT, first.application_id.bytes), type=_Contact
    )
    contact = Contact(
        tin=body.tin,
        mobile=Address(body.mobile, AddressKind.PHONE),
        email=Address(body.email, AddressKind.EMAIL),
    )
    return contact, [_signed(opener, each) for each in sealed]


def _signed(opener: Opener, sealed: Sealed) -> Signed:
    row = _row(sealed.application_id, sealed.place)
    body = msgspec.json.decode(opener.open(sealed.person, *_PERSON, row), type=_Person)
    signatory = Signatory(
        name=body.name,
        tckn=Tckn(body.tckn),
        mobile=Address(body.mobile, AddressKind.PHONE),
        email=Address(body.email, AddressKind.EMAIL),
    )
    return Signed(signatory, sealed.agreement_version, sealed.accepted_at)


def _row(application_id: UUID, place: int) -> bytes:
    return application_id.bytes + place.to_bytes(_PLACE_BYTES, "big")
