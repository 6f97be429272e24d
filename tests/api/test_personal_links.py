"""A company has links made, whoever gets one refuses by it, and the company learns of it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from builders.house import BRAND, a_row, ago
from builders.watch import used

from izin.core.clock import parse_wire_time
from izin.wiring.citizen import open_citizens

LINKS = f"/x/brands/{BRAND.rpartition('/')[2]}/links"
MAIL = "onayli@posta.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def pages(settings, house):
    """The citizens' pages over the same registry."""
    async with open_citizens(settings) as app:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client


async def add(ours, **fields: object) -> None:
    answer = await ours.post(f"{BRAND}/consents", json=a_row(**fields))
    assert answer.status_code == 200, answer.text


async def test_a_link_of_the_contract_refuses_and_the_company_pulls_it(ours, pages, house):
    await add(ours, recipient=used(MAIL), type="EPOSTA")
    rows = {"recipients": [{"recipient": MAIL, "recipientType": "BIREYSEL"}]}
    answer = await ours.post(f"{BRAND}/via-hash-links", json=rows)
    [row] = answer.json()
    assert set(row) == {"url", "recipient"}
    assert MAIL not in row["url"]
    at = urlsplit(row["url"])
    assert at.netloc == "localhost:8002"
    assert (await pages.post(at.path, data=ONE_CLICK)).status_code == 200
    question = {"recipient": MAIL, "recipientType": "BIREYSEL", "type": "EPOSTA"}
    stands = (await ours.post(f"{BRAND}/consents/status", json=question)).json()
    assert (stands["status"], stands["source"]) == ("RET", "IYS_EPOSTA")
    await house.numbered(2)
    changes = (await ours.get(f"{BRAND}/consents/changes?source=IYS")).json()
    assert [each["recipient"] for each in changes["list"]] == [MAIL]
    again = await ours.post(f"{BRAND}/via-hash-links", json=rows)
    assert [(each["recipient"], each["code"]) for each in again.json()] == [(MAIL, "H568")]


async def test_links_are_made_of_what_is_approved_alone(ours):
    await add(ours)
    await add(ours, number=2, recipientType="TACIR")
    await add(ours, number=3)
    await add(ours, number=3, status="RET", consentDate=ago(minutes=1))
    phones = [used(f"+90599{number:07d}") for number in (1, 2, 3, 4)]
    wanted = {"recipients": phones, "type": "MESAJ"}
    told = (await ours.post(LINKS, json=wanted)).json()
    assert [each["recipient"] for each in told["list"]] == phones
    assert ["url" in each for each in told["list"]] == [True, True, False, False]
    assert {each.get("code") for each in told["list"][2:]} == {"H568"}
    until = parse_wire_time(told["goodUntil"])
    assert abs(until - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=1)
    own = (await ours.post(LINKS, json=wanted | {"recipientType": "BIREYSEL", "days": 1})).json()
    assert ["url" in each for each in own["list"]] == [True, False, False, False]
    assert own["list"][0]["url"] != told["list"][0]["url"], "asked again, another one is made"


FAULTS = [
    ({"recipients": ["+905990000001"]}, "IZ011", ["type"]),
    ({"recipients": ["+905990000001"], "type": "SMS"}, "IZ011", ["type"]),
    ({"recipients": [], "type": "MESAJ"}, "IZ011", ["recipients"]),
    ({"recipients": ["+905990000001"] * 1001, "type": "MESAJ"}, "IZ011", ["recipients"]),
    ({"recipients": ["+905990000001"], "type": "MESAJ", "days": 0}, "IZ011", ["days"]),
    ({"recipients": ["+905990000001"], "type": "MESAJ", "days": 367}, "IZ011", ["days"]),
    ({"recipients": ["+905990000001"], "type": "MESAJ", "until": 1}, "IZ011", ["until"]),
    ({"recipients": [MAIL, "+905990000001"], "type": "MESAJ"}, "H121", ["recipients", 0]),
    ({"recipients": [MAIL, "+905990000001"], "type": "EPOSTA"}, "H120", ["recipients", 1]),
]


async def test_what_is_wrong_is_said_by_its_place(ours):
    for body, code, location in FAULTS:
        answer = await ours.post(LINKS, json=body)
        assert answer.status_code == 422, body
        assert [(e["code"], e["location"]) for e in answer.json()["errors"]] == [(code, location)]
    row = {"recipient": MAIL, "recipientType": "BIREYSEL"}
    rows = [row, {}, "x", {"recipient": "9055436100000000", "recipientType": "asd"}]
    answer = await ours.post(f"{BRAND}/via-hash-links", json={"recipients": rows})
    assert [(e["code"], e["location"]) for e in answer.json()["errors"]] == [
        ("H170", ["recipientType", 1]),
        ("H114", ["recipient", 1]),
        ("H097", ["recipients", 2]),
        ("H116", ["recipientType", 3]),
        ("H160", ["recipient", 3]),
        ("H121", ["recipient", 3]),
    ]
