"""A shop embeds the registry's form: from another origin, in a browser, to the consent."""

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import pytest
from builders.browser import Screen, screen, serving
from builders.heart import until
from builders.parties import OPERATOR

from izin.core.terms import Source
from izin.storage.database import Database
from izin.wiring.courier import courier_of
from izin.wiring.demo_via import lay_forms
from izin.wiring.keeper import keeper_of
from izin.wiring.outside import open_outside
from izin.wiring.parts import open_message_parts, open_parts
from izin.wiring.people import FIRST
from izin.wiring.roles import KEEPER, WEB
from izin.wiring.web import open_app

FIRST_NUMBER = "5990010042"


@pytest.fixture
async def base(settings, given, operator_database) -> AsyncIterator[str]:
    """The shop's pages on one origin, the registry on another, and all that works behind them."""
    await given.provider(FIRST.provider.iys_code, title=FIRST.provider.title)
    for each in FIRST.brands:
        await given.brand(each.brand_code, of=FIRST.provider.iys_code, name=each.name)
    stop = asyncio.Event()
    async with (
        open_outside(settings) as outside,
        open_message_parts(settings) as messages,
        open_parts(settings, role=KEEPER) as parts,
        open_app(settings) as registry,
        serving(registry, urlsplit(settings.issuer).port or 0),
        serving(outside) as address,
    ):
        companies = await Database.open(settings.database_url, role=WEB)
        await lay_forms(operator_database, companies, by=OPERATOR)
        await companies.close()
        work = (
            courier_of(messages, settings, stop).run(),
            keeper_of(parts, stop, is_sandbox=True).run(),
        )
        tasks = [asyncio.create_task(each) for each in work]
        try:
            yield address
        finally:
            stop.set()
            await asyncio.gather(*tasks)


async def code_on(base: str, telephone: str) -> str:
    """The code that a telephone on the screen shows, once it has come."""
    found: list[str] = []
    async with httpx2.AsyncClient(base_url=base) as client:

        async def came() -> bool:
            page = (await client.get(f"/telephone/{telephone}")).text
            found[:] = re.findall(r"Onay kodu ([0-9]{8})", page)
            return bool(found)

        await until(came)
    return found[-1]


async def seen(window: Screen, found: dict[str, list[str]], step: str) -> None:
    """Have a step looked at by axe, at each width in each scheme."""
    found.update(await window.look(step))


async def focused(window: Screen) -> str:
    name: str = await window.page.evaluate(
        "document.activeElement.id.split('-').slice(5).join('-')"
    )
    return name


async def heading(window: Screen) -> str:
    return await window.page.inner_text(".izin-widget h2")


async def fill(window: Screen, number: str) -> None:
    await window.page.check("text=SMS")
    await window.page.fill(".izin-widget input[type=tel]", number)
    await window.page.click(".izin-widget button")
    await window.page.wait_for_selector("input[autocomplete=one-time-code]")


async def test_a_visitor_consents_on_the_shops_own_page(browser, base, settings, owner):
    found: dict[str, list[str]] = {}
    window = await screen(browser, base)
    await window.open("/magaza")
    page = window.page
    await page.wait_for_selector(".izin-widget")
    assert await heading(window) == f"{FIRST.provider.title} onayınızı istiyor"
    assert await page.locator(".izin-widget input[type=checkbox]:checked").count() == 0

    await page.click(".izin-widget button")
    assert await focused(window) == "etk"
    assert "En az bir kutuyu" in await page.inner_text(
        ".izin-widget fieldset[tabindex] .izin-fault >> nth=1"
    )
    await seen(window, found, "faults")
    await fill(window, "0599 001 00 42")
    assert await focused(window) == "code-etk"
    await seen(window, found, "code")
    code = await code_on(base, FIRST_NUMBER)
    await page.fill("input[autocomplete=one-time-code]", f"{(int(code) + 1) % 10**8:08d}")
    await page.click("text=Onaylıyorum")
    await page.wait_for_selector(".izin-faults:has-text('Girilen kod doğru değil')")
    await page.fill("input[autocomplete=one-time-code]", code)
    await page.click("text=Onaylıyorum")
    await page.wait_for_selector("h2:has-text('Onayınız kaydedildi')")
    assert await focused(window) == "title"
    await seen(window, found, "done")
    assert not found

    query = "select status, code from provider_consent join source on id = source"
    rows = [tuple(row) for row in await owner.fetch(query)]
    assert rows == [("ONAY", Source.IYS_FRAME_SMS)] * len(FIRST.brands)
    others = [each for each in window.complaints if settings.issuer not in each]
    assert others == [
        "Failed to load resource: the server responded with a status of 400 (Bad Request)"
    ]
    assert not [each for each in window.complaints if "599001" in each], "no number in an address"


