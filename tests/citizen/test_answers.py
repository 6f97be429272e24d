"""What she answered by a link or a code: quoted to her, given to her, and taken back."""

import csv
import hashlib
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID

import msgspec
import pytest
from builders.browser import LIGHT, screen, serving
from builders.heart import phone
from builders.parties import IYS_CODE, OPERATOR
from builders.via import ENDS, a_form, a_kvk, a_start, said
from builders.visitor import ME, RECEIPT, SOMEBODY, Visitor

from izin.api.form import Form
from izin.api.via_forms import read_draft
from izin.api.via_intake import read_start
from izin.core.codes import company
from izin.core.terms import Source
from izin.i18n.catalogue import Language
from izin.receipt.issue import check
from izin.subscription.via import put
from izin.via.advance import end_overdue
from izin.via.forms import approve, make, submit
from izin.via.hers import answered
from izin.via.model import FormKind, KvkType
from izin.via.read import kvk_requests
from izin.via.request import Person
from izin.via.start import On, start
from izin.via.told import HIDDEN
from izin.web.citizen.answers import Answered
from izin.web.citizen.paper import answers_in

WORD = KvkType.ACIK_RIZA_METNI


@pytest.fixture
async def form(app, database, operator_database) -> int:
    """A form in force that is answered by a link, with credits for it."""
    texts = {each: said(each) for each in ("ACIK_RIZA_METNI", "AYDINLATMA_METNI")}
    body = a_form(kind="SHORTURL", kvk=texts)
    draft = read_draft(Form(body, tuple(body)))
    form_id = await make(database, IYS_CODE, "Web", draft, by=OPERATOR)
    await submit(database, IYS_CODE, form_id, by=OPERATOR)
    await approve(operator_database, form_id, 1, by=OPERATOR)
    during = (datetime(2026, 1, 1, tzinfo=UTC), ENDS)
    await put(operator_database, IYS_CODE, credit=-1, during=during, by=OPERATOR)
    return form_id


@pytest.fixture
def asked(form, database, keyring, visitor, owner):
    """She is asked by a link, for all of it or for texts alone, and says yes to everything."""

    async def ask(*, is_kvk_alone: bool = False) -> str:
        await owner.execute("delete from budget")
        body = a_start(form, phone(1).clear, verificationType="SMS_SHORTURL")
        body["consentTypes"].append(a_kvk("ACIK_RIZA_METNI", "AYDINLATMA_METNI"))
        if is_kvk_alone:
            del body["consentTypes"][0]
        wanted = read_start(body, sandbox=True)
        on = On(iys_code=IYS_CODE, asked_by="test", pages="http://localhost:8002", quotas=None)
        async with database.acting_for(company(IYS_CODE)) as connection:
            await start(connection, keyring, on, wanted, now=datetime.now(UTC))
        sent = (await visitor.told()).body
        await visitor.get(re.search(r"http://localhost:8002(/v/\w+)", sent)[1])
        count = len(re.findall(r'name="answer\d+" value="ONAY"', visitor.page))
        link = re.search(r'action="(/v/\w+)"', visitor.page)[1]
        await visitor.send(link, **{f"answer{place}": "ONAY" for place in range(count)})
        assert "Yanıtınız kaydedildi" in visitor.page
        return sent

    return ask


async def obtained(database, keyring, kind: KvkType) -> int:
    """How many words on a text the company finds."""
    async with database.acting_for(company(IYS_CODE)) as connection:
        return len(await kvk_requests(connection, keyring, IYS_CODE, phone(1), kind))


async def told(visitor) -> dict:
    """The one answer, as her data has it."""
    [given] = (await visitor.client.get("/data/izinlerim.json")).json()["answers"]
    return given


async def test_she_sees_what_she_was_sent_whatever_is_called_otherwise(visitor, asked, owner):
    sent = await asked()
    after = (await visitor.told()).body
    await owner.execute("update brand set name = 'Yeni Ad'")
    await visitor.sign_in()
    await visitor.get("/answers")
    sent = re.sub(r"/v/\w+", f"/v/{HIDDEN}", sent)  # whoever has it could answer for her
    for each in (sent, after, "Işık Giyim · Mesaj (SMS)", "Aslı Can", "•" * 9 + "11"):
        assert each in visitor.page
    assert "Yeni Ad" not in visitor.page
    given = await told(visitor)
    assert given["messages"][0]["body"] == sent
    assert (given["said"]["name"], given["said"]["idNumber"]) == ("Aslı Can", "•" * 9 + "11")
    assert [each["status"] for each in given["answers"]] == ["ONAY"] * 4
    table = (await visitor.client.get("/data/izinlerim.csv")).content.decode("utf-8-sig")
    rows = [row for row in csv.reader(StringIO(table), delimiter=";") if row[0].startswith("Kodla")]
    assert [row[-1] for row in rows] == [each["transactionId"] for each in given["answers"]]
    every = list(csv.reader(StringIO(table), delimiter=";"))
    [of_her] = [row for row in every if row[0].startswith("Onayınızla bildirilen")]
    hers = of_her[every[0].index("Firmanın bildirdiği")]
    assert hers == f"Aslı Can, T.C. kimlik numaranız: {'•' * 9}11, Çankaya Ankara"
    for each in given["evidence"]:
        whole = bytes.fromhex(each["salt"]) + each["canonical"].encode()
        assert hashlib.sha256(whole).hexdigest() == each["evidenceHash"]
        assert HIDDEN in each["canonical"]
    assert [each["title"] for each in given["evidence"]] == ["ETK", "KVK"]
    numbers = given["receipts"]
    assert [row[-2] for row in rows] == [numbers[each["title"]] for each in given["answers"]]
    paper = await visitor.client.get("/data/izinlerim.pdf?part=1")
    assert paper.content.startswith(b"%PDF-")


