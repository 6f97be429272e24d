"""The calls beside the contract over the real door: the question, the past, the brand's list."""

import json
from itertools import product
from typing import Any

import httpx2
from builders.house import BRAND, a_row, ago

from izin.api import asking

OWN = f"/x/brands/{BRAND.rpartition('/')[2]}"
DEALER = 66438915
NONE = "nothing is echoed"


def errors_of(answer: httpx2.Response, status: int) -> list[tuple[str, list[Any]]]:
    assert answer.status_code == status, answer.text
    return [(each["code"], each["location"]) for each in answer.json()["errors"]]


def asked(**fields: object) -> dict[str, object]:
    return {"recipients": ["+905990000001"], "type": "MESAJ"} | fields


SHAPES: list[tuple[object, list[Any], object]] = [
    ({"type": "MESAJ"}, ["recipients"], NONE),
    (asked(recipients=[]), ["recipients"], NONE),
    (asked(recipients=["+905990000001"] * 10_001), ["recipients"], NONE),
    (asked(recipients="+905990000001"), ["recipients"], "+905990000001"),
    (asked(recipients=["+905990000001", 5]), ["recipients", 1], 5),
    ({"recipients": ["+905990000001"]}, ["type"], NONE),
    (asked(type="SMS"), ["type"], "SMS"),
    (asked(type=["MESAJ"]), ["type"], ["MESAJ"]),
    (asked(recipientType="KURUM"), ["recipientType"], "KURUM"),
    (asked(recipientType=None), ["recipientType"], None),
    (asked(messageKind="LETTER"), ["messageKind"], "LETTER"),
    (asked(containsPromotion="no"), ["containsPromotion"], "no"),
    (asked(containsPromotion=None), ["containsPromotion"], None),
    (asked(retailerCode=0), ["retailerCode"], 0),
    (asked(retailerCode=10**8), ["retailerCode"], 10**8),
    (asked(retailerCode="66438915"), ["retailerCode"], "66438915"),
    (asked(retailerCode=True), ["retailerCode"], True),
    (asked(retailerCode=5.0), ["retailerCode"], 5.0),
    (asked(extra=1), ["extra"], 1),
]


async def test_a_question_of_another_shape_names_the_field_and_its_value(ours):
    for body, location, value in SHAPES:
        answer = await ours.post(f"{OWN}/ask", json=body)
        assert answer.status_code == 422, (body, answer.text)
        [error] = answer.json()["errors"]
        said = (error["code"], error["location"], error.get("value", NONE))
        assert said == ("IZ011", location, value)


async def test_a_question_is_an_object(ours):
    for call, body in product(("ask", "as-of"), ([], "x", 7, None)):
        answer = await ours.post(f"{OWN}/{call}", content=json.dumps(body))
        assert answer.status_code == 422, (call, body, answer.text)
        [error] = answer.json()["errors"]
        assert (error["code"], "location" in error) == ("IZ011", False)


async def test_all_faults_of_a_question_come_together_in_the_callers_language(ours):
    body = asked(recipients=["a", 1, None], type="SMS", retailerCode="x", recipientTyp="BIREYSEL")
    turkish = await ours.post(f"{OWN}/ask", json=body)
    assert errors_of(turkish, 422) == [
        ("IZ011", ["recipientTyp"]),
        ("IZ011", ["recipients", 1]),
        ("IZ011", ["recipients", 2]),
        ("IZ011", ["type"]),
        ("IZ011", ["retailerCode"]),
    ]
    english = await ours.post(f"{OWN}/ask", json=body, headers={"accept-language": "en"})
    tr, en = ([each["message"] for each in a.json()["errors"]] for a in (turkish, english))
    assert tr[3] == "type beklenen biçimde değil; beklenen: şunlardan biri: ARAMA, MESAJ, EPOSTA."
    assert en[3] == "type is not as expected; expected: one of ARAMA, MESAJ, EPOSTA."
    assert tr[4].endswith("beklenen: 1 ile 99999999 arasında bir tam sayı.")
    assert en[4].endswith("expected: a whole number from 1 to 99999999.")
    assert not [words for words in tr + en if "?" in words or "`" in words]
    assert not [words for words in tr if "expected" in words.lower()]


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
    later = await ours.post(f"{OWN}/as-of", json=at(ago(hours=1), knownAt=ago()))
    assert later.json()["known"]["consentDate"] == given_at
    before = await ours.post(f"{OWN}/as-of", json=at(ago(hours=4)))
    assert (before.json()["state"], before.json()["known"]) == ({}, {})


