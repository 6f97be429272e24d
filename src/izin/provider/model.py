"""What a provider is."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.core.codes import IysCode


class Subscription(StrEnum):
    """State of a provider's subscription. Source: contract 1.14; NONE is ours: never had one."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    EXPIRED = "EXPIRED"
    CLOSED = "CLOSED"
    NONE = "NONE"


class ProviderState(StrEnum):
    """What a company is in the registry. Source: rules 3.5; what lies before is its application."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class ProviderKind(StrEnum):
    """What a company is before the law of trade."""

    TACIR = "TACIR"
    ESNAF = "ESNAF"


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Hizmet sağlayıcı.

    activated_at  from then on consents may no longer be loaded back-dated; None: still open
    has_api       whether the plan covers the API
    kind, mersis  None of one that came without an application
    tin_tag       keyed tag of its tax number
    """

    iys_code: IysCode
    title: str
    activated_at: datetime | None = None
    subscription: Subscription = Subscription.ACTIVE
    has_api: bool = True
    state: ProviderState = ProviderState.ACTIVE
    kind: ProviderKind | None = None
    mersis: str | None = None
    tin_tag: UUID | None = None

    def may_load_old(self, now: datetime, national_until: datetime | None) -> bool:
        """May it still record consents older than three business days?

        Takes   national_until: when that ends for every company, None: never
        Source  rules 1.12
        """
        ends = [each for each in (self.activated_at, national_until) if each is not None]
        return all(now < each for each in ends)

    @property
    def is_registered(self) -> bool:
        """May it send anything commercial at all? Source: Reg. 5/2, 5/3."""
        return self.state is ProviderState.ACTIVE
