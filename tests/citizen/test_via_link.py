"""A link by which a company asks: nothing chosen before, looking changes nothing, good once."""

import asyncio
import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from builders.browser import screen, serving
from builders.heart import a_key, a_proposal, phone
from builders.parties import IYS_CODE, OPERATOR
from builders.via import ENDS, a_form, a_kvk, a_start, said
from builders.visitor import MARK, RECEIPT

from izin.api.form import Form
from izin.api.via_forms import read_draft
from izin.api.via_intake import read_start
from izin.brand import lookup as brands
from izin.consent.event import Actor
from izin.consent.model import Proposal
from izin.core.codes import company
from izin.core.terms import Channel, Source, Status
from izin.message.seal import opened
from izin.receipt.issue import proven_by
from izin.subscription.via import put
from izin.via.end import end_of_addresses
from izin.via.evidence import evidence_hash
from izin.via.forms import approve, make, submit
from izin.via.model import Title
from izin.via.paper import facts_of, marks_of
from izin.via.read import held
from izin.via.start import On, start

PHONE = "+905990000077"
ANSWERS = {"answer0": "ONAY", "answer1": "RET", "answer2": "ONAY"}


@pytest.fixture
async def link(app, database, operator_database, keyring, visitor) -> str:
    """Where the link leads that a telephone was sent: messages, calls and one text."""
    body = a_form(kind="SHORTURL", kvk={"ACIK_RIZA_METNI": said("Rıza")})
    draft = read_draft(Form(body, tuple(body)))
    form_id = await make(database, IYS_CODE, "Web", draft, by=OPERATOR)
    await submit(database, IYS_CODE, form_id, by=OPERATOR)
    await approve(operator_database, form_id, 1, by=OPERATOR)
    during = (datetime(2026, 1, 1, tzinfo=UTC), ENDS)
    await put(operator_database, IYS_CODE, credit=3, during=during, by=OPERATOR)
    asked = a_start(form_id, PHONE, verificationType="SMS_SHORTURL")
    asked["consentTypes"].append(a_kvk("ACIK_RIZA_METNI"))
    on = On(iys_code=IYS_CODE, asked_by="test", pages="http://localhost:8002", quotas=None)
    wanted = read_start(asked, sandbox=True)
    async with database.acting_for(company(IYS_CODE)) as connection:
        await start(connection, keyring, on, wanted, now=datetime.now(UTC))
    return re.search(r"http://localhost:8002(/v/\w+)", (await visitor.told()).body)[1]


async def moved(owner) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "select channel, status from provider_consent where source = 101 order by recorded_at"
    )
    return [tuple(row) for row in rows]


async def test_she_answers_each_line_once(visitor, owner, link, keyring):
    for _ in range(2):
        page = await visitor.get(link)
        assert "checked" not in page.text
        assert "Aydınlatma metni (Türkçe)" in page.text
        assert PHONE not in page.text
    assert await owner.fetchval("select step from via_request") == "LINK"
    answer = await visitor.send(link, answer0="ONAY")
    assert "Her satırda bir yanıt seçin" in visitor.page
    assert "Yanıtlarınız" in answer.text
    assert await moved(owner) == []
    answer = await visitor.send(link, **ANSWERS)
    assert "Yanıtınız kaydedildi" in answer.text
    assert await moved(owner) == [("MESAJ", "ONAY")], "what never stood is not refused"
    assert await owner.fetchval("select step from via_request") == "DONE"
    assert await owner.fetchval("select credit from via_plan") == 0
    told = {row["words"] for row in await owner.fetch("select words from message")}
    assert told == {"via_link", "via_recorded_etk", "via_recorded_kvk"}
    row = await owner.fetchrow(
        "select message_id, sealed from message where words = 'via_recorded_etk'"
    )
    text = opened(keyring.message_sealer, row["message_id"], row["sealed"]).body
    assert "(SMS)" in text, "calls she refused"
    assert "cagri merkezi" in text, "a way back that ends more than texts"
    assert "http://localhost:8002/consents" in text, "where the pages are, whole"
    await visitor.send(link, **ANSWERS)
    assert "Yanıtınız kaydedildi" in visitor.page, "the same once more is no fault"
    assert await moved(owner) == [("MESAJ", "ONAY")]
    assert await owner.fetchval("select count(*) from receipt_number") == 2


