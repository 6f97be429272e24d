"""Pages that may lack the latest records, in a real browser: accessible in every look."""

from datetime import timedelta

from builders.browser import screen, serving
from builders.heart import a_key, a_proposal
from builders.visitor import Visitor

from izin.consent import reach

CONFIRM = "main form[method='post'] button"
LOOKS = ((1280, "light"), (320, "dark"))


async def test_pages_of_a_late_view_are_accessible(
    browser, app, owner, keyring, heart, monkeypatch
):
    async def nobody() -> None:
        """No keeper is there."""

    monkeypatch.setattr(reach, "rest", nobody)
    monkeypatch.setattr(reach, "WAIT_S", 0.02)
    monkeypatch.setattr(reach, "_LATE", timedelta())
    await heart.record(a_proposal(key=a_key(3), ago=timedelta()))
    found = {}
    async with serving(app) as base:
        window, helper = await screen(browser, base), Visitor(app, owner, keyring)
        await helper.sign_in()
        cookies = [
            {"name": name, "value": value, "url": window.base}
            for name, value in helper.client.cookies.items()
        ]
        await window.page.context.add_cookies(cookies)
        for path in ("/consents", "/number", "/refuse/review?channel=&recipient="):
            await window.open(path)
            assert "Son kayıtlar" in await window.page.inner_text("main"), path
            found |= await window.look(f"late{path[1:9]}", LOOKS)
        await window.page.click(CONFIRM)
        assert "işlem sürüyor" in await window.page.inner_text("main")
        found |= await window.look("late act", LOOKS)
        await helper.client.aclose()
    assert not found
