"""Somebody writes to 3338: from a page over a real operator to the registry, and back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from builders.browser import Screen, screen, serving
from builders.heart import a_proposal, phone, until
from builders.parties import BRAND_CODE, OPERATOR

from izin.brand.manage import set_short_names
from izin.core.address import Address, AddressKind
from izin.core.terms import Source
from izin.i18n.catalogue import Language
from izin.message.model import Rendered
from izin.message.write import Letter, Meant, put, write
from izin.wiring.courier import courier_of
from izin.wiring.keeper import keeper_of
from izin.wiring.outside import SUFFIX, open_outside
from izin.wiring.parts import open_message_parts, open_parts
from izin.wiring.roles import KEEPER

ME = phone(1).clear
LINK = "http://localhost:8002/k/7q4m2xkd03vb9trc"


@pytest.fixture
async def brand(given, operator_database, heart) -> None:
    """A brand with a short name, whose messages the telephone's owner lets come."""
    await given.provider()
    await given.brand(name="Örnek Mağaza")
    await set_short_names(operator_database, BRAND_CODE, ["ORNEK"], by=OPERATOR)
    await heart.record(a_proposal(1))
    await heart.number_and_project()


@pytest.fixture
async def base(settings, brand) -> AsyncIterator[str]:
    """The pages, and behind them operator, courier and keeper, as the demonstration has them."""
    stop = asyncio.Event()
    async with (
        open_outside(settings) as app,
        open_message_parts(settings) as messages,
        open_parts(settings, role=KEEPER) as parts,
        serving(app) as address,
    ):
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


async def wrote(window: Screen, text: str) -> str:
    """Write; what came last. It has come when the page is there, or it never does."""
    await window.page.fill("#f-text", text)
    await window.page.click("form.write button")
    return await window.page.inner_text(".bubbles li:last-child .said")


async def test_a_refusal_counts_and_its_receipt_comes_back(browser, base, owner):
    window = await screen(browser, base)
    await window.open("/")
    await window.page.fill("#f-telephone", "0599 000 00 01")
    await window.page.click("main button")
    assert "1 marka ONAY" in await wrote(window, "DURUM")
    answer = await wrote(window, "RET örnek")
    assert "RET kaydedildi: Ornek Magaza" in answer
    assert answer.endswith(SUFFIX)
    assert "tarihinden beri RET" in await wrote(window, "Ret Örnek!")
    row = await owner.fetchrow(
        "select status, code from provider_consent join source on id = source"
    )
    assert tuple(row) == ("RET", Source.IYS_KISAMESAJ)
    assert await owner.fetchval("select count(*) from consent_event") == 2

    async def is_all_delivered() -> bool:
        sent = await owner.fetch("select state, sealed from message")
        return [(row["state"], row["sealed"]) for row in sent] == [("DELIVERED", None)] * 3

    await until(is_all_delivered)
    assert await owner.fetchval("select count(*) from job") == 0


async def test_every_page_is_accessible(browser, base):
    found = {}
    window = await screen(browser, base)
    await window.open(f"/telephone/{ME}")
    await wrote(window, f"Bu nedir? {LINK}")
    for path in ("/", f"/telephone/{ME}", "/telephone/05990000002", "/mail", "/mail/1"):
        await window.open(path)
        found |= await window.look(path)
    assert not found


async def test_what_arrives_is_shown_as_it_arrives(browser, base, database, keyring):
    window = await screen(browser, base)
    await window.open(f"/telephone/{ME}")
    assert window.complaints == []
    assert not await window.page.is_visible(".again a"), "nobody has to look again"
    await window.page.fill("#f-text", "RET \u015eIK")
    counted = ".counted:has-text('1 parça, 63 karakter')"
    assert await window.page.is_visible(counted), "one letter that is not in the basic alphabet"
    text = Rendered(to=phone(1), body="Ornek Magaza: yeni sezon geldi")
    async with database.transaction() as connection:
        meant = Meant("reklam", 1, timedelta(minutes=3))
        await put(connection, keyring.message_sealer, text, meant, now=datetime.now(UTC))
    await window.page.wait_for_selector(".theirs:has-text('yeni sezon')")
    assert await window.page.input_value("#f-text") == "RET \u015eIK", "what is typed stays"
    assert window.complaints == []


