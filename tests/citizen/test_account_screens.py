"""Accounts and e-Devlet in a real browser: another site lies between, and no script runs."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import timedelta

import pytest
from builders.browser import LIGHT, LOOKS, Screen, screen
from builders.gateway import SECRET, gateway
from builders.heart import a_key, a_proposal
from builders.visitor import ME, Visitor, known_at
from msgspec.structs import replace
from playwright.async_api import Page

from izin.core.clock import utc_now
from izin.core.terms import Channel, RecipientType
from izin.simulator.people import PEOPLE
from izin.simulator.registration import Client, Lie
from izin.wiring.citizen import open_citizens
from izin.wiring.connection import ConnectionBounds
from izin.wiring.server import server_of

"""What is dark is so at either width."""


@pytest.fixture
async def home(app, settings_of_pages, tmp_path) -> AsyncIterator[tuple[str, object]]:
    """The pages under the name that they are known by at the gateway, which is another site."""
    (tmp_path / "gateway-secret").write_text(SECRET)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        origin = f"http://localhost:{port}"
        back = frozenset((f"{origin}/e-devlet/back",))
        ours = Client(client_id="izin", name="İzin", secret=SECRET, redirect_uris=back)
        async with gateway(utc_now, clients=(ours,)) as provider:
            settings = replace(known_at(provider, settings_of_pages), citizen_port=port)
            async with open_citizens(settings) as pages:
                server = server_of(pages, bounds=ConnectionBounds(), trusted=(), drain_s=1)
                server.capture_signals = nullcontext
                running = asyncio.create_task(server.serve(sockets=[listening]))
                try:
                    yield origin, provider
                finally:
                    server.should_exit = True
                    await running


async def looked_at(window: Screen, name: str, found: dict[str, list[str]]) -> None:
    language = await window.page.get_attribute("html", "lang")
    found.update(await window.look(name, LOOKS if language == "tr" else LIGHT))
    await window.page.set_viewport_size({"width": 1280, "height": 900})


async def to_e_devlet(page: Page) -> None:
    """From our button to where the gateway sends the browser back."""
    await page.click("form[action='/e-devlet'] button")
    if "/sign-in" in page.url:  # it does not know her yet
        await page.click(f"main button:text('{PEOPLE[0].name}')")
    await page.click("button[name=answer][value=allow]")


async def by_code(window: Screen, phone: Visitor) -> None:
    """To the notice, as she came before she knew of e-Devlet."""
    await window.open("/sign-in")
    await window.page.fill("#f-address", ME)
    await window.page.click("form[action='/sign-in'] button")
    await window.page.fill("#f-code", await phone.code())
    await window.page.click("main button")


async def test_she_goes_to_e_devlet_and_refuses_without_any_script(browser, home, owner, keyring):
    origin, _ = home
    window, phone = await screen(browser, origin, scripts=False), Visitor(None, owner, keyring)
    page = window.page
    await window.open("/sign-in")
    await to_e_devlet(page)
    await page.wait_for_url("**/notice")
    await page.click("main button")
    await page.fill("#f-address", ME)
    await page.click("main button:text('Kod gönder')")
    await page.fill("#f-code", await phone.code())
    await page.click("main button")
    await page.click("nav a:text('İzinlerim')")
    await page.check("#f-owned")
    await page.click("main button")
    await page.click("text=Reddet >> nth=0")
    assert "Ret kaydedildi." in await page.inner_text("main")
    assert await owner.fetchval("select count(*) from provider_consent where status = 'RET'") == 1
    await page.click("header button:text('Çıkış')")
    await window.open("/sign-in")
    await to_e_devlet(page)
    await page.wait_for_url("**/consents")
    assert "Işık Giyim" in await page.inner_text("main"), "opened without a code, the notice read"
    await phone.client.aclose()


async def test_nothing_is_wrong_with_any_page_of_an_account(browser, home, owner, keyring):
    origin, provider = home
    window, found = await screen(browser, origin), {}
    phone, page = Visitor(None, owner, keyring), window.page
    await window.open("/sign-in")
    await looked_at(window, "sign in", found)
    provider.lies.add(Lie.NONCE)
    await to_e_devlet(page)
    await looked_at(window, "failed", found)
    provider.lies.clear()
    await window.open("/sign-in")
    await to_e_devlet(page)
    await page.wait_for_url("**/notice")
    await page.click("main button")
    await looked_at(window, "no address", found)
    for address in (ME, "biri@posta.example"):
        await window.open("/addresses")
        await page.fill("#f-address", address)
        await page.fill("#f-label", "Işıl'ın iş telefonu")
        await page.click("form[action='/addresses'] button")
        await page.fill("#f-code", await phone.code())
        await page.click("main button")
    await looked_at(window, "addresses", found)
    for language in ("tr", "en"):
        for path in (
            "/account",
            "/account/tckn",
            "/account/unbind",
            "/account/leave",
            "/addresses",
        ):
            await window.open(path)
            await looked_at(window, f"{path} {language}", found)
        if language == "tr":
            await page.click("header button:text('English')")
    assert found == {}
    await phone.client.aclose()


async def test_nothing_is_wrong_with_the_pages_of_a_number(browser, home, owner, keyring, heart):
    old = a_key(1, channel=Channel.ARAMA, recipient_type=RecipientType.TACIR)
    await heart.record(a_proposal(key=old, ago=timedelta(days=1500)))
    await heart.number_and_project()
    window, found = await screen(browser, home[0]), {}
    phone, page = Visitor(None, owner, keyring), window.page
    await by_code(window, phone)
    await page.click("main button")
    await looked_at(window, "not answered", found)
    await page.check("#f-owned-month")
    await page.select_option("#f-month", "1")
    await page.fill("#f-year", "2024")
    await page.click("main button")
    await window.open("/account/bind")
    await looked_at(window, "bind", found)
    await window.open("/addresses")
    await page.fill("#f-address", "biri@posta.example")
    await page.click("form[action='/addresses'] button")
    await looked_at(window, "code", found)
    await page.fill("#f-code", await phone.code())
    await page.click("main button")
    await page.select_option(".chooser select", index=0)
    await page.click(".chooser button")
    await window.open("/consents")
    await looked_at(window, "list with a chooser", found)
    await window.open("/number")
    await looked_at(window, "number", found)
    assert found == {}
    await phone.client.aclose()
