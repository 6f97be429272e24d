"""What a brand is."""

from enum import StrEnum

import msgspec

from izin.core.codes import BrandCode, IysCode

SHORT_NAMES_MAX = 3
"""Of one brand. Source: rules 3.3, the presentation's Marka Kısa Adı Yönetimi."""


class BrandStatus(StrEnum):
    """May anything be sent under it? Only under an active one; refusals pass whatever it is."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """Marka. One brand of a provider is its master: the company's own name.

    tagged_for  under which company's code its consents are tagged: the one that it moved away
                from; None: its own company's
    is_test     it is there to try with: it takes nobody's addresses alone, and stays so
    """

    brand_code: BrandCode
    iys_code: IysCode
    name: str
    is_master: bool = False
    status: BrandStatus = BrandStatus.ACTIVE
    tagged_for: IysCode | None = None
    is_test: bool = False

    @property
    def is_active(self) -> bool:
        """May anything be sent under it?"""
        return self.status is BrandStatus.ACTIVE


class Naming(StrEnum):
    """By what a brand was called."""

    NUMBER = "number"
    SHORT_NAME = "short name"
    NAME = "name"


class Called(msgspec.Struct, frozen=True):
    """A brand that somebody may have meant.

    place  by which of the spellings that were asked, from 0
    """

    place: int
    naming: Naming
    brand: Brand


class Figures(msgspec.Struct, frozen=True):
    """How many consents of a brand stand at ONAY and at RET."""

    approvals: int = 0
    rejections: int = 0
