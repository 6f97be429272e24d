"""Who calls, what for, and what the call may touch."""

from collections.abc import Mapping
from enum import Enum
from uuid import UUID

import msgspec

from izin.core.codes import BrandCode, IntermediaryCode, IysCode, PartnerCode
from izin.core.errors import Refused
from izin.core.terms import Channel


class Right(Enum):
    """What an operation asks of its caller.

    NONE   no token at all: the token call, health
    INFO   any good token: lists of the country, no provider's data
    READ   the provider's own data, or its brand's
    WRITE  movements of the provider's brand; includes reading
    MANAGE the provider's dealers; no movement, so nothing of it is a refusal
    SHARE  which dealers may use the consents of the provider's brand; no movement either
    OWN    what is the company's own affair: no partner has it, whatever its mandates
    PLAN   what a company has subscribed to; no state of that stops the question
    PARTNER what is a partner's own affair
    LICENCE what a partner has subscribed to
    CARRIER questions of a carrier, for whoever sends through it
    """

    NONE = "none"
    INFO = "info"
    READ = "read"
    WRITE = "write"
    MANAGE = "manage"
    SHARE = "share"
    OWN = "own"
    PLAN = "plan"
    PARTNER = "partner"
    LICENCE = "licence"
    CARRIER = "carrier"


SCOPED = frozenset({Right.READ, Right.WRITE, Right.MANAGE, Right.SHARE, Right.OWN})
"""What touches a provider's own data: its caller and its subscription are looked at."""


class Belongs(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a user is: one company's, partner's or carrier's."""

    iys_code: IysCode | None = None
    partner_code: PartnerCode | None = None
    intermediary_code: IntermediaryCode | None = None


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls, and whose user he is. It says nothing of what he may do."""

    user_id: UUID
    iys_code: IysCode | None = None
    partner_code: PartnerCode | None = None
    intermediary_code: IntermediaryCode | None = None


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """What one call may touch, decided once at the door.

    iys_code, brand_code  whose, and which brand; None where the call is about no company, no brand
    channels              those of the brand's that it may touch
    brands                of which brands, and channels, a call about a company may see; None: all
    mandates              under which mandate, by channel; of a company's own user there is none
    held                  the refusal of a paused, expired or API-less subscription (H520, H586).
                          A held permit lets only a RET pass: a subscription never stops a
                          refusal. The door answers `held` to everything else.
    """

    caller: Caller
    right: Right
    iys_code: IysCode | None = None
    brand_code: BrandCode | None = None
    held: Refused | None = None
    channels: frozenset[Channel] = frozenset(Channel)
    brands: Mapping[BrandCode, frozenset[Channel]] | None = None
    mandates: Mapping[Channel, UUID] = {}
