"""The desk in a real browser: accessible at both widths, light and dark; by keyboard; no script."""

from datetime import UTC, datetime

import pytest
from builders.browser import Screen, screen
from builders.desk import PASSWORD, DeskHouse, Worker
from builders.parties import BRAND_CODE, CARRIER_CODE, IYS_CODE, OPERATOR, PARTNER_CODE

from izin.application.agreement import publish

LOOKS = [(width, scheme) for width in (1280, 320) for scheme in ("light", "dark")]


@pytest.fixture
async def application(owner, given) -> str:
    """Parties of every kind, an agreement, and an application that waits for signatures."""
    await given.provider()
    await given.brand()
    await given.partner()
    await given.carrier()
    await publish(given.database, "Sözleşme metni", "The agreement", by=OPERATOR)
    made = await owner.fetchval(
        "insert into application (application_id, state, kind, title, brand_name, tin_tag,"
        " is_joint, contact_sealed) values (gen_random_uuid(), 'SIGNATURE_PENDING', 'TACIR',"
        " 'Yeni Ticaret A.Ş.', 'Yeni Ticaret', gen_random_uuid(), false, '')"
        " returning application_id"
    )
    await owner.execute(
        "insert into signatory (application_id, place, person_sealed) values ($1, 1, '')", made
    )
    return str(made)


async def let_in(window: Screen, who: Worker) -> None:
    await window.open("/sign-in")
    await window.page.fill("#f-email", who.email)
    await window.page.fill("#f-password", PASSWORD)
    await window.page.click("main button")
    await window.page.fill("#f-code", who.app.code(datetime.now(UTC)))
    await window.page.click("main button")
    assert await window.page.text_content("h1") == "Durum"


async def look_at(window: Screen, name: str, found: dict[str, list[str]]) -> None:
    for width, scheme in LOOKS:
        if faults := await window.faults(width=width, scheme=scheme):
            found[f"{name} {width} {scheme}"] = faults


async def test_nothing_is_wrong_with_any_screen(desk: DeskHouse, browser, base, application):
    who = await desk.someone()
    window = await screen(browser, base)
    found: dict[str, list[str]] = {}
    for path in ("/sign-in", "/invitation"):
        await window.open(path)
        await look_at(window, path, found)
    await let_in(window, who)
    pages = [
        *("/", "/applications", f"/applications/{application}", "/agreements", "/companies"),
        *(f"/companies/{IYS_CODE}", f"/brands/{BRAND_CODE}", "/partners"),
        *(f"/partners/{PARTNER_CODE}", "/carriers", f"/members/carrier/{CARRIER_CODE}"),
        *(f"/members/company/{IYS_CODE}", "/staff", f"/staff/{who.member_id}", "/audit"),
    ]
    for path in pages:
        await window.open(path)
        await look_at(window, path, found)
    assert window.complaints == []
    await window.open("/nowhere")
    await look_at(window, "not there", found)
    await window.open("/staff")
    await window.page.click("text=Davet et >> nth=-1")
    await look_at(window, "refused form", found)
    await window.page.fill("#f-name", "Yeni Çalışan")
    await window.page.fill("#f-email", "yeni.calisan@masa.example")
    await window.page.click("text=Davet et >> nth=-1")
    await look_at(window, "invitation shown", found)
    assert await window.page.text_content("h1") == "Davet hazır"
    assert found == {}
    assert [each for each in window.complaints if "status of 4" not in each] == []


async def test_a_refused_form_takes_the_focus_to_what_is_to_be_mended(desk, browser, base):
    window = await screen(browser, base)
    await window.open("/sign-in")
    await window.page.click("main button")
    focused = await window.page.evaluate("document.activeElement.className")
    assert focused == "summary"
    await window.page.click(".summary a >> nth=0")
    assert await window.page.evaluate("document.activeElement.id") == "f-email"
    assert (await window.page.title()).startswith("Hata: ")


