"""What parties have subscribed to decides whose calls pass, in one place."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    PARTNER_CODE,
    Given,
)

from izin.access.authority import Authority
from izin.access.model import Caller, Right
from izin.core.codes import IysCode, PartnerCode
from izin.core.errors import RefusalError
from izin.partner.mandate import Grant, grant
from izin.partner.model import Scope
from izin.provider.model import Subscription
from izin.subscription import lookup
from izin.subscription.manage import Holder, Wanted, set_state, subscribe
from izin.subscription.model import Package, SubscriptionState

OURS, PARTNERS = Holder(iys_code=IYS_CODE), Holder(partner_code=PARTNER_CODE)
NOW = datetime.now(UTC)


def wanted(package=Package.ILETI_25, level=1, **facts) -> Wanted:
    given = {"starts_at": NOW - timedelta(days=1), "ends_at": NOW + timedelta(days=364)} | facts
    return Wanted(package=package, level=level, **given)


@pytest.fixture
async def parties(given: Given, database):
    await given.provider()
    await given.brand()
    await given.partner()
    mandate = Grant(
        partner_code=PARTNER_CODE,
        scope=Scope.MESAJ,
        can_write=True,
        valid_from=NOW - timedelta(days=1),
    )
    await grant(database, mandate, of=(IYS_CODE, BRAND_CODE), by=OPERATOR)


@pytest.fixture
async def subscribing(parties, operator_database):
    async def put(of=OURS, *words, **facts):
        return await subscribe(operator_database, wanted(*words, **facts), of=of, by=OPERATOR)

    return put


@pytest.fixture
def held(directory, access_tokens):
    """The code that holds a caller's call about our brand back, or that refuses it."""
    authority = Authority(access_tokens, directory)
    callers = {
        "company": Caller(user_id=uuid4(), iys_code=IYS_CODE),
        "partner": Caller(user_id=uuid4(), partner_code=PARTNER_CODE),
    }

    async def of(who: str, brand_code=BRAND_CODE) -> str | None:
        await directory.refresh()
        try:
            permit = authority.permit(callers[who], Right.READ, IYS_CODE, brand_code)
        except RefusalError as error:
            return error.refused[0].code
        return None if permit.held is None else permit.held.code

    return of


async def test_a_company_without_a_subscription_calls_by_its_own_columns(parties, held, given):
    assert [await held("company"), await held("partner")] == [None, None]
    await given.provider(has_api=False)
    assert [await held("company"), await held("partner")] == ["H586", None]


@pytest.mark.parametrize(
    ("package", "level", "company", "partner"),
    [
        (Package.TEMEL, 0, "H586", "H586"),
        (Package.ILETI_25, 0, "H586", "H586"),
        (Package.ILETI_25, 1, "H586", None),
        (Package.ILETI_25, 2, "H586", None),
        (Package.ILETI_PLUS, 0, "H586", "H586"),
        (Package.ILETI_PLUS, 1, None, None),
        (Package.ILETI_PLUS, 2, None, None),
    ],
)
async def test_who_may_call_follows_from_the_package(
    subscribing, held, package, level, company, partner
):
    await subscribing(OURS, package, level)
    assert [await held("company"), await held("partner")] == [company, partner]
    assert await held("partner", None) == partner


async def test_a_partners_own_licence_holds_its_calls(subscribing, held, operator_database):
    await subscribing(PARTNERS, Package.PARTNER_API, 0)
    assert [await held("company"), await held("partner")] == [None, None]
    for state, code in (("PAUSED", "H520"), ("CLOSED", "H521")):
        to = SubscriptionState(state)
        await set_state(operator_database, to, of=PARTNERS, now=NOW, by=OPERATOR)
        assert [await held("company"), await held("partner")] == [None, code]


async def test_a_subscription_that_ran_out_is_held_without_anybody_writing(subscribing, held):
    await subscribing(OURS, Package.ILETI_PLUS, 1, ends_at=NOW - timedelta(seconds=1))
    assert [await held("company"), await held("partner")] == ["H520", "H520"]


async def test_one_that_has_not_begun_changes_nothing_yet(subscribing, held, operator_database):
    await subscribing(OURS, Package.TEMEL, 0, starts_at=NOW + timedelta(days=1))
    await subscribing(PARTNERS, Package.PARTNER_API, 0, starts_at=NOW + timedelta(days=1))
    closed = SubscriptionState.CLOSED
    await set_state(operator_database, closed, of=PARTNERS, now=NOW, by=OPERATOR)
    assert [await held("company"), await held("partner")] == [None, None]