async def test_a_page_begins_again_works_when_it_has_to_and_speaks_english(browser, base, owner):
    window = await screen(browser, base)
    await window.open("/magaza")
    await window.page.click("header button")
    await window.page.wait_for_selector(".izin-widget")
    assert "asks for your consent" in await heading(window)
    await fill_in_english(window, "0599 001 00 42")
    await owner.execute("update budget set used = 3 where kind = 'widget_free'")
    await window.page.click("text=Start again")
    await window.page.wait_for_selector(".izin-widget input[type=tel]")
    await fill_in_a_mail(window, "asli@posta.example")
    assert await owner.fetchval("select count(*) from via_request") == 2
    used = await owner.fetchval("select used from budget where kind = 'widget_free'")
    assert used == 4, "a calculation was done for the second"

    codes = await codes_in_mails(base)
    for title, field in (("consent", "code-etk"), ("personal data", "code-kvk")):
        await window.page.fill(f"input[id$={field}]", codes[title])
    await window.page.click("text=I consent")
    await window.page.wait_for_selector("h2:has-text('Your consent is recorded')")
    query = "select distinct code from provider_consent join source on id = source"
    assert await owner.fetchval(query) == Source.IYS_FRAME_EPOSTA


async def test_what_a_turkish_keyboard_meant_is_asked_and_never_sent(browser, base, owner):
    window = await screen(browser, base)
    await window.open("/magaza")
    page = window.page
    await page.check("label:text-is('E-posta')")
    await page.check("input[value=EPOSTA]")
    for typed, meant in (("aslı@POSTA.example", "asli@posta.example"), ("вe@posta.example", "")):
        await page.fill("input[type=email]", typed)
        await page.click(".izin-widget button")
        fault = await page.inner_text(".izin-field .izin-fault >> nth=-1")
        assert ("Bunu mu demek istediniz" in fault, meant in fault) == (bool(meant), True)
        assert await page.input_value("input[type=email]") == (meant or typed)
    assert await owner.fetchval("select count(*) from via_request") == 0
    await page.fill("input[type=email]", "aslı@posta.example")
    await page.click(".izin-widget button")
    await page.click(".izin-widget button")
    await page.wait_for_selector("input[autocomplete=one-time-code]")
    assert await owner.fetchval("select count(*) from via_request") == 1


async def fill_in_a_mail(window: Screen, address: str) -> None:
    """Ask for mails and for something on personal data: two things, and a code for each."""
    await window.page.check("label:text-is('E-mail')")
    await window.page.check("text=E-mails")
    await window.page.check("text=I give explicit consent")
    await window.page.fill(".izin-widget input[type=email]", address)
    await window.page.click(".izin-widget button")
    assert await focused(window) == "name"
    await window.page.fill("input[autocomplete=name]", "Aslı Can")
    await window.page.click(".izin-widget button")
    await window.page.wait_for_selector("input[id$=code-kvk]")


async def codes_in_mails(base: str) -> dict[str, str]:
    """What codes have come by mail, by what each is of."""
    found: dict[str, str] = {}
    async with httpx2.AsyncClient(base_url=base) as client:

        async def came() -> bool:
            listed = re.findall(r'href="(/mail/[0-9]+)"', (await client.get("/mail")).text)
            for address in listed:
                page = (await client.get(address)).text
                title = re.search(r"<h1[^>]*>Your (consent|personal data) code</h1>", page)
                if title is not None:
                    found[title[1]] = re.search(r"^Code: ([0-9]{8})", page, re.MULTILINE)[1]
            return len(found) == 2

        await until(came)
    return found


async def fill_in_english(window: Screen, number: str) -> None:
    await window.page.check("text=Text messages")
    await window.page.fill(".izin-widget input[type=tel]", number)
    await window.page.click(".izin-widget button")
    await window.page.wait_for_selector("input[autocomplete=one-time-code]")


async def test_on_a_domain_that_was_not_approved_nothing_is_shown(browser, base, owner):
    window = await screen(browser, base.replace("127.0.0.1", "kotu.localhost"))
    await window.open("/magaza")
    alert = await window.page.wait_for_selector("[role=alert]")
    assert await alert.inner_text() == "Onay formu yüklenemedi."
    assert await window.page.locator(".izin-widget").count() == 0
    assert await owner.fetchval("select count(*) from via_request") == 0