async def test_each_answer_has_a_receipt_that_is_checked(visitor, owner, link, keyring):
    await visitor.get(link)
    await visitor.send(link, **ANSWERS)
    etk, kvk = RECEIPT.findall(visitor.page)
    tags = re.findall(r'class="tag \w+">([^<]+)<', visitor.page)
    assert tags == ["✓ Onay", "✕ Ret", "✓ Onay"], "which answer it was, line by line"
    for words, receipt in (("via_recorded_etk", etk), ("via_recorded_kvk", kvk)):
        row = await owner.fetchrow("select message_id, sealed from message where words = $1", words)
        assert receipt in opened(keyring.message_sealer, row["message_id"], row["sealed"]).body
        await visitor.get("/verify")
        await visitor.send("/verify", receipt=receipt)
        assert "İşlemin kaydedildiği an" in visitor.page
    request_id = await owner.fetchval("select request_id from via_request")
    event_id = await owner.fetchval(
        "select event_id from consent_event order by event_id desc limit 1"
    )
    assert (await proven_by(owner, keyring, etk)).events == (request_id, event_id)
    assert (await proven_by(owner, keyring, kvk)).events == (request_id,)


async def test_of_two_tabs_the_second_hears_which_answer_stands(visitor, owner, link):
    await visitor.get(link)
    await visitor.send(link, **ANSWERS)
    kept = RECEIPT.findall(visitor.page)
    late = await visitor.send(link, **ANSWERS | {"answer0": "RET"})
    assert late.status_code == 422
    assert "IZ156" in visitor.page
    assert "Daha önceki yanıtınız geçerli" in visitor.page
    assert "Yanıtınız kaydedildi" not in visitor.page
    assert re.findall(r'class="tag \w+">([^<]+)<', visitor.page) == ["✓ Onay", "✕ Ret", "✓ Onay"]
    assert RECEIPT.findall(visitor.page) == kept
    assert await moved(owner) == [("MESAJ", "ONAY")]


async def test_its_paper_names_what_she_gave_alone(visitor, owner, link, database, keyring):
    await visitor.get(link)
    await visitor.send(link, **ANSWERS)
    id_ = await owner.fetchval("select request_id from via_request")
    async with database.acting_for(company(IYS_CODE)) as connection:
        request = await held(connection, keyring, id_)
        known = await brands.some(connection, request.body.asked.etk.brands)
    facts = facts_of(request, ("", known), pages="http://localhost:8002")
    assert facts["etk_types"] == "MESAJ"
    assert facts["kvk_types"] == "ACIK_RIZA_METNI"
    assert facts["brands"] == str(known[0].brand_code)
    name = link.rpartition("/")[2]
    assert name not in str(facts), "the company never learns it"
    assert hashlib.sha256(name.encode()).hexdigest() in facts["code"].replace(" ", "")
    etk = evidence_hash(id_, request.body, Title.ETK)
    assert etk in facts["evidence"].replace(" ", "")
    assert f"evidence ETK {etk}" in marks_of(request)


async def test_of_many_answers_at_once_one_counts_and_credits_stop_none(visitor, owner, link):
    await owner.execute("update via_plan set credit = 1")
    await visitor.get(link)
    data = {"mark": MARK.search(visitor.page)[1], **ANSWERS}
    await asyncio.gather(*(visitor.client.post(link, data=data) for _ in range(5)))
    assert await moved(owner) == [("MESAJ", "ONAY")]
    plan = await owner.fetchrow("select credit, used from via_plan")
    assert tuple(plan) == (0, 3)


async def test_what_is_over_or_none_records_nothing(visitor, owner, link):
    await visitor.get(link)
    await owner.execute("update via_request set due_at = now()")
    data = {"mark": MARK.search(visitor.page)[1], **ANSWERS}
    assert (await visitor.client.post(link, data=data)).status_code in (409, 422)
    assert "süresi doldu" in (await visitor.get(link)).text
    other = link[:-1] + ("h" if link.endswith("g") else "g")
    for path in (other, "/v/" + "0" * 20, "/v/x"):
        assert (await visitor.get(path)).status_code == 404
    assert await moved(owner) == []


async def refused_since(heart, **facts) -> None:
    """Something that stood for long is refused just now."""
    key = a_key(77, **facts)
    await heart.record(a_proposal(key=key))
    await heart.record(a_proposal(key=key, status=Status.RET, ago=timedelta()))


