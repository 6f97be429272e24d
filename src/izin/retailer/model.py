"""What a dealer is."""

from enum import StrEnum
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.codes import BrandCode, IysCode, RetailerCode
from izin.core.identity import Tckn


class RetailerStatus(StrEnum):
    """Source: contract 1.11."""

    ACTIVE = "active"
    PASSIVE = "passive"
    SUSPENDED = "suspended"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands for a dealer, and whose taxes; sealed, shown to the dealer's own company only.

    tin  the dealer's VKN or TCKN: of one who trades alone it is a person's number
    """

    name: str
    tckn: Tckn
    tin: str
    mobile: Address | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a company says of its dealer; codes of city and town are those of `core.provinces`."""

    title: str
    status: RetailerStatus = RetailerStatus.ACTIVE
    alias: str | None = None
    mersis: str | None = None
    city_code: int | None = None
    town_code: int | None = None


class Retailer(Facts, frozen=True, kw_only=True):
    """Bayi."""

    retailer_code: RetailerCode
    brand_code: BrandCode


class Branch(msgspec.Struct, frozen=True):
    """A dealer and the one that it stands under; None: at the top.

    new_a_day  how many new consents it may bring in a day, if that is bounded
    """

    retailer_code: RetailerCode
    parent_code: RetailerCode | None
    title: str
    status: RetailerStatus
    new_a_day: int | None = None


class Limit(msgspec.Struct, frozen=True):
    """How many new consents a dealer may bring in a day, and how many it has brought today."""

    new_a_day: int
    taken: int


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the database has him.

    tag  the same person's in one company, so that he stands for one dealer only
    """

    iys_code: IysCode
    tag: UUID
    body: bytes
