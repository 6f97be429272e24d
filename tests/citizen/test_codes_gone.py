"""Whoever gets no code hears whose limit that is, and what she can do without one."""

import msgspec
from builders.browser import screen, serving
from builders.visitor import Visitor

from izin.wiring.citizen import open_citizens

CALL = 'href="tel:08500003338"'
WAYS = {
    "to_hour": ("bu adres için", 1),
    "block_hour": ("bu numaraya yakın numaralar için", 1),
    "network_hour": ("bu ağdan", 2),  # an agent's code counts for the agent, and the same address
}


async def test_each_limit_is_told_apart_with_the_ways_that_it_leaves_open(
    app, settings_of_pages, owner, keyring, browser
):
    settings = msgspec.structs.replace(settings_of_pages, call_centre_phone="0850 000 33 38")
    async with open_citizens(settings) as pages:
        visitor = Visitor(pages, owner, keyring)
        for kind, (whose, calls) in WAYS.items():
            await visitor.get("/sign-in")
            assert "Beklemeden" not in visitor.page
            await owner.execute("delete from budget")
            assert (await visitor.send("/sign-in", address="0599 000 00 01")).status_code == 200
            await owner.execute("update budget set used = 1000 where kind = $1", kind)
            await visitor.get("/sign-in")
            answer = await visitor.send("/sign-in", address="0599 000 00 01")
            assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
            assert f"Kısa sürede {whose}" in visitor.page
            assert "3338'e RET ve markanın adını" in visitor.page
            assert visitor.page.count(CALL) == calls, "the foot of each page has one"
        async with serving(pages) as base:
            window = await screen(browser, base)
            await owner.execute("update budget set used = 1000 where kind = 'to_hour'")
            await window.open("/sign-in")
            await window.page.fill("#f-address", "0599 000 00 01")
            await window.page.click("main button")
            assert await window.page.is_visible("#meanwhile")
            assert await window.look("too many") == {}
        await visitor.client.aclose()


async def test_receipts_that_are_tried_are_no_codes(app, visitor, owner):
    await visitor.get("/verify")
    await visitor.send("/verify", receipt="7Q4M-2XKD-03VB-9TRC-H")
    await owner.execute("update budget set used = 1000")
    answer = await visitor.send("/verify", receipt="7Q4M-2XKD-03VB-9TRC-H")
    assert (answer.status_code, "IZ158" in visitor.page) == (429, True)
    assert "Beklemeden" not in visitor.page
