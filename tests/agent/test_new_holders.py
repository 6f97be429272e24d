"""Who has a number newly calls: an agent claims it for him; calls of whoever had it are over."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from builders.agents import Agent, Staff
from builders.heart import SOON, a_key, a_proposal, keeping, phone, until
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR
from builders.visitor import ME, RECEIPT, Visitor
from builders.voice import SECRET

from izin.callcentre.evidence import read_in
from izin.callcentre.scripts import CLAIM, version_name
from izin.core.clock import utc_now
from izin.core.terms import Channel, RecipientType
from izin.i18n.catalogue import Language
from izin.receipt.issue import proven_by
from izin.storage.database import Database
from izin.viapass.model import Kind, TemplateState, Wording
from izin.viapass.start import Wanted, start
from izin.viapass.subscribe import subscribe
from izin.viapass.templates import Draft, decide, submit
from izin.wiring.agent import open_agents
from izin.wiring.citizen import open_citizens
from izin.wiring.parts import open_parts
from izin.wiring.settings import Settings

BRAND_NAME = "Işık Giyim"
NEW = {"owned": "new"}
CLAIMS = {"script": version_name(CLAIM), "read": "1"}
MESAJ = {"brand": str(BRAND_CODE), "channel": "MESAJ", "kind": "BIREYSEL"}
REFUSE = MESAJ | {"to": "RET", "script": version_name("refuse"), "read": "1"}


@pytest.fixture
def settings(fresh_database, tmp_path) -> Settings:
    (tmp_path / "ivr-secret").write_text(SECRET)
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        ivr_secret_file=tmp_path / "ivr-secret",
    )


@pytest.fixture
async def app(settings, root, given, heart) -> AsyncIterator:
    """What whoever had a number left, and the call centre over the same database."""
    await given.provider(title="Işık Giyim A.Ş.")
    await given.brand(name=BRAND_NAME)
    keys = (
        a_key(1),
        a_key(1, channel=Channel.ARAMA),
        a_key(1, recipient_type=RecipientType.TACIR),
    )
    ago = timedelta(days=60)
    await heart.record(*(a_proposal(key=each, ago=ago) for each in keys), a_proposal(key=a_key(2)))
    await heart.number_and_project()
    async with open_agents(settings) as opened_app:
        yield opened_app


@pytest.fixture
async def agent(
    app, database, operator_database, keyring, passwords, owner
) -> AsyncIterator[Agent]:
    one = Agent(app, owner, keyring)
    await one.sign_in(await Staff(database, operator_database, keyring, passwords).someone())
    yield one
    await one.client.aclose()


@pytest.fixture
async def visitor(app, settings, owner, keyring) -> AsyncIterator[Visitor]:
    async with open_citizens(settings) as pages:
        one = Visitor(pages, owner, keyring)
        yield one
        await one.client.aclose()


async def let_in(visitor, owned: str) -> None:
    await visitor.get("/consents")
    await visitor.send("/sign-in", address=ME)
    await visitor.send("/sign-in/code", code=await visitor.code())
    await visitor.send("/notice", owned=owned)


async def claimed_on_the_web(visitor) -> None:
    await let_in(visitor, "new")
    await visitor.get("/number")
    await visitor.send("/number", sure="1")
    assert "onayların tümü reddedildi" in visitor.page


async def moved(owner) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "select status, code from provider_consent join source on id = source"
        " order by recorded_at, status"
    )
    return [tuple(row) for row in rows if row["code"] != "HS_WEB"]


async def test_an_agent_refuses_for_a_new_holder_what_he_may_not_see(agent, owner):
    await agent.begin(ME)
    await agent.check(**NEW)
    assert "önceki 3 kayıt var" in agent.page
    assert "Bu adres için kayıtlı izin yok" not in agent.page
    assert "(claim/2)" in agent.page
    assert BRAND_NAME not in agent.page
    assert (await agent.send("/claim", **(CLAIMS | {"read": ""}))).status_code == 422
    await agent.send("/claim", **(CLAIMS | {"script": "claim/0"}))
    assert "IZ148" in agent.page
    assert await moved(owner) == []
    await agent.get("/?newly=1")
    await agent.send("/claim", **CLAIMS)
    assert await moved(owner) == [("RET", "IYS_CM")] * 3
    assert "onayların tümü reddedildi" in agent.page
    assert "önceki 3 kayıt var" in agent.page
    assert BRAND_NAME not in agent.page
    assert "(closing/2)" in agent.page
    told = await agent.told()
    assert RECEIPT.search(agent.page)[0] in told
    assert "3 onay RET oldu" in told


async def test_what_the_former_holder_is_asked_ends_with_the_claim(
    agent, owner, keyring, settings, database, operator_database
):
    ends_at = utc_now() + timedelta(days=9)
    await subscribe(operator_database, IYS_CODE, 10, ends_at, by=OPERATOR)
    wording = Wording(language=Language.TR, body_tr="Kod {code}", body_en="Code {code}")
    template = await submit(database, IYS_CODE, Draft(kind=Kind.SMS, wording=wording), by=OPERATOR)
    await decide(operator_database, template, TemplateState.APPROVED, note="", by=OPERATOR)
    wanted = Wanted(
        iys_code=IYS_CODE,
        kind=Kind.SMS,
        to=phone(1),
        template_id=template[0],
        tin="1234567890",
        user_id=uuid4(),
        network="192.0.2.9",
    )
    await start(database, keyring, wanted, origin="http://localhost:8002", now=utc_now())
    await owner.execute("delete from budget")
    await agent.begin(ME)
    await agent.check(**NEW)
    await agent.send("/claim", **CLAIMS)

    async def is_over() -> bool:
        return await owner.fetchval("select good_until <= now() from pass_request")

    assert not await is_over()
    async with open_parts(settings, role="izin_keeper") as parts, keeping(parts, waits=SOON):
        await until(is_over)


async def test_what_was_read_is_kept_and_the_act_is_found_at_the_pages(
    agent, visitor, owner, keyring, fresh_database
):
    await let_in(visitor, "always")
    await agent.begin(ME)
    await agent.check(**NEW)
    await agent.send("/claim", **CLAIMS)
    receipt = RECEIPT.search(agent.page)[0]
    call_id = await owner.fetchval("select call_id from support_call")
    database = await Database.open(fresh_database, role="izin_agent")
    async with database.connection() as connection:
        [kept] = await read_in(connection, keyring, call_id)
        proven = await proven_by(connection, keyring, receipt)
    await database.close()
    assert (kept.script, kept.receipt, len(proven.events)) == ("claim/2", receipt, 3)
    assert await owner.fetchval("select count(*) from number_claim") == 1
    await visitor.get("/consents")
    assert "Telefonunuz ya da e-postanız" in visitor.page, "whoever showed it before is another"
    await let_in(visitor, "same")
    await visitor.get("/acts")
    assert "Numara yeni benim: toplu ret" in visitor.page
    assert receipt in visitor.page
    assert BRAND_NAME not in visitor.page


async def test_of_claims_at_once_one_refuses_and_the_call_goes_on(agent, owner):
    await agent.begin(ME)
    await agent.check(owned="month", month="11", year="2026")
    assert "Numara yeni arayanınsa" in agent.page
    await agent.get("/?newly=1")
    body = {"mark": agent.page.split('name="mark" value="')[1].split('"')[0], **CLAIMS}
    answers = await asyncio.gather(*(agent.client.post("/claim", data=body) for _ in range(3)))
    assert {each.status_code for each in answers} == {303}
    assert await moved(owner) == [("RET", "IYS_CM")] * 3
    assert await owner.fetchval("select count(*) from receipt_number") == 1
    await agent.get()
    assert "Doğrulandı" in agent.page
    assert "Bu numara altında onay durumunda kayıt yok" in agent.page


async def test_an_e_mail_address_is_nobodys_newly(agent, owner):
    await agent.begin("biri@posta.example")
    await agent.check()
    assert "newly" not in agent.page
    await agent.send("/claim", **CLAIMS)
    assert "IZ146" in agent.page


async def test_an_agents_call_is_over_once_the_number_is_in_other_hands(
    agent, visitor, owner, heart
):
    await agent.begin(ME)
    await agent.check()
    assert BRAND_NAME in agent.page
    await claimed_on_the_web(visitor)
    before = await moved(owner)
    await agent.send("/change", **REFUSE)
    assert "IZ146" in agent.page
    await agent.get()
    assert BRAND_NAME not in agent.page
    assert "numara bu arada başka birine geçti" in agent.page
    assert await moved(owner) == before
    assert await owner.fetchval("select body_sealed is null from support_call")
    await agent.begin(ME)
    await agent.check(owned="always")
    assert BRAND_NAME in agent.page, "a code opens it anew"


async def test_a_call_of_the_voice_menu_is_over_then_too(caller, visitor, owner):
    await caller.come_in()
    await caller.key("2")
    await claimed_on_the_web(visitor)
    before = await moved(owner)
    path = f"/ivr/calls/{caller.said['call']}/input"
    refused = await caller.post(path, {"digits": "1"}, 404)
    assert refused["errors"][0]["code"] == "IZ128"
    assert await moved(owner) == before
    await caller.call()
    await caller.key("1")
    await caller.key(await caller.code())
    assert caller.said["step"] == "NOTHING", "a code opens it anew"
