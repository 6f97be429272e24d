"""The calls beside the contract over the real door: the question, the past, the brand's list."""

from typing import Any

import httpx2
import pytest
from builders.house import BRAND, a_row, ago

OWN = f"/x/brands/{BRAND.rpartition('/')[2]}"
DEALER = 66438915


def errors_of(answer: httpx2.Response, status: int) -> list[tuple[str, list[Any]]]:
    assert answer.status_code == status, answer.text
    return [(each["code"], each["location"]) for each in answer.json()["errors"]]


def asked(**fields: object) -> dict[str, object]:
    return {"recipients": ["+905990000001"], "type": "MESAJ"} | fields


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "$"),
        (asked(recipients=[]), "recipients"),
        (asked(recipients=["+905990000001"] * 10_001), "recipients"),
        (asked(recipients=["+905990000001", 5]), "recipients[1]"),
        (asked(type="SMS"), "type"),
        (asked(recipientType="KURUM"), "recipientType"),
        (asked(messageKind="LETTER"), "messageKind"),
        (asked(containsPromotion="no"), "containsPromotion"),
        (asked(retailerCode=0), "retailerCode"),
        (asked(extra=1), "$"),
    ],
)
async def test_a_question_of_another_shape_names_the_field(ours, body, field):
    assert errors_of(await ours.post(f"{OWN}/ask", json=body), 422) == [("IZ011", [field])]


async def test_ten_thousand_addresses_are_answered_in_their_order(ours):
    await ours.post(f"{BRAND}/consents", json=a_row(4))
    recipients = [f"+90599{number:07d}" for number in range(10_000)]
    answer = await ours.post(f"{OWN}/ask", json=asked(recipients=recipients))
    assert answer.status_code == 200, answer.text
    listed = answer.json()["list"]
    assert [each["recipient"] for each in listed] == recipients
    assert [n for n, each in enumerate(listed) if each["allowed"]] == [4]


async def test_a_dealer_that_is_not_there_may_not_send(house, ours, given):
    await ours.post(f"{BRAND}/consents", json=a_row())
    unknown = await ours.post(f"{OWN}/ask", json=asked(retailerCode=DEALER))
    assert [each["allowed"] for each in unknown.json()["list"]] == [False]


async def test_a_question_about_another_company_s_brand_is_refused(theirs):
    answer = await theirs.post(f"{OWN}/ask", json=asked())
    assert answer.status_code == 403


def at(instant: object, **fields: object) -> dict[str, object]:
    key = {"recipient": "+905990000001", "type": "MESAJ", "recipientType": "BIREYSEL"}
    return key | {"at": instant} | fields


async def test_the_past_tells_what_was_and_what_was_known(house, ours):
    given_at = ago(hours=3)
    assert (
        await ours.post(f"{BRAND}/consents", json=a_row(consentDate=given_at))
    ).status_code == 200
    answer = await ours.post(f"{OWN}/as-of", json=at(ago(hours=1)))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"]["status"], answer.json()["known"]) == ("ONAY", {})
    later = await ours.post(f"{OWN}/as-of", json=at(ago(hours=1), knownAt=ago(hours=-1)))
    assert later.json()["known"]["consentDate"] == given_at
    before = await ours.post(f"{OWN}/as-of", json=at(ago(hours=4)))
    assert (before.json()["state"], before.json()["known"]) == ({}, {})


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ([], "IZ011", "at"),
        (at(None), "IZ011", "at"),
        (at(17), "IZ011", "at"),
        (at("yesterday"), "IZ011", "at"),
        (at("2024-02-30 10:00:00"), "IZ011", "at"),
        (at("2024-02-10 10:00:00", knownAt="2024-02-10"), "IZ011", "knownAt"),
        (at("2024-02-10 10:00:00", recipient="yok"), "H121", "recipient"),
    ],
)
async def test_an_instant_that_is_none_is_named(ours, body, code, field):
    answer = await ours.post(f"{OWN}/as-of", json=body)
    assert errors_of(answer, 422) == [(code, [field])]


async def test_the_list_is_narrowed_by_channel_status_and_time(ours):
    await ours.post(f"{BRAND}/consents", json=a_row(1))
    await ours.post(f"{BRAND}/consents", json=a_row(2, type="ARAMA"))
    await ours.post(f"{BRAND}/consents", json=a_row(3, consentDate=ago(hours=2)))
    await ours.post(f"{BRAND}/consents", json=a_row(3, status="RET"))

    async def listed(**query: object) -> list[str]:
        answer = await ours.get(f"{OWN}/consents", params=query)
        assert answer.status_code == 200, answer.text
        return sorted(each["recipient"][-1] for each in answer.json()["list"])

    assert await listed() == ["1", "2", "3"]
    assert await listed(type="ARAMA") == ["2"]
    assert await listed(status="RET") == ["3"]
    assert await listed(recipientType="TACIR") == []
    assert await listed(since=ago(minutes=90)) == ["1", "2", "3"]
    assert await listed(until=ago(minutes=90)) == []
    assert await listed(since=ago(hours=-1)) == []


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ({"limit": 0}, "IZ011", "limit"),
        ({"limit": 1001}, "IZ011", "limit"),
        ({"limit": "many"}, "IZ011", "limit"),
        ({"status": "EVET"}, "IZ011", "status"),
        ({"order": "asc"}, "IZ011", "$"),
        ({"since": "2024"}, "IZ011", "since"),
        ({"until": "31.12.9999"}, "IZ011", "until"),
        ({"after": "forged"}, "IZ004", "after"),
    ],
)
async def test_a_list_that_cannot_be_is_refused_with_the_field(ours, query, code, field):
    answer = await ours.get(f"{OWN}/consents", params=query)
    assert errors_of(answer, 422) == [(code, [field])]


async def test_a_cursor_of_one_question_does_not_serve_another(ours):
    for number in range(4):
        await ours.post(f"{BRAND}/consents", json=a_row(number))
    first = (await ours.get(f"{OWN}/consents", params={"limit": 2})).json()
    for other in ({"type": "ARAMA"}, {"status": "ONAY"}, {"since": ago(hours=5)}):
        answer = await ours.get(f"{OWN}/consents", params={"after": first["after"], **other})
        assert errors_of(answer, 422) == [("IZ004", ["after"])]
    rest = await ours.get(f"{OWN}/consents", params={"after": first["after"]})
    seen = [each["recipient"] for each in first["list"] + rest.json()["list"]]
    assert sorted(seen) == [f"+90599{number:07d}" for number in range(4)]
    forged = first["after"][:-1] + ("A" if first["after"][-1] != "A" else "B")
    answer = await ours.get(f"{OWN}/consents", params={"after": forged})
    assert errors_of(answer, 422) == [("IZ004", ["after"])]