async def test_a_yes_after_a_refusal_is_not_recorded_and_her_no_is(visitor, owner, link, heart):
    await refused_since(heart)
    await heart.record(a_proposal(key=a_key(77, channel=Channel.ARAMA)))
    await visitor.get(link)
    answer = await visitor.send(link, **ANSWERS)
    assert answer.status_code == 422
    for _ in range(2):
        assert "IZ165" in visitor.page or _
        assert "araya ret girdi" in visitor.page
        assert "retler kaydedildi" in visitor.page
        assert re.findall(r'class="tag \w+">([^<]+)<', visitor.page) == ["✕ Ret"]
        await visitor.get(link)
    assert await moved(owner) == [("ARAMA", "RET")]
    assert await owner.fetchval("select step from via_request") == "REFUSED", "no word on the text"
    assert tuple(await owner.fetchrow("select credit, held from via_plan")) == (2, 0)
    late = await visitor.send(link, **ANSWERS)
    assert "IZ165" in late.text or late.status_code == 409


async def test_a_link_that_says_only_yes_after_a_refusal_records_nothing(
    visitor, owner, link, heart
):
    await refused_since(heart)
    await visitor.get(link)
    await visitor.send(link, answer0="ONAY", answer1="ONAY", answer2="ONAY")
    assert "IZ165" in visitor.page
    assert "Hiçbir onay kaydedilmedi" in visitor.page
    assert await moved(owner) == []
    assert await owner.fetchval("select count(*) from receipt_number") == 0
    assert tuple(await owner.fetchrow("select credit, held from via_plan")) == (3, 0)


async def test_a_no_gets_through_whatever_was_refused(visitor, owner, link, heart):
    await refused_since(heart)
    await visitor.get(link)
    await visitor.send(link, answer0="RET", answer1="RET", answer2="ONAY")
    assert "Yanıtınız kaydedildi" in visitor.page
    assert await owner.fetchval("select step from via_request") == "DONE"


async def test_of_a_link_and_a_refusal_at_once_the_refusal_stands(visitor, owner, link, heart):
    await heart.record(a_proposal(key=a_key(77)))
    await visitor.get(link)
    data = {"mark": MARK.search(visitor.page)[1], **ANSWERS}
    refusal = Proposal(key=a_key(77), status=Status.RET, source=Source.IYS_WEB, consented_at=None)
    await asyncio.gather(
        visitor.client.post(link, data=data), heart.record(refusal, actor=Actor.CITIZEN)
    )
    assert (
        await owner.fetchval(
            "select status from provider_consent where channel = 'MESAJ' and "
            "consented_at = (select max(consented_at) from provider_consent)"
        )
        == "RET"
    )


async def test_a_number_in_other_hands_is_asked_nothing_any_more(visitor, owner, link, doors):
    """Hers newly, as she says at her pages: nothing need have stood for it."""
    async with doors.database.transaction() as connection:
        await end_of_addresses(connection, doors.keyring, [phone(77), phone(78)])
    page = await visitor.get(link)
    assert "araya ret girdi" in page.text
    assert "<form" not in page.text.split("<main")[1].split("</main>")[0]
    assert await owner.fetchval("select step from via_request") == "REFUSED"
    assert await owner.fetchval("select held from via_plan") == 0


async def test_every_look_is_accessible(browser, app, link):
    found = {}
    async with serving(app) as base:
        window = await screen(browser, base)
        page = window.page

        async def look(name: str) -> None:
            found.update(await window.look(name))

        await window.open(link)
        await look("ask")
        await page.click("main form button")
        await look("refused")
        for place, each in enumerate(ANSWERS.values()):
            await page.check(f"#f-answer{place}-{each}")
        await page.click("main form button")
        await look("done")
        await page.context.close()
    assert found == {}


async def test_that_a_refusal_came_in_between_is_an_accessible_page(browser, app, link, heart):
    await refused_since(heart)
    await heart.record(a_proposal(key=a_key(77, channel=Channel.ARAMA)))
    async with serving(app) as base:
        window = await screen(browser, base)
        await window.open(link)
        for place, each in enumerate(ANSWERS.values()):
            await window.page.check(f"#f-answer{place}-{each}")
        await window.page.click("main form button")
        found = await window.look("overtaken")
        await window.page.context.close()
    assert found == {}
