"""Which of her records are meant: all of a company, of a brand, of a channel, or everything."""

import hashlib

import msgspec

from izin.citizen.records import Place, Record, place_of
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, RecipientType, Status

_SIGN_BYTES = 16


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be refused: everything, but for what is named here.

    kept  brands that stay as they are
    """

    company: IysCode | None = None
    brand: BrandCode | None = None
    channel: Channel | None = None
    recipient_type: RecipientType | None = None
    kept: frozenset[BrandCode] = frozenset()

    def has(self, record: Record) -> bool:
        """Is it to be refused? Only what stands at ONAY is."""
        return record.standing.status is Status.ONAY and self.covers(record)

    def covers(self, record: Record) -> bool:
        """Is it meant, however it stands?"""
        return self.company in (None, record.brand.iys_code) and self.reaches(place_of(record))

    def reaches(self, place: Place) -> bool:
        """Is it meant, as far as its place says?"""
        return (
            self.brand in (None, place.brand_code)
            and self.channel in (None, place.channel)
            and self.recipient_type in (None, place.recipient_type)
            and place.brand_code not in self.kept
        )

    @property
    def sign(self) -> bytes:
        """By what an act is known to be of the same."""
        words = (self.company, self.brand, self.channel, self.recipient_type, sorted(self.kept))
        return hashlib.sha256(msgspec.msgpack.encode(words)).digest()[:_SIGN_BYTES]
