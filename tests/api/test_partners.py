"""A partner acts for a company in the channels that it was given, as long as it was given them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from builders.dealers import a_dealer
from builders.door import codes
from builders.heart import until
from builders.house import BRAND, OTHER_BRAND, a_row, ago
from builders.members import member, of_company
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_IYS_CODE,
    PARTNER_CODE,
    PASSWORD,
)

from izin.access.authority import Authority
from izin.access.model import Caller, Right
from izin.access.transfer import transfer_brand
from izin.consent.event import Actor
from izin.consent.opened import open_bodies
from izin.core.clock import wire_time
from izin.core.errors import RefusalError
from izin.partner.manage import Evidence, move, put_evidence
from izin.partner.model import PartnerState
from izin.provider.model import Subscription

MANDATES = f"/x/brands/{BRAND_CODE}/mandates"
LIST = f"/integrator/{PARTNER_CODE}/sps"
TODAY = datetime.now(UTC).date()
PHONE, EMAIL = "+905990000051", "ayse@posta.example"


@pytest.fixture
async def partner(house, given):
    """A live partner's signed-in client."""
    await given.partner()
    await given.api_user("api@ortak.example", partner=PARTNER_CODE)
    async with await house.sign_in("api@ortak.example", PASSWORD) as client:
        yield client


@pytest.fixture
async def ours(house, given):
    """Our company's owner: rights are given and taken back by people."""
    async with await member(given, house) as client:
        yield client


@pytest.fixture
async def program(house):
    """Our company's API account."""
    async with await house.sign_in("api@firma.example", PASSWORD) as client:
        yield client


@pytest.fixture
async def theirs(house, given):
    """The other company's owner."""
    async with await member(given, house, of=of_company(OTHER_IYS_CODE)) as client:
        yield client


