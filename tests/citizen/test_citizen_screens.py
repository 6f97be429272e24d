"""The citizens' further pages in a real browser: accessible in both languages."""

from builders.browser import LIGHT, LOOKS, Screen, screen, serving
from builders.heart import a_key, a_proposal
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE, OTHER_IYS_CODE
from builders.visitor import Visitor

"""In Turkish and in English: colours speak no language."""

REFUSE = f"/refuse?brand={BRAND_CODE}"
BRAND = f"/brands/{BRAND_CODE}"
NEXT, CONFIRM = (
    "main form[method='get'] button:not([formaction])",
    "main form[method='post'] button",
)
WALK: tuple[tuple[str, str, str, str], ...] = (
    (REFUSE, "", "tümünü reddet", "Refuse all of"),
    ("", NEXT, "Kontrol edin", "Check"),
    ("", CONFIRM, "Toplu ret", "Refused at once"),
    ("", CONFIRM, "Ret geri alındı", "Refusal taken back"),
    (BRAND, "", "için izinleriniz", "Your consents for"),
    (f"{BRAND}/review?to_MESAJ_BIREYSEL=RET", "", "Kontrol edin", "Check"),
    (f"{BRAND}/history", "", "geçmiş", "history"),
    ("/brands/search?search=isik", "", "Marka ekle", "Add a brand"),
    (f"{BRAND}/add", "", "onay verin", "Consent to"),
    ("", CONFIRM, "onay verin", "Consent to"),
    ("/data", "", "Verilerim", "My data"),
    ("/search?search=isik", "", "Bir markayı reddet", "Refuse one brand"),
    ("/help", "", "Yardım", "Help"),
    ("/not-mine", "", "Bu numara benim değil", "This number is not mine"),
    ("/help/accessibility", "", "Erişilebilirlik", "Accessibility"),
    ("/help/notice", "", "Aydınlatma metni", "Privacy notice"),
    ("/offline", "", "Bağlantı yok", "Bağlantı yok"),
    ("/acts", "", "İşlemlerim", "What I did"),
)
"""Where to go, or what to click, and the heading that shows that she is there."""


async def signed_in(window: Screen, helper: Visitor) -> None:
    """Give the browser the session of whoever has come in by a code."""
    await helper.sign_in()
    cookies = [
        {"name": name, "value": value, "url": window.base}
        for name, value in helper.client.cookies.items()
    ]
    await window.page.context.add_cookies(cookies)


async def test_what_she_does_with_her_list_is_accessible(browser, app, owner, keyring):
    found = {}
    async with serving(app) as base:
        window, helper = await screen(browser, base), Visitor(app, owner, keyring)
        await signed_in(window, helper)
        for language in (0, 1):
            if language:
                await window.page.click("header form[action='/language'] button")
            for path, button, *headings in WALK:
                await (window.page.click(button) if button else window.open(path))
                assert headings[language] in await window.page.inner_text("h1")
                found |= await window.look(headings[language], LIGHT if language else LOOKS)
        await helper.client.aclose()
    assert not found


async def test_everything_works_without_scripts(browser, app, owner, keyring):
    async with serving(app) as base:
        window = await screen(browser, base, scripts=False)
        helper = Visitor(app, owner, keyring)
        await signed_in(window, helper)
        for path, button, heading, _ in WALK:
            await (window.page.click(button) if button else window.open(path))
            assert heading in await window.page.inner_text("h1")
        await helper.client.aclose()
    refused = [each for each in window.complaints if "422" in each]
    assert window.complaints == refused, "nothing but the form that was left empty"
    assert await owner.fetchval("select count(*) from receipt_number") == 2


async def test_long_names_break_where_they_have_to_and_buttons_do_not(
    browser, app, owner, keyring, given, heart
):
    company = "Karadeniz Gıda Tekstil İnşaat Turizm Sanayi ve Dış Ticaret Anonim Şirketi" * 2
    await given.provider(OTHER_IYS_CODE, title=company)
    name = "Muhteşemgiyimdünyasıonlinemağazacılıkbirikimkart"
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE, name=name)
    key = a_key(1, brand_code=OTHER_BRAND_CODE, iys_code=OTHER_IYS_CODE)
    await heart.record(a_proposal(key=key))
    await heart.number_and_project()
    found, at = {}, f"/brands/{OTHER_BRAND_CODE}"
    async with serving(app) as base:
        window, helper = await screen(browser, base), Visitor(app, owner, keyring)
        await signed_in(window, helper)
        for path in (at, f"{at}/history", f"{at}/add", f"/refuse?brand={OTHER_BRAND_CODE}"):
            await window.open(path)
            found |= await window.look(path, LIGHT[:1])
        await window.open("/consents")
        found |= await window.look("list", LIGHT)
        heights = await window.page.eval_on_selector_all(
            "td.do button", "all => all.map(each => each.getBoundingClientRect().height)"
        )
        await helper.client.aclose()
    assert not found
    assert max(heights) < 50, "each word stands in one line"
