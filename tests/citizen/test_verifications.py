"""What she confirmed to a company by ViA PASS has a receipt, by message and where she looks."""

import csv
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from builders.heart import phone
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR
from builders.visitor import RECEIPT

from izin.core.clock import utc_now
from izin.core.terms import RecipientType, Source, Status
from izin.i18n.catalogue import Language
from izin.i18n.letters import letter
from izin.receipt.issue import check
from izin.smpp.segments import is_gsm, is_one_segment
from izin.via.model import FormKind, KvkType, Title
from izin.via.request import Detail
from izin.viapass.complete import NAME_ROOM, HandedIn, complete, follow
from izin.viapass.model import Kind, State, TemplateState, Wording
from izin.viapass.start import Wanted, start
from izin.viapass.subscribe import subscribe
from izin.viapass.templates import Draft, decide, submit
from izin.web.citizen.answers import Answered
from izin.web.citizen.paper import answers_in

PAGES = "http://localhost:8002"
SOON = timedelta(milliseconds=1)
"""Messages of one millisecond have no order."""

NETWORK = "192.0.2.9"


@pytest.fixture
def verified(app, database, operator_database, citizen_database, keyring, visitor) -> Callable:
    """Has her address verified, by a code that the company hands in or by a link's answer."""

    async def of(kind: Kind, number: int = 1, *, to: State = State.DONE) -> str:
        ends_at = utc_now() + timedelta(days=9)
        await subscribe(operator_database, IYS_CODE, 10, ends_at, by=OPERATOR)
        body = f"Dogrulayin: {kind.place}"
        wording = Wording(language=Language.TR, body_tr=body, body_en=body)
        draft = Draft(kind=kind, wording=wording)
        template = await submit(database, IYS_CODE, draft, by=OPERATOR)
        await decide(operator_database, template, TemplateState.APPROVED, note="", by=OPERATOR)
        wanted = Wanted(
            iys_code=IYS_CODE,
            kind=kind,
            to=phone(number),
            template_id=template[0],
            tin="1234567890",
            user_id=uuid4(),
            network=NETWORK,
        )
        begun = await start(database, keyring, wanted, origin=PAGES, now=utc_now())
        sent = (await visitor.told()).body
        if kind.is_link:
            link = sent.rpartition("/o/")[2]
            return await follow(citizen_database, keyring, link, to, network=NETWORK, now=utc_now())
        handed = HandedIn(
            iys_code=IYS_CODE,
            kind=kind,
            request_id=begun.request_id,
            code=re.search(r"\d{6}", sent)[0],
            user_id=wanted.user_id,
            network=NETWORK,
        )
        await complete(database, keyring, handed, pages=PAGES, now=utc_now() + SOON)
        return RECEIPT.search((await visitor.told()).body)[0]

    return of


async def test_whoever_told_a_code_has_a_receipt_by_message_and_where_she_looks(
    visitor, verified: Callable[..., Awaitable[str]], owner, keyring
):
    told = await verified(Kind.SMS)
    sent = (await visitor.told()).body
    assert "bu numaranin sizin oldugunu dogruladiniz" in sent
    assert f"{PAGES}/answers" in sent
    assert await check(owner, keyring, told) is not None
    denied = await verified(Kind.SMS_SHORTURL, to=State.DENIED)
    await owner.execute("delete from budget")
    await verified(Kind.SMS, 2)
    await owner.execute("delete from budget")
    await visitor.sign_in()
    await visitor.get("/answers")
    assert RECEIPT.findall(visitor.page) == [denied, told], "newest first, and nobody else's"
    assert visitor.page.count("Işık Giyim A.Ş.</h2>") == 2
    assert "firma adresinizi doğrulayamadı" in visitor.page
    document = (await visitor.client.get("/data/izinlerim.json")).json()
    found = [(each["kind"], each["state"], each["receipt"]) for each in document["verifications"]]
    assert found == [("SMS_SHORTURL", "DENIED", denied), ("SMS", "DONE", told)]
    table = (await visitor.client.get("/data/izinlerim.csv")).content.decode("utf-8-sig")
    head, *rows = csv.reader(StringIO(table), delimiter=";")
    assert {len(row) for row in rows} == {len(head)}
    [of_receipt] = [at for at, name in enumerate(head) if name == "Belge no"]
    assert [row[of_receipt] for row in rows if row[0] == "Adres doğrulama"] == [denied, told]
    paper = await visitor.client.get("/data/izinlerim.pdf?part=1")
    assert paper.content.startswith(b"%PDF-")


async def test_what_was_before_the_number_was_hers_is_not_shown(visitor, verified, owner):
    await verified(Kind.SMS)
    await owner.execute("delete from budget")
    await owner.execute("update pass_request set started_at = now() - interval '90 days'")
    await visitor.sign_in()
    month = utc_now() - timedelta(days=40)
    said = {"owned": "month", "month": str(month.month), "year": str(month.year)}
    await visitor.get("/answers")
    assert len(RECEIPT.findall(visitor.page)) == 1
    await visitor.send("/number/since", **said)
    await visitor.get("/answers")
    assert RECEIPT.findall(visitor.page) == []
    assert (await visitor.client.get("/data/izinlerim.json")).json()["verifications"] == []


def test_paper_has_a_receipt_for_each_answer_as_the_page_has():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    words = {"at": at, "transaction_id": "0" * 64}
    details = (
        Detail(title=Title.ETK, kind="MESAJ", brand_code=BRAND_CODE, status=Status.ONAY, **words),
        Detail(title=Title.KVK, kind=KvkType.ACIK_RIZA_METNI, status=Status.RET, **words),
    )
    given = Answered(
        request_id=uuid4(),
        company="Işık Giyim A.Ş.",
        brands={},
        form="1/1",
        at=at,
        by=FormKind.OTP,
        source=Source.IYS_FRAME_SMS,
        recipient_type=RecipientType.BIREYSEL,
        details=details,
        receipts={"ETK": "AAAA", "KVK": "BBBB", "back": "CCCC"},
        messages=(),
        evidence=(),
        person=None,
        may_be_taken_back=False,
    )
    document = answers_in([given], Language.TR)
    assert document["head"][-1] == "Belge no"
    assert [row[-1] for row in document["each"][0]["rows"]] == ["AAAA", "BBBB, CCCC"]


@pytest.mark.parametrize("language", list(Language))
def test_what_confirms_it_by_text_is_one_segment(language: Language):
    values = {"company": "B" * NAME_ROOM, "receipt": "7Q4M-2XKD-03VB-9TRC-H"}
    values |= {"url": "https://izinkaydi.example/answers"}
    body = letter("pass_confirmed", language, values, is_sms=True).body
    assert body.isascii()
    assert is_gsm(body)
    assert is_one_segment(body)
