"""Who calls, what for, and what the call may touch."""

from enum import Enum
from uuid import UUID

import msgspec

from izin.core.codes import BrandCode, IysCode
from izin.core.errors import Refused


class Right(Enum):
    """What an operation asks of its caller.

    NONE   no token at all: the token call, health
    INFO   any good token: lists of the country, no provider's data
    READ   the provider's own data, or its brand's
    WRITE  movements of the provider's brand; includes reading
    MANAGE the provider's dealers; no movement, so nothing of it is a refusal
    SHARE  which dealers may use the consents of the provider's brand; no movement either
    """

    NONE = "none"
    INFO = "info"
    READ = "read"
    WRITE = "write"
    MANAGE = "manage"
    SHARE = "share"


SCOPED = frozenset({Right.READ, Right.WRITE, Right.MANAGE, Right.SHARE})
"""What touches a provider's own data: its caller and its subscription are looked at."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Whose token this is. It says nothing yet about what he may do."""

    user_id: UUID
    iys_code: IysCode


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """What one call may touch, decided once at the door.

    iys_code, brand_code  None where the path names none
    held                  the refusal of a paused, expired or API-less subscription (H520, H586).
                          A held permit lets only a RET pass: a subscription never stops a
                          refusal. The door answers `held` to everything else.
    """

    caller: Caller
    right: Right
    iys_code: IysCode | None = None
    brand_code: BrandCode | None = None
    held: Refused | None = None
