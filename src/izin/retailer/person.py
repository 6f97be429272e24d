"""Who stands for a dealer, sealed under its brand's key and opened for its own company."""

from collections.abc import Sequence

import msgspec

from izin.core.address import Address, AddressKind
from izin.core.codes import RetailerCode
from izin.core.identity import Tckn
from izin.retailer.model import Person
from izin.vault.sealing import Opener, Sealer

_PLACE = ("retailer", "person_sealed")
_CODE_BYTES = 8


class _Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies in the seal. The names never change."""

    name: str
    tckn: str
    tin: str
    mobile: str | None = None


def seal(sealer: Sealer, code: RetailerCode, person: Person) -> bytes:
    """Seal a person for his dealer's row."""
    mobile = None if person.mobile is None else person.mobile.clear
    body = _Body(person.name, person.tckn.clear, person.tin, mobile)
    return sealer.seal(*_PLACE, _row(code), msgspec.json.encode(body))


def open_all(
    opener: Opener, sealed: Sequence[tuple[RetailerCode, bytes]]
) -> dict[RetailerCode, Person]:
    """Open who stands for each of these dealers.

    Raises  KeyLostError, SealBrokenError
    """
    return {code: _person(opener.open(blob, *_PLACE, _row(code))) for code, blob in sealed}


def _person(plain: bytes) -> Person:
    body = msgspec.json.decode(plain, type=_Body)
    mobile = None if body.mobile is None else Address(body.mobile, AddressKind.PHONE)
    return Person(name=body.name, tckn=Tckn(body.tckn), tin=body.tin, mobile=mobile)


def _row(code: RetailerCode) -> bytes:
    return code.to_bytes(_CODE_BYTES, "big")
