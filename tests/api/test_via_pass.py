"""Addresses that a company has verified: the contract's calls of ViA PASS over the real door."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest
from builders.parties import IYS_CODE, OTHER_IYS_CODE
from builders.stamps import unpacked, verifies
from builders.via_pass import API, Verifying

from izin.core.address import Address, AddressKind
from izin.core.codes import company
from izin.i18n.papers import papers
from izin.viapass.model import Asked, Given, Kind, Request, State, TemplateState
from izin.viapass.paper import facts_of, pdf_of

PEM = "application/pem-certificate-chain"
SEARCH = f"{API}/subscription/{IYS_CODE}"


@pytest.fixture
def verifying(ours, house, operator_database, owner) -> Verifying:
    return Verifying(ours, house, operator_database, owner)


def behind(answer) -> tuple[int, str, int, str]:
    """Status and code outside, status and code of what lies behind."""
    said = answer.json()
    inside = said.get("subSystemErrorInfo", {"status": 0, "errors": [{"code": ""}]})
    return answer.status_code, said["errorCode"], inside["status"], inside["errors"][0]["code"]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_a_code_verifies_an_address_once_and_its_history_shows_it(verifying, theirs):
    await verifying.buy()
    for way, kind in (("sms", "SMS"), ("email", "EMAIL")):
        begun = await verifying.start(f"{way}/start", await verifying.approved(kind))
        assert begun.status_code == 200, begun.text
        assert set(begun.json()) == {"data", "message"}
        request_id = begun.json()["data"]["requestId"]
        code = await verifying.code()
        wrong = await verifying.complete(way, request_id, another(code))
        assert behind(wrong) == (400, "ERR-SYS-0007", 400, "H1052")
        assert wrong.json()["subSystemErrorInfo"]["errors"][0]["value"] == another(code)
        other = "email" if way == "sms" else "sms"
        for answer in (
            await verifying.complete(other, request_id, code),
            await theirs.post(
                f"{API}/{way}/complete", json={"requestId": request_id, "otpCode": code}
            ),
        ):
            assert (answer.status_code, answer.json()["errorCode"]) == (404, "OTP-ERROR-001")
        done = await verifying.complete(way, request_id, code)
        assert (done.status_code, set(done.json())) == (200, {"message"})
        again = await verifying.complete(way, request_id, code)
        assert behind(again) == (400, "ERR-SYS-0007", 400, "H1110")
        asked = {"requestId": request_id}
        shown = (await verifying.client.post(f"{API}/request-history", json=asked)).json()
        assert [each["status"] for each in shown["content"]] == [
            "OTP Generation",
            "FAILURE",
            "SUCCESS",
        ]
        assert {each["requestType"] for each in shown["content"]} == {kind}
        assert shown["pagination"]["totalItems"] == 3
        second = await verifying.client.post(
            f"{API}/request-history", json=asked, params={"page": "2", "pageSize": "2"}
        )
        assert [each["description"] for each in second.json()["content"]] == ["OTP Completed"]
        hidden = await theirs.post(f"{API}/request-history", json=asked)
        assert (hidden.status_code, hidden.json()["errorCode"]) == (404, "OTP-ERROR-002")
    consents = await verifying.owner.fetchval("select count(*) from consent_event")
    assert consents == 0
    subscribed = (await verifying.client.get(SEARCH)).json()["data"]
    assert [(each["viaCredit"], each["status"]) for each in subscribed] == [(8, "ACTIVE")]
    assert subscribed[0]["viaSubscriptionPackage"]["viaCredit"] == 10


async def test_the_fourth_code_is_refused_though_it_is_right_and_so_is_a_late_one(verifying):
    await verifying.buy()
    template = await verifying.approved()
    request_id = (await verifying.start("sms/start", template)).json()["data"]["requestId"]
    code = await verifying.code()
    for bad in ("abc", "123", f"{code}0", code[:5]):
        said = await verifying.complete("sms", request_id, bad)
        assert behind(said) == (400, "ERR-SYS-0007", 422, "IZ160")
        assert bad not in said.text
    for _ in range(3):
        assert behind(await verifying.complete("sms", request_id, another(code)))[3] == "H1052"
    locked = await verifying.complete("sms", request_id, code)
    assert behind(locked) == (400, "ERR-SYS-0007", 400, "H1050")
    late = (await verifying.start("sms/start", template)).json()["data"]["requestId"]
    await verifying.owner.execute("update pass_request set good_until = now()")
    assert behind(await verifying.complete("sms", late, await verifying.code()))[3] == "H1051"
    shown = await verifying.client.post(f"{API}/request-history", json={"requestId": late})
    assert [each["status"] for each in shown.json()["content"]][-1] == "FAILURE"


async def test_of_fifty_at_once_one_completes(verifying):
    await verifying.buy()
    begun = await verifying.start("sms/start", await verifying.approved())
    request_id, code = begun.json()["data"]["requestId"], await verifying.code()
    tries = [verifying.complete("sms", request_id, code) for _ in range(50)]
    answers = await asyncio.gather(*tries)
    assert sorted(each.status_code for each in answers) == [200, *[400] * 49]


async def test_a_link_is_hers_alone_and_the_company_learns_where_it_begins(verifying):
    await verifying.buy()
    for way, kind in (("sms", "SMS_SHORTURL"), ("email", "EMAIL_SHORTURL")):
        begun = await verifying.start(f"{way}/start/short-url", await verifying.approved(kind))
        assert begun.status_code == 200, begun.text
        [data] = begun.json()["data"]
        link = (await verifying.written()).rpartition("/o/")[2]
        assert (len(link), data["shortUrl"]) == (16, link[:6])
        assert behind_code(await verifying.complete(way, data["requestId"], link)) == (
            404,
            "OTP-ERROR-001",
        )


def behind_code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["errorCode"]


async def test_what_costs_nothing_is_not_taken(verifying):
    template = await verifying.approved()
    start = lambda: verifying.start("sms/start", template)  # noqa: E731
    assert behind(await start()) == (400, "ERR-SYS-0007", 400, "H1093")
    await verifying.buy(1)
    assert behind(await verifying.start("sms/start", "1"))[::3] == (404, "H1107")
    assert behind(await verifying.start("email/start", template))[::3] == (404, "H1107")
    foreign = await verifying.start("sms/start", template, phoneNumber="+491701234567")
    assert behind(foreign)[3] == "IZ113"
    assert (await start()).status_code == 200
    assert behind(await start())[::3] == (400, "H1015")
    await verifying.buy(-1)
    for _ in range(4):
        assert (await start()).status_code == 200
    flooded = await start()
    assert behind(flooded) == (400, "ERR-SYS-0007", 429, "IZ110")
    assert int(flooded.headers["retry-after"]) > 0
    assert await verifying.owner.fetchval("select used from pass_subscription") == 5
    await verifying.owner.execute(
        "update pass_subscription set starts_at = now() - interval '2 day',"
        " ends_at = now() - interval '1 day'"
    )
    assert behind(await start())[3] == "H1092"
    assert (await verifying.client.get(SEARCH)).json()["data"][0]["status"] == "EXPIRED"


FIELDS = [
    ({"vkn": "0123456789"}, "vkn"),
    ({"vkn": "123456789"}, "vkn"),
    ({"vkn": 1234567890}, "vkn"),
    ({"phoneNumber": "05990000001"}, "phoneNumber"),
    ({"phoneNumber": None}, "phoneNumber"),
    ({"templateId": ""}, "templateId"),
    ({"more": 1}, "more"),
]


async def test_faults_of_fields_are_said_field_by_field_in_both_languages(verifying):
    for fields, name in FIELDS:
        answer = await verifying.start("sms/start", "42271", **fields)
        assert behind_code(answer) == (400, "ERR-VLD-001"), fields
        [each] = answer.json()["data"]
        assert (each["field"], name in each["message"]) == (name, True)
    body = {"phoneNumber": "x", "vkn": "y", "templateId": "z"}
    verifying.client.headers["accept-language"] = "en"
    both = await verifying.client.post(f"{API}/{IYS_CODE}/sms/start", json=body)
    assert [each["field"] for each in both.json()["data"]] == ["phoneNumber", "vkn"]
    assert "tax number" in both.json()["data"][1]["message"]
    empty = await verifying.client.post(f"{API}/sms/complete", json={})
    assert {each["field"] for each in empty.json()["data"]} == {"otpCode", "requestId"}


HISTORY = [
    ({}, 403, "OTP-ERROR-005"),
    ([], 403, "OTP-ERROR-005"),
    ({"id": "x"}, 400, "OTP-ERROR-009"),
    ({"requestId": ""}, 400, "OTP-ERROR-006"),
    ({"requestId": 7}, 400, "OTP-ERROR-006"),
    ({"requestId": "x", "more": 1}, 403, "OTP-ERROR-010"),
    ({"requestId": "x"}, 404, "OTP-ERROR-002"),
    ({"requestId": str(uuid4())}, 404, "OTP-ERROR-002"),
]


async def test_a_history_that_cannot_be_has_the_documented_code(verifying):
    for body, status, code in HISTORY:
        answer = await verifying.client.post(f"{API}/request-history", json=body)
        assert behind_code(answer) == (status, code), body
    paged = await verifying.client.post(
        f"{API}/request-history", json={"requestId": str(uuid4())}, params={"page": "0"}
    )
    assert behind_code(paged) == (400, "ERR-VLD-001")


async def test_every_error_has_the_shape_of_via_pass(verifying, house):
    async with house.client() as nobody:
        answer = await nobody.get(SEARCH)
    assert behind_code(answer) == (401, "ERR-SYS-0006")
    theirs = f"{API}/subscription/{OTHER_IYS_CODE}"
    assert behind(await verifying.client.get(theirs)) == (403, "ERR-SYS-0007", 403, "H1040")
    body = {"phoneNumber": "+905990000001", "templateId": "1", "vkn": "1234567890"}
    other = await verifying.client.post(f"{API}/{OTHER_IYS_CODE}/sms/start", json=body)
    assert behind_code(other) == (403, "ERR-SYS-0005")
    no_json = await verifying.client.post(f"{API}/{IYS_CODE}/sms/start", content=b"{")
    assert behind_code(no_json) == (400, "ERR-SYS-0001")
    no_code = await verifying.client.get(f"{API}/subscription/abc")
    assert behind_code(no_code) == (400, "ERR-VLD-001")
    await verifying.owner.execute("alter table pass_subscription rename to gone")
    broken = await verifying.client.get(SEARCH)
    assert behind_code(broken) == (500, "ERR-SYS-0004")
    assert "incident-id" in broken.headers


async def test_a_text_is_approved_once_and_an_older_one_serves_until_then(verifying, theirs):
    await verifying.buy()
    number, first = await verifying.submit()
    assert behind(await verifying.start("sms/start", number))[3] == "H1107"
    await verifying.decide((int(number), first), TemplateState.APPROVED)
    again, second = await verifying.submit(templateId=number, textTr="Yeni kod {code}")
    assert (again, second) == (number, 2)
    await verifying.start("sms/start", number)
    assert (await verifying.written()).startswith("Ornek dogrulama")
    await verifying.decide((int(number), second), TemplateState.REJECTED, note="Unvan eksik.")
    await verifying.start("sms/start", number)
    assert (await verifying.written()).startswith("Ornek dogrulama")
    with pytest.raises(Exception, match="IZ143"):
        await verifying.decide((int(number), second), TemplateState.APPROVED)
    listed = (await verifying.client.get("/x/via-pass/templates")).json()["list"]
    assert [(each["version"], each["state"]) for each in listed] == [
        (2, "REJECTED"),
        (1, "APPROVED"),
    ]
    assert listed[0]["note"] == "Unvan eksik."
    assert (await theirs.get("/x/via-pass/templates")).json()["list"] == []
    stolen = await theirs.post(
        "/x/via-pass/templates",
        json={"kind": "SMS", "templateId": number, "textTr": "{code}", "textEn": "{code}"},
    )
    assert stolen.json()["errors"][0]["code"] == "H1107"
    events = await verifying.owner.fetch(
        "select action from audit_event where action like 'template.%' order by audit_id"
    )
    assert [each["action"].split(".")[1] for each in events] == ["submitted", "decided"] * 2


NO_TEXTS = [
    ({"textTr": "kod yok"}, "IZ140"),
    ({"textTr": "{code} {code}"}, "IZ140"),
    ({"textTr": "{code} {link}"}, "IZ140"),
    ({"textTr": "Doğrulama {code}"}, "IZ141"),
    ({"textTr": "x" * 150 + "{code}"}, "IZ141"),
    ({"kind": "EMAIL"}, "IZ142"),
    ({"kind": "FAX"}, "IZ011"),
    ({"textEn": ""}, "IZ011"),
    ({"templateId": "x"}, "IZ011"),
]


async def test_a_text_that_will_not_do_is_refused_with_its_field(verifying):
    for fields, code in NO_TEXTS:
        body = {"kind": "SMS", "textTr": "{code}", "textEn": "{code}"} | fields
        answer = await verifying.client.post("/x/via-pass/templates", json=body)
        assert answer.status_code == 422, answer.text
        assert {each["code"] for each in answer.json()["errors"]} == {code}, fields
        assert all(each["location"] for each in answer.json()["errors"])


async def test_what_is_completed_has_its_stamped_record_for_its_company_alone(
    verifying, theirs, house
):
    await verifying.buy()
    begun = await verifying.start("sms/start", await verifying.approved())
    request_id = begun.json()["data"]["requestId"]
    path = f"{API}/get-clarification-file/{IYS_CODE}/{request_id}"
    none = [
        await verifying.client.get(path),
        await verifying.client.get(f"{API}/get-clarification-file/{IYS_CODE}/{uuid4()}"),
        await verifying.client.get(f"{API}/get-clarification-file/{IYS_CODE}/x"),
        await theirs.get(path.replace(str(IYS_CODE), str(OTHER_IYS_CODE))),
    ]
    assert {behind(each) for each in none} == {(400, "ERR-SYS-0007", 400, "H1072")}
    code = await verifying.code()
    await verifying.complete("sms", request_id, code)
    async with house.parts.database.acting_for(company(IYS_CODE)) as connection:
        row = await connection.fetchval("select given_sealed from pass_request")
    opener = await house.parts.keyring.openers([row])
    kept = opener.open(row, "pass_request", "given_sealed", UUID(request_id).bytes)
    assert code.encode() not in kept, "a code is never kept"
    answer = await verifying.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    pdf, stamp = unpacked(answer.content, request_id)
    assert pdf.startswith(b"%PDF-")
    async with house.client() as nobody:
        chain = await nobody.get("/x/tsa.pem")
    assert (chain.status_code, chain.headers["content-type"]) == (200, PEM)
    assert verifies(pdf, stamp, chain.content)
    assert not verifies(pdf + b" ", stamp, chain.content)
    assert behind_code(await theirs.get(path)) == (403, "ERR-SYS-0005")


def test_a_record_lists_what_the_contract_lists_and_takes_no_value_for_a_command():
    asked = Asked(
        to=Address("+905990000001", AddressKind.PHONE),
        message="Ornek #panic() kodu: {code}",
        tin="1234567890",
        user_id=uuid4(),
        network="192.0.2.7",
    )
    request = Request(
        request_id=uuid4(),
        iys_code=IYS_CODE,
        kind=Kind.SMS,
        template_id=1,
        template_version=1,
        proof_id=uuid4(),
        state=State.DONE,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        good_until=datetime(2026, 1, 2, tzinfo=UTC),
        ended_at=datetime(2026, 1, 1, 0, 1, tzinfo=UTC),
        wrong_at=(),
        asked_sealed=b"",
        given_sealed=b"",
    )
    given = Given(code="ab" * 32, user_id=uuid4(), network="192.0.2.8")
    facts = facts_of(request, asked, given, company="Işık Giyim A.Ş.", sender="3338")
    assert {"title", "foot", *facts, "recipient_ip", "reference"} == set(papers()["via_pass"])
    assert facts["message"] == "Ornek #panic() kodu: ••••••"
    assert facts["code"] == " ".join(["ab" * 8] * 4)
    of_old = facts_of(
        *(request, asked, msgspec.structs.replace(given, code="123456")), company="", sender=""
    )
    assert "654321" not in str(of_old), "which was kept as it is"
    assert facts["verifier_ip"] == "192.0.2.8"
    link = msgspec.structs.replace(request, kind=Kind.EMAIL_SHORTURL)
    sent = msgspec.structs.replace(asked, message="Onay: http://izin.example/o/ABCDEF…")
    of_link = facts_of(link, sent, given, company="", sender="3338")
    assert (of_link["reference"], of_link["recipient_ip"]) == ("ABCDEF", "192.0.2.8")
    assert not {"code", "verifier_ip", "sender"} & set(of_link)
    pdf = pdf_of(facts | {"company": "#panic() ğüşıöç " * 40})
    assert pdf.startswith(b"%PDF-")
