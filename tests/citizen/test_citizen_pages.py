"""A citizen comes in by a code, sees what stands, and refuses it; nobody else does."""

import asyncio
import re
from html import escape

import pytest
from builders.browser import screen, serving
from builders.heart import a_key, a_proposal, phone
from builders.parties import BRAND_CODE, IYS_CODE
from builders.visitor import MARK, ME, RECEIPT, SOMEBODY, Visitor

from izin.core.terms import Channel, RecipientType

FLOW = re.compile(r"/sign-in/code\?flow=\w+")
LAST_DAY = re.compile(r"Firmanın son günü: (<time[^<]+</time>)")
SMS_AND_CALLS = (Channel.MESAJ, Channel.ARAMA)


async def states(owner) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "select status, code from provider_consent join source on id = source"
        " where recipient_type = 'BIREYSEL' order by recorded_at, status"
    )
    return [tuple(row) for row in rows]


async def test_she_refuses_one_brand_within_four_steps(visitor, owner):
    await visitor.sign_in()
    assert "Işık Giyim" in visitor.page
    assert "2 izin bulundu" in visitor.page
    await visitor.change("RET")
    assert visitor.clicks == 4, "address, code, notice, button"
    assert "Ret kaydedildi." in visitor.page
    receipt = RECEIPT.search(visitor.page)[0]
    assert ("RET", "IYS_WEB") in await states(owner)
    assert await owner.fetchval("select count(*) from provider_consent where status = 'RET'") == 1
    await visitor.get("/verify")
    await visitor.send("/verify", receipt=receipt.lower().replace("-", " "))
    assert re.search(r"<time datetime=\"\d{4}-\d\d-\d\d\">", visitor.page), "the day alone"
    assert "Geçerli" in visitor.page
    assert "Işık" not in visitor.page.split("<main")[1]


async def test_a_form_that_was_sent_after_the_session_had_ended_is_not_lost_in_silence(
    visitor, owner
):
    await visitor.sign_in()
    await owner.execute("delete from citizen_session")
    await visitor.change("RET")
    assert "gönderdiğiniz form işlenmedi" in visitor.page
    assert await owner.fetchval("select count(*) from provider_consent where status = 'RET'") == 0
    assert 'name="next" value="/consents"' in visitor.page, "she comes back to where she was"


async def test_what_was_changed_stands_on_its_receipt_s_page(visitor):
    await visitor.sign_in()
    await visitor.get(f"/brands/{BRAND_CODE}")
    await visitor.send(f"/brands/{BRAND_CODE}", to_ARAMA_BIREYSEL="RET")
    assert re.search(r"<dt>Arama</dt><dd>Onay → Ret</dd>", visitor.page)
    assert "<dt>Mesaj" not in visitor.page, "it was not touched"


async def test_a_number_that_is_no_receipt_s_stays_in_its_field(visitor):
    await visitor.get("/verify")
    await visitor.send("/verify", receipt="7Q4M-2XKD")
    assert 'value="7Q4M-2XKD"' in visitor.page
    assert 'class="note bad"' in visitor.page


async def test_a_brand_s_ways_stand_together_under_its_name(visitor):
    await visitor.sign_in()
    assert visitor.page.count(f'href="/brands/{BRAND_CODE}"') == 1
    assert visitor.page.count('<tr role="row" class="same">') == 1


async def test_what_stands_already_makes_nothing(visitor, owner):
    await visitor.sign_in()
    await visitor.change("RET")
    before = await owner.fetchval("select count(*) from consent_event")
    await visitor.change("RET")
    assert "Zaten öyleydi" in visitor.page
    assert await owner.fetchval("select count(*) from consent_event") == before


async def test_she_approves_again(visitor, owner):
    await visitor.sign_in()
    await visitor.change("RET")
    await visitor.change("ONAY")
    assert "Onay kaydedildi." in visitor.page
    assert ("ONAY", "IYS_WEB") in await states(owner)


async def test_merchants_have_a_list_of_their_own(visitor, owner):
    await visitor.sign_in()
    await visitor.get("/consents?recipient=TACIR")
    assert "1 izin bulundu" in visitor.page
    await visitor.change("RET", kind="TACIR")
    assert await states(owner) == [("ONAY", "HS_WEB")] * 3


async def test_who_has_a_merchant_s_consents_alone_is_led_to_them(visitor, heart):
    keys = [a_key(3, recipient_type=RecipientType.TACIR, channel=each) for each in SMS_AND_CALLS]
    await heart.record(*[a_proposal(key=each) for each in keys])
    await heart.number_and_project()
    await visitor.sign_in("0599 000 00 03")
    assert "2 izin bulundu" in visitor.page
    await visitor.get("/consents?recipient=BIREYSEL")
    assert "Bireysel izniniz yok; tacir olarak var:" in visitor.page
    assert "kayıtlı izin yok" not in visitor.page
    assert "Tüm markaları reddet" in visitor.page


