"""Packages at the door: what they show, and what a full one lets in."""

from datetime import UTC, datetime, timedelta

import pytest
from builders.door import codes
from builders.heart import until
from builders.house import BRAND, a_row, ago
from builders.parties import IYS_CODE, OPERATOR

from izin.core.clock import IYS_TIME
from izin.storage.database import Database
from izin.subscription.manage import Holder, set_state
from izin.subscription.model import Package, SubscriptionState
from izin.subscription.yearly import look

pytest_plugins = ("builders.house",)

PLAN = f"/sps/{IYS_CODE}/subscription"
NOW = datetime.now(UTC)


@pytest.fixture
def subscribed(house, given, ours):
    """Our company's package, known to the door."""

    async def put(**facts):
        each = await given.subscription(**facts)

        async def is_known() -> bool:
            answer = await ours.get(PLAN)
            return answer.json().get("subscriptionId") == str(each.subscription_id)

        await until(is_known)
        return each

    return put


async def counted(ours, count: int) -> None:
    async def done() -> bool:
        return (await ours.get(PLAN)).json()["usedConsentLimit"] == count

    await until(done, seconds=30)


@pytest.fixture
def soon_forgotten(monkeypatch) -> None:
    """Nobody waits twenty seconds for what a hand clock shows elsewhere."""
    monkeypatch.setattr("izin.consent.quota.FORGOTTEN_S", 2.0)


async def has_room(ours, number: int) -> None:
    """Wait until what was taken back is forgotten, and take this one in."""

    async def done() -> bool:
        return await added(ours, number) == []

    await until(done, seconds=40)


async def added(ours, number: int, **fields) -> list[str]:
    answer = await ours.post(f"{BRAND}/consents", json=a_row(number, **fields))
    return [] if answer.status_code == 200 else codes(answer)


async def test_a_company_sees_its_package_and_how_full_it_is(subscribed, ours):
    await subscribed(address_limit=10, may_exceed=False)
    shown = (await ours.get(PLAN)).json()
    assert shown["subscriptionPackageName"] == "İleti+ (Seviye 2)"
    assert (shown["consentLimit"], shown["consentLimitExceed"]) == (10, False)
    assert await added(ours, 1) == []
    await counted(ours, 1)
    own = (await ours.get("/x/subscription")).json()
    assert {key: own[key] for key in ("phones", "emails", "addresses", "share", "warnings")} == {
        "phones": 1,
        "emails": 0,
        "addresses": 1,
        "share": 10,
        "warnings": [],
    }
    assert own["modules"] == sorted(
        ("accounts", "basic", "brands_and_dealers", "integration", "iys_yolu", "reports")
    )


@pytest.mark.usefixtures("soon_forgotten")
async def test_a_full_package_lets_everything_in_but_new_addresses(subscribed, ours):
    await subscribed(address_limit=2, may_exceed=False)
    assert [await added(ours, n) for n in (1, 2, 3)] == [[], [], ["H525"]]
    assert await added(ours, 1, consentDate=ago(minutes=9)) == []  # a renewal
    assert await added(ours, 1, type="ARAMA") == []  # an address that is there
    assert (await ours.post(f"{BRAND}/consents/status", json=_question(1))).status_code == 200
    refusal = {"status": "RET", "consentDate": ago(minutes=8)}
    assert await added(ours, 2, **refusal) == []
    await counted(ours, 1)
    await has_room(ours, 4)


def _question(number: int) -> dict[str, str]:
    row = a_row(number)
    return {name: row[name] for name in ("recipient", "type", "recipientType")}


@pytest.mark.usefixtures("soon_forgotten")
async def test_a_batch_is_refused_row_by_row_or_as_a_whole(subscribed, ours):
    await subscribed(address_limit=2, may_exceed=False)
    request = f"{BRAND}/consents/request"
    assert await added(ours, 1) == []
    rows = [a_row(n) for n in (2, 3, 4)]
    rows.append(a_row(1, status="RET", consentDate=ago(minutes=5)))
    answer = await ours.post(request, json=rows)
    assert answer.status_code == 202
    result = f"{request}/{answer.json()['requestId']}"

    async def done() -> bool:
        return "enqueue" not in {each["status"] for each in (await ours.get(result)).json()}

    await until(done)
    shown = (await ours.get(result)).json()
    assert [each.get("error", {}).get("code") for each in shown] == [None, "H525", "H525", None]
    await counted(ours, 1)
    await has_room(ours, 9)
    answer = await ours.post(request, json=[a_row(n) for n in (5, 6)])
    assert (answer.status_code, codes(answer)) == (422, ["H525"])


async def test_a_package_that_may_be_exceeded_has_no_end(subscribed, ours):
    await subscribed(address_limit=1, may_exceed=True)
    assert [await added(ours, n) for n in (1, 2, 3)] == [[], [], []]


async def test_a_held_package_shows_itself(subscribed, ours, house, operator_database):
    await subscribed()
    holder = Holder(iys_code=IYS_CODE)
    for state in (SubscriptionState.PAUSED, SubscriptionState.CLOSED):
        await set_state(operator_database, state, of=holder, now=NOW, by=OPERATOR)

        async def says(state=state) -> bool:
            return (await ours.get(PLAN)).json().get("status") == state

        await until(says)
    answer = await ours.get("/x/subscription")
    assert codes(answer) == ["H521"]


async def test_a_company_on_an_ileti_package_calls_through_a_partner_only(
    house, given, ours, subscribed
):
    await given.subscription(package=Package.ILETI_25, level=1)

    async def is_held() -> bool:
        return codes(await ours.get(PLAN)) == ["H586"]

    await until(is_held)
    assert await added(ours, 1) == ["H586"]
    assert (await ours.get("/x/subscription")).json()["modules"] == ["basic", "integration"]


async def test_a_company_is_told_once_a_year_at_each_share(
    subscribed, ours, house, settings, owner
):
    await subscribed(address_limit=5, may_exceed=False)
    keeper = await Database.open(settings.database_url, role="izin_keeper")
    keys = house.parts.keyring
    try:
        told = []
        for number in range(1, 6):
            assert await added(ours, number) == []
            await counted(ours, number)
            told.append([await look(keeper, keys, NOW) for _ in range(2)])
        assert told == [[0, 0], [0, 0], [0, 0], [1, 0], [1, 0]]
        assert await look(keeper, keys, NOW + timedelta(days=366)) == 1
    finally:
        await keeper.close()
    year = NOW.astimezone(IYS_TIME).year
    events = await owner.fetch(
        "select facts from audit_event where action = 'subscription.share' order by audit_id"
    )
    assert len(events) == 3
    first, second = (await ours.get("/x/subscription")).json()["years"]
    assert (first["year"], first["addresses"], first["toldShare"]) == (year, 5, 100)
    assert (second["year"], second["toldShare"]) == (year + 1, 100)
