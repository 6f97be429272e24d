"""The people of the demonstration are invented, always the same, and lawful."""

import re
from datetime import UTC, datetime

from izin.consent.model import Accepted, Current
from izin.consent.rules import accept
from izin.core.terms import Channel, RecipientType, Side, Status
from izin.provider.model import Subscription
from izin.wiring.people import COMPANIES, FIRST, examples, movements, settled

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HAPPENED = movements()
NOBODY = re.compile(r"\+90599\d{7}|\+902120000001|kisi\d{4}@posta\.example")


def test_some_thousand_consents_are_invented_the_same_way_each_time():
    assert 4000 < len(HAPPENED.loaded) < 6000
    assert movements() == HAPPENED


def test_nobody_can_be_reached_by_any_of_the_addresses():
    every = (*HAPPENED.loaded, *HAPPENED.changed, *HAPPENED.by_citizens)
    assert all(NOBODY.fullmatch(each.key.address.clear) for each in every)


def test_every_channel_type_and_way_occurs():
    assert {each.key.channel for each in HAPPENED.loaded} == set(Channel)
    assert {each.key.recipient_type for each in HAPPENED.loaded} == set(RecipientType)
    assert any(each.consented_at is None for each in HAPPENED.loaded)
    assert any(each.retailer_code for each in HAPPENED.loaded)
    assert {each.status for each in HAPPENED.by_citizens} == set(Status)
    assert all(each.source.side is Side.IYS for each in HAPPENED.by_citizens)


def test_each_movement_is_one_that_the_law_accepts():
    standing: dict[object, Current] = {}
    for each in (*HAPPENED.loaded, *HAPPENED.changed, *HAPPENED.by_citizens):
        current = standing.get(each.key)
        accepted = accept(current, each, now=NOW)
        assert isinstance(accepted, Accepted), (accepted, each.status, current)
        standing[each.key] = Current(
            status=accepted.status,
            source=accepted.source,
            consented_at=accepted.consented_at,
            recorded_at=NOW,
            first_recorded_at=NOW,
            event_id=None,
            version=1,
        )


def test_each_company_stands_elsewhere_once_its_consents_are_loaded():
    first, second, third = (settled(company) for company in COMPANIES)
    assert (first.activated_at is not None, first.subscription) == (True, Subscription.ACTIVE)
    assert (second.activated_at, second.subscription) == (None, Subscription.ACTIVE)
    assert third.subscription is Subscription.PAUSED


def test_a_company_s_master_brand_has_its_code():
    for company in COMPANIES:
        masters = [brand for brand in company.brands if brand.is_master]
        assert [brand.brand_code for brand in masters] == [company.provider.iys_code]
        assert {each.brand_code for each in company.retailers} <= {
            brand.brand_code for brand in company.brands
        }


def test_the_examples_are_three_different_cases():
    keys = {each.key.address: each for each in HAPPENED.loaded if each.key.channel is Channel.MESAJ}
    consents, refused, unknown = examples()
    assert consents in keys
    assert refused in keys
    assert unknown not in keys
    assert FIRST is COMPANIES[0]
