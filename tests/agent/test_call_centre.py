"""An agent works for one caller at a time: nothing before the code, one address, all of it told."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from builders.agents import CODE, MARK, PASSWORD, Agent, Staff
from builders.browser import screen, serving
from builders.heart import a_key, a_proposal, email, phone
from builders.parties import BRAND_CODE

from izin.callcentre.evidence import read_in
from izin.callcentre.lookup import end_and_forget
from izin.core.clock import utc_now
from izin.core.plain import shown
from izin.core.terms import Channel, RecipientType
from izin.member.model import Role
from izin.receipt.issue import proven_by
from izin.storage.database import Database
from izin.wiring.agent import open_agents
from izin.wiring.settings import Settings

CALLER, OTHER = "0599 000 00 01", "0599 000 00 02"
MESAJ = {"brand": str(BRAND_CODE), "channel": "MESAJ", "kind": "BIREYSEL"}
REFUSE = MESAJ | {"to": "RET", "script": "refuse/3", "read": "1"}
BRAND_NAME = "Işık Giyim"
MAILED = "arayan@posta.example"


@pytest.fixture
async def app(fresh_database, tmp_path, root, given, heart) -> AsyncIterator:
    """Consents of two people, and the call centre over the same database."""
    await given.provider(title="Işık Giyim A.Ş.")
    await given.brand(name=BRAND_NAME)
    mine = [a_proposal(key=a_key(1)), a_proposal(key=a_key(1, channel=Channel.ARAMA))]
    mailed = [
        a_proposal(key=a_key(channel=Channel.EPOSTA, recipient_type=each, address=email("arayan")))
        for each in RecipientType
    ]
    await heart.record(*mine, a_proposal(key=a_key(2)), *mailed)
    await heart.number_and_project()
    settings = Settings(
        database_url=fresh_database, data_folder=tmp_path, root_key_file=tmp_path / "root.key"
    )
    async with open_agents(settings) as opened_app:
        yield opened_app


@pytest.fixture
async def agents_database(fresh_database) -> AsyncIterator[Database]:
    opened = await Database.open(fresh_database, role="izin_agent")
    yield opened
    await opened.close()


@pytest.fixture
def staff(app, database, operator_database, keyring, passwords) -> Staff:
    return Staff(database, operator_database, keyring, passwords)


@pytest.fixture
async def agent(app, staff, owner, keyring) -> AsyncIterator[Agent]:
    one = Agent(app, owner, keyring)
    await one.sign_in(await staff.someone())
    yield one
    await one.client.aclose()


async def moved(owner) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "select status, code from provider_consent join source on id = source"
        " order by recorded_at, status"
    )
    return [tuple(row) for row in rows if row["code"] != "HS_WEB"]


async def test_a_caller_refuses_one_brand_and_everything_of_it_is_kept(
    agent, owner, keyring, agents_database
):
    await agent.begin(CALLER)
    assert BRAND_NAME not in agent.page
    await agent.check()
    assert agent.page.count(BRAND_NAME + "</strong>") == 2
    await agent.get(f"/?{'&'.join(f'{name}={value}' for name, value in MESAJ.items())}")
    assert f"{BRAND_NAME} markasının size bireysel alıcı olarak SMS ile" in agent.page
    assert await moved(owner) == []
    unread = await agent.send("/change", **(REFUSE | {"read": ""}))
    assert unread.status_code == 422
    await agent.send("/change", **REFUSE)
    assert await moved(owner) == [("RET", "IYS_CM")]
    assert "Ret kaydedildi." in agent.page
    told = await agent.told()
    assert f"{shown(BRAND_NAME)}, SMS izniniz RET oldu" in told
    assert "/acts" in told, "where it is taken back, whole"
    assert "3338" not in told, "RET to it would end texts alone, and of one brand"
    call_id = await owner.fetchval("select call_id from support_call")
    async with agents_database.connection() as connection:
        [kept] = await read_in(connection, keyring, call_id)
        proven = await proven_by(connection, keyring, kept.receipt)
    assert (kept.script, kept.language) == ("refuse/3", "tr")
    found = "select count(*) from consent_event where event_id = any ($1)"
    assert await owner.fetchval(found, proven.events) == 1
    await agent.send("/change", **REFUSE)
    assert "Zaten öyleydi" in agent.page


async def test_what_is_read_aloud_is_the_callers_and_true(agent, owner):
    await agent.get()
    assert "(greeting/1)" in agent.page
    assert "Welcome to the consent registry" in agent.page, "in either language"
    assert "gönderdim" not in agent.page, "no code has gone anywhere yet"
    await agent.begin(MAILED, "en")
    assert "(opening_mail/1)" in agent.page
    assert "sent a code to this address by e-mail" in agent.page, "whichever the agent's page has"
    await agent.check()
    assert "(closing_unchanged/1)" in agent.page
    person, merchant = agent.page.split("</table>")[:2]
    assert "Bireysel: 1 izin bulundu" in person
    assert "Tacir" not in person
    assert "Tacir: 1 izin bulundu" in merchant, "never in one list"
    mailed = REFUSE | {"channel": "EPOSTA", "kind": "TACIR"}
    await agent.get(f"/?brand={BRAND_CODE}&channel=EPOSTA&kind=TACIR")
    assert f"messages of {BRAND_NAME} to you as a merchant by e-mail" in agent.page
    await agent.send("/change", **mailed)
    assert "consent to e-mail (merchant) of" in await agent.told()
    assert "Arayana e-postayla bildirildi." in agent.page
    assert "(closing_mail/1)" in agent.page
    assert "told by e-mail what we changed" in agent.page
    await agent.send(agent.call, note="")
    await agent.begin(CALLER)
    assert "(opening/2)" in agent.page
    assert "kısa mesajla bir kod gönderdim" in agent.page
    await agent.check()
    await agent.send("/change", **REFUSE)
    assert "(closing/2)" in agent.page


async def test_the_trail_names_agent_and_call_and_no_address(agent, owner, caplog):
    await agent.begin(CALLER)
    await agent.check()
    await agent.send("/change", **REFUSE)
    await agent.send(agent.call, note="Marka adını yanlış hatırlıyordu.")
    assert "Çağrı bitti." in agent.page
    [call] = await owner.fetch("select * from support_call")
    assert (call["body_sealed"], call["ended_how"]) == (None, "WRAPPED")
    trail = await owner.fetch(
        "select action, principal, subject, facts::text from audit_event"
        " where action like 'call.%' order by audit_id"
    )
    assert [row["action"] for row in trail] == [
        "call.started",
        "call.identified",
        "call.changed",
        "call.ended",
    ]
    assert {(row["principal"], row["subject"]) for row in trail} == {
        (agent.id, str(call["call_id"]))
    }
    everything = caplog.text + "".join(row["facts"] for row in trail)
    for table in ("support_call", "audit_event", "proof", "budget", "message"):
        rows = await owner.fetch(f"select {table}::text as row from {table}")
        everything += "".join(row["row"] for row in rows)
    assert phone(1).clear[3:] not in everything


async def test_without_a_code_nothing_is_shown_and_nothing_changes(agent, owner):
    before = await owner.fetchval("select count(*) from consent_event")
    await agent.get()
    for path, fields in (
        ("/change", REFUSE),
        ("/check", {"code": "000000", "owned": "always"}),
        ("/again", {}),
    ):
        answer = await agent.send(path, **fields)
        assert "IZ146" in agent.page, path
        assert answer.status_code == 422
    await agent.begin(CALLER)
    await agent.send("/change", **REFUSE)
    assert "IZ146" in agent.page
    code = int((await agent.told()).split("kodu: ")[1][:6])
    await agent.send("/check", code=f"{(code + 1) % 10**6:06d}", owned="month", month="3", year="x")
    assert 'value="x"' in agent.page, "what was typed is there still"
    assert (await agent.check(owned="belki")).status_code == 422
    for bad in ("abc", "123", f"{code:06d}0"):
        await agent.send("/check", code=bad, owned="always")
        assert "Kod 6 rakamdan oluşur" in agent.page
    await agent.send("/check", code=f"{(code + 1) % 10**6:06d}", owned="always")
    assert "2 deneme daha" in agent.page
    assert BRAND_NAME not in agent.page
    await agent.send("/again")
    await agent.send("/check", code=f"{code:06d}", owned="always")
    assert BRAND_NAME not in agent.page, "the code before the last is over"
    await agent.check()
    assert BRAND_NAME in agent.page
    assert await owner.fetchval("select count(*) from consent_event") == before


async def test_one_address_at_a_time_and_each_agent_his_own(agent, app, staff, owner, keyring):
    await agent.begin(CALLER)
    await agent.check()
    path = agent.call
    second = await agent.send("/begin", address=OTHER, language="tr")
    assert "IZ145" in agent.page
    assert second.status_code == 422
    assert await owner.fetchval("select count(*) from message") == 1, "no code for the other"
    colleague = Agent(app, owner, keyring)
    await colleague.sign_in(await staff.someone())
    assert BRAND_NAME not in colleague.page
    await colleague.send(path, note="")
    assert "IZ146" in colleague.page
    await colleague.send("/change", **REFUSE)
    assert "IZ146" in colleague.page
    await agent.send("/change", **(REFUSE | {"script": "refuse/0"}))
    assert "IZ148" in agent.page
    await agent.send("/change", **(REFUSE | {"brand": "99999999"}))
    assert await moved(owner) == []
    note = await agent.send(path, note=f"Arayan {phone(1).clear} idi.")
    assert note.status_code == 422
    assert phone(1).clear in agent.page, "what was typed is not lost"
    await colleague.client.aclose()


async def test_a_call_ends_by_itself_and_its_note_can_still_be_written(
    agent, owner, keeper_database
):
    await agent.begin(CALLER)
    await agent.check()
    path = agent.call
    await owner.execute("update support_call set good_until = now()")
    await agent.send("/change", **REFUSE)
    assert "IZ146" in agent.page
    async with keeper_database.connection() as connection:
        await end_and_forget(connection, utc_now(), 100)
    assert await owner.fetchval("select body_sealed is null from support_call")
    await agent.get()
    assert "kendiliğinden bitti" in agent.page
    await agent.send(path, note="Hat kesildi.")
    assert await owner.fetchval("select note from support_call") == "Hat kesildi."
    assert "kendiliğinden bitti" not in agent.page
    await owner.execute("update support_call set started_at = started_at - interval '4 years'")
    async with keeper_database.connection() as connection:
        await end_and_forget(connection, utc_now(), 100)
    assert await owner.fetchval("select count(*) from support_call") == 0


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
async def test_nobody_else_of_the_registry_comes_in(app, staff, owner, keyring, role):
    other = Agent(app, owner, keyring)
    await other.sign_in(await staff.someone(role))
    assert "Yeni çağrı" not in other.page
    assert await owner.fetchval("select count(*) from session") == 0
    assert "Giriş" in (await other.get("/")).text
    await other.client.aclose()


async def test_every_step_is_accessible_and_fits_at_twice_the_size(
    browser, app, staff, owner, keyring
):
    found = {}
    email, totp, _ = await staff.someone()
    async with serving(app) as base:
        window = await screen(browser, base)
        telephone = Agent(app, owner, keyring).told

        async def press(button: str = "main button", **fields: str) -> None:
            for name, value in fields.items():
                await window.page.fill(f"#f-{name}", value)
            await window.page.click(button)

        async def look(name: str) -> None:
            # 200 % of 1366 pixels leaves 683
            looks = ((320, "light"), (683, "dark"), (1366, "light"))
            found.update(await window.look(name, looks))

        await window.open("/sign-in")
        await press(email=email, password=PASSWORD)
        await press(code=totp.code(utc_now()))
        await look("begin")
        await press(address=CALLER)
        await look("check")
        await window.page.check("#f-owned")
        await press(code=CODE.search(await telephone())[0])
        await look("list")
        await press("table a.button >> nth=0")
        await look("meant")
        await window.page.check("#f-read")
        await press("section button")
        await look("done")
        await press("text=English")
        for path, name in (("/?newly=1", "newly"), ("/", "english")):
            await window.open(path)
            await look(name)
    assert not found


async def test_the_same_code_sent_twice_opens_the_call_and_says_nothing_else(agent, owner):
    await agent.begin(CALLER)
    mark = MARK.search(agent.page)[1]
    code = (await agent.told()).split("kodu: ")[1][:6]
    body = {"mark": mark, "code": code, "owned": "always"}
    tries = [agent.client.post("/check", data=body) for _ in range(4)]
    answers = await asyncio.gather(*tries)
    assert {each.status_code for each in answers} == {303}
    assert (await agent.client.post("/check", data=body)).status_code == 303
    trail = "select count(*) from audit_event where action = 'call.identified'"
    assert await owner.fetchval(trail) == 1
    await agent.get()
    assert BRAND_NAME in agent.page