def test_the_document_for_paper_says_it_too():
    given = Answered(
        request_id=UUID(int=1),
        company="Işık Giyim A.Ş.",
        brands={},
        form="1/1",
        at=datetime(2026, 11, 26, tzinfo=UTC),
        by=FormKind.OTP,
        source=Source.IYS_KISAMESAJ,
        recipient_type=None,
        details=(),
        receipts={},
        messages=(),
        evidence=(),
        person=Person(name="Aslı Can", address="Çankaya"),
        may_be_taken_back=True,
    )
    [shown] = answers_in([given], Language.TR)["each"]
    assert shown["said"].endswith(": Aslı Can, Çankaya")
    [shown] = answers_in([msgspec.structs.replace(given, person=None)], Language.TR)["each"]
    assert shown["said"] == ""


async def test_she_takes_her_word_back_and_what_was_said_of_her_is_erased(
    visitor, asked, owner, database, keyring
):
    await asked()
    await visitor.sign_in()
    before = await told(visitor)
    assert await obtained(database, keyring, WORD) == 1
    await visitor.get("/answers")
    form = re.search(r'action="(/answers/[^"]+)"', visitor.page)[1]
    await visitor.send(form)
    assert "geri alındı; firmanın bildirdiği bilgiler silindi" in visitor.page
    assert "Aslı Can" not in visitor.page
    assert "take-back" not in visitor.page
    assert "✕ Geri alındı" in visitor.page, "she had said yes, and no later"
    message = (await visitor.told()).body
    assert "kisisel veri onayinizi geri aldiniz" in message
    said, *kept = RECEIPT.findall(re.sub(r"(?s)<blockquote>.*?</blockquote>", "", visitor.page))
    assert kept[-1] == said, "taking back has a receipt, and so have both answers"
    assert len(set(kept)) == 3
    assert await check(owner, keyring, said) is not None
    assert said in message
    row = await owner.fetchrow("select person_sealed, kvk_back_at from via_request")
    assert row["person_sealed"] is None
    assert row["kvk_back_at"] is not None
    back = await told(visitor)
    assert {each["type"]: each["status"] for each in back["answers"]} == {
        **dict.fromkeys(("MESAJ", "ARAMA"), "ONAY"),
        "ACIK_RIZA_METNI": "RET",
        "AYDINLATMA_METNI": "ONAY",  # that she was told something stays true
    }
    assert (back["messages"], back["said"]) == (before["messages"], None), "what proved it stays"
    assert await obtained(database, keyring, WORD) == 0
    await visitor.get("/consents")
    await visitor.send(form)
    assert "Geri alınacak bir onay kalmamış" in visitor.page


async def test_nobody_else_sees_it_or_takes_it_back(app, visitor, asked, owner, keyring):
    await asked()
    request_id = await owner.fetchval("select request_id from via_request")
    other = Visitor(app, owner, keyring)
    assert "Telefonunuz ya da e-postanız" in (await other.get("/answers")).text
    await other.sign_in(SOMEBODY)
    await other.get("/answers")
    assert "yanıtladığınız bir soru yok" in other.page
    await other.get("/consents")
    await other.send(f"/answers/{request_id}/take-back")
    assert "Geri alınacak bir onay kalmamış" in other.page
    back = await other.client.get("/answers/x/take-back")
    assert (back.status_code, back.headers["location"]) == (303, "/answers")
    await other.client.aclose()
    mine = await answered(owner, keyring, phone(1), None)
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    whose_it_was = await answered(owner, keyring, phone(1), tomorrow)
    assert [each.request_id for each in mine] == [request_id]
    assert mine[0].person is not None
    assert whose_it_was == [], "the number was somebody else's then"


async def test_what_was_taken_back_is_kept_for_three_years_and_no_longer(
    visitor, asked, owner, keyring
):
    await asked()
    await asked(is_kvk_alone=True)
    await visitor.sign_in(ME)
    for _ in range(2):
        await visitor.get("/answers")
        await visitor.send(re.search(r'action="(/answers/[^"]+)"', visitor.page)[1])

    async def left(years: float) -> list[list[str]]:
        await owner.execute(
            "update via_request set kvk_back_at = now() - make_interval(days => $1)",
            int(years * 366),
        )
        async with owner.transaction():
            await end_overdue(owner, 100)
        rows = await owner.fetch("select titles from via_request order by request_id")
        return [row["titles"] for row in rows]

    assert await left(2.9) == [["ETK", "KVK"], ["KVK"]]
    assert await left(3.1) == [["ETK", "KVK"]], "a consent's own evidence outlives it"


async def test_every_look_is_accessible(browser, app, asked, visitor):
    await asked()
    found = {}
    async with serving(app) as base:
        window = await screen(browser, base)
        await visitor.sign_in()
        cookies = [
            {"name": name, "value": value, "url": base}
            for name, value in visitor.client.cookies.items()
        ]
        await window.page.context.add_cookies(cookies)
        await window.open("/answers")
        await window.page.click("details summary")
        found |= await window.look("answers")
        await window.page.click("main form button")
        found |= await window.look("taken back", LIGHT)
    assert not found