async def test_what_is_written_stands_there_at_once_and_nothing_is_written_twice(
    browser, base, owner
):
    window = await screen(browser, base)
    await window.open(f"/telephone/{ME}")
    await window.page.fill("#f-text", "RET ORNEK")
    # two taps within one moment: the second comes while the first is on its way
    await window.page.locator(".write button").evaluate("it => { it.click(); it.click(); }")
    assert await window.page.inner_text(".own .said") == "RET ORNEK"
    await window.page.wait_for_selector(".theirs:has-text('RET kaydedildi')")
    assert await window.page.locator(".bubbles li:not(.day)").count() == 2
    assert await window.page.input_value("#f-text") == ""
    assert await window.page.is_visible("#newest"), "it is scrolled to what came last"
    await window.page.click("button:text-is('DURUM ORNEK')")
    await window.page.wait_for_selector(".theirs:has-text('SMS: RET (')")
    assert window.page.url.endswith(f"/telephone/{ME}"), "the page was never left"
    assert window.complaints == []


async def test_it_is_written_to_without_scripts(browser, base):
    window = await screen(browser, base, scripts=False)
    await window.open(f"/telephone/{ME}")
    assert "1 marka ONAY" in await wrote(window, "DURUM")
    assert await window.page.is_visible(".again a")


async def test_mails_are_shown_with_what_others_judge_them_by(base, database, keyring):
    told = Letter(
        to=Address("ayse@posta.example", AddressKind.EMAIL),
        words="sign_in_code",
        values={"code": "123456"},
        language=Language.TR,
        good_for=timedelta(minutes=3),
        unsubscribe=LINK,
    )
    text = Rendered(to=phone(1), body=f"<b>Istemezseniz</b> {LINK} ya da http://baska.example/k/x")
    meant = Meant("reklam", 1, timedelta(minutes=3))
    async with database.transaction() as connection:
        await write(connection, keyring.message_sealer, told, now=datetime.now(UTC))
        await put(connection, keyring.message_sealer, text, meant, now=datetime.now(UTC))
    async with httpx2.AsyncClient(base_url=base) as client:

        async def has_come() -> bool:
            return "Giriş kodunuz" in (await client.get("/mail")).text

        await until(has_come)
        page = (await client.get("/mail/1")).text

        async def is_read() -> bool:
            return "Istemezseniz" in (await client.get(f"/telephone/{ME}")).text

        await until(is_read)
        telephone = (await client.get(f"/telephone/{ME}")).text
    assert f'&lt;b&gt;Istemezseniz&lt;/b&gt; <a href="{LINK}">{LINK}</a> ya da http' in telephone
    assert f'List-Unsubscribe: &lt;<a href="{LINK}">{LINK}</a>&gt;' in page
    assert "Message-ID" in page
    assert "ayse@posta.example" in page


@pytest.mark.parametrize(
    "path",
    [
        "/telephone/3338",
        "/telephone/+905321234567",
        "/mail/0",
        "/mail/2",
        "/mail/x",
        "/mail/" + "9" * 30,
    ],
)
async def test_what_is_not_there_says_so(base, path):
    async with httpx2.AsyncClient(base_url=base) as client:
        assert (await client.get(path)).status_code == 404


async def test_nothing_is_written_without_the_page_s_own_mark(base, owner):
    async with httpx2.AsyncClient(base_url=base) as client:
        answer = await client.post(f"/telephone/{ME}", data={"text": "RET ORNEK", "mark": "0" * 64})
    assert answer.status_code == 403
    assert await owner.fetchval("select count(*) from consent_event") == 1
