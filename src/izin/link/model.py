"""What a personal link reaches, and for how long."""

from datetime import datetime, timedelta

import msgspec

from izin.brand.model import Brand
from izin.consent.model import ConsentKey, Standing
from izin.core.address import Address, AddressKind
from izin.core.codes import BrandCode
from izin.core.terms import Channel, RecipientType, Source, Status

LIFE, LIFE_DAYS_MAX = timedelta(days=90), 366
"""How long a link is good unless somebody says otherwise. Source: contract, via-hash-links."""

_SOURCES = {AddressKind.PHONE: Source.IYS_KISAMESAJ, AddressKind.EMAIL: Source.IYS_EPOSTA}


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Some records of one address at one brand. It prints no address."""

    brand_code: BrandCode
    address: Address
    channels: tuple[Channel, ...]
    recipient_types: tuple[RecipientType, ...]

    def __repr__(self) -> str:
        """Leave the address out."""
        return f"Reach({self.brand_code})"


class PersonalLink(msgspec.Struct, frozen=True, kw_only=True):
    """What is behind a link. It prints no address."""

    reach: Reach
    good_until: datetime

    def __repr__(self) -> str:
        """Leave the address out."""
        return f"PersonalLink({self.reach.brand_code})"

    @property
    def source(self) -> Source:
        """By which way a change comes that is made here. Source: data page 5."""
        return _SOURCES[self.reach.address.kind]


class Reached(msgspec.Struct, frozen=True):
    """A record, and what stands."""

    key: ConsentKey
    standing: Standing


class Found(msgspec.Struct, frozen=True):
    """The brand, its company's title, and those records that there are."""

    brand: Brand
    company: str
    records: tuple[Reached, ...]

    def __repr__(self) -> str:
        """Leave the address out."""
        return f"Found({self.brand.brand_code})"

    def standing_at(self, status: Status) -> tuple[Reached, ...]:
        """Those that stand so."""
        return tuple(each for each in self.records if each.standing.status is status)

    def channels_at(self, status: Status) -> tuple[Channel, ...]:
        """Channels by which a record stands so."""
        at = {each.key.channel for each in self.standing_at(status)}
        return tuple(channel for channel in Channel if channel in at)

    @property
    def refused_since(self) -> datetime | None:
        """Since when what stands refused does, the latest of it; None where nothing does."""
        return max((each.standing.since for each in self.standing_at(Status.RET)), default=None)
