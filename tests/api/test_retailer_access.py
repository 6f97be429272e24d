"""Dealers' access to consents over the wire. Source: contract 1.12; R-102 to R-105."""

import pytest
from builders.dealers import a_dealer
from builders.door import codes
from builders.house import BRAND, OTHER_BRAND, a_row, ago
from builders.parties import BRAND_CODE

ACCESS = f"{BRAND}/consents/retailers/access"
LIST = f"{BRAND}/consent/retailers/access/list"
PHONE, OTHER_PHONE, STRANGER = "+905990000011", "+905990000012", "+905990000013"
TERMS = {"type": "MESAJ", "recipientType": "BIREYSEL"}


@pytest.fixture
async def dealers(ours) -> list[int]:
    """Three dealers of our brand, and a consent of each of two people."""
    found = []
    for number in (1, 2, 3):
        answer = await ours.post(f"{BRAND}/retailers", json=a_dealer(number))
        found.append(answer.json()["retailerCode"])
    for phone in (PHONE, OTHER_PHONE):
        row = a_row(recipient=phone, retailerCode=found[0], consentDate=ago(hours=9))
        assert (await ours.post(f"{BRAND}/consents", json=row)).status_code == 200
    return found


async def add(ours, *dealers: int, phone: str = PHONE):
    return await ours.post(
        ACCESS, json={**TERMS, "recipient": phone, "retailerAccess": list(dealers)}
    )


async def override(ours, *dealers: int, phones=(PHONE,)):
    return await ours.put(
        ACCESS, json={**TERMS, "recipients": list(phones), "retailerAccess": list(dealers)}
    )


async def listed(ours, phone: str = PHONE, query: str = "", path: str = LIST):
    answer = await ours.post(path + query, json={**TERMS, "recipient": phone})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def codes_of(ours, phone: str = PHONE) -> set[int]:
    return {each["retailerCode"] for each in (await listed(ours, phone))["list"]}


async def reason(ours, dealer: int, phone: str = PHONE) -> str:
    asked = {**TERMS, "recipients": [phone], "retailerCode": dealer}
    answer = await ours.post(f"/x/brands/{BRAND_CODE}/ask", json=asked)
    [told] = answer.json()["list"]
    return told["reason"]


async def test_a_dealer_that_is_let_use_a_consent_may_send(ours, dealers):
    taker, second, third = dealers
    assert await reason(ours, taker) == "CONSENT"
    assert await reason(ours, second) == "DEALER_NO_ACCESS"
    answer = await add(ours, second)
    assert answer.status_code == 200
    assert set(answer.json()) == {"transactionId", "creationDate"}
    assert len(answer.json()["transactionId"]) == 36
    assert await reason(ours, second) == "CONSENT"
    assert await reason(ours, third) == "DEALER_NO_ACCESS"
    assert await codes_of(ours) == {second}
    await add(ours, third)
    assert await codes_of(ours) == {second, third}


async def test_an_override_takes_it_from_the_one_that_took_the_consent(ours, dealers):
    taker, second, third = dealers
    await add(ours, second)
    answer = await override(ours, third, phones=(PHONE, OTHER_PHONE, PHONE))
    assert (answer.status_code, answer.json()) == (202, 1)
    for phone in (PHONE, OTHER_PHONE):
        assert await codes_of(ours, phone) == {third}
        assert await reason(ours, taker, phone) == "DEALER_NO_ACCESS"
        assert await reason(ours, third, phone) == "CONSENT"
    detail = await ours.post(f"{BRAND}/consents/status", json={**TERMS, "recipient": PHONE})
    assert "retailerCode" not in detail.json()
    assert (detail.json()["status"], detail.json()["retailerAccessCount"]) == ("ONAY", 1)


