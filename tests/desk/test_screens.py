"""The desk in a real browser: accessible at both widths, light and dark; by keyboard; no script."""

from datetime import UTC, datetime

import pytest
from builders.browser import LIGHT, LOOKS, Screen, screen
from builders.desk import PASSWORD, DeskHouse, Worker
from builders.parties import (
    BRAND_CODE,
    CARRIER_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_IYS_CODE,
    PARTNER_CODE,
)
from builders.via import a_form_that_waits

from izin.application.agreement import publish
from izin.core.clock import IYS_TIME
from izin.member.model import Role
from izin.subscription.model import Package
from izin.web.desk.services import Row
from izin.web.desk.table import ROWS

MOVE = f"/brands/{BRAND_CODE + 1}/move"


@pytest.fixture
async def application(owner, given) -> str:
    """Parties of every kind, an agreement, and an application that waits for signatures."""
    await given.provider(title="Işık Giyim ve Ev Tekstili Sanayi ve Dış Ticaret Anonim Şirketi")
    await given.brand(is_master=True)
    await given.brand(BRAND_CODE + 1, name="Parıltı", is_master=False)
    await given.provider(OTHER_IYS_CODE, title="Öteki Ltd. Şti.")
    await given.partner()
    await given.carrier()
    await given.retailer(of=BRAND_CODE + 1)
    await given.subscription(package=Package.ILETI_25)
    await given.licence()
    await owner.execute(
        "insert into address_year (iys_code, year, addresses_max, reached_at, share_told, told_at)"
        " values ($1, $2, 24123, now(), 95, now())",
        IYS_CODE,
        datetime.now(IYS_TIME).year,
    )
    await owner.execute(
        "insert into migration_job (migration_id, partner_code, iys_code, rate_kurus, opened_at,"
        " until, records) values (gen_random_uuid(), $1, $2, 1250, now(), now() + '30 days',"
        " 1234567)",
        PARTNER_CODE,
        IYS_CODE,
    )
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
    assert await window.page.text_content("h1") in {"Durum", "Status"}


async def look_at(window: Screen, name: str, found: dict[str, list[str]]) -> None:
    """Look at both widths, light and dark; colours are the same in every language."""
    is_turkish = await window.page.get_attribute("html", "lang") == "tr"
    found.update(await window.look(name, LOOKS if is_turkish else LIGHT))


async def all_looked_at(window: Screen, pages: list[str]) -> dict[str, list[str]]:
    """Every page at both widths, light and dark."""
    found: dict[str, list[str]] = {}
    for path in pages:
        await window.open(path)
        await look_at(window, path, found)
    return found


async def refused(window: Screen, path: str, form: str, **fields: str) -> None:
    """Send a page's form as it must not be."""
    await window.open(path)
    for name, value in fields.items():
        await window.page.fill(f"form[action$='{form}'] [name={name}]", value)
    await window.page.click(f"form[action$='{form}'] button")
    assert await window.page.locator(".summary a").count(), path


def paths_of(row: Row, names: dict[str, object]) -> list[str]:
    """A page's addresses: of each kind of party, where it is about several."""
    kinds = {"company": IYS_CODE, "partner": PARTNER_CODE, "carrier": CARRIER_CODE}
    if row.path.startswith("/packages/"):
        del kinds["carrier"]
    if "{kind}" not in row.path:
        return [row.path.format_map(names)]
    return [row.path.format_map(names | {"kind": kind, "code": kinds[kind]}) for kind in kinds]


@pytest.mark.parametrize("language", ["tr", "en"])
async def test_nothing_is_wrong_with_any_screen(
    desk: DeskHouse, browser, base, application, owner, language
):
    who, passed = await desk.someone(), await desk.someone(Role.VIEWER)
    window = await screen(browser, base)
    if language == "en":
        await window.open("/sign-in")
        await window.page.click("header button:text('English')")
    found = await all_looked_at(window, ["/sign-in", "/invitation"])
    await refused(window, "/sign-in", "/sign-in")
    await look_at(window, "nobody let in", found)
    await let_in(window, who)
    names = {"application": application, "company": IYS_CODE, "brand": BRAND_CODE}
    names |= {"form": await a_form_that_waits(owner), "version": 1}
    names |= {"partner": PARTNER_CODE, "carrier": CARRIER_CODE, "member": passed.member_id}
    pages = [
        path
        for row in ROWS
        if row.does is None and row.least is not None and "/{kind}/{code}/" not in row.path
        for path in paths_of(row, names)
    ]
    assert len(pages) > 15
    pages += [
        *("/companies?q=yok", "/packages?q=yok", "/packages?which=warned", "/audit?subject=yok"),
        *("/applications?state=ACTIVE", f"{MOVE}?company={OTHER_IYS_CODE}", f"{MOVE}?company=1"),
        *("/audit?since=x", "/nowhere"),
        *(f"/packages/company/{IYS_CODE}?year=2021", f"/companies/{OTHER_IYS_CODE}"),
    ]
    found |= await all_looked_at(window, pages)
    for path, form, fields in (
        ("/staff", "/invite", {"email": "x"}),
        (f"/packages/company/{IYS_CODE}", "/set", {"begins": "x", "address_limit": "x"}),
        (f"/companies/{IYS_CODE}", "/brands/add", {}),
        (f"/brands/{BRAND_CODE}", "/name", {"name": ""}),
        (f"/partners/{PARTNER_CODE}", "/evidence", {"fee_paid_on": "32.13.2026"}),
        (f"{MOVE}?company={OTHER_IYS_CODE}", "/move", {}),
        (f"/via-forms/{names['form']}/1", "/reject", {}),
    ):
        await refused(window, path, form, **fields)
        await look_at(window, f"{path} refused", found)
    assert found == {}
    assert [each for each in window.complaints if "status of 4" not in each] == []


async def test_nothing_is_wrong_with_what_the_invited_see(desk, browser, base):
    window, found = await screen(browser, base), {}
    await let_in(window, await desk.someone())
    await window.open("/staff")
    await window.page.fill("#f-name", "Yeni Çalışan")
    await window.page.fill("#f-email", "yeni.calisan@masa.example")
    await window.page.click("form[action='/staff/invite'] button")
    await look_at(window, "invitation shown", found)
    invitation = await window.page.text_content("dl.facts code")
    await window.page.click("form[action='/sign-out'] button")
    await window.open("/invitation")
    await window.page.fill("#f-invitation", str(invitation))
    await window.page.click("main button")
    await look_at(window, "invitation opened", found)
    assert await window.page.locator("#f-password").count()
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
    for _ in range(17):
        await keyboard.press("Tab")
        visited.append(await window.page.evaluate("document.activeElement.textContent.trim()"))
    assert visited[0] == "İçeriğe geç"
    assert visited[4:16] == [
        *("Durum", "Başvurular", "Sözleşmeler", "Firmalar", "Paketler", "Onay formları"),
        *(
            "İş ortakları",
            "Aracılar",
            "Doğrulama metinleri",
            "Çağrı merkezi",
            "Çalışanlar",
            "Denetim izi",
        ),
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
    await page.click("main button:text('Filtrele')")
    assert await page.locator("tbody tr").count() == 2
    await page.click("header button:text('English')")
    assert await page.get_attribute("html", "lang") == "en"
    await page.click("header button:text('Sign out')")
    assert "You are signed out." in await page.inner_text("[role=status]")
