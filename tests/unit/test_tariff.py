"""The presentation's tables, and what follows from them."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from izin.core.codes import IysCode
from izin.provider.model import Subscription
from izin.subscription.model import (
    Family,
    Module,
    Package,
    Subscribed,
    SubscriptionState,
    standing,
)
from izin.subscription.tariff import may_exceed, share_used, tariff_of, tariffs, warnings

TARIFF = tariff_of(2020)
NOON = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "package"),
    [
        (0, Package.ILETI_5),
        (5_000, Package.ILETI_5),
        (5_001, Package.ILETI_25),
        (25_000, Package.ILETI_25),
        (25_001, Package.ILETI_75),
        (75_001, Package.ILETI_150),
        (150_001, Package.ILETI_250),
        (250_000, Package.ILETI_250),
        (250_001, Package.ILETI_PLUS),
    ],
)
def test_so_many_addresses_need_this_package(count, package):
    assert TARIFF.package_for(count) is package


@pytest.mark.parametrize(
    ("package", "prices"),
    [
        (Package.TEMEL, (0, None, None)),
        (Package.ILETI_5, (0, 0, 0)),
        (Package.ILETI_25, (0, 612, 1_020)),
        (Package.ILETI_75, (0, 1_980, 3_300)),
        (Package.ILETI_150, (0, 4_320, 7_200)),
        (Package.ILETI_250, (0, 4_920, 8_200)),
        (Package.ILETI_PLUS, (0, "ask", "ask")),
        (Package.PARTNER_API, (None, None, None)),
    ],
)
def test_a_package_costs_by_level(package, prices):
    assert tuple(TARIFF.price(package, level) for level in range(3)) == prices


BASIC = {Module.BASIC}


@pytest.mark.parametrize(
    ("package", "level", "modules"),
    [
        (Package.TEMEL, 0, BASIC),
        (Package.ILETI_75, 0, BASIC),
        (Package.ILETI_75, 1, BASIC | {Module.INTEGRATION}),
        (Package.ILETI_75, 2, BASIC | {Module.INTEGRATION, Module.IYS_YOLU}),
        (Package.ILETI_PLUS, 1, BASIC | {Module.INTEGRATION}),
        (Package.ILETI_PLUS, 2, set(Module)),
        (Package.PARTNER_API, 1, set()),
    ],
)
def test_a_level_opens_its_modules(package, level, modules):
    assert TARIFF.modules(package, level) == modules


def test_the_second_level_costs_five_thirds_of_the_first():
    for tier in TARIFF.tiers:
        first, second = (TARIFF.price(tier.package, level) for level in (1, 2))
        if isinstance(first, int):
            assert second == first * 5 / 3


def test_a_year_without_a_tariff_has_the_one_before():
    assert tariff_of(2031) is tariffs()[-1]
    assert tariff_of(2015) is tariffs()[0]


@pytest.mark.parametrize(
    ("package", "limit", "exceeds"),
    [
        (Package.ILETI_5, 5_000, False),
        (Package.ILETI_250, 250_000, False),
        (Package.ILETI_PLUS, 250_001, True),
        (Package.TEMEL, 0, True),
    ],
)
def test_a_package_is_for_so_many_addresses(package, limit, exceeds):
    assert (TARIFF.limit(package), may_exceed(package)) == (limit, exceeds)


@pytest.mark.parametrize(
    ("count", "limit", "share", "told"),
    [
        (0, 5_000, 0, ()),
        (3_999, 5_000, 79, ()),
        (4_000, 5_000, 80, (80,)),
        (4_749, 5_000, 94, (80,)),
        (4_750, 5_000, 95, (80, 95)),
        (4_999, 5_000, 99, (80, 95)),
        (5_000, 5_000, 100, (80, 95, 100)),
        (9_000, 5_000, 180, (80, 95, 100)),
        (9_000, 0, 0, ()),
    ],
)
def test_a_company_is_told_at_three_shares(count, limit, share, told):
    assert (share_used(count, limit), warnings(count, limit)) == (share, told)


def subscribed(**facts) -> Subscribed:
    given = {
        "subscription_id": uuid4(),
        "iys_code": IysCode(731001),
        "package": Package.ILETI_25,
        "level": 1,
        "starts_at": NOON - timedelta(days=100),
        "ends_at": NOON + timedelta(days=265),
    } | facts
    return Subscribed(**given)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, Subscription.ACTIVE),
        ({"state": SubscriptionState.PAUSED}, Subscription.PAUSED),
        ({"state": SubscriptionState.CLOSED}, Subscription.CLOSED),
        ({"ends_at": NOON}, Subscription.EXPIRED),
        ({"ends_at": NOON, "state": SubscriptionState.PAUSED}, Subscription.EXPIRED),
        ({"ends_at": NOON, "state": SubscriptionState.CLOSED}, Subscription.CLOSED),
        ({"starts_at": NOON + timedelta(seconds=1)}, Subscription.NONE),
    ],
)
def test_a_subscription_runs_out_by_the_clock(facts, status):
    assert subscribed(**facts).status(NOON) is status


def test_the_last_one_that_has_begun_counts():
    first, second = subscribed(), subscribed(starts_at=NOON)
    later = subscribed(starts_at=NOON + timedelta(days=1))
    assert standing((later, second, first), NOON) is second
    assert standing((later,), NOON) is None
    never = subscribed(starts_at=NOON, ends_at=NOON, state=SubscriptionState.CLOSED)
    assert standing((first, never), NOON) is first
    assert standing((), NOON) is None


@pytest.mark.parametrize(
    ("package", "level", "direct", "through_a_partner", "name"),
    [
        (Package.TEMEL, 0, False, False, "Temel Hizmetler"),
        (Package.ILETI_5, 0, False, False, "İleti-5"),
        (Package.ILETI_5, 1, False, True, "İleti-5 (Seviye 1)"),
        (Package.ILETI_250, 2, False, True, "İleti-250 (Seviye 2)"),
        (Package.ILETI_PLUS, 1, True, True, "İleti+ (Seviye 1)"),
        (Package.PARTNER_API, 0, False, False, "İO - API Kullanım Lisansı"),
    ],
)
def test_only_ileti_plus_calls_by_itself(package, level, direct, through_a_partner, name):
    it = subscribed(package=package, level=level)
    assert (it.has_api, it.has_integration, it.name) == (direct, through_a_partner, name)


def test_each_package_of_companies_has_a_tier_and_contents():
    companies = {each for each in Package if each.family is not Family.PARTNER}
    for tariff in tariffs():
        assert {tier.package for tier in tariff.tiers} == companies
        for tier in tariff.tiers:
            levels = len(tier.level_prices)
            assert all(tariff.modules(tier.package, level) for level in range(levels))