async def test_the_keyboard_alone_leads_in_and_over_the_pages(desk, browser, base):
    who = await desk.someone()
    window = await screen(browser, base)
    keyboard = window.page.keyboard
    await window.open("/sign-in")
    await keyboard.press("Tab")
    assert await window.page.evaluate("document.activeElement.className") == "skip"
    await keyboard.press("Enter")
    await keyboard.press("Tab")
    await keyboard.type(who.email)
    await keyboard.press("Tab")
    await keyboard.type(PASSWORD)
    await keyboard.press("Enter")
    await window.page.wait_for_url("**/sign-in/code**")
    await window.page.focus("#f-code")
    await keyboard.type(who.app.code(datetime.now(UTC)))
    await keyboard.press("Enter")
    await window.page.wait_for_selector("h1:text('Durum')")
    visited = []
    for _ in range(14):
        await keyboard.press("Tab")
        visited.append(await window.page.evaluate("document.activeElement.textContent.trim()"))
    assert visited[0] == "İçeriğe geç"
    assert visited[4:12] == [
        *("Durum", "Başvurular", "Sözleşmeler", "Firmalar", "İş ortakları", "Aracılar"),
        *("Çalışanlar", "Denetim izi"),
    ]


async def at_work_without_scripts(desk: DeskHouse, browser, base) -> Screen:
    window = await screen(browser, base, scripts=False)
    await let_in(window, await desk.someone())
    return window


async def test_an_application_is_worked_on_without_scripts(desk, browser, base, application):
    window = await at_work_without_scripts(desk, browser, base)
    page = window.page
    await window.open(f"/applications/{application}")
    await page.click("text=1. yetkilinin kabulünü yaz")
    assert "Kabul kaydedildi." in await page.inner_text("[role=status]")
    await page.check("#f-sure")
    await page.click("main button:text('Etkinleştir')")
    assert "Firma ve ana markası oluşturuldu." in await page.inner_text("[role=status]")
    await page.select_option("#f-state", "SUSPENDED")
    await page.click("main button:text('Durumu değiştir')")
    assert "Askıda" in await page.inner_text("dl.facts")


async def test_brands_and_partners_are_worked_on_without_scripts(desk, browser, base, application):
    window = await at_work_without_scripts(desk, browser, base)
    page = window.page
    await window.open(f"/brands/{BRAND_CODE}")
    await page.fill("#f-name", "Başka Marka")
    await page.click("main button >> nth=0")
    assert await page.inner_text("h1") == "Başka Marka"
    await page.fill("#f-short1", "BASKA")
    await page.click("main button >> nth=1")
    assert "BASKA" in await page.inner_text("dl.facts")

    await window.open("/partners")
    await page.fill("#f-title", "Kuzey Yazılım A.Ş.")
    await page.click("main button:text('Ekle')")
    await page.fill("#f-iso27001_until", "31.12.2027")
    await page.click("main button:text('Kaydet')")
    assert "31 Aralık 2027" in await page.inner_text("dl.facts")
    await page.select_option("#f-to", "MINISTRY_REVIEW")
    await page.click("main button:text('Adımı değiştir')")
    assert "Bakanlık incelemesi" in await page.inner_text("dl.facts")


async def test_agreements_trail_and_language_need_no_scripts(desk, browser, base, application):
    window = await at_work_without_scripts(desk, browser, base)
    page = window.page
    await window.open("/agreements")
    await page.fill("#f-turkish", "Yeni metin")
    await page.fill("#f-english", "New text")
    await page.check("#f-sure")
    await page.click("main button:text('Yayımla')")
    assert "Sürüm 2" in await page.inner_text("main")

    await window.open("/audit")
    await page.select_option("#f-action", "agreement.published")
    await page.click("main button:text('Süz')")
    assert await page.locator("tbody tr").count() == 2
    await page.click("header button:text('English')")
    assert await page.get_attribute("html", "lang") == "en"
    await page.click("header button:text('Sign out')")
    assert "You are signed out." in await page.inner_text("[role=status]")
