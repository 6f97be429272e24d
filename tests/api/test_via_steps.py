"""İYS Yolu from the notice to the confirmation, over the wire: no step is skipped."""

import asyncpg
import pytest
from builders.heart import until
from builders.house import BRAND, ago
from builders.parties import BRAND_CODE
from builders.via import a_kvk, a_start, code_in
from builders.via_wire import OWN, PHONE, VIA, begun, code_of, coded, confirm, other, status

from izin.core.errors import UndeliverableError
from izin.smpp.segments import is_one_segment


async def moved(owner, step: str) -> None:
    async def done() -> bool:
        return await owner.fetchval("select step from via_request") == step

    await until(done)


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


async def test_credits_that_are_gone_meanwhile_keep_the_code_good(ours, post, form, owner):
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    await owner.execute("update via_plan set credit = 1")
    assert code_of(await confirm(ours, request_id, code)) == (400, "H1015")
    await owner.execute("update via_plan set credit = 2")
    assert (await confirm(ours, request_id, code)).status_code == 200
    assert await owner.fetchval("select credit from via_plan") == 0


async def test_a_company_may_give_up(ours, post, form):
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    path = f"{OWN}/{request_id}/withdraw"
    assert (await ours.post(path)).status_code == 200
    assert code_of(await confirm(ours, request_id, code)) == (400, "H1051")
    assert await status(ours, request_id) == ("COMPLETED", "OTP_CODE_EXPIRED")
    assert code_of(await ours.post(path)) == (400, "H1032")
