"""Who acts for whom, and in which role. Whoever a member is stands in a seal."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.codes import BrandCode, IntermediaryCode, IysCode, PartnerCode

NAME_LENGTH_MAX = 100
BRANDS_MAX = 50


class ActorKind(StrEnum):
    """For what kind of party somebody acts."""

    COMPANY = "COMPANY"
    PARTNER = "PARTNER"
    CARRIER = "CARRIER"
    REGISTRY = "REGISTRY"


class Role(StrEnum):
    """What somebody is in the party that he acts for.

    OWNER     everything, and who else acts for it
    MANAGER   everything but that
    OPERATOR  consents
    VIEWER    looks, and changes nothing
    AGENT     works at the call centre; the registry's own, and has nothing else
    API       a program: no person has this role, and no program another
    """

    OWNER = "OWNER"
    MANAGER = "MANAGER"
    OPERATOR = "OPERATOR"
    VIEWER = "VIEWER"
    AGENT = "AGENT"
    API = "API"


PEOPLE = frozenset(Role) - {Role.AGENT, Role.API}
"""What somebody may be in any party."""


class Belongs(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a user is: one company's, partner's or carrier's; of none, the registry's own."""

    iys_code: IysCode | None = None
    partner_code: PartnerCode | None = None
    intermediary_code: IntermediaryCode | None = None

    @property
    def kind(self) -> ActorKind:
        """What kind of party it is."""
        if self.iys_code is not None:
            return ActorKind.COMPANY
        if self.partner_code is not None:
            return ActorKind.PARTNER
        return ActorKind.REGISTRY if self.intermediary_code is None else ActorKind.CARRIER

    @property
    def code(self) -> int | None:
        """Its code, of whichever kind."""
        codes = (self.iys_code, self.partner_code, self.intermediary_code)
        return next((code for code in codes if code is not None), None)

    @property
    def party(self) -> str:
        """The party in one word, as row-level security compares it: ``company:731001``."""
        return self.kind.lower() if self.code is None else f"{self.kind.lower()}:{self.code}"


class Person(msgspec.Struct, frozen=True):
    """Who a member is; sealed, and shown to his own party alone. It prints nothing."""

    name: str
    email: Address

    def __repr__(self) -> str:
        """Leave the name out."""
        return f"Person({self.email})"


def is_name(text: str) -> bool:
    """May a person be called so? Letters that are printed, and not too many."""
    return 0 < len(text.strip()) <= len(text) <= NAME_LENGTH_MAX and text.isprintable()


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """What a member may do.

    brands  which of the company's; None: all of them
    """

    role: Role
    brands: Collection[BrandCode] | None = None


class NewPost(msgspec.Struct, frozen=True, kw_only=True):
    """What of a post changes; what is UNSET stays as it is. Brands None: all of them."""

    role: Role | msgspec.UnsetType = msgspec.UNSET
    brands: Collection[BrandCode] | msgspec.UnsetType | None = msgspec.UNSET

    def over(self, post: Post) -> Post:
        """The post as it is afterwards; an owner has every brand."""
        role = post.role if self.role is msgspec.UNSET else self.role
        kept = None if role is Role.OWNER else post.brands
        brands = kept if self.brands is msgspec.UNSET else self.brands
        return Post(role=role, brands=brands)


def is_narrower(post: Post, *, than: Post) -> bool:
    """Are its brands among those of another post?"""
    if post.brands is None:
        return than.brands is None
    return than.brands is None or set(post.brands) <= set(than.brands)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Kullanıcı, without who he is.

    is_enrolled  whether he has chosen password and second factor
    """

    member_id: UUID
    of: Belongs
    post: Post
    is_active: bool
    is_enrolled: bool
    has_totp: bool
    passkey_count: int
    created_at: datetime
    signed_in_at: datetime | None
