"""İYS Yolu from the notice to the confirmation, over the wire: no step is skipped."""

from datetime import UTC, datetime

import asyncpg
import pytest
from builders.heart import until
from builders.house import BRAND, ago
from builders.parties import BRAND_CODE
from builders.via import a_kvk, a_start, code_in
from builders.via_wire import OWN, PHONE, VIA, begun, code_of, coded, confirm, other, status
from builders.visitor import RECEIPT

from izin.core.errors import UndeliverableError
from izin.message import note
from izin.message.model import Receipt
from izin.receipt.issue import check
from izin.smpp.segments import is_one_segment
from izin.via import store
from izin.via.advance import end_overdue


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


@pytest.fixture
async def both(ours, post, form) -> tuple[str, dict[str, str]]:
    """A request for both titles, whose codes have been sent."""
    start = a_start(form, PHONE)
    start["consentTypes"].append(a_kvk("ACIK_RIZA_METNI", "AYDINLATMA_METNI"))
    request_id = await begun(ours, start)
    await post.carry()
    await post.arrive()
    while len(post.took) < 3:
        await post.next()
    _, etk, kvk = post.took
    assert "reklam" in etk.body
    assert "kisisel veri" in kvk.body
    return request_id, {"ETK": code_in(etk), "KVK": code_in(kvk)}


async def test_each_title_has_a_code_of_its_own(ours, post, both):
    request_id, codes = both
    swapped = await confirm(ours, request_id, codes["ETK"], title="KVK")
    assert code_of(swapped) == (400, "H1052")
    body = {
        "requestId": request_id,
        "verificationType": "SMS_OTP",
        "consentTypes": [
            {"title": "ETK", "otpCode": codes["ETK"]},
            {"title": "KVK", "otpCode": other(codes["KVK"])},
        ],
    }
    wrong = await ours.post(f"{VIA}/confirmation", json=body)
    assert code_of(wrong) == (400, "H1052")
    assert wrong.json()["errors"][0]["value"] == other(codes["KVK"])
    for bad in ("abc", "123", codes["KVK"][:7], ""):  # tells nothing of the other code
        for first in (codes["ETK"], other(codes["ETK"])):
            body["consentTypes"][0]["otpCode"] = first
            body["consentTypes"][1]["otpCode"] = bad
            told = await ours.post(f"{VIA}/confirmation", json=body)
            assert code_of(told) == ((400, "IZ160") if bad else (400, "H1057"))
    body["consentTypes"][0]["otpCode"] = codes["ETK"]
    body["consentTypes"][1]["otpCode"] = codes["KVK"]
    answer = await ours.post(f"{VIA}/confirmation", json=body)
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


KINDS = {"ETK": ["MESAJ", "ARAMA"], "KVK": ["ACIK_RIZA_METNI", "AYDINLATMA_METNI"]}


@pytest.mark.parametrize("order", [("ETK", "KVK"), ("KVK", "ETK")])
async def test_each_title_is_answered_by_itself_in_any_order(ours, post, both, owner, house, order):
    request_id, codes = both
    first, last = order
    answer = await confirm(ours, request_id, codes[first], title=first)
    assert [each["type"] for each in answer.json()["message"]] == KINDS[first]
    assert await owner.fetchval("select step from via_request") == "CODE"
    assert await status(ours, request_id) == ("CONSENT_REQUESTED", "PENDING")
    [told] = await post.carry()
    again = await confirm(ours, request_id, codes[first], title=first)
    assert code_of(again) == (400, "H1032")
    proven = (await ours.get(f"{OWN}/{request_id}/evidence")).json()["evidence"]
    assert [each["title"] for each in proven] == [first]
    assert proven[0]["messages"][-1]["body"] == told.body
    before = proven[0]["evidenceHash"]

    answer = await confirm(ours, request_id, codes[last], title=last)
    assert [each["type"] for each in answer.json()["message"]] == KINDS[last]
    assert await status(ours, request_id) == ("COMPLETED", "SUCCESS")
    [told] = await post.carry()
    for each in post.took[-2:]:
        [receipt] = RECEIPT.findall(each.body)
        assert await check(owner, house.parts.keyring, receipt), "each has one of its own"
    proven = (await ours.get(f"{OWN}/{request_id}/evidence")).json()["evidence"]
    hashes = {each["title"]: each["evidenceHash"] for each in proven}
    assert hashes[first] == before != hashes[last]
    assert await owner.fetchval("select credit from via_plan") == 96
    assert (await ours.get(f"{VIA}/via/clarification/{request_id}/file")).status_code == 200


async def test_what_was_answered_stays_whatever_becomes_of_the_other(ours, post, both, owner):
    request_id, codes = both
    assert (await confirm(ours, request_id, codes["KVK"], title="KVK")).status_code == 200
    await owner.execute("update via_request set due_at = now()")
    late = await confirm(ours, request_id, codes["ETK"])
    assert code_of(late) == (400, "H1051")
    assert await status(ours, request_id) == ("COMPLETED", "OTP_CODE_EXPIRED")
    await owner.execute("update via_request set step = 'EXPIRED', due_at = null, ended_at = now()")
    async with owner.transaction():
        await end_overdue(owner, 100)
        later = await owner.fetchval("select now() + interval '31 days'")
        await store.forget_unmet(owner, later, 100)
    obtained = (await ours.get(f"{VIA}/consent/{request_id}")).json()["message"]
    assert [each["status"] for each in obtained] == ["ONAY", "ONAY"], "it is not forgotten"
    search = {"type": "ACIK_RIZA_METNI", "recipient": PHONE}
    found = await ours.post(f"{VIA}/consent/status", json=search)
    assert found.json()["message"] == [request_id]
    question = {"recipient": PHONE, "type": "MESAJ", "recipientType": "BIREYSEL"}
    asked = await ours.post(f"{BRAND}/consents/status", json=question)
    assert asked.json().get("status") != "ONAY"


