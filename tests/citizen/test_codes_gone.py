"""Whoever gets no code hears whose limit that is, and what she can do without one."""

from datetime import UTC, datetime

import msgspec
from builders.browser import screen, serving
from builders.heart import a_key, a_proposal, email, phone
from builders.parties import BRAND_CODE
from builders.visitor import ME, Visitor

from izin.core.address import REACHED_BY, Address
from izin.core.terms import Channel, RecipientType
from izin.link.make import make
from izin.link.model import LIFE, PersonalLink, Reach
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


async def a_link(database, keyring, to: Address) -> str:
    """Make a personal link of all that reaches an address; give its path."""
    reach = Reach(
        brand_code=BRAND_CODE,
        address=to,
        channels=REACHED_BY[to.kind],
        recipient_types=tuple(RecipientType),
    )
    async with database.connection() as connection:
        link = PersonalLink(reach=reach, good_until=datetime.now(UTC) + LIFE)
        [name] = await make(connection, keyring, [link])
    return f"/k/{name}"


async def test_no_way_is_offered_that_does_not_do_what_she_wants(
    app, settings_of_pages, owner, keyring, database, heart
):
    mailbox = email("isik.okur")
    key = a_key(channel=Channel.EPOSTA, address=mailbox)
    await heart.record(a_proposal(key=key))
    links = [await a_link(database, keyring, to) for to in (phone(1), mailbox)]
    settings = msgspec.structs.replace(settings_of_pages, call_centre_phone="0850 000 33 38")
    async with open_citizens(settings) as pages:
        visitor = Visitor(pages, owner, keyring)
        for at in links:
            await visitor.get(at)
            await visitor.send(at, channel="ALL")
        await visitor.get("/sign-in")
        await visitor.send("/sign-in", address=mailbox.clear)
        for kind, is_open in (("to_hour", False), ("network_hour", True)):
            for at, channel in zip(links, ("MESAJ", "EPOSTA"), strict=True):
                await owner.execute("delete from budget")
                for status in (200, 429):
                    await visitor.get(f"{at}/undo")
                    answer = await visitor.send(f"{at}/undo", **{channel: "1"})
                    assert answer.status_code == status
                    await owner.execute("update budget set used = 1000 where kind = $1", kind)
                assert "3338'e RET" not in visitor.page, "nothing is taken back by it"
                assert ("Beklemeden" in visitor.page) is is_open
            await visitor.get("/sign-in")
            answer = await visitor.send("/sign-in", address=mailbox.clear)
            assert answer.status_code == 429
            assert "3338'e RET" not in visitor.page, "nobody writes there from a mailbox"
        await owner.execute("delete from budget")
        await visitor.sign_in(ME)
        await owner.execute("update budget set used = 1000 where kind = 'network_hour'")
        await visitor.get("/addresses")
        answer = await visitor.send("/addresses", address="0599 000 00 02", label="")
        assert (answer.status_code, "Beklemeden" in visitor.page) == (429, False)
        await visitor.client.aclose()


async def test_past_a_wrong_code_the_page_promises_no_more_than_is_left(visitor):
    await visitor.get("/sign-in?next=/acts")
    await visitor.send("/sign-in", address=ME, next="/acts")
    assert "en çok üç kez" in visitor.page
    wrong = f"{(int(await visitor.code()) + 1) % 10**6:06d}"
    for said in ("2 deneme daha", "1 deneme daha", "IZ112"):
        await visitor.send("/sign-in/code", code=wrong)
        assert said in visitor.page
        assert "3 dakika" not in visitor.page
        assert "üç kez" not in visitor.page
    assert 'id="f-code"' not in visitor.page, "no code of this way is taken any more"
    assert '<h1 tabindex="-1">Yeni bir kod isteyin' in visitor.page
    assert 'class="button" href="/sign-in?next=/acts"' in visitor.page


async def test_what_does_not_look_like_a_code_is_said_so_and_leaves_the_code_good(visitor):
    await visitor.get("/sign-in")
    await visitor.send("/sign-in", address=ME)
    code = await visitor.code()
    for typed in ("abc", "123", f"{code}0", code[:5], "kod yok"):
        answer = await visitor.send("/sign-in/code", code=typed)
        assert answer.status_code == 422
        assert "Kod 6 rakamdan oluşur; girilen:" in visitor.page
        assert "deneme sayılmadı" in visitor.page
    await visitor.send("/sign-in/code", code=f"{code[:3]} {code[3:]}")
    assert "/notice" in visitor.page
