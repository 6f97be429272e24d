"""What a dealer is, as far as consents need it."""

from enum import StrEnum

import msgspec

from izin.core.codes import BrandCode, RetailerCode


class RetailerStatus(StrEnum):
    """Source: contract 1.11."""

    ACTIVE = "active"
    PASSIVE = "passive"
    SUSPENDED = "suspended"


class Retailer(msgspec.Struct, frozen=True, kw_only=True):
    """Bayi."""

    retailer_code: RetailerCode
    brand_code: BrandCode
    title: str
    status: RetailerStatus = RetailerStatus.ACTIVE