@pytest.mark.parametrize("path", ["retailers", "retailer"])
async def test_dealers_are_taken_off_and_the_consent_stands(ours, dealers, path):
    taker, second, third = dealers
    await override(ours, taker, second, third, phones=(PHONE, OTHER_PHONE))
    removing = f"{BRAND}/consents/{path}/access/remove"
    body = {**TERMS, "recipients": [PHONE, STRANGER]}
    answer = await ours.post(removing, json={**body, "retailerAccess": [second, third]})
    assert (answer.status_code, answer.json()) == (202, 1)
    assert await codes_of(ours) == {taker}
    assert await codes_of(ours, OTHER_PHONE) == {taker, second, third}
    answer = await ours.post(f"{removing}/all", json=body)
    assert (answer.status_code, answer.json()) == (202, 1)
    assert await codes_of(ours) == set()
    status = f"{BRAND}/consents/BIREYSEL/status/MESAJ"
    told = await ours.post(status, json={"recipients": [PHONE]})
    assert told.json()["list"] == [PHONE]


async def test_an_address_without_a_consent_has_no_dealers(ours, dealers):
    answer = await add(ours, dealers[0], phone=STRANGER)
    assert (answer.status_code, codes(answer)) == (400, ["H401"])
    assert (await override(ours, dealers[0], phones=(STRANGER,))).status_code == 202
    page = await listed(ours, STRANGER)
    assert page == {"pagination": {"offset": 0, "pageSize": 0, "totalCount": 0}, "list": []}
    detail = await ours.post(f"{BRAND}/consents/status", json={**TERMS, "recipient": STRANGER})
    assert detail.json() == {}


@pytest.mark.parametrize("path", [LIST, f"{ACCESS}/list"])
async def test_the_dealers_of_a_consent_are_listed_in_pages(ours, dealers, path):
    await override(ours, *dealers)
    first = await listed(ours, query="?limit=2", path=path)
    rest = await listed(ours, query="?limit=2&offset=2", path=path)
    assert first["pagination"] == {"offset": 0, "pageSize": 2, "totalCount": 3}
    assert rest["pagination"] == {"offset": 2, "pageSize": 1, "totalCount": 3}
    shown = [*first["list"], *rest["list"]]
    assert [each["retailerCode"] for each in shown] == sorted(dealers)
    assert {"title", "mersis", "alias", "name", "tckn", "mobile", "city", "town"} <= set(shown[0])


async def test_only_active_dealers_of_the_brand_are_let_use_a_consent(ours, dealers):
    passive = (await ours.post(f"{BRAND}/retailers", json=a_dealer(9, status="passive"))).json()[
        "retailerCode"
    ]
    for unknown in (99999999, passive):
        for answer in (await add(ours, dealers[0], unknown), await override(ours, unknown)):
            assert answer.status_code == 403
            [error] = answer.json()["errors"]
            assert (error["code"], error["value"]) == ("H180", unknown)
    assert await codes_of(ours) == set()


async def test_a_dealer_that_is_passive_by_now_is_taken_off_all_the_same(ours, dealers, owner):
    await add(ours, dealers[1])
    await owner.execute("update retailer set status = 'passive'")
    body = {**TERMS, "recipients": [PHONE], "retailerAccess": [dealers[1]]}
    assert (await ours.post(f"{ACCESS}/remove", json=body)).status_code == 202
    assert await codes_of(ours) == set()


async def test_a_dealer_whose_access_was_taken_away_stays(ours, dealers):
    await add(ours, dealers[2])
    await ours.post(f"{ACCESS}/remove/all", json={**TERMS, "recipients": [PHONE]})
    answer = await ours.delete(f"{BRAND}/retailers/{dealers[2]}")
    assert (answer.status_code, codes(answer)) == (400, ["IZ008"])


async def test_nobody_changes_another_company_s_consents(ours, theirs, dealers):
    for answer in (
        await add(theirs, dealers[1]),
        await override(theirs, dealers[1]),
        await theirs.post(LIST, json={**TERMS, "recipient": PHONE}),
        await theirs.post(f"{ACCESS}/remove/all", json={**TERMS, "recipients": [PHONE]}),
    ):
        assert (answer.status_code, codes(answer)) == (403, ["H353"])
    own = OTHER_BRAND + "/consents/retailers/access"
    body = {**TERMS, "recipient": PHONE, "retailerAccess": [dealers[1]]}
    answer = await theirs.post(own, json=body)
    assert (answer.status_code, codes(answer)) == (403, ["H180"])


