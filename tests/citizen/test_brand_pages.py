"""A brand's own address: in any spelling, beside no page of ours, and for one's own consents."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from builders.browser import screen, serving
from builders.heart import a_key, a_proposal
from builders.parties import BRAND_CODE, OPERATOR
from builders.visitor import ME, RECEIPT, SOMEBODY, Visitor

from izin.brand.manage import set_short_names
from izin.brand.name import short_key_of
from izin.core.errors import RefusalError
from izin.core.terms import Channel, RecipientType
from izin.web.citizen.poster import png_of, svg_of
from izin.wiring.citizen import ROWS, open_citizens

OTHERS = ("ISILTI", "ISILAY", "ISINLA", "ISIKCI")


@pytest.fixture
async def app(settings_of_pages, root, given, heart) -> AsyncIterator:
    """A brand with a short name among others like it, and the pages."""
    await given.provider(title="Işık Giyim A.Ş.")
    await given.brand(name="Işık Giyim")
    await set_short_names(given.database, BRAND_CODE, ["ISIKGIYIM"], by=OPERATOR)
    for code, name in enumerate(OTHERS, BRAND_CODE + 1):
        await given.brand(code, name=f"Marka {name}")
        await set_short_names(given.database, code, [name], by=OPERATOR)
    await heart.record(
        a_proposal(key=a_key(1)),
        a_proposal(key=a_key(1, channel=Channel.ARAMA)),
        a_proposal(key=a_key(1, recipient_type=RecipientType.TACIR)),
        a_proposal(key=a_key(2)),
    )
    async with open_citizens(settings_of_pages) as opened_app:
        yield opened_app


async def refused(owner) -> set[tuple[str, ...]]:
    rows = await owner.fetch(
        "select channel, recipient_type, code from provider_consent"
        " join source on id = source where status = 'RET'"
    )
    return {tuple(row) for row in rows}


async def test_any_spelling_leads_there(visitor):
    for name in ("isikgiyim", "ISIKGIYIM", "ışıkgiyim", "IŞIKGİYİM", "IsikGiyim"):
        answer = await visitor.get(f"/{quote(name)}")
        assert answer.status_code == 200, name
        assert "Işık Giyim A.Ş." in visitor.page


async def test_whoever_wants_one_brand_alone_finds_its_page(visitor, given):
    await given.brand(BRAND_CODE + 9, name="Çınar Ev")
    await visitor.get("/")
    assert 'href="/search"' in visitor.page
    for text in ("ışık gi", "ISIKGIY", str(BRAND_CODE)):
        await visitor.get(f"/search?search={quote(text)}")
        assert '<a href="/isikgiyim">Işık Giyim</a>' in visitor.page, text
    await visitor.get("/search?search=cinar")
    assert f'href="/consents?search={quote("Çınar Ev")}"' in visitor.page, "no page of its own"
    await visitor.get("/search?search=yok")
    assert "Böyle bir marka yok" in visitor.page


async def test_she_refuses_within_three_steps_what_she_chooses(visitor, owner):
    await visitor.get("/isikgiyim")
    await visitor.send("/isikgiyim", address=ME)
    await visitor.send("/isikgiyim/code", code=await visitor.code())
    assert "Arama" in visitor.page
    await visitor.send("/isikgiyim/refuse", channel="MESAJ")
    assert visitor.clicks == 3, "address, code, button"
    assert RECEIPT.search(visitor.page)
    assert await refused(owner) == {
        ("MESAJ", "BIREYSEL", "IYS_WEB"),
        ("MESAJ", "TACIR", "IYS_WEB"),
    }
    assert await owner.fetchval("select count(*) from provider_consent where status = 'RET'") == 2
    await visitor.send("/isikgiyim/refuse", channel="ALL")
    await visitor.send("/isikgiyim/refuse", channel="ALL")
    assert "burada reddedilecek bir onay yok" in visitor.page, "true whosever the refusals are"
    await visitor.get("/isikgiyim")
    assert "✕ Ret" not in visitor.page, "it may be of whoever had the number before"
    await visitor.get("/notice")
    await visitor.send("/notice", owned="always")
    await visitor.get("/isikgiyim")
    assert "Ret tarihi:" in visitor.page
    await visitor.get("/isilti")
    assert "kayıtlı izin yok" in visitor.page
    before = await owner.fetchval("select count(*) from consent_event")
    await visitor.send("/isilti/refuse", channel="ALL")
    assert "size ait bir izin kaydı yok" in visitor.page
    assert "Zaten öyleydi" not in visitor.page
    assert await owner.fetchval("select count(*) from consent_event") == before


async def test_what_she_refused_is_shown_and_not_asked_again_before_she_says_whose_it_was(
    visitor, owner
):
    await visitor.get("/isikgiyim")
    await visitor.send("/isikgiyim", address=ME)
    await visitor.send("/isikgiyim/code", code=await visitor.code())
    await visitor.send("/isikgiyim/refuse", channel="MESAJ")
    assert visitor.page.count("✕ Ret") == 1
    assert 'value="MESAJ"' not in visitor.page, "it is refused"
    assert "Bunu da reddet: Arama" in visitor.page, "calls are not"
    await visitor.send("/isikgiyim/refuse", channel="ALL")
    assert visitor.page.count("✕ Ret") == 1, "by this act alone"
    assert "Bunu da reddet" not in visitor.page
    assert "Evet, reddet" not in visitor.page
    act = re.search(r'href="(/acts/[0-9a-f-]{36})"', visitor.page)[1]
    await visitor.get(act)
    await visitor.send("/notice", owned="always")
    assert RECEIPT.search(visitor.page), "to the act, where she wanted to go"
    await visitor.send(f"{act}/undo")
    assert "Geri alındı." in visitor.page
    assert {row[0] for row in await refused(owner)} == {"MESAJ"}


async def test_of_a_number_that_may_be_another_s_she_learns_that_no_approval_stands_and_no_more(
    visitor, heart
):
    await visitor.get("/isikgiyim")
    await visitor.send("/isikgiyim", address=ME)
    await visitor.send("/isikgiyim/code", code=await visitor.code())
    await visitor.send("/isikgiyim/refuse", channel="ALL")
    await visitor.get("/isikgiyim")
    assert "Işık Giyim için ret" in visitor.page
    assert "ulaşmasın mı" not in visitor.page, "nothing of it is asked that may be answered already"
    assert 'href="/notice?next=/isikgiyim"' in visitor.page, "where she says since when it is hers"
    told = []
    for page in ("/isikgiyim", "/isilti"):  # refused before, and never approved
        await visitor.get(page)
        await visitor.send(f"{page}/refuse", channel="ALL")
        assert "burada reddedilecek bir onay yok" in visitor.page
        assert "Evet, reddet" not in visitor.page, "asked once"
        told.append(visitor.page.count("✕ Ret"))
    assert told == [0, 0]


async def test_nobody_refuses_for_another(visitor, owner):
    await visitor.get("/isikgiyim")
    await visitor.send("/isikgiyim/refuse", channel="ALL")
    await visitor.send("/isikgiyim", address=ME)
    code = int(await visitor.code())
    wrong = await visitor.send("/isikgiyim/code", code=f"{(code + 1) % 10**6:06d}")
    assert wrong.status_code == 422
    await visitor.send("/isikgiyim/refuse", channel="ALL")
    for address in ("", "hatalı", "0212 123 45 67"):
        answer = await visitor.send("/isikgiyim", address=address)
        assert answer.status_code == 422, address
    assert await refused(owner) == set()


async def test_a_name_that_is_none_shows_three_at_most(visitor):
    for name, near in (("isikgiyin", {"/isikgiyim"}), ("isil", {"/isilti", "/isilay"})):
        answer = await visitor.get(f"/{name}")
        assert answer.status_code == 404
        assert set(re.findall(r'href="(/[a-z]+)">(?:Işık|Marka)', visitor.page)) >= near
    shown = [
        len(re.findall(r'href="/[a-z]+">(?:Işık|Marka)', (await visitor.get(f"/{name}")).text))
        for name in ("isi", "isilt", "is", "zzzzzz")
    ]
    assert max(shown) <= 3
    assert shown[2:] == [0, 0], "two letters list nothing"


async def test_what_can_be_no_name_is_no_page(visitor):
    before = (await visitor.get("/a")).text
    for path in ("/wp-login.php", "/731001", "/..%2f", "/%00", f"/{'a' * 300}", "/%F0%9F%92%A3"):
        answer = await visitor.get(path)
        assert answer.status_code == 404
    for path in ("/yoktur/code", "/yoktur/refuse", "/yoktur/qr.svg", "/yoktur/qr.png"):
        answer = await visitor.get(path)
        assert answer.status_code == 404
    assert "Sayfa bulunamadı" in before


OWN = {"language", "static", "healthz", "readyz"}


@pytest.mark.parametrize("first", sorted({row.path.split("/")[1] for row in ROWS} | OWN - {""}))
def test_no_brand_can_be_called_like_a_page(first):
    if first.startswith("{") or not first:
        return
    with pytest.raises(RefusalError, match="IZ020"):
        short_key_of(first)


def test_brands_pages_stand_behind_all_others():
    are_brands = [row.path.startswith("/{name}") for row in ROWS]
    assert are_brands == sorted(are_brands), "put other pages before them"


async def test_the_door_s_own_pages_go_before_brands(visitor):
    assert (await visitor.client.get("/healthz")).text == "ok"
    assert (await visitor.client.get("/readyz")).text == "ok"
    await visitor.get("/isikgiyim")
    answer = await visitor.send("/language", language="en", back="/isikgiyim")
    assert "Should Işık Giyim stop reaching you?" in answer.text


async def test_a_poster_s_code_leads_there(visitor):
    address = "http://localhost:8002/isikgiyim"
    svg = await visitor.client.get("/ISIKGIYIM/qr.svg")
    png = await visitor.client.get("/isikgiyim/qr.png")
    assert (svg.headers["content-type"], svg.content) == ("image/svg+xml", svg_of(address))
    assert (png.headers["content-type"], png.content) == ("image/png", png_of(address))
    assert svg_of(address) != svg_of(address + "x")
    assert b"<script" not in svg.content


async def test_every_page_is_accessible(browser, app, owner, keyring):
    found = {}
    async with serving(app) as base:
        window = await screen(browser, base)

        async def look(name: str) -> None:
            found.update(await window.look(name))

        helper = Visitor(app, owner, keyring)
        await window.open("/isi")
        await look("near")
        await window.open("/isikgiyim")
        await look("brand")
        await window.page.fill("#f-address", ME)
        await window.page.click("main button")
        await look("code")
        await window.page.fill("#f-code", await helper.code())
        await window.page.click("main button")
        await look("known")
        await window.page.click("main button[value=MESAJ]")
        await look("refused")
        await window.page.click("main button[value=ALL]")
        await look("refused whole")
        await window.open("/notice")
        await window.page.click("input[value=always]")
        await window.page.click("main button")
        await window.open("/isikgiyim")
        await look("told")
        await window.open("/isikgiyim/qr.svg")
        squares = await window.page.evaluate("document.querySelectorAll('path').length")
        assert squares == 2, "the white and the black"
        await helper.client.aclose()
    assert not found


async def test_two_ways_that_are_open_at_once_lose_no_code(visitor):
    """In one tab the sign-in, in another a brand's page: each code comes back to its own."""
    await visitor.get("/sign-in")
    await visitor.send("/sign-in", address=ME)
    code, mine = await visitor.code(), re.search(r"/sign-in/code\?flow=\w+", visitor.page)[0]
    await visitor.get("/isikgiyim")
    await visitor.send("/isikgiyim", address=SOMEBODY)
    assert "0599 *** ** 02" in visitor.page
    await visitor.get(mine)
    await visitor.send(mine, code=code)
    assert "ne zamandan beri sizin" in visitor.page