async def test_the_list_says_until_when_a_refused_company_may_send(visitor):
    await visitor.sign_in()
    assert LAST_DAY.search(visitor.page) is None
    await visitor.change("RET")
    note = re.search(r"bırakması gereken son gün: (<time[^<]+</time>)", visitor.page)[1]
    assert LAST_DAY.findall(visitor.page) == [note], "of the one that she refused"
    await visitor.get(f"/brands/{BRAND_CODE}")
    assert LAST_DAY.findall(visitor.page) == [note]


@pytest.mark.parametrize(
    "fields",
    [
        {"brand": "99999999"},
        {"brand": ""},
        {"brand": "9" * 30},
        {"channel": "FAX"},
        {"kind": "KURUM"},
        {"to": "BELKI"},
        {"channel": "EPOSTA"},
    ],
)
async def test_what_is_not_hers_changes_nothing(visitor, owner, fields):
    await visitor.sign_in()
    before = await owner.fetchval("select count(*) from consent_event")
    answer = await visitor.change(**({"to": "RET"} | fields))
    assert answer.status_code in (200, 422)
    assert await owner.fetchval("select count(*) from consent_event") == before


async def test_nobody_sees_or_changes_anything_without_a_code(visitor, owner):
    await visitor.get("/consents")
    assert "Telefonunuz ya da e-postanız" in visitor.page
    before = await owner.fetchval("select count(*) from consent_event")
    await visitor.change("RET")
    assert await owner.fetchval("select count(*) from consent_event") == before
    await visitor.send("/sign-in", address=ME)
    code = await visitor.code()
    answer = await visitor.send("/sign-in/code", code=f"{(int(code) + 1) % 10**6:06d}")
    assert answer.status_code == 422
    assert "2 deneme daha" in visitor.page
    assert "Telefonunuz" in (await visitor.get("/consents")).text


async def test_a_session_is_for_its_own_address(visitor, app, owner, keyring):
    await visitor.sign_in(SOMEBODY)
    assert "1 izin bulundu" in visitor.page
    for to, brand in [("RET", BRAND_CODE), ("ONAY", BRAND_CODE), ("ONAY", 99999999)]:
        await visitor.change(to, channel="ARAMA", brand=str(brand))
        assert "Hiçbir şey kaydedilmedi" in visitor.page, "there is no record that stood so"
        assert "Zaten öyleydi" not in visitor.page
    assert await owner.fetchval("select count(*) from provider_consent where status = 'RET'") == 0


async def test_a_code_lets_in_once(visitor, app, owner, keyring):
    await visitor.get("/sign-in")
    await visitor.send("/sign-in", address=ME)
    code = await visitor.code()
    tries = [
        visitor.client.post(
            FLOW.search(visitor.page)[0],
            data={"mark": MARK.search(visitor.page)[1], "code": code},
        )
        for _ in range(10)
    ]
    answers = await asyncio.gather(*tries)
    into = [each.headers.get("location") for each in answers]
    assert into.count("/notice") == 1


async def test_anybody_reads_the_notice_before_telling_anything_and_keeps_it(visitor):
    await visitor.get("/help/notice")
    assert "Kısaca" in visitor.page
    kept = await visitor.client.get("/help/notice.txt")
    assert kept.headers["content-disposition"].startswith("attachment")
    lines = [line for line in kept.text.split("\n\n") if line.strip()]
    assert len(lines) == 13
    assert all(escape(line.strip(), quote=False) in visitor.page for line in lines[:-1])


async def test_nothing_is_shown_before_the_notice_is_read(visitor):
    await visitor.get("/sign-in")
    await visitor.send("/sign-in", address=ME)
    await visitor.send("/sign-in/code", code=await visitor.code())
    assert "Aydınlatma metni" in visitor.page
    assert "Aydınlatma metni" in (await visitor.get("/consents")).text
    await visitor.send("/notice", owned="always")
    assert "Işık Giyim" in visitor.page


async def test_who_has_left_is_nobody(visitor, owner):
    await visitor.sign_in()
    kept = dict(visitor.client.cookies)
    await visitor.send("/sign-out")
    visitor.client.cookies.update(kept)
    assert "Telefonunuz" in (await visitor.get("/consents")).text
    assert await owner.fetchval("select count(*) from citizen_session") == 0


async def test_an_unknown_address_is_answered_like_a_known_one(visitor):
    await visitor.sign_in("0599 000 00 99")
    assert "Bu adres için kayıtlı izin yok." in visitor.page