async def test_no_change_is_in_the_feed(ours, dealers):
    await add(ours, dealers[1])
    await override(ours, dealers[2])
    answer = await ours.post(f"{BRAND}/consents/history", json={**TERMS, "recipient": PHONE})
    assert answer.json()["pagination"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"recipients": [PHONE, 5, "x"]}, ["H121", "H121", "H169"]),
        ({"recipients": {}, "retailerAccess": {}}, ["IZ011", "IZ011"]),
        ({"recipients": [], "retailerAccess": []}, ["H164", "H163"]),
        ({"recipients": [PHONE], "retailerAccess": [1, "2", None, True, -1]}, ["IZ011"] * 4),
        ({"type": None, "recipientType": 1}, ["H111", "H116", "H168", "H169"]),
    ],
)
async def test_all_faults_are_said_at_once(ours, body, expected):
    answer = await ours.put(ACCESS, json={**TERMS, **body})
    assert (answer.status_code, codes(answer)) == (422, expected)


# a brand and one of its dealers


def consents_of(dealer: object) -> str:
    return f"/x/brands/{BRAND_CODE}/retailers/{dealer}/consents"


async def test_a_brand_lists_one_dealer_s_consents(ours, dealers):
    taker, second, third = dealers
    await add(ours, second)
    for dealer, expected in ((taker, [PHONE, OTHER_PHONE]), (second, [PHONE]), (third, [])):
        answer = await ours.get(consents_of(dealer))
        assert answer.status_code == 200, answer.text
        assert sorted(each["recipient"] for each in answer.json()["list"]) == expected
    page = await ours.get(consents_of(taker) + "?limit=1")
    after = page.json()["after"]
    rest = await ours.get(consents_of(taker) + f"?limit=1&after={after}")
    both = {each["recipient"] for answer in (page, rest) for each in answer.json()["list"]}
    assert both == {PHONE, OTHER_PHONE}
    elsewhere = await ours.get(consents_of(second) + f"?limit=1&after={after}")
    assert codes(elsewhere) == ["IZ004"]
    refused = await ours.get(consents_of(taker) + "?status=RET")
    assert refused.json()["list"] == []


async def test_a_brand_records_what_a_dealer_took(ours, dealers):
    second = dealers[1]
    row = a_row(recipient=STRANGER)
    answer = await ours.post(consents_of(second), json=row)
    assert answer.status_code == 200, answer.text
    again = await ours.post(consents_of(second), json=row | {"retailerCode": second})
    assert again.json() == answer.json()
    shown = await ours.get(consents_of(second))
    assert [each["recipient"] for each in shown.json()["list"]] == [STRANGER]
    refusal = a_row(recipient=STRANGER, status="RET", consentDate=ago(minutes=1))
    assert (await ours.post(consents_of(second), json=refusal)).status_code == 200
    assert await reason(ours, second, STRANGER) == "REJECTED"


@pytest.mark.parametrize("dealer", [99999999, "abc", "1" * 30])
async def test_a_dealer_that_is_not_the_brand_s_has_no_list(ours, dealers, dealer):
    answer = await ours.get(consents_of(dealer))
    assert (answer.status_code, codes(answer)) == (404, ["H058"])
    answer = await ours.post(consents_of(dealer), json=a_row(recipient=STRANGER))
    assert codes(answer) in (["H058"], ["H180"])


async def test_another_dealer_in_the_body_is_refused(ours, dealers):
    row = a_row(recipient=STRANGER, retailerCode=dealers[0])
    answer = await ours.post(consents_of(dealers[1]), json=row)
    assert (answer.status_code, codes(answer)) == (422, ["IZ011"])