async def give(ours, scope: str, right: str = "write", **fields):
    body = {"partnerCode": PARTNER_CODE, "scope": scope, "right": right} | fields
    answer = await ours.post(MANDATES, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def rights(partner) -> dict[str, object]:
    """What the partner's list says of our brand."""
    answer = await partner.get(LIST)
    assert answer.status_code == 200, answer.text
    names = ("ARAMA", "MESAJ", "EPOSTA", "agreementControl", "viaControl")
    for each in answer.json()["list"]:
        if each["brandCode"] == BRAND_CODE:
            return {name: each[name] for name in names if each.get(name)}
    return {}


async def until_rights(partner, expected: dict[str, object]) -> None:
    async def are_so() -> bool:
        return await rights(partner) == expected

    await until(are_so, seconds=6)


@pytest.fixture
async def mandated(ours, partner):
    """The partner writes messages, reads e-mails, and has nothing to do with calls."""
    await give(ours, "MESAJ")
    await give(ours, "EPOSTA", "read")
    await until_rights(partner, {"MESAJ": "write", "EPOSTA": "read"})
    return partner


def an_email(**fields):
    return a_row(recipient=EMAIL, type="EPOSTA", **fields)


async def test_it_does_what_it_was_given_and_nothing_else(ours, mandated):
    assert (await mandated.post(f"{BRAND}/consents", json=a_row(recipient=PHONE))).is_success
    assert (await ours.post(f"{BRAND}/consents", json=an_email())).is_success
    refusal = an_email(status="RET", consentDate=ago(minutes=1))
    for answer in (
        await mandated.post(f"{BRAND}/consents", json=refusal),
        await mandated.post(f"{BRAND}/consents", json=a_row(recipient=PHONE, type="ARAMA")),
        await mandated.post(f"{BRAND}/consents/request", json=[a_row(recipient=PHONE), an_email()]),
        await mandated.post(
            f"{BRAND}/consents/BIREYSEL/status/ARAMA", json={"recipients": [PHONE]}
        ),
        await mandated.post(
            f"/x/brands/{BRAND_CODE}/ask", json={"recipients": [PHONE], "type": "ARAMA"}
        ),
    ):
        assert (answer.status_code, codes(answer)) == (403, ["H353"])
    for type_, recipient in (("MESAJ", PHONE), ("EPOSTA", EMAIL)):
        told = await mandated.post(
            f"{BRAND}/consents/BIREYSEL/status/{type_}", json={"recipients": [recipient]}
        )
        assert told.json()["list"] == [recipient]


async def test_it_sees_its_channels_only(ours, mandated, house):
    rows = [a_row(recipient=PHONE), an_email(), a_row(recipient=PHONE, type="ARAMA")]
    for row in rows:
        assert (await ours.post(f"{BRAND}/consents", json=row)).is_success
    await house.numbered(3)
    feed = await mandated.get(f"{BRAND}/consents/changes?source=HS")
    assert {each["type"] for each in feed.json()["list"]} == {"MESAJ", "EPOSTA"}
    own = await ours.get(f"{BRAND}/consents/changes?source=HS")
    assert len(own.json()["list"]) == 3
    listed = await mandated.get(f"/x/brands/{BRAND_CODE}/consents")
    assert {each["type"] for each in listed.json()["list"]} == {"MESAJ", "EPOSTA"}


async def test_a_page_without_anything_of_its_is_passed_over(ours, mandated, house):
    """Whoever reads until a page is empty reads to the end."""
    calls = [a_row(recipient=f"+90599000{n:04d}", type="ARAMA") for n in range(7)]
    for row in [*calls, an_email()]:
        assert (await ours.post(f"{BRAND}/consents", json=row)).is_success
    await house.numbered(8)
    page = await mandated.get(f"{BRAND}/consents/changes?source=HS&limit=2")
    assert [each["type"] for each in page.json()["list"]] == ["EPOSTA"]
    for row in calls[:6]:
        refusal = row | {"status": "RET", "consentDate": ago(minutes=1)}
        assert (await ours.post(f"{BRAND}/consents", json=refusal)).is_success
    await house.numbered(14)
    after = page.json()["after"]
    further = await mandated.get(f"{BRAND}/consents/changes?source=HS&limit=1&after={after}")
    assert further.json()["list"] == []  # five looked through: the sixth is the next call's
    assert further.json()["after"] != after


async def test_each_movement_says_under_which_mandate_it_came(ours, mandated, house, owner):
    shown = (await ours.get(MANDATES)).json()["list"]
    [mandate_id] = [UUID(each["mandateId"]) for each in shown if each["scope"] == "MESAJ"]
    assert (await mandated.post(f"{BRAND}/consents", json=a_row(recipient=PHONE))).is_success
    batch = await mandated.post(
        f"{BRAND}/consents/request", json=[a_row(recipient="+905990000052")]
    )
    assert batch.status_code == 202
    assert (await ours.post(f"{BRAND}/consents", json=a_row(recipient="+905990000053"))).is_success
    await house.numbered(3)
    ids = [row["event_id"] for row in await owner.fetch("select event_id from consent_event")]
    async with house.parts.database.connection() as connection:
        opened = await open_bodies(connection, house.parts.keyring, ids)
    by_phone = {each.body.key.address.clear: each.body for each in opened}
    for phone in (PHONE, "+905990000052"):
        assert (by_phone[phone].actor, by_phone[phone].mandate_id) == (Actor.PARTNER, mandate_id)
    own = by_phone["+905990000053"]
    assert (own.actor, own.mandate_id) == (Actor.PROVIDER, None)


async def test_what_is_taken_back_counts_within_five_seconds(ours, mandated):
    answer = await ours.post(f"{MANDATES}/revoke", json={"partnerCode": PARTNER_CODE})
    assert (answer.status_code, answer.json()) == (200, {"revoked": 2})
    await until_rights(mandated, {})
    refused = await mandated.post(f"{BRAND}/consents", json=a_row(recipient=PHONE))
    assert (refused.status_code, codes(refused)) == (403, ["H353"])
    again = await ours.post(f"{MANDATES}/revoke", json={"partnerCode": PARTNER_CODE})
    assert (again.status_code, codes(again)) == (404, ["IZ035"])
    shown = (await ours.get(MANDATES)).json()["list"]
    assert [(each["stands"], "revokedAt" in each) for each in shown] == [(False, True)] * 2


async def test_a_mandate_has_a_beginning_and_an_end(ours, partner):
    later = wire_time(datetime.now(UTC) + timedelta(hours=2))
    await give(ours, "MESAJ", validFrom=later)
    await give(ours, "EPOSTA", validUntil=later)
    await until_rights(partner, {"EPOSTA": "write"})
    early = {"partnerCode": PARTNER_CODE, "scope": "ARAMA", "right": "read"}
    answer = await ours.post(MANDATES, json=early | {"validUntil": ago(hours=1)})
    assert (answer.status_code, codes(answer)) == (422, ["IZ011"])


async def test_a_new_mandate_takes_the_place_of_the_one_before(ours, mandated):
    await give(ours, "MESAJ", "read")
    await give(ours, "AGREEMENT", "read")
    await give(ours, "VIA", "read")
    both = {"agreementControl": True, "viaControl": True}
    await until_rights(mandated, {"MESAJ": "read", "EPOSTA": "read", **both})
    answer = await mandated.post(f"{BRAND}/consents", json=a_row(recipient=PHONE))
    assert codes(answer) == ["H353"]


async def test_two_partners_and_the_company_act_side_by_side(ours, mandated, given, house):
    second = 30000002
    await given.partner(second)
    await given.api_user("api@ikinci.example", partner=second)
    async with await house.sign_in("api@ikinci.example", PASSWORD) as other:
        body = {"partnerCode": second, "scope": "MESAJ", "right": "write"}
        assert (await ours.post(MANDATES, json=body)).status_code == 201

        async def may_write() -> bool:
            row = a_row(recipient=PHONE, consentDate=ago(hours=5))
            return (await other.post(f"{BRAND}/consents", json=row)).is_success

        await until(may_write)
        for client, hours in ((mandated, 4), (ours, 3), (other, 2)):
            row = a_row(recipient=PHONE, consentDate=ago(hours=hours))
            assert (await client.post(f"{BRAND}/consents", json=row)).is_success


@pytest.mark.parametrize("state", [PartnerState.SUSPENDED, PartnerState.REVOKED])
async def test_a_partner_that_is_stopped_acts_for_nobody(mandated, operator_database, state):
    await move(operator_database, PARTNER_CODE, state, today=TODAY, by=OPERATOR)

    async def is_stopped() -> bool:
        answer = await mandated.post(f"{BRAND}/consents", json=a_row(recipient=PHONE))
        return codes(answer) == ["H353"] if not answer.is_success else False

    await until(is_stopped)


async def test_a_certificate_that_has_run_out_stops_its_partner(mandated, operator_database):
    yesterday = TODAY - timedelta(days=1)
    await put_evidence(
        operator_database, PARTNER_CODE, Evidence(iso27001_until=yesterday), by=OPERATOR
    )

    async def is_stopped() -> bool:
        return not (await mandated.get(f"{BRAND}/consents/changes")).is_success

    await until(is_stopped)


async def test_a_moved_brand_leaves_no_mandate_behind(mandated, operator_database, owner):
    await transfer_brand(operator_database, BRAND_CODE, OTHER_IYS_CODE, by=OPERATOR)
    await until_rights(mandated, {})
    moved = f"/sps/{OTHER_IYS_CODE}/brands/{BRAND_CODE}"
    for path in (BRAND, moved):
        answer = await mandated.post(f"{path}/consents", json=a_row(recipient=PHONE))
        assert codes(answer) == ["H353"]
    assert await owner.fetchval("select count(*) from mandate where revoked_at is null") == 0


async def test_its_list_names_the_companies_and_nobody_else_s(ours, theirs, mandated):
    page = (await mandated.get(LIST)).json()
    assert page["pagination"] == {"offset": 0, "totalCount": 1, "pageSize": 1}
    [brand] = page["list"]
    assert brand == {
        "brandCode": BRAND_CODE,
        "name": f"Marka {BRAND_CODE}",
        "master": False,
        "title": f"Firma {IYS_CODE} A.Ş.",
        "iysCode": IYS_CODE,
        "agreementControl": False,
        "viaControl": False,
        "MESAJ": "write",
        "EPOSTA": "read",
    }
    assert (await mandated.get(f"{LIST}/{IYS_CODE}")).json()["list"] == [brand]
    assert codes(await mandated.get(f"{LIST}/{OTHER_IYS_CODE}")) == ["H353"]
    assert codes(await mandated.get("/integrator/30000009/sps")) == ["H353"]
    answer = await ours.get(LIST)
    assert (answer.status_code, codes(answer)) == (400, ["H363"])
    brands = await mandated.get(f"/sps/{IYS_CODE}/brands")
    assert [each["brandCode"] for each in brands.json()] == [BRAND_CODE]
    assert codes(await mandated.get(f"/sps/{OTHER_IYS_CODE}/brands")) == ["H353"]


async def test_a_company_s_own_affairs_are_no_partner_s(mandated, theirs):
    own = {"partnerCode": PARTNER_CODE, "scope": "ARAMA", "right": "write"}
    for answer in (
        await mandated.get("/x/company"),
        await mandated.get(MANDATES),
        await mandated.post(MANDATES, json=own),
        await mandated.post(f"{MANDATES}/revoke", json={"partnerCode": PARTNER_CODE}),
        await theirs.post(MANDATES, json=own),
        await mandated.get(f"{OTHER_BRAND}/consents/changes"),
    ):
        assert (answer.status_code, codes(answer)) == (403, ["H353"])


async def test_a_company_without_the_api_is_served_through_its_partner(
    mandated, ours, program, given
):
    await given.provider(IYS_CODE, has_api=False)

    async def is_held() -> bool:
        return not (await program.get(f"{BRAND}/consents/changes")).is_success

    await until(is_held)
    for whoever in (program, ours):  # a session is no way around the package
        assert codes(await whoever.get(f"{BRAND}/consents/changes")) == ["H586"]
    assert (await ours.get("/x/company")).is_success
    row = a_row(recipient=PHONE, consentDate=ago(minutes=2))
    assert (await mandated.post(f"{BRAND}/consents", json=row)).is_success


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"scope": "MESAJ", "right": "write"}, "IZ011"),
        ({"partnerCode": PARTNER_CODE, "scope": "SMS", "right": "write"}, "IZ011"),
        ({"partnerCode": PARTNER_CODE, "scope": "MESAJ", "right": "all"}, "IZ011"),
        ({"partnerCode": 39999999, "scope": "MESAJ", "right": "read"}, "IZ033"),
        ({"partnerCode": PARTNER_CODE, "scope": "VIA", "right": "read", "iysCode": 1}, "IZ011"),
    ],
)
async def test_what_cannot_be_a_mandate_is_said(ours, partner, body, expected):
    assert codes(await ours.post(MANDATES, json=body)) == [expected]


