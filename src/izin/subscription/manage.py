"""Whoever runs the registry writes down what a company or a partner subscribes to.

Source  contract 1.14; decision 0047
"""

from datetime import datetime
from uuid import uuid4

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.core.clock import FOR_EVER, IYS_TIME
from izin.core.codes import IysCode, PartnerCode
from izin.core.errors import RefusalError, Refused
from izin.partner import lookup as partners
from izin.provider import lookup as providers
from izin.provider.manage import see_that_it_is_open
from izin.storage.database import Database
from izin.subscription import store
from izin.subscription.model import Family, Package, Subscribed, SubscriptionState, standing
from izin.subscription.tariff import may_exceed, tariff_of


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a party is to have.

    address_limit, may_exceed  None: as the tariff has it
    """

    package: Package
    level: int
    starts_at: datetime
    ends_at: datetime
    address_limit: int | None = None
    may_exceed: bool | None = None


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a subscription is: one of both."""

    iys_code: IysCode | None = None
    partner_code: PartnerCode | None = None


async def subscribe(database: Database, wanted: Wanted, *, of: Holder, by: Principal) -> Subscribed:
    """Let a party have a package; what it had until then ends where this one begins.

    Raises  RefusalError H001, IZ033 there is no such party, IZ085 it is closed, IZ070 the package
            is not for it or has no such level, IZ071 it would end before it begins, IZ072 a later
            one is written already · UnavailableError
    """
    each = _subscription(wanted, of)
    async with changing(database, by) as change:
        version = await providers.next_version(change)
        await _see_that_it_is_there(change, of)
        known = await store.of_party(change.connection, of.iys_code, of.partner_code)
        # a beginning is a subscription's name within its party: a void one keeps its own
        if any(
            one.starts_at == each.starts_at or (one.starts_at > each.starts_at and not one.is_void)
            for one in known
        ):
            raise RefusalError(Refused(code="IZ072"))
        for one in known:
            if one.ends_at > each.starts_at and not one.is_void:
                ended = msgspec.structs.replace(one, ends_at=each.starts_at)
                await store.change(change, ended, version)
                _tell(change, ended)
        await store.enter(change, each, version)
        _tell(change, each)
    return each


async def begin(change: Change, iys_code: IysCode, now: datetime, version: int) -> None:
    """Let a company that has just been made have what every company has: Temel Hizmetler.

    Takes   version: that of the change of parties in whose transaction this is
    Raises  UnavailableError
    """
    wanted = Wanted(package=Package.TEMEL, level=0, starts_at=now, ends_at=FOR_EVER)
    each = _subscription(wanted, Holder(iys_code=iys_code))
    await store.enter(change, each, version)
    _tell(change, each)


async def set_state(
    database: Database,
    state: SubscriptionState,
    *,
    of: Holder,
    now: datetime,
    by: Principal,
) -> None:
    """Pause what a party has, let it go on, or close it. A closed one stays closed.

    Where none has begun the first one is meant.

    Raises  RefusalError H437 it has none, IZ028 that may not follow, IZ085 its
            company is closed · UnavailableError
    """
    async with changing(database, by) as change:
        version = await providers.next_version(change)
        known = tuple(await store.of_party(change.connection, of.iys_code, of.partner_code))
        each = standing(known, now) or next((one for one in known if not one.is_void), None)
        if each is None:
            raise not_subscribed(of.iys_code or of.partner_code)
        if of.iys_code is not None and state is SubscriptionState.ACTIVE:
            await see_that_it_is_open(change.connection, of.iys_code)
        if each.state is SubscriptionState.CLOSED:
            facts = (("state", each.state.value), ("to", state.value))
            raise RefusalError(Refused(code="IZ028", facts=facts))
        moved = msgspec.structs.replace(each, state=state)
        if state is SubscriptionState.CLOSED:  # and is not paid for any longer
            ends_at = min(each.ends_at, max(now, each.starts_at))
            moved = msgspec.structs.replace(moved, ends_at=ends_at)
        await store.change(change, moved, version)
        _tell(change, moved)


def not_subscribed(code: int | None) -> RefusalError:
    """What is answered where there is no subscription. Source: contract 1.14."""
    return RefusalError(Refused(code="H437", facts=(("iysCode", str(code)),)))


def _subscription(wanted: Wanted, of: Holder) -> Subscribed:
    tariff = tariff_of(wanted.starts_at.astimezone(IYS_TIME).year)
    is_partners = wanted.package.family is Family.PARTNER
    has_level = is_partners or tariff.price(wanted.package, wanted.level) is not None
    if is_partners is (of.partner_code is None) or not has_level:
        facts = (("package", wanted.package.value), ("level", str(wanted.level)))
        raise RefusalError(Refused(code="IZ070", facts=facts))
    if wanted.ends_at <= wanted.starts_at:
        raise RefusalError(Refused(code="IZ071"))
    limit, exceeds = wanted.address_limit, wanted.may_exceed
    return Subscribed(
        subscription_id=uuid4(),
        iys_code=of.iys_code,
        partner_code=of.partner_code,
        package=wanted.package,
        level=wanted.level,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        address_limit=tariff.limit(wanted.package) if limit is None else limit,
        may_exceed=may_exceed(wanted.package) if exceeds is None else exceeds,
    )


async def _see_that_it_is_there(change: Change, of: Holder) -> None:
    if of.iys_code is not None:
        await see_that_it_is_open(change.connection, of.iys_code)
        return
    assert of.partner_code is not None, "a subscription is a company's or a partner's"
    if not await partners.is_there(change.connection, of.partner_code):
        facts = (("partnerCode", str(of.partner_code)),)
        raise RefusalError(Refused(code="IZ033", facts=facts))


def _tell(change: Change, each: Subscribed) -> None:
    change.tell(
        Action.SUBSCRIPTION_PUT,
        each.subscription_id,
        of=each.iys_code,
        partnerCode=each.partner_code,
        package=each.package.value,
        level=each.level,
        startsAt=each.starts_at.isoformat(),
        endsAt=each.ends_at.isoformat(),
        state=each.state.value,
        addressLimit=each.address_limit,
        mayExceed=each.may_exceed,
    )
