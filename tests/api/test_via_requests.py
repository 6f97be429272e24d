"""İYS Yolu from the notice to the confirmation, over the wire: no step is skipped."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from builders.heart import until
from builders.house import BRAND, House, ago
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR, PARTNER_CODE, PASSWORD
from builders.stamps import read, unpacked, verifies
from builders.via import ENDS, Post, a_form_in_force, a_kvk, a_start, code_in, said

from izin.consent.event import commitment_of, decode_body
from izin.core.errors import UndeliverableError
from izin.i18n.letters import texts
from izin.partner.mandate import Grant, grant
from izin.partner.model import Scope
from izin.smpp.segments import is_gsm, is_one_segment
from izin.storage.database import Database
from izin.subscription.via import put

VIA = f"/via/sps/{IYS_CODE}"
PHONE = "+905990000001"


@pytest.fixture
async def post(house: House, fresh_database):
    database = await Database.open(fresh_database, role="izin_courier")
    yield Post(database, house.parts.keyring.message_sealer)
    await database.close()


@pytest.fixture
async def form(ours, operator_database) -> int:
    kvk = {each: said(each) for each in ("ACIK_RIZA_METNI", "AYDINLATMA_METNI")}
    return await a_form_in_force(
        ours, operator_database, channels=["MESAJ", "ARAMA", "EPOSTA"], kvk=kvk
    )


async def begun(ours, body) -> str:
    answer = await ours.post(f"{VIA}/consent", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["code"] == "OK"
    return answer.json()["message"]["requestId"]


async def confirm(ours, request_id: str, code: str, *, title: str = "ETK", kind: str = "SMS_OTP"):
    body = {
        "requestId": request_id,
        "verificationType": kind,
        "consentTypes": [{"title": title, "otpCode": code}],
    }
    return await ours.post(f"{VIA}/confirmation", json=body)


async def coded(ours, post: Post, body) -> tuple[str, str]:
    """A request whose code has been sent, and the code."""
    request_id = await begun(ours, body)
    await post.carry()
    await post.arrive()
    return request_id, code_in(await post.next())


async def status(ours, request_id: str) -> tuple[str, str]:
    answer = await ours.get(f"{VIA}/consent/request/{request_id}")
    assert answer.status_code == 200, answer.text
    return tuple(answer.json()["message"]["lastStatus"].values())


async def moved(owner, step: str) -> None:
    async def done() -> bool:
        return await owner.fetchval("select step from via_request") == step

    await until(done)


def code_of(answer) -> tuple[int, str]:
    """Status and code, in whichever of the three shapes."""
    body = answer.json()
    errors = body.get("errors", body)
    return answer.status_code, (errors if isinstance(errors, dict) else errors[0])["code"]


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


async def test_seven_steps_and_the_consent_is_recorded_by_the_registry(ours, post, form, owner):
    request_id = await begun(ours, a_start(form, PHONE))
    assert await status(ours, request_id) == ("SUCCESS", "START")
    [notice] = await post.carry()
    assert "Kampanya iletisi" in notice.body
    assert f"/n/{form}/1" in notice.body
    early = await confirm(ours, request_id, "12345678")
    assert code_of(early) == (400, "H1028")
    assert await post.carry() == [], "no code before the notice is known to be there"
    await post.arrive()
    code = await post.next()
    assert is_one_segment(code.body)
    assert await status(ours, request_id) == ("CONSENT_REQUESTED", "PENDING")
    await post.arrive()

    answer = await confirm(ours, request_id, code_in(code))
    assert answer.status_code == 200, answer.text
    given = answer.json()["message"]
    assert [(each["type"], each["brandCode"]) for each in given] == [
        ("MESAJ", str(BRAND_CODE)),
        ("ARAMA", str(BRAND_CODE)),
    ]
    [told] = await post.carry()
    assert f"{BRAND_CODE} (SMS, arama)" in told.body
    question = {"recipient": PHONE, "type": "MESAJ", "recipientType": "BIREYSEL"}
    stands = (await ours.post(f"{BRAND}/consents/status", json=question)).json()
    assert (stands["status"], stands["source"]) == ("ONAY", "IYS_KISAMESAJ")
    assert stands["transactionId"] == given[0]["transactionId"]

    shown = (await ours.get(f"{VIA}/consent/request/{request_id}")).json()["message"]
    assert shown["lastStatus"] == {"stage": "COMPLETED", "status": "SUCCESS"}
    assert (shown["recipient"], shown["consentSource"]) == (PHONE, "SMS_OTP")
    assert [each["operationStatusMessage"] for each in shown["requestDetails"]] == [
        "Onay verildi",
        "Onay verildi",
    ]
    assert code_of(await confirm(ours, request_id, code_in(code))) == (400, "H1032")
    assert await owner.fetchval("select credit from via_plan") == 98
    for row in await owner.fetch("select * from via_request"):
        assert PHONE.encode() not in row["body_sealed"]


async def test_a_refusal_becomes_a_consent_again_and_a_consent_gets_a_newer_date(
    ours, post, form, owner
):
    def row(state: str, date: str) -> dict[str, str]:
        kind = {"type": "MESAJ", "recipientType": "BIREYSEL", "source": "HS_WEB"}
        return {"recipient": PHONE, **kind, "status": state, "consentDate": date}

    assert (await ours.post(f"{BRAND}/consents", json=row("ONAY", ago(hours=3)))).is_success
    assert (await ours.post(f"{BRAND}/consents", json=row("RET", ago(hours=2)))).is_success
    question = {"recipient": PHONE, "type": "MESAJ", "recipientType": "BIREYSEL"}
    seen = []
    for _ in range(2):
        await owner.execute("delete from budget")
        request_id, code = await coded(ours, post, a_start(form, PHONE))
        assert (await confirm(ours, request_id, code)).status_code == 200
        await post.carry()
        seen.append((await ours.post(f"{BRAND}/consents/status", json=question)).json())
    assert {each["status"] for each in seen} == {"ONAY"}
    assert seen[0]["transactionId"] != seen[1]["transactionId"]
    assert seen[0]["creationDate"] == seen[1]["creationDate"], "the record's own, from the start"


async def test_each_title_has_a_code_of_its_own(ours, post, form):
    start = a_start(form, PHONE)
    start["consentTypes"].append(a_kvk("ACIK_RIZA_METNI", "AYDINLATMA_METNI"))
    request_id = await begun(ours, start)
    await post.carry()
    await post.arrive()
    etk, kvk = await post.next(), await post.next() if len(post.took) < 3 else post.took[2]
    assert "kisisel veri" in kvk.body
    assert "reklam" in etk.body
    assert code_of(await confirm(ours, request_id, code_in(etk), title="KVK")) == (400, "H1052")
    both = {
        "requestId": request_id,
        "verificationType": "SMS_OTP",
        "consentTypes": [
            {"title": "ETK", "otpCode": code_in(etk)},
            {"title": "KVK", "otpCode": other(code_in(kvk))},
        ],
    }
    wrong = await ours.post(f"{VIA}/confirmation", json=both)
    assert code_of(wrong) == (400, "H1052")
    assert wrong.json()["errors"][0]["value"] == other(code_in(kvk))
    both["consentTypes"][1]["otpCode"] = code_in(kvk)
    answer = await ours.post(f"{VIA}/confirmation", json=both)
    assert [each["type"] for each in answer.json()["message"]] == [
        *("MESAJ", "ARAMA", "ACIK_RIZA_METNI", "AYDINLATMA_METNI")
    ]
    [one, _] = (await ours.get(f"{VIA}/consent/{request_id}")).json()["message"]
    assert (one["status"], one["recipientName"]) == ("ONAY", "Aslı Can")
    assert one["consentDate"].isdigit()
    search = {"type": "ACIK_RIZA_METNI", "recipient": PHONE}
    found = (await ours.post(f"{VIA}/consent/status", json=search)).json()["message"]
    assert found == [request_id]
    search["type"] = "YURTDISI_AKTARIM"
    assert (await ours.post(f"{VIA}/consent/status", json=search)).json()["message"] == []


async def test_three_wrong_codes_lock_it(ours, post, form):
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    assert code_of(await confirm(ours, request_id, other(code))) == (400, "H1052")
    assert await status(ours, request_id) == ("CONSENT_REQUESTED", "OTP_CODE_INCORRECT")
    assert code_of(await confirm(ours, request_id, other(code))) == (400, "H1052")
    assert code_of(await confirm(ours, request_id, other(code))) == (400, "H1050")
    assert code_of(await confirm(ours, request_id, code)) == (400, "H1050")
    assert await status(ours, request_id) == ("COMPLETED", "OTP_CODE_INCORRECT")


async def test_a_code_is_over_after_three_minutes(ours, post, form, owner):
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    await owner.execute("update via_request set due_at = now()")
    assert code_of(await confirm(ours, request_id, code)) == (400, "H1051")
    assert await status(ours, request_id) == ("COMPLETED", "OTP_CODE_EXPIRED")


async def test_a_notice_that_does_not_arrive_ends_it(ours, post, form, owner):
    request_id = await begun(ours, a_start(form, PHONE))
    await post.carry()
    await post.arrive(is_delivered=False)
    await moved(owner, "UNSENT")
    assert await status(ours, request_id) == ("COMPLETED", "SMSMAIL_OUT_FAILURE")
    assert code_of(await confirm(ours, request_id, "12345678")) == (400, "H1049")
    await owner.execute("delete from via_request; delete from budget")
    post.fails = UndeliverableError("no such number")
    await begun(ours, a_start(form, PHONE))
    await post.carry()
    await moved(owner, "UNSENT")
    await owner.execute("delete from via_request; delete from budget")
    request_id = await begun(ours, a_start(form, PHONE))
    await owner.execute("update via_request set due_at = now()")  # nobody ever said anything
    assert await status(ours, request_id) == ("COMPLETED", "SMSMAIL_OUT_FAILURE")


async def test_a_mail_has_arrived_when_a_server_has_taken_it(ours, post, form):
    kinds = {
        "title": "ETK",
        "brandCodes": [BRAND_CODE],
        "types": ["EPOSTA"],
        "recipientType": "TACIR",
    }
    start = a_start(form, "ayse@posta.example")
    start |= {"verificationType": "EPOSTA_OTP", "consentTypes": [kinds]}
    request_id = await begun(ours, start)
    [notice] = await post.carry()
    assert "Aydınlatma metni (Türkçe)" in notice.body
    code = code_in(await post.next())
    answer = await confirm(ours, request_id, code, kind="EPOSTA_OTP")
    assert [each["type"] for each in answer.json()["message"]] == ["EPOSTA"]
    shown = (await ours.get(f"{VIA}/consent/request/{request_id}")).json()["message"]
    assert (shown["source"], shown["recipientType"]) == ("IYS_EPOSTA", "TACIR")


async def test_no_step_is_skipped_in_the_table_either(ours, form, owner):
    await begun(ours, a_start(form, PHONE))
    for step in ("DONE", "LOCKED", "OPENED", "EXPIRED"):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute("update via_request set step = $1", step)


FAULTS = [
    ({"recipient": None}, "H1005"),
    ({"recipient": ""}, "H1057"),
    ({"recipient": 5}, "H1029"),
    ({"recipient": "+90599"}, "H1026"),
    ({"verificationType": "EPOSTA_OTP"}, "H1027"),
    ({"verificationType": "FAX"}, "H1012"),
    ({"formId": "7"}, "H1055"),
    ({"formId": "x"}, "H1055"),
    ({"consentTypes": []}, "H1057"),
    ({"extra": 1}, "H1025"),
    ({"verificationType": "SMS_SHORTURL"}, "H1065"),
    ({"consentTypes": [a_kvk("YURTDISI_AKTARIM")]}, "H1054"),
    ({"consentTypes": [a_kvk("FALAN")]}, "H1085"),
    ({"consentTypes": [{**a_kvk("ACIK_RIZA_METNI"), "personData": None}]}, "H1057"),
    ({"consentTypes": [{"title": "SADAKAT"}]}, "H1013"),
    ({"consentTypes": [a_kvk("ACIK_RIZA_METNI")] * 2}, "H1060"),
    ({"consentTypes": [a_kvk("ACIK_RIZA_METNI", "ACIK_RIZA_METNI")]}, "H1061"),
]
OF_ETK = [
    ({"types": ["EPOSTA"]}, "H1086"),
    ({"brandCodes": [841002]}, "H1014"),
    ({"brandCodes": ["1"]}, "H1029"),
    ({"recipientType": "KURUM"}, "H1063"),
]


async def test_what_does_not_fit_is_refused_by_the_contract_s_codes(ours, theirs, form, owner):
    for fields, code in FAULTS:
        answer = await ours.post(f"{VIA}/consent", json=a_start(form, PHONE, **fields))
        assert code_of(answer) == (400, code), (fields, answer.text)
    for fields, code in OF_ETK:
        body = a_start(form, PHONE)
        body["consentTypes"][0] |= fields
        answer = await ours.post(f"{VIA}/consent", json=body)
        assert code_of(answer) == (400, code), (fields, answer.text)
    assert code_of(await ours.post(f"{VIA}/consent", content=b"{")) == (400, "H1041")
    assert code_of(await ours.post(f"{VIA}/consent", json=[])) == (400, "H1043")
    assert code_of(await theirs.post(f"{VIA}/consent", json={})) == (403, "H1040")
    assert code_of(await theirs.get(f"{VIA}/consent/{uuid4()}")) == (403, "H353")
    for path in (f"consent/request/{uuid4()}", f"consent/{uuid4()}", "consent/x"):
        assert code_of(await ours.get(f"{VIA}/{path}")) == (400, "H1030")
    assert code_of(await confirm(ours, str(uuid4()), "12345678")) == (400, "H1030")
    assert await owner.fetchval("select count(*) from via_request") == 0
    assert await owner.fetchval("select count(*) from message") == 0


async def test_who_is_not_known_hears_it_in_the_contract_s_words(house):
    async with house.client() as nobody, house.client("x" * 43) as stranger:
        assert code_of(await nobody.post(f"{VIA}/consent", json={})) == (401, "H1038")
        assert code_of(await stranger.post(f"{VIA}/consent", json={})) == (401, "H1045")
        assert code_of(await nobody.get(f"{VIA}/consent/{uuid4()}")) == (401, "H351")


async def test_errors_have_the_shapes_that_are_documented(ours, form, owner):
    await owner.execute("update via_plan set credit = 1")
    short = await ours.post(f"{VIA}/consent", json=a_start(form, PHONE))
    assert short.json()["errors"]["code"] == "H1015"
    unfit = await ours.post(
        f"{VIA}/consent", json=a_start(form, PHONE, verificationType="SMS_SHORTURL")
    )
    assert unfit.json()["code"] == "H1065"
    unknown = await ours.get(f"{VIA}/consent/request/{uuid4()}")
    assert unknown.json()["code"] == "H1030"


async def test_a_form_and_credits_are_needed(ours, operator_database, form, owner):
    draft = await ours.put(f"/x/via/forms/{form}", json={})
    assert draft.status_code == 422
    made = await ours.post(
        "/x/via/forms",
        json={
            "name": "x",
            "kind": "OTP",
            **{name: said("x") for name in ("informed", "notice")},
            "short": {"tr": "x", "en": "x"},
            "kvk": {"ACIK_RIZA_METNI": said("x")},
        },
    )
    body = a_start(made.json()["formId"], PHONE, consentTypes=[a_kvk("ACIK_RIZA_METNI")])
    assert code_of(await ours.post(f"{VIA}/consent", json=body)) == (400, "H1000")
    start = a_start(form, PHONE)
    past = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    await put(operator_database, IYS_CODE, credit=-1, during=past, by=OPERATOR)
    assert code_of(await ours.post(f"{VIA}/consent", json=start)) == (400, "H1092")
    await owner.execute("delete from via_plan")
    assert code_of(await ours.post(f"{VIA}/consent", json=start)) == (400, "H1093")
    during = (datetime(2026, 1, 1, tzinfo=UTC), ENDS)
    await put(operator_database, IYS_CODE, credit=-1, during=during, by=OPERATOR)
    assert (await ours.post(f"{VIA}/consent", json=start)).status_code == 200


async def test_what_is_left_of_the_credits_is_shown_to_the_company(ours, given, house, form):
    await given.subscription()

    async def is_known() -> bool:
        return (await ours.get(f"/sps/{IYS_CODE}/subscription")).is_success

    await until(is_known)
    plan = (await ours.get(f"/sps/{IYS_CODE}/subscription")).json()["viaSubscriptionPackage"]
    assert (plan["viaSubscriptionPackageName"], plan["viaCredit"]) == ("ViA-100", 100)
    assert plan["status"] == "ACTIVE"


async def test_credits_that_are_gone_meanwhile_keep_the_code_good(ours, post, form, owner):
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    await owner.execute("update via_plan set credit = 1")
    assert code_of(await confirm(ours, request_id, code)) == (400, "H1015")
    await owner.execute("update via_plan set credit = 2")
    assert (await confirm(ours, request_id, code)).status_code == 200
    assert await owner.fetchval("select credit from via_plan") == 0


async def test_one_address_is_asked_twice_a_day_and_not_within_three_minutes(ours, form, owner):
    start = a_start(form, PHONE)
    await begun(ours, start)
    soon = await ours.post(f"{VIA}/consent", json=start)
    assert code_of(soon) == (429, "IZ134")
    assert 0 < int(soon.headers["retry-after"]) <= 180
    await owner.execute("delete from budget where kind = 'via_apart'")
    await begun(ours, start)
    await owner.execute("delete from budget where kind = 'via_apart'")
    assert code_of(await ours.post(f"{VIA}/consent", json=start)) == (429, "IZ133")


async def test_adjacent_numbers_cost_little(ours, form, owner):
    """Ten thousand of them lie in two blocks at most, whose budgets all companies share."""
    codes = []
    for number in range(9_990, 10_010):
        answer = await ours.post(f"{VIA}/consent", json=a_start(form, f"+90599{number:07d}"))
        codes.append(answer.status_code)
    assert codes.count(200) == 20
    await owner.execute("update budget set used = 29 where kind = 'company_block_hour'")
    answer = await ours.post(f"{VIA}/consent", json=a_start(form, "+905990009979"))
    assert code_of(answer) == (429, "IZ110"), "a request counts the notice and its code"
    used = await owner.fetchval("select sum(used) from budget where kind = 'company_block_day'")
    assert used == 40
    # both blocks have 60 a day, whatever number of them is asked: 120 messages
    await owner.execute("update budget set used = 60 where kind = 'company_block_day'")
    await owner.execute("update budget set used = 0 where kind = 'company_block_hour'")
    for number in (*range(9_000, 9_020), *range(10_100, 10_120)):
        answer = await ours.post(f"{VIA}/consent", json=a_start(form, f"+90599{number:07d}"))
        assert code_of(answer) == (429, "IZ110")


TOLD = {"what": "Kasada anlatıldı", "where": "Kızılay"}
OWN = f"/x/sps/{IYS_CODE}/via/requests"


async def answered(ours, post: Post, body) -> tuple[str, str, list[dict[str, str]]]:
    """A request with what was told before, answered: its id, the code, what was recorded."""
    begun_ = await ours.post(OWN, json=body | {"informed": TOLD | {"at": ago(minutes=1)}})
    assert begun_.status_code == 200, begun_.text
    request_id = begun_.json()["message"]["requestId"]
    assert code_of(await ours.get(f"{OWN}/{request_id}/evidence")) == (400, "H1028")
    await post.carry()
    await post.arrive()
    code = code_in(await post.next())
    return request_id, code, (await confirm(ours, request_id, code)).json()["message"]


async def test_what_proves_it_is_fixed_by_the_movement(ours, theirs, post, form, house):
    assert code_of(await ours.post(OWN, json=a_start(form, PHONE))) == (422, "IZ011")
    request_id, code, given = await answered(ours, post, a_start(form, PHONE))
    evidence = f"{OWN}/{request_id}/evidence"
    proven = (await ours.get(evidence)).json()
    assert proven["informed"].endswith("Kızılay: Kasada anlatıldı")
    assert [each["text"] for each in proven["messages"]] == ["via_notice", "via_code_etk"]
    notice, code_ = proven["messages"][:2]
    assert notice["sentAt"] <= notice["arrivedAt"] <= code_["sentAt"], "the code follows its notice"
    assert notice["supplierAt"]
    assert code not in str(proven)
    assert [each["transactionId"] for each in proven["answers"]] == [
        each["transactionId"] for each in given
    ]
    async with house.parts.database.connection() as connection:
        rows = await connection.fetch("select event_id, commitment, body_sealed from consent_event")
    opener = await house.parts.keyring.openers([row["body_sealed"] for row in rows])
    for row in rows:
        place = ("consent_event", "body_sealed", row["event_id"].bytes)
        body = decode_body(opener.open(row["body_sealed"], *place))
        assert body.evidence_hash == proven["evidenceHash"]
        assert commitment_of(body) == row["commitment"]
    assert code_of(await theirs.get(evidence)) == (403, "H1040")
    assert code_of(await ours.post(f"{OWN}/{request_id}/withdraw")) == (400, "H1032")


async def test_its_record_is_a_paper_with_its_time_stamp(ours, post, form, owner):
    request_id, *_ = await answered(ours, post, a_start(form, PHONE))
    packed = await ours.get(f"{VIA}/via/clarification/{request_id}/file")
    assert packed.headers["content-type"] == "application/zip", packed.text
    pdf, stamp = unpacked(packed.content, request_id)
    assert pdf.startswith(b"%PDF")
    assert verifies(pdf, stamp, (await ours.get("/x/tsa.pem")).content)
    given_at = await owner.fetchval("select clock_timestamp()")
    stamped_at = next(each for each in read(stamp).splitlines() if each.startswith("Time stamp:"))
    at = datetime.strptime(stamped_at, "Time stamp: %b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    assert given_at - timedelta(minutes=1) < at <= given_at
    if folder := os.environ.get("SCREENS"):
        (Path(folder) / "via.pdf").write_bytes(pdf)
    assert code_of(await ours.get(f"{VIA}/via/clarification/{uuid4()}/file")) == (400, "H1072")


async def test_a_company_may_give_up(ours, post, form):
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    path = f"{OWN}/{request_id}/withdraw"
    assert (await ours.post(path)).status_code == 200
    assert code_of(await confirm(ours, request_id, code)) == (400, "H1051")
    assert await status(ours, request_id) == ("COMPLETED", "OTP_CODE_EXPIRED")
    assert code_of(await ours.post(path)) == (400, "H1032")


async def test_of_old_it_is_called_otherwise(ours, post, form, owner):
    row = {
        "recipient": PHONE,
        "recipientType": "BIREYSEL",
        "type": ["MESAJ"],
        "source": "IYS_KISAMESAJ",
    }
    path = f"{BRAND}/consents"
    for fields, code in (
        ({"type": "MESAJ"}, "H450"),
        ({"type": ["FAX"]}, "H450"),
        ({"type": ["EPOSTA"]}, "H459"),
        ({"source": "HS_WEB"}, "H452"),
        ({"recipient": "x"}, "H121"),
        ({"recipientType": "x"}, "H116"),
    ):
        answer = await ours.post(f"{path}/overIys", json=row | fields)
        assert code_of(answer) == (422, code), answer.text
    begun_ = await ours.post(f"{path}/overIys", json=row)
    assert begun_.status_code == 200, begun_.text
    told = {"requestId": begun_.json()["requestId"], "verificationCode": "12345678"}
    assert code_of(await ours.post(f"{path}/overIys", json=row)) == (422, "H465")
    assert code_of(await ours.post(f"{path}/verificationCode", json=told)) == (422, "H456")
    await post.carry()
    await post.arrive()
    code = code_in(await post.next())
    for fields, refused in (
        ({"requestId": "x"}, "H454"),
        ({"requestId": str(uuid4())}, "H456"),
        ({"verificationCode": "x"}, "H455"),
        ({"verificationCode": other(code)}, "H460"),
    ):
        answer = await ours.post(f"{path}/verificationCode", json=told | fields)
        assert code_of(answer) == (422, refused), answer.text
    done = await ours.post(f"{path}/verificationCode", json=told | {"verificationCode": code})
    assert [each["type"] for each in done.json()["list"]] == ["MESAJ"], done.text
    await owner.execute("update budget set used = 2 where kind = 'via_day'")
    await owner.execute("delete from budget where kind = 'via_apart'")
    assert code_of(await ours.post(f"{path}/overIys", json=row)) == (422, "H453")
    await owner.execute("delete from via_request")
    await owner.execute("alter table via_form_version disable trigger all")
    await owner.execute("update via_form_version set state = 'REJECTED'")
    assert code_of(await ours.post(f"{path}/overIys", json=row)) == (409, "IZ135")


async def test_a_partner_needs_a_mandate_for_it(house, given, form, database):
    await given.partner()
    await given.api_user("api@ortak.example", partner=PARTNER_CODE)
    by = OPERATOR
    for scope, status_code in ((Scope.MESAJ, 404), (Scope.VIA, 200)):
        wanted = Grant(
            partner_code=PARTNER_CODE,
            scope=scope,
            can_write=True,
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        )
        await grant(database, wanted, of=(IYS_CODE, BRAND_CODE), by=by)
        await house.app._door.services.directory.refresh()
        async with await house.sign_in("api@ortak.example", PASSWORD) as partner:
            answer = await partner.post(f"{VIA}/consent", json=a_start(form, PHONE))
        assert answer.status_code == status_code, answer.text


def test_every_text_of_it_is_of_one_segment_with_names_of_usual_length():
    values = {
        "brand": "B" * 20,
        "company": "C" * 20,
        "short": "s" * 60,
        "url": "https://izin.example/n/1000/1",
        "code": "1" * 8,
        "channels": "SMS, arama",
        "given": "B" * 20 + " (SMS, arama)",
        "texts": "t" * 24,
    }
    for name, text in texts().items():
        if name.startswith("via_"):
            for each in (text.sms.tr, text.sms.en):
                said = each.format_map(values)
                assert is_gsm(said), name
                assert len(said) <= 155, (name, len(said))