async def test_who_stands_for_a_dealer_is_shown_to_its_own_company_alone(ours, mandated):
    entered = await ours.post(f"{BRAND}/retailers", json=a_dealer(1))
    code = entered.json()["retailerCode"]
    assert (await ours.post(f"{BRAND}/consents", json=a_row(recipient=PHONE))).is_success
    terms = {"type": "MESAJ", "recipientType": "BIREYSEL", "recipient": PHONE}
    access = f"{BRAND}/consents/retailers/access"
    added = await mandated.post(access, json={**terms, "retailerAccess": [code]})
    assert added.status_code == 200, added.text
    for client, is_shown in ((ours, True), (mandated, False)):
        one = (await client.get(f"{BRAND}/retailers/{code}")).json()
        [listed] = (await client.get(f"{BRAND}/retailers")).json()["list"]
        answer = await client.post(f"{BRAND}/consent/retailers/access/list", json=terms)
        [beside] = answer.json()["list"]
        for shown in (one, listed, beside):
            assert shown["title"] == a_dealer(1)["title"]
            for field in ("tckn", "name", "mobile", "mersis"):
                assert (field in shown) is is_shown


# what a reader with fresh eyes found


async def test_who_has_lost_a_brand_gives_no_mandate_for_it(
    ours, theirs, partner, operator_database, given
):
    """Its process has not heard of the move yet."""
    assert (await ours.get(MANDATES)).is_success
    await transfer_brand(operator_database, BRAND_CODE, OTHER_IYS_CODE, by=OPERATOR)
    body = {"partnerCode": PARTNER_CODE, "scope": "MESAJ", "right": "write"}
    answer = await ours.post(MANDATES, json=body)
    assert (answer.status_code, codes(answer)) == (403, ["H353"])

    async def is_theirs() -> bool:
        return (await theirs.get(MANDATES)).is_success

    await until(is_theirs)
    assert (await theirs.post(MANDATES, json=body)).status_code == 201