@pytest.mark.parametrize(
    "address", ["0212 123 45 67", "123", "ışık@posta.example", "a@b", "", "0532" * 60, "\u202e0599"]
)
async def test_what_is_no_address_is_said_to_be_none(visitor, owner, address):
    await visitor.get("/sign-in")
    answer = await visitor.send("/sign-in", address=address)
    assert answer.status_code == 422
    assert await owner.fetchval("select count(*) from message") == 0
    assert ("1. karakter görünmeyen" in visitor.page) is address.startswith("\u202e")


async def test_no_other_site_changes_anything(visitor, owner):
    await visitor.sign_in()
    before = await owner.fetchval("select count(*) from consent_event")
    fields = {"brand": str(BRAND_CODE), "channel": "MESAJ", "kind": "BIREYSEL", "to": "RET"}
    foreign = await visitor.client.post("/consents", data=fields | {"mark": "0" * 64})
    own = MARK.search(visitor.page)[1]
    headers = {"sec-fetch-site": "cross-site"}
    sent = await visitor.client.post("/consents", data=fields | {"mark": own}, headers=headers)
    assert (foreign.status_code, sent.status_code) == (403, 403)
    assert await owner.fetchval("select count(*) from consent_event") == before


async def test_looking_changes_nothing(visitor, owner):
    await visitor.sign_in()
    before = await owner.fetchval("select count(*) from consent_event")
    for path in (
        f"/consents?brand={BRAND_CODE}&channel=MESAJ&kind=BIREYSEL&to=RET",
        "/consents?page=999&search=%00%F0%9F%92%A3&channel=x&status=y&recipient=z",
        "/consents?done=refused&receipt=<b>sahte</b>",
        "/consents?done=refused&receipt=0000-0000-0000-0000-0",
        "/verify?receipt=x",
        "/sign-in/code",
        "/notice",
    ):
        answer = await visitor.get(path)
        assert answer.status_code in (200, 303, 410)
        assert "<b>sahte" not in answer.text
        assert "Belge no" not in answer.text, "nobody is shown a receipt that is none"
    assert await owner.fetchval("select count(*) from consent_event") == before


async def test_no_address_stands_in_what_is_kept_or_told(visitor, owner, caplog):
    await visitor.sign_in()
    for table in ("citizen_session", "proof", "budget", "message", "receipt_number"):
        rows = await owner.fetch(f"select {table}::text as row from {table}")
        assert not [row for row in rows if phone(1).clear[3:] in row["row"]]
    assert phone(1).clear[3:] not in caplog.text
    assert phone(1).clear[3:] not in visitor.page.replace(" ", "")


async def test_every_page_is_accessible(browser, app, owner, keyring):
    found = {}
    async with serving(app) as base:
        window = await screen(browser, base)

        async def look(name: str) -> None:
            found.update(await window.look(name))

        helper = Visitor(app, owner, keyring)
        for path in ("/", "/verify", "/sign-in"):
            await window.open(path)
            await look(path)
        await window.page.fill("#f-address", "hatalı")
        await window.page.click("main button")
        await look("refused")
        await window.page.fill("#f-address", ME)
        await window.page.click("main button")
        await look("code")
        await window.page.fill("#f-code", await helper.code())
        await window.page.click("main button")
        await look("notice")
        await window.page.check("#f-owned")
        await window.page.click("main button")
        await look("list")
        await window.page.click("text=Reddet >> nth=0")
        await look("done")
        await window.open("/consents?recipient=TACIR&search=yok")
        await look("nothing found")
        await window.page.click("text=English")
        await window.open("/consents")
        await look("english")
        await helper.client.aclose()
    assert not found


async def test_a_company_is_named_beside_its_brand(visitor):
    await visitor.sign_in()
    assert "Işık Giyim A.Ş." in visitor.page
    assert str(IYS_CODE) not in visitor.page.split("<main")[1].replace(str(BRAND_CODE), "")


async def test_what_was_done_is_said_once_and_by_no_address(visitor, owner):
    await visitor.sign_in()
    for path in ("/consents", "/acts", "/account", "/addresses", "/number"):
        for word in ("refused", "approved", "ret", "saved", "account_left", "all_refused"):
            page = await visitor.get(f"{path}?done={word}&receipt=JSZS-PQCH-ZBV3-9WZ0-D")
            assert 'role="status"></div>' in page.text, "nothing has been done"
    assert await owner.fetchval("select count(*) from receipt_number") == 0
    await visitor.change("RET")
    assert "Ret kaydedildi." in visitor.page
    assert RECEIPT.search(visitor.page)
    again = await visitor.get("/consents?recipient=BIREYSEL")
    assert "Ret kaydedildi." not in again.text
    assert not RECEIPT.search(visitor.page.split("<main")[1])
