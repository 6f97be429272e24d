"""What the check path knows about a brand without asking the database."""

from uuid import UUID

import msgspec

from izin.core.codes import BrandCode, IysCode


class BrandFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A brand as the directory has it, with the reference under which its consents are stored."""

    brand_code: BrandCode
    iys_code: IysCode
    name: str
    is_master: bool
    is_active: bool
    brand_ref: UUID
    tagged_for: IysCode | None = None
    is_test: bool = False