async def test_a_mandate_of_another_company_counts_for_nothing(mandated, owner):
    """As a copy has it that was read while the brand moved."""
    await owner.execute("update brand set iys_code = $1, changed_in = 99", OTHER_IYS_CODE)
    await owner.execute("update directory_head set version = 99")
    await until_rights(mandated, {})
    moved = f"/sps/{OTHER_IYS_CODE}/brands/{BRAND_CODE}"
    answer = await mandated.post(f"{moved}/consents", json=a_row(recipient=PHONE))
    assert codes(answer) == ["H353"]


async def test_a_mandate_that_begins_later_does_not_end_the_one_that_stands(ours, mandated):
    later = wire_time(datetime.now(UTC) + timedelta(days=20))
    body = {"partnerCode": PARTNER_CODE, "scope": "MESAJ", "right": "read", "validFrom": later}
    answer = await ours.post(MANDATES, json=body)
    assert (answer.status_code, codes(answer)) == (400, ["IZ040"])
    assert await rights(mandated) == {"MESAJ": "write", "EPOSTA": "read"}


@pytest.mark.parametrize(
    "facts", [{"has_api": False}, {"subscription": Subscription.PAUSED}], ids=["no API", "paused"]
)
async def test_what_a_company_takes_back_is_not_held_up_by_its_plan(
    ours, mandated, program, given, facts
):
    await given.provider(IYS_CODE, **facts)

    async def is_held() -> bool:
        return not (await program.get(f"{BRAND}/consents/changes")).is_success

    await until(is_held)
    assert (await ours.get(MANDATES)).is_success
    answer = await ours.post(f"{MANDATES}/revoke", json={"partnerCode": PARTNER_CODE})
    assert answer.json() == {"revoked": 2}
    await until_rights(mandated, {})


