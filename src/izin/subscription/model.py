"""What a subscription is: a package at a level, from and until when, and how many addresses."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.core.codes import IysCode, PartnerCode
from izin.provider.model import Provider, Subscription


class Family(StrEnum):
    """Which packages go together. Source: the presentation."""

    TEMEL = "TEMEL"
    ILETI = "ILETI"
    ILETI_PLUS = "ILETI+"
    PARTNER = "PARTNER"


class Package(StrEnum):
    """What a company subscribes to, by how many addresses it has; the last is the partners'."""

    TEMEL = "TEMEL"
    ILETI_5 = "ILETI-5"
    ILETI_25 = "ILETI-25"
    ILETI_75 = "ILETI-75"
    ILETI_150 = "ILETI-150"
    ILETI_250 = "ILETI-250"
    ILETI_PLUS = "ILETI+"
    PARTNER_API = "IO-API"

    @property
    def family(self) -> Family:
        """The packages that it goes together with."""
        if self is Package.PARTNER_API:
            return Family.PARTNER
        if self in (Package.TEMEL, Package.ILETI_PLUS):
            return Family(self.value)
        return Family.ILETI


class Module(StrEnum):
    """What a package opens. Source: the presentation; what it leaves open: decision 0047."""

    BASIC = "basic"
    INTEGRATION = "integration"
    IYS_YOLU = "iys_yolu"
    BRANDS_AND_DEALERS = "brands_and_dealers"
    REPORTS = "reports"
    ACCOUNTS = "accounts"


class Counted(StrEnum):
    """Of what a company may have a few without a module. Source: decision 0047."""

    PEOPLE = "people"
    LIMITED_PEOPLE = "people_of_some_brands"
    ACCOUNTS = "accounts"
    TEST_ACCOUNTS = "test_accounts"
    SIGN_ON = "sign_on"


class SubscriptionState(StrEnum):
    """What somebody has made of a subscription; whether it has run out is a matter of the clock."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"


_NAMES = {
    Package.TEMEL: "Temel Hizmetler",
    Package.ILETI_PLUS: "İleti+",
    Package.PARTNER_API: "İO - API Kullanım Lisansı",
}


class Subscribed(msgspec.Struct, frozen=True, kw_only=True):
    """One subscription of a company, or of a partner.

    ends_at        exclusive
    address_limit  how many addresses it is for · may_exceed: whether new ones may come past it
    """

    subscription_id: UUID
    iys_code: IysCode | None = None
    partner_code: PartnerCode | None = None
    package: Package
    level: int
    starts_at: datetime
    ends_at: datetime
    state: SubscriptionState = SubscriptionState.ACTIVE
    address_limit: int = 0
    may_exceed: bool = True

    @property
    def name(self) -> str:
        """Its package as people write it. Source: contract 1.14, the examples."""
        known = _NAMES.get(self.package)
        if self.package.family not in (Family.ILETI, Family.ILETI_PLUS):
            assert known is not None, "a package outside of both families has a name of its own"
            return known
        tier = known or f"İleti-{self.package.removeprefix('ILETI-')}"
        return f"{tier} (Seviye {self.level})" if self.level else tier

    def status(self, now: datetime) -> Subscription:
        """What it is at a moment; one that has not begun is none yet."""
        if self.state is SubscriptionState.CLOSED:
            return Subscription.CLOSED
        if now < self.starts_at:
            return Subscription.NONE
        if now >= self.ends_at:
            return Subscription.EXPIRED
        return Subscription(self.state.value)

    @property
    def is_void(self) -> bool:
        """Was it closed before it began? Then it is as if nobody had written it."""
        return self.ends_at <= self.starts_at

    @property
    def is_measured(self) -> bool:
        """Is its company told when it fills up? İLETİ+ is for those that are past all limits."""
        return not self.may_exceed or self.package.family is Family.ILETI

    @property
    def has_api(self) -> bool:
        """May its company call by itself? One of the İLETİ packages only through a partner."""
        return self.package.family is Family.ILETI_PLUS and self.level > 0

    @property
    def has_integration(self) -> bool:
        """May its company be called for, by itself or through a partner?"""
        return self.package.family in (Family.ILETI, Family.ILETI_PLUS) and self.level > 0


UNLIMITED = -1
"""Of credits: so many as are wanted. Source: contract 1.14."""


class ViaPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a company has paid for of İYS Yolu: one credit for each answer that is obtained.

    ends_at  exclusive
    credit   how many are left, or UNLIMITED
    used     how many were taken since it was written
    """

    plan_id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    credit: int
    used: int = 0

    def status(self, now: datetime) -> Subscription:
        """What it is at a moment."""
        if now < self.starts_at:
            return Subscription.NONE
        return Subscription.ACTIVE if now < self.ends_at else Subscription.EXPIRED

    def has(self, count: int) -> bool:
        """Are so many left?"""
        return self.credit == UNLIMITED or self.credit >= count


class Loaded(msgspec.Struct, frozen=True):
    """When a record was made, and from when its consent is."""

    recorded_at: datetime
    consented_at: datetime | None


class MigrationJob(msgspec.Struct, frozen=True, kw_only=True):
    """A partner loads a company's past data, and is owed for it.

    rate_kurus  for a thousand records · records: how many so far
    """

    migration_id: UUID
    partner_code: PartnerCode
    iys_code: IysCode
    rate_kurus: int
    opened_at: datetime
    until: datetime
    closed_at: datetime | None = None
    records: int = 0

    @property
    def ends_at(self) -> datetime:
        """From when on nothing is counted for it."""
        return self.until if self.closed_at is None else min(self.until, self.closed_at)

    @property
    def owed_kurus(self) -> int:
        """What the partner is owed, to the nearest kuruş."""
        return (self.records * self.rate_kurus + 500) // 1000

    def is_of(self, each: Loaded) -> bool:
        """Is a record one of the past, loaded while the job was open?"""
        is_past = each.consented_at is None or each.consented_at < self.opened_at
        return is_past and self.opened_at <= each.recorded_at < self.ends_at


def as_subscribed(provider: Provider, all_of_it: tuple[Subscribed, ...], now: datetime) -> Provider:
    """A company with the standing that its subscription gives it; without one it keeps its own."""
    each = standing(all_of_it, now)
    if each is None:
        return provider
    return msgspec.structs.replace(provider, subscription=each.status(now), has_api=each.has_api)


def standing(all_of_it: tuple[Subscribed, ...], now: datetime) -> Subscribed | None:
    """Which of a party's subscriptions is the one that counts: the last one that has begun.

    Takes   all_of_it: in any order
    Gives   None where none has begun: what is written for later changes nothing yet, and what was
            closed before it began never does
    """
    begun = [each for each in all_of_it if each.starts_at <= now and not each.is_void]
    return max(begun, key=lambda each: each.starts_at, default=None)
