"""A fixed line before the voice menu: no code can be sent there, and it refuses to be called."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from builders.agents import PASSWORD, Staff
from builders.authenticator import App
from builders.browser import screen, serving
from builders.heart import a_key, a_proposal
from builders.parties import BRAND_CODE
from builders.voice import FIXED, SECRET, Browser

from izin.callcentre.evidence import read_in
from izin.callcentre.line import CALLS
from izin.core.address import Address, AddressKind
from izin.core.clock import utc_now
from izin.core.codes import BrandCode
from izin.core.terms import Channel, RecipientType
from izin.receipt.issue import proven_by
from izin.storage.database import Database
from izin.wiring.agent import open_agents
from izin.wiring.citizen import open_citizens
from izin.wiring.settings import Settings

BRAND_NAME = "Işık & Kaya"
SECOND = BrandCode(BRAND_CODE + 1)
LINE = Address("+902120000001", AddressKind.PHONE)
NEIGHBOUR = Address("+902120000002", AddressKind.PHONE)


@pytest.fixture
def settings(fresh_database, tmp_path) -> Settings:
    (tmp_path / "ivr-secret").write_text(SECRET)
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        ivr_secret_file=tmp_path / "ivr-secret",
        call_centre_phone="0850 000 33 38",
    )


@pytest.fixture
async def app(settings, root, given, heart) -> AsyncIterator:
    """Consents to calls of a line and of its neighbour, and the call centre over them."""
    await given.provider(title="Işık Giyim A.Ş.")
    await given.brand(name=BRAND_NAME)
    await given.brand(brand_code=SECOND, name="Kaya Kitap")
    calls = a_key(1, channel=Channel.ARAMA, address=LINE)
    await heart.record(
        a_proposal(key=calls),
        a_proposal(key=msgspec.structs.replace(calls, recipient_type=RecipientType.TACIR)),
        a_proposal(key=msgspec.structs.replace(calls, brand_code=SECOND)),
        a_proposal(key=msgspec.structs.replace(calls, address=NEIGHBOUR)),
    )
    await heart.number_and_project()
    async with open_agents(settings) as opened_app:
        yield opened_app


@pytest.fixture
async def agent(database, operator_database, keyring, passwords) -> tuple[str, App, str]:
    return await Staff(database, operator_database, keyring, passwords).someone()


async def refused(owner) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "select recipient_type::text, code from provider_consent join source on id = source"
        " where status = 'RET' order by recipient_type"
    )
    return [tuple(row) for row in rows]


async def evidence(owner, keyring, fresh_database):
    """What was heard before the one change, and what its receipt proves."""
    call_id = await owner.fetchval("select call_id from support_call")
    agents = await Database.open(fresh_database, role="izin_agent")
    async with agents.connection() as connection:
        [kept] = await read_in(connection, keyring, call_id)
        proven = await proven_by(connection, keyring, kept.receipt)
    await agents.close()
    return kept, proven.events


async def test_a_line_refuses_one_brand_without_a_code_and_hears_its_receipt_twice(
    caller, owner, keyring, fresh_database, caplog
):
    caplog.set_level("DEBUG")
    await caller.call(FIXED)
    await caller.key("1")
    assert (caller.said["step"], caller.said["keys"]) == ("LINE_MAIN", "1290")
    await caller.key("1", "99999999", str(BRAND_CODE))
    assert f"marka: {BRAND_NAME}." in caller.text
    assert await refused(owner) == []
    await caller.key("1")
    assert await refused(owner) == [(kind, "IYS_CM") for kind in ("BIREYSEL", "TACIR")]
    first = caller.text
    await caller.key("9")
    assert caller.text == first, "it has no message to look it up in"
    kept, events = await evidence(owner, keyring, fresh_database)
    assert ", ".join(" ".join(group) for group in kept.receipt.split("-")) in first
    assert kept.script == "voice/line_confirm_brand/1"
    assert len(events) == 2
    await caller.key("1", "1", str(BRAND_CODE), "1")
    assert "hiçbir şey değişmedi" in caller.text
    assert kept.receipt not in caplog.text


async def test_the_trail_says_that_no_code_was_asked_and_nothing_names_the_line(
    caller, owner, caplog
):
    caplog.set_level("DEBUG")
    await caller.call(FIXED)
    await caller.key("1", "2", "1", "1")
    await caller.key("0")
    trail = await owner.fetch(
        "select action, facts::text from audit_event where action like 'call.%' order by audit_id"
    )
    assert [each["action"][5:] for each in trail] == ["started", "believed", "changed", "ended"]
    assert await owner.fetchval("select count(*) from message") == 0
    assert await owner.fetchval("select count(*) from proof") == 0
    tables = ("support_call", "budget", "audit_event", "citizen_act")
    rows = [await owner.fetch(f"select {each}::text as row from {each}") for each in tables]
    everything = caplog.text + "".join(row["row"] for table in rows for row in table)
    assert FIXED[1:] not in everything


async def test_a_line_refuses_all_of_its_own_after_their_count_and_nobody_elses(caller, owner):
    browser = Browser(caller.client)
    await browser.start(FIXED)
    await browser.key("2")
    assert "fixed line without a code" in browser.text
    await browser.key("2")
    assert "stand for this line: 3." in browser.text
    await browser.key("2")
    assert await refused(owner) == []
    await browser.key("2")
    await browser.key("1")
    assert "number of your receipt" in browser.text
    assert [each[0] for each in await refused(owner)] == ["BIREYSEL"] * 2 + ["TACIR"]
    await browser.key("1")
    await browser.key("2")
    assert "there is nothing left to refuse" in browser.text
    assert not browser.matches("1")


async def test_a_line_that_calls_and_calls_is_told_to_wait_and_no_other_is(caller, owner):
    for _ in range(CALLS[0].most):
        assert (await caller.call(FIXED))["step"] == "LINE_LANGUAGE"
    said = await caller.call(FIXED)
    assert (said["call"], said["then"]) == (None, "HANG_UP")
    assert "çok kez arandı" in caller.text
    assert await owner.fetchval("select count(*) from support_call") == CALLS[0].most
    assert (await caller.call("02120000002"))["step"] == "LINE_LANGUAGE"


async def test_no_key_leads_a_line_out_of_what_it_may(caller, owner):
    await caller.call(FIXED)
    await caller.key("1", "2", "9", "123456", "")
    assert caller.said["step"] == "LINE_CONFIRM_ALL"
    assert await refused(owner) == []


async def seen(window) -> str:
    return " ".join((await window.page.inner_text("main")).split())


async def test_agents_and_the_citizens_page_say_where_to_call(app, settings, browser, agent, owner):
    email, totp, _ = agent
    found = {}
    async with serving(app) as base:
        window = await screen(browser, base)
        await window.open("/sign-in")
        for fields in ({"email": email, "password": PASSWORD}, {"code": totp.code(utc_now())}):
            for name, value in fields.items():
                await window.page.fill(f"#f-{name}", value)
            await window.page.click("main button")
        await window.page.fill("#f-address", "0212 000 00 01")
        await window.page.click("main button")
        assert "0850 000 33 38 numarasını arayın" in await seen(window)
        found |= await window.look("agent")
    async with open_citizens(settings) as pages, serving(pages) as base:
        window = await screen(browser, base)
        await window.open("/sign-in")
        await window.page.fill("#f-address", "0850 000 00 01")
        await window.page.click("main button")
        assert await window.page.get_attribute("main a.number", "href") == "tel:08500003338"
        found |= await window.look("citizen")
    assert found == {}
    for table in ("support_call", "message", "citizen_session"):
        assert await owner.fetchval(f"select count(*) from {table}") == 0