async def test_a_new_package_ends_the_one_before(subscribing, database):
    await subscribing()
    starts_at = NOW - timedelta(hours=1)
    await subscribing(OURS, Package.ILETI_PLUS, 2, starts_at=starts_at)
    async with database.connection() as connection:
        first, second = await lookup.of_party(connection, IYS_CODE, None)
    assert (first.package, first.ends_at) == (Package.ILETI_25, starts_at)
    assert (second.package, second.address_limit, second.may_exceed) == (
        Package.ILETI_PLUS,
        250_001,
        True,
    )
    assert second.status(NOW) is Subscription.ACTIVE


@pytest.mark.parametrize(
    ("of", "package", "facts", "code"),
    [
        (Holder(iys_code=IysCode(999)), Package.ILETI_5, {}, "H001"),
        (Holder(partner_code=PartnerCode(999)), Package.PARTNER_API, {}, "IZ033"),
        (OURS, Package.PARTNER_API, {}, "IZ070"),
        (PARTNERS, Package.ILETI_5, {}, "IZ070"),
        (OURS, Package.TEMEL, {}, "IZ070"),
        (OURS, Package.ILETI_5, {"ends_at": NOW - timedelta(days=2)}, "IZ071"),
    ],
)
async def test_what_cannot_be_subscribed_to(subscribing, of, package, facts, code):
    with pytest.raises(RefusalError) as caught:
        await subscribing(of, package, 1, **facts)
    assert [each.code for each in caught.value.refused] == [code]


async def test_a_later_one_that_is_written_stands(subscribing):
    await subscribing(OURS, starts_at=NOW + timedelta(days=2))
    with pytest.raises(RefusalError, match="IZ072"):
        await subscribing(OURS)


async def test_what_was_closed_before_it_began_stands_in_nobodys_way(
    subscribing, operator_database, database
):
    """A package written for next year by mistake must not put off all others until then."""
    next_year = NOW + timedelta(days=200)
    await subscribing(OURS, starts_at=next_year)
    closed = SubscriptionState.CLOSED
    await set_state(operator_database, closed, of=OURS, now=NOW, by=OPERATOR)
    with pytest.raises(RefusalError, match="IZ072"):
        await subscribing(OURS, Package.ILETI_PLUS, 2, starts_at=next_year)
    running = await subscribing(OURS, Package.ILETI_PLUS, 2)
    paused = SubscriptionState.PAUSED
    await set_state(operator_database, paused, of=OURS, now=NOW, by=OPERATOR)
    async with database.connection() as connection:
        each, void = await lookup.of_party(connection, IYS_CODE, None)
    assert (each.subscription_id, each.state) == (running.subscription_id, paused)
    assert (void.starts_at, void.ends_at) == (next_year, next_year)
    later = next_year + timedelta(seconds=1)
    await subscribing(OURS, starts_at=later, ends_at=later + timedelta(days=365))


async def test_what_is_closed_stays_closed(subscribing, operator_database):
    with pytest.raises(RefusalError, match="H437"):
        await set_state(operator_database, SubscriptionState.PAUSED, of=OURS, now=NOW, by=OPERATOR)
    await subscribing()
    for state in (SubscriptionState.PAUSED, SubscriptionState.ACTIVE, SubscriptionState.CLOSED):
        await set_state(operator_database, state, of=OURS, now=NOW, by=OPERATOR)
    with pytest.raises(RefusalError, match="IZ028"):
        await set_state(operator_database, SubscriptionState.ACTIVE, of=OURS, now=NOW, by=OPERATOR)


async def test_what_is_closed_ends_then(subscribing, operator_database, database):
    await subscribing()
    await set_state(operator_database, SubscriptionState.CLOSED, of=OURS, now=NOW, by=OPERATOR)
    async with database.connection() as connection:
        [each] = await lookup.of_party(connection, IYS_CODE, None)
    assert (each.ends_at, each.status(NOW)) == (NOW, Subscription.CLOSED)


async def test_every_change_is_told(subscribing, operator_database, owner):
    await subscribing()
    await subscribing(OURS, Package.ILETI_PLUS, 2, starts_at=NOW)
    told = await owner.fetch(
        "select facts->>'package' as package from audit_event"
        " where action = 'subscription.put' and iys_code = $1 order by audit_id",
        IYS_CODE,
    )
    assert [row["package"] for row in told] == ["ILETI-25", "ILETI-25", "ILETI+"]