NO_INSTANTS = [
    ({k: v for k, v in at("").items() if k != "at"}, "IZ011", "at"),
    (at(None), "IZ011", "at"),
    (at(""), "IZ011", "at"),
    (at(17), "IZ011", "at"),
    (at("yesterday"), "IZ011", "at"),
    (at("2024-02-30 10:00:00"), "IZ011", "at"),
    (at("2024-02-10 10:00:00", knownAt="2024-02-10"), "IZ011", "knownAt"),
    (at("2024-02-10 10:00:00", knownAt=""), "IZ011", "knownAt"),
    (at("2024-02-10 10:00:00", knownAt=0), "IZ011", "knownAt"),
    (at("2024-02-10 10:00:00", knownAt=None), "IZ011", "knownAt"),
    (at("2999-02-10 10:00:00"), "IZ011", "at"),
    (at("2024-02-10 10:00:00", knownAt="2999-02-10 10:00:00"), "IZ011", "knownAt"),
    (at("2024-02-10 10:00:00", knowAt="2024-02-10 10:00:00"), "IZ011", "knowAt"),
    (at("2024-02-10 10:00:00", recipient="yok"), "H121", "recipient"),
]


async def test_an_instant_that_is_none_is_named(ours):
    for body, code, field in NO_INSTANTS:
        answer = await ours.post(f"{OWN}/as-of", json=body)
        assert errors_of(answer, 422) == [(code, [field])], body


async def test_all_faults_of_a_question_about_the_past_come_together(ours):
    answer = await ours.post(f"{OWN}/as-of", json=at("x", knownAt=1, type="SMS", more=True))
    assert errors_of(answer, 422) == [
        ("H117", ["type"]),
        ("IZ011", ["more"]),
        ("IZ011", ["at"]),
        ("IZ011", ["knownAt"]),
    ]


async def test_what_is_shown_with_a_second_was_there_in_that_second(ours):
    shown = (await ours.post(f"{BRAND}/consents", json=a_row())).json()["creationDate"]
    answer = await ours.post(f"{OWN}/as-of", json=at(shown))
    assert answer.json()["known"]["creationDate"] == shown
    assert answer.json()["state"] == answer.json()["known"]


async def test_a_past_that_lies_too_deep_is_said_and_never_answered_with_nothing(ours, monkeypatch):
    monkeypatch.setattr(asking, "AS_OF_EVENTS_MAX", 2)
    for hours in (5, 4, 3):
        await ours.post(f"{BRAND}/consents", json=a_row(consentDate=ago(hours=hours)))
    deep = await ours.post(f"{OWN}/as-of", json=at(ago(hours=4.5), knownAt=ago()))
    assert errors_of(deep, 422) == [("IZ015", ["at"])]
    near = await ours.post(f"{OWN}/as-of", json=at(ago(hours=3.5), knownAt=ago()))
    assert near.json()["known"]["consentDate"] == near.json()["state"]["consentDate"]
    monkeypatch.setattr(asking, "AS_OF_EVENTS_MAX", 3)
    before = await ours.post(f"{OWN}/as-of", json=at(ago(hours=9)))
    assert before.json()["state"] == {}


async def test_the_past_reaches_to_the_first_years(ours):
    answer = await ours.post(f"{OWN}/as-of", json=at("0001-01-01 12:00:00"))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["at"], answer.json()["knownAt"]) == ("0001-01-01 12:00:00",) * 2
    earlier = await ours.post(f"{OWN}/as-of", json=at("0001-01-01 00:00:00"))
    assert errors_of(earlier, 422) == [("IZ011", ["at"])]


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


NO_LISTS = [
    ({"limit": 0}, "IZ011", "limit"),
    ({"limit": 1001}, "IZ011", "limit"),
    ({"limit": "many"}, "IZ011", "limit"),
    ({"limit": "1e2"}, "IZ011", "limit"),
    ({"limit": "5.0"}, "IZ011", "limit"),
    ({"limit": "+5"}, "IZ011", "limit"),
    ({"limit": ""}, "IZ011", "limit"),
    ({"limit": "٣"}, "IZ011", "limit"),
    ({"retailerCode": "66438915.0"}, "IZ011", "retailerCode"),
    ({"retailerCode": "0"}, "IZ011", "retailerCode"),
    ({"type": ""}, "IZ011", "type"),
    ({"status": "EVET"}, "IZ011", "status"),
    ({"order": "asc"}, "IZ011", "order"),
    ({"since": "2024"}, "IZ011", "since"),
    ({"until": "31.12.9999"}, "IZ011", "until"),
    ({"after": "forged"}, "IZ004", "after"),
]


async def test_a_list_that_cannot_be_is_refused_with_the_field(ours):
    for query, code, field in NO_LISTS:
        answer = await ours.get(f"{OWN}/consents", params=query)
        assert errors_of(answer, 422) == [(code, [field])], query


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
