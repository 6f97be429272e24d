"""The simulated gateway in a real browser, which a client sends there and which it sends back."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from builders.browser import Screen, screen, serving
from builders.browser import browser as browser
from builders.gateway import ANY, Registry, clients, gateway
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from izin.oidc.gateway import Shown, shown_of, wish_with_tckn
from izin.simulator.people import PEOPLE
from izin.simulator.registration import IdentitySettings


@pytest.fixture
async def client() -> AsyncIterator[str]:
    """Where browsers come back to: another origin than the provider's."""

    async def here(_: Request) -> PlainTextResponse:
        return PlainTextResponse("came back")

    async with serving(Starlette(routes=[Route("/{path}", here)])) as address:
        yield address


@pytest.fixture
async def provider(client) -> AsyncIterator[IdentitySettings]:
    ours, _ = clients()
    known = replace(
        ours,
        redirect_uris=frozenset((f"{client}/back",)),
        after_sign_out=frozenset((f"{client}/out",)),
    )
    async with gateway(clients=(known,)) as settings:
        yield settings


@pytest.fixture
def registry(client, provider) -> Registry:
    return Registry(provider, redirect_uri=f"{client}/back")


async def looked_at(window: Screen, name: str, found: dict[str, list[str]]) -> None:
    found.update(await window.look(name))


async def finished(window: Screen, registry: Registry, started) -> Shown:
    """What the client makes of the address that the browser has come back to."""
    assert await window.page.inner_text("body") == "came back"
    query = parse_qs(urlsplit(window.page.url).query)
    answer = {name: value for name, [value] in query.items()}
    wish = wish_with_tckn(ANY)
    return shown_of(await registry.finish(started, answer, wish))


@pytest.mark.parametrize("language", ["tr", "en"])
async def test_nothing_is_wrong_with_any_page(browser, provider, registry, client, language):
    window, found = await screen(browser, provider.issuer), {}
    page, started = window.page, await registry.begin(wish_with_tckn(ANY))
    await page.goto(started.url)
    if language == "en":
        await page.click("header a:text('English')")
    assert await page.get_attribute("html", "lang") == language
    assert "e-Devlet" in await page.inner_text(".sandbox")
    for person in PEOPLE:
        assert person.name in await page.inner_text("main")
    await looked_at(window, "sign in", found)
    await page.click(f"main button:text('{PEOPLE[2].name}')")
    assert PEOPLE[2].name in await page.inner_text("main")
    await looked_at(window, "consent", found)
    await window.open("/end-session")
    if language == "tr":
        await looked_at(window, "sign out", found)
        await page.click("main button")
        await looked_at(window, "signed out", found)
        await window.open("/authorize")
        await looked_at(window, "trouble", found)
    assert found == {}
    assert [each for each in window.complaints if "status of 4" not in each] == []


@pytest.mark.parametrize("is_ticked", [False, True])
async def test_a_browser_without_scripts_goes_there_and_back(
    browser, provider, registry, is_ticked
):
    """The pages' policy lets the form lead to the client, and its redirect too."""
    window = await screen(browser, provider.issuer, scripts=False)
    page, started = window.page, await registry.begin(wish_with_tckn(ANY))
    await page.goto(started.url)
    await page.check("main input[value$='mobile-signature']")
    await page.click(f"main button:text('{PEOPLE[2].name}')")
    if is_ticked:
        await page.check("#f-tckn")
    await page.click("main button:text('Onayla ve devam et')")
    shown = await finished(window, registry, started)
    assert shown.acr.endswith("mobile-signature")
    assert shown.tckn == (PEOPLE[2].tckn if is_ticked else None)


async def test_who_cancels_comes_back_too(browser, provider, registry, client):
    for step in ("sign in", "consent"):
        window = await screen(browser, provider.issuer)
        await window.page.goto((await registry.begin()).url)
        if step == "consent":
            await window.page.click(f"main button:text('{PEOPLE[0].name}')")
        await window.page.click("main button:text('Vazgeç')")
        assert window.page.url.startswith(f"{client}/back?error=access_denied")


async def test_a_sign_out_leads_back_to_the_client(browser, provider, client):
    window = await screen(browser, provider.issuer)
    asked = {"client_id": "izin:citizens", "post_logout_redirect_uri": f"{client}/out"}
    await window.open(f"/end-session?{urlencode(asked)}")
    await window.page.click("main button")
    assert window.page.url == f"{client}/out"


async def test_the_keyboard_alone_chooses_and_agrees(browser, provider, registry):
    window = await screen(browser, provider.issuer)
    started = await registry.begin(wish_with_tckn(ANY))
    await window.page.goto(started.url)
    keyboard = window.page.keyboard
    await keyboard.press("Tab")
    assert await window.page.evaluate("document.activeElement.className") == "skip"
    for _ in range(3):  # the language, the way, the first person
        await keyboard.press("Tab")
    await keyboard.press("Enter")
    await window.page.wait_for_selector("#f-tckn")
    await window.page.focus("#f-tckn")
    await keyboard.press("Space")
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await window.page.wait_for_url("**/back?**")
    assert (await finished(window, registry, started)).tckn == PEOPLE[0].tckn
