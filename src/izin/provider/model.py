"""What a provider is."""

from datetime import datetime
from enum import StrEnum

import msgspec

from izin.core.codes import IysCode


class Subscription(StrEnum):
    """State of a provider's subscription. Source: contract 1.14; NONE is ours: never had one."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    EXPIRED = "EXPIRED"
    CLOSED = "CLOSED"
    NONE = "NONE"


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Hizmet sağlayıcı.

    activated_at  from then on consents may no longer be loaded back-dated; None: still open
    has_api       whether the plan covers the API
    """

    iys_code: IysCode
    title: str
    activated_at: datetime | None = None
    subscription: Subscription = Subscription.ACTIVE
    has_api: bool = True
