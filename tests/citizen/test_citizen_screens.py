"""The citizens' further pages in a real browser: accessible in both languages."""

from builders.browser import screen, serving
from builders.parties import BRAND_CODE
from builders.visitor import ME, Visitor

LOOKS = [(1280, "light"), (320, "light"), (320, "dark")]


async def test_what_she_does_with_her_list_is_accessible(browser, app, owner, keyring):
    found = {}
    async with serving(app) as base:
        window = await screen(browser, base)
        page = window.page

        async def look(name: str) -> None:
            for width, scheme in LOOKS:
                if faults := await window.faults(width=width, scheme=scheme):
                    found[f"{name} {width} {scheme}"] = faults

        helper = Visitor(app, owner, keyring)
        await window.open("/sign-in")
        await page.fill("#f-address", ME)
        await page.click("main button")
        await page.fill("#f-code", await helper.code())
        await page.click("main button")
        await page.click("main button")
        for language in ("tr", "en"):
            if language == "en":
                await page.click("header form[action='/language'] button")
            await window.open(f"/refuse?brand={BRAND_CODE}")
            await look(f"{language} choose")
            await page.click("main form button:not([formaction])")
            await look(f"{language} review")
            await page.click("main form[method='post'] button")
            await look(f"{language} done")
            await page.click("main form[method='post'] button")
            await look(f"{language} undone")
            await window.open("/acts")
            await look(f"{language} acts")
        await helper.client.aclose()
    assert not found