async def test_a_code_that_does_not_arrive_ends_nothing_but_its_own(ours, post, both, owner):
    request_id, codes = both
    refs = [(each, f"ref-{place + 1}") for place, each in enumerate(post.took)]
    for rendered, ref in refs[1:]:
        receipt = Receipt(
            supplier=post.name,
            ref=ref,
            is_delivered="reklam" in rendered.body,
            at=datetime.now(UTC),
        )
        await note.note(post.database, receipt)

    async def worked() -> bool:
        return not await owner.fetchval("select exists (select from job where name = 'via_step')")

    await until(worked)
    assert await owner.fetchval("select step from via_request") == "CODE"
    assert (await confirm(ours, request_id, codes["ETK"])).status_code == 200


async def test_three_wrong_codes_lock_it(ours, post, form):
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    assert code_of(await confirm(ours, request_id, other(code))) == (400, "H1052")
    assert await status(ours, request_id) == ("CONSENT_REQUESTED", "OTP_CODE_INCORRECT")
    assert code_of(await confirm(ours, request_id, other(code))) == (400, "H1052")
    assert code_of(await confirm(ours, request_id, other(code))) == (400, "H1050")
    assert code_of(await confirm(ours, request_id, code)) == (400, "H1050")
    assert await status(ours, request_id) == ("COMPLETED", "OTP_CODE_INCORRECT")


async def test_a_code_that_is_not_out_yet_costs_no_try(ours, post, form, owner):
    request_id = await begun(ours, a_start(form, PHONE))
    await post.carry()
    await post.arrive()
    await moved(owner, "CODE")
    for _ in range(4):
        assert code_of(await confirm(ours, request_id, "12345678")) == (400, "H1028")
    assert await owner.fetchval("select tries from via_request") == 0
    assert await owner.fetchval("select count(*) from budget where kind like 'wrong%'") == 0
    assert await status(ours, request_id) == ("SUCCESS", "START")
    [code] = await post.carry()
    assert await status(ours, request_id) == ("CONSENT_REQUESTED", "PENDING")
    assert (await confirm(ours, request_id, code_in(code))).status_code == 200


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


async def skips(owner, change: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"update via_request set {change}")


async def test_no_step_is_skipped_in_the_table_either(ours, form, owner):
    await begun(ours, a_start(form, PHONE))
    for step in ("DONE", "LOCKED", "OPENED", "EXPIRED"):
        await skips(owner, f"step = '{step}'")
    one = "etk_proof_id = gen_random_uuid()"
    await skips(owner, "step = 'CODE'")  # without a code
    await skips(owner, f"step = 'CODE', {one}, kvk_proof_id = gen_random_uuid()")  # nor two
    await skips(owner, one)  # nor before its step
    await skips(owner, "titles = '{KVK}'")
    await skips(owner, "etk_done_at = now()")  # nothing is answered before the notice is there
    await owner.execute(f"update via_request set step = 'CODE', {one}")
    await skips(owner, "step = 'DONE'")
    await skips(owner, "kvk_done_at = now()")  # it was never asked for
    await skips(owner, "etk_done_at = now()")  # all of it is answered, so it is done
    await owner.execute("update via_request set step = 'DONE', etk_done_at = now()")
    await skips(owner, "etk_done_at = null")
    await skips(owner, "etk_done_at = now() + interval '1 s'")


async def test_neither_title_skips_a_step_of_its_own(both, owner):
    await skips(owner, "step = 'DONE', etk_done_at = now()")
    await skips(owner, "step = 'DONE', kvk_done_at = now()")
    await owner.execute("update via_request set kvk_done_at = now()")
    await skips(owner, "step = 'DONE'")
    await skips(owner, "kvk_done_at = now() + interval '1 s'")
    await owner.execute("update via_request set step = 'EXPIRED'")
    await skips(owner, "etk_done_at = now()")


async def test_credits_written_anew_stop_nothing_that_was_begun(ours, post, form, owner):
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    await owner.execute("update via_plan set credit = 1")
    assert (await confirm(ours, request_id, code)).status_code == 200
    assert tuple(await owner.fetchrow("select credit, held from via_plan")) == (0, 0)


async def test_a_company_may_give_up(ours, post, form):
    request_id, code = await coded(ours, post, a_start(form, PHONE))
    path = f"{OWN}/{request_id}/withdraw"
    assert (await ours.post(path)).status_code == 200
    assert code_of(await confirm(ours, request_id, code)) == (400, "H1051")
    assert await status(ours, request_id) == ("COMPLETED", "OTP_CODE_EXPIRED")
    assert code_of(await ours.post(path)) == (400, "H1032")
