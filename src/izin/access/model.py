"""Who calls, what for, and what the call may touch."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from izin.core.codes import BrandCode, IysCode
from izin.core.errors import Refused
from izin.core.terms import Channel
from izin.member.model import Belongs, Role


class Right(Enum):
    """What an operation asks of its caller.

    NONE     no token at all: the token call, health
    INFO     any good token: lists of the country, no provider's data
    READ     the provider's own data, or its brand's
    WRITE    movements of the provider's brand; includes reading
    MANAGE   the provider's dealers; no movement, so nothing of it is a refusal
    SHARE    which dealers may use the consents of the provider's brand; no movement either
    OWN      what is the company's own affair: no partner has it, whatever its mandates
    VERIFY   which addresses the company has verified; no consent comes of it. A partner has it by
             a mandate of its own, for ViA
    GRANT    which partners may act for the company
    MEMBERS  who acts for the caller's own party, whatever party that is
    SELF     what a person who is signed in may do about himself
    PLAN     what a company has subscribed to; no state of that stops the question
    PARTNER  what is a partner's own affair
    LICENCE  what a partner has subscribed to
    CARRIER  questions of a carrier, for whoever sends through it
    ACCOUNTS the API accounts of the caller's own company, partner or carrier
    SIGN_ON  the identity provider of the caller's own company or partner
    """

    NONE = "none"
    INFO = "info"
    READ = "read"
    WRITE = "write"
    MANAGE = "manage"
    SHARE = "share"
    OWN = "own"
    VERIFY = "verify"
    GRANT = "grant"
    MEMBERS = "members"
    SELF = "self"
    PLAN = "plan"
    PARTNER = "partner"
    LICENCE = "licence"
    CARRIER = "carrier"
    ACCOUNTS = "accounts"
    SIGN_ON = "sign on"


OWN_AFFAIRS = frozenset({Right.OWN, Right.GRANT})
"""No partner has them, and no plan gives or takes them."""

OF_THE_WHOLE = OWN_AFFAIRS | {Right.VERIFY}
"""They are about the company; who is limited to brands has none of them."""

SCOPED = frozenset({Right.READ, Right.WRITE, Right.MANAGE, Right.SHARE}) | OF_THE_WHOLE
"""What touches a provider's own data: its caller and its subscription are looked at."""


OF_COMPANY = SCOPED | {Right.PLAN}
"""A permit of these has a company that its caller is of, or acts for."""


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """To what a token is bound: nobody uses it who cannot show that. One of the two.

    key          thumbprint of a key, in a proof with each call. Source: RFC 9449
    certificate  thumbprint of the client certificate of the connection. Source: RFC 8705
    """

    key: str | None = None
    certificate: str | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a call shows beside its token. It prints nothing.

    path         decoded, without the query
    proof        the DPoP header
    certificate  the Client-Cert header, if it is of a proxy that is believed
    """

    method: str
    path: str
    proof: str | None = None
    certificate: str | None = None

    def __repr__(self) -> str:
        """Show nothing: a proof is good for a while."""
        return "Shown(…)"


def nothing_shown() -> Shown:
    """What a call shows that has shown nothing."""
    return Shown(method="", path="")


class Caller(Belongs, frozen=True, kw_only=True):
    """Who calls, for whom, and in which role. What that lets him do is said by `rights`.

    user_id  an API account's, or a member's
    brands   which of the company's he is limited to; None: all of them
    session  a member's, by its tag
    since    when he signed in, by two factors
    bound     to what his token is bound; None of one that works in anybody's hands
    audience  the only company that his token is for; None: the whole registry
    nonce     what his next proof has to say instead of what this one did
    is_test   a test account: it reaches test brands alone, and no other account reaches them
    """

    user_id: UUID
    session: UUID | None = None
    since: datetime | None = None
    role: Role = Role.API
    brands: frozenset[BrandCode] | None = None
    bound: Bound | None = None
    audience: IysCode | None = None
    nonce: str | None = None
    is_test: bool = False

    @property
    def of(self) -> Belongs:
        """Whose user he is, and nothing else of him."""
        return Belongs(
            iys_code=self.iys_code,
            partner_code=self.partner_code,
            intermediary_code=self.intermediary_code,
        )


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