async def test_figures_and_results_are_of_its_channels(ours, mandated, house):
    rows = [
        a_row(recipient=PHONE, type="ARAMA"),
        a_row(recipient=PHONE),
        a_row(recipient="ece@posta.example", type="EPOSTA"),
    ]
    batch = (await ours.post(f"{BRAND}/consents/request", json=rows)).json()["requestId"]
    await house.numbered(3)
    path = f"{BRAND}/consents/request/{batch}"
    assert len((await ours.get(path)).json()) == 3
    shown = (await mandated.get(path)).json()
    assert [each["index"] for each in shown] == [1, 2]

    async def are_counted() -> bool:
        [own] = (await ours.get(f"/sps/{IYS_CODE}/brands")).json()
        return own["stats"]["consents"]["total"] == 3

    await until(are_counted, seconds=30)
    [seen] = (await mandated.get(f"/sps/{IYS_CODE}/brands")).json()
    assert seen["stats"]["consents"] == {"approval": 2, "rejection": 0, "total": 2}


async def test_a_certificate_ends_with_its_last_day_in_turkey(mandated, house):
    """At 21:00 UTC the next day begins there."""
    door = house.app._door
    until_day = TODAY + timedelta(days=365)
    for hour, is_let_in in ((20, True), (21, False)):
        at = datetime(until_day.year, until_day.month, until_day.day, hour, 30, tzinfo=UTC)
        authority = Authority(None, door.services.directory, now=lambda at=at: at)
        caller = Caller(user_id=uuid4(), partner_code=PARTNER_CODE)
        try:
            permit = authority.permit(caller, Right.READ, IYS_CODE, BRAND_CODE)
        except RefusalError:
            permit = None
        assert (permit is not None) is is_let_in
