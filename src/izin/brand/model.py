"""What a brand is."""

import msgspec

from izin.core.codes import BrandCode, IysCode


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """Marka. One brand of a provider is its master: the company's own name."""

    brand_code: BrandCode
    iys_code: IysCode
    name: str
    is_master: bool = False
    is_active: bool = True


class Figures(msgspec.Struct, frozen=True):
    """How many consents of a brand stand at ONAY and at RET."""

    approvals: int = 0
    rejections: int = 0
