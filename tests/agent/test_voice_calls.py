"""A caller without an agent: the menu held over the platform's door, to a refusal and its proof."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest
from builders.agents import ORIGIN
from builders.browser import serving
from builders.heart import a_key, a_proposal, phone
from builders.parties import BRAND_CODE
from builders.voice import BEARER, LANG, LINE, OTHER, SECRET, VXML, Browser, Caller

from izin.callcentre.evidence import read_in
from izin.callcentre.lookup import end_and_forget, figures
from izin.core.clock import utc_now
from izin.core.plain import shown
from izin.core.terms import Channel
from izin.proof.model import SETTLED_MIN
from izin.storage.database import Database
from izin.wiring.agent import open_agents
from izin.wiring.settings import Settings

BRAND_NAME = "Işık & Kaya"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def settings(fresh_database, tmp_path) -> Settings:
    (tmp_path / "ivr-secret").write_text(SECRET + "\n")
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        ivr_secret_file=tmp_path / "ivr-secret",
    )


@pytest.fixture
async def app(settings, root, given, heart) -> AsyncIterator:
    """Consents of two people, and the call centre over the same database."""
    await given.provider(title="Işık Giyim A.Ş.")
    await given.brand(name=BRAND_NAME)
    mine = [a_proposal(key=a_key(1)), a_proposal(key=a_key(1, channel=Channel.ARAMA))]
    await heart.record(*mine, a_proposal(key=a_key(2)))
    await heart.number_and_project()
    async with open_agents(settings) as opened_app:
        yield opened_app


async def moved(owner) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "select status, code from provider_consent join source on id = source"
        " order by recorded_at, status"
    )
    return [tuple(row) for row in rows if row["code"] != "HS_WEB"]


async def test_a_caller_refuses_one_brand_and_everything_of_it_is_kept(
    caller, owner, keyring, fresh_database
):
    first = await caller.call()
    assert (first["step"], first["then"], first["keys"]) == ("LANGUAGE", "LISTEN", "12")
    await caller.key("1")
    assert caller.said["digits"] == [6, 6]
    await caller.key(await caller.code())
    assert "onay sayısı: 2." in caller.text
    assert "Işık" not in caller.text, "no brand is named that was not keyed in"
    await caller.key("1", "99999999")
    assert "Bu numarada bir marka yok" in caller.text
    await caller.key(str(BRAND_CODE), "7")
    assert f"marka: {BRAND_NAME}." in caller.text, "what is not asked for says it again"
    assert await moved(owner) == []
    await caller.key("1")
    assert await moved(owner) == [("RET", "IYS_CM")] * 2
    assert "geçerli onay yok" in caller.text
    assert caller.said["keys"] == "90"
    told = await caller.told()
    assert shown(BRAND_NAME) in told
    receipt = told.split("Belge ")[1][:21]
    spelled = ", ".join(" ".join(group) for group in receipt.split("-"))
    for digits in ("", "1", "2", "9"):
        await caller.key(digits)
        assert spelled in caller.text, "until the call goes on"
        assert caller.said["step"] == "NOTHING"
    call_id = await owner.fetchval("select call_id from support_call")
    agents = await Database.open(fresh_database, role="izin_agent")
    async with agents.connection() as connection:
        [kept] = await read_in(connection, keyring, call_id)
    await agents.close()
    assert (kept.receipt, kept.script, kept.language) == (receipt, "voice/confirm_brand/1", "tr")


async def test_the_trail_and_the_log_name_no_line(caller, owner, caplog):
    caplog.set_level("DEBUG")
    await caller.call()
    await caller.key("1")
    code = await caller.code()
    await caller.key(code, "1", str(BRAND_CODE), "1", "0")
    assert caller.said["then"] == "AGENT"
    row = await owner.fetchrow("select * from support_call")
    assert (row["agent"], row["body_sealed"], row["ended_how"]) == (None, None, "MENU")
    trail = await owner.fetch(
        "select action, principal_kind, principal, facts::text from audit_event"
        " where action like 'call.%' order by audit_id"
    )
    assert [each["action"][5:] for each in trail] == ["started", "identified", "changed", "ended"]
    assert {(each["principal_kind"], each["principal"]) for each in trail} == {
        ("registry", "voice")
    }
    everything = caplog.text + "".join(each["facts"] for each in trail)
    for table in ("support_call", "proof", "budget", "message"):
        rows = await owner.fetch(f"select {table}::text as row from {table}")
        everything += "".join(each["row"] for each in rows)
    for secret in (phone(1).clear[3:], LINE, SECRET):
        assert secret not in everything
    assert code not in caplog.text


async def test_all_is_refused_of_the_line_alone_and_can_be_undone(caller, owner):
    await caller.come_in()
    await caller.key("2")
    assert "geçerli 2 onayın hepsini" in caller.text
    await caller.key("2")
    assert await moved(owner) == []
    await caller.key("2", "1")
    assert "Reddiniz alındı" in caller.text
    assert await moved(owner) == [("RET", "IYS_CM")] * 2
    assert "bu numaranin 2 onayi RET oldu" in await caller.told()
    assert await owner.fetchval("select count(*) from citizen_act") == 1
    await caller.key("2", "1")
    assert "Reddiniz alındı" in caller.text
    assert "reddetmek için" not in caller.text
    assert await moved(owner) == [("RET", "IYS_CM")] * 2


async def test_without_the_code_nothing_is_said_and_three_wrong_ones_end_the_call(caller, owner):
    await caller.call()
    call_id = caller.said["call"]
    await caller.key("2")
    right = await caller.code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for digits in ("", "1", str(BRAND_CODE) + "0", "*", "' or 1", wrong, wrong):
        await caller.key(digits)
        assert caller.said["step"] == "CODE"
        assert "Işık" not in caller.text
    await caller.key("0")
    newer = await caller.code()
    await caller.key(right if right != newer else wrong)
    assert (caller.said["step"], caller.said["then"]) == ("ENDED", "HANG_UP")
    await caller.post(f"/ivr/calls/{call_id}/input", {"digits": newer}, 404)
    assert await moved(owner) == []


async def test_a_call_is_its_own_and_ends_by_itself(caller, app, owner, keyring, keeper_database):
    await caller.call()
    await caller.key("1")
    code = await caller.code()
    path = f"/ivr/calls/{caller.said['call']}/input"
    second = Caller(app, owner, keyring)
    await second.call(OTHER)
    await second.key("1", code)
    assert "Kod doğru değil" in second.text, "it is another call's"
    await second.client.aclose()
    for call_id in ("01934f00-0000-7000-8000-000000000000", "x", "'"):
        refused = await caller.post(f"/ivr/calls/{call_id}/input", {"digits": "1"}, 404)
        assert refused["errors"][0]["code"] == "IZ128"
    agent = await owner.fetchval(
        "insert into member (member_id, role, email_tag, person_sealed)"
        " values (gen_random_uuid(), 'AGENT', gen_random_uuid(), '') returning member_id"
    )
    assert (await figures(owner))["waiting"] == 0, "supervisors see what agents do"
    await owner.execute("update support_call set agent = $1 where call_id = $2", agent, path[11:47])
    await caller.post(path, {"digits": code}, 404)  # what an agent has open is no call of the menu
    await owner.execute("update support_call set agent = null, good_until = now()")
    await caller.post(path, {"digits": code}, 404)
    async with keeper_database.connection() as connection:
        await end_and_forget(connection, utc_now(), 100)
    assert await owner.fetchval("select count(*) from support_call where body_sealed is null") == 2


async def test_a_line_that_is_not_seen_gets_no_code_and_no_row(caller, owner):
    for line in (None, "", "anonymous", "+4915112345678", "904440001"):
        said = await caller.call(line)
        assert (said["call"], said["then"]) == (None, "AGENT")
        assert "3338" in caller.text
    assert await owner.fetchval("select count(*) from support_call") == 0
    assert await owner.fetchval("select count(*) from message") == 0


async def test_a_number_gets_five_codes_an_hour_and_a_pump_none(caller, owner):
    for _ in range(5):
        await caller.call()
        await caller.key("1")
        assert caller.said["step"] == "CODE"
    await caller.call()
    await caller.key("1")
    assert (caller.said["then"], "kod gönderilemiyor" in caller.text) == ("HANG_UP", True)
    # nobody has keyed in any of so many
    await owner.execute(
        "insert into proof (proof_id, purpose, recipient_tag, sender_tag, is_paid, code_hash,"
        " good_until) select gen_random_uuid(), purpose, recipient_tag, sender_tag, true,"
        " code_hash, now() from (select * from proof limit 1) one, generate_series(1, $1::integer)",
        SETTLED_MIN,
    )
    await caller.call(OTHER)
    await caller.key("1")
    assert "kod gönderilemiyor" in caller.text


async def test_of_inputs_at_once_one_goes_on_at_a_time(caller):
    await caller.come_in()
    path = f"/ivr/calls/{caller.said['call']}/input"
    answers = await asyncio.gather(
        *(caller.client.post(path, json={"digits": each}) for each in ("1", "2", "1", "2"))
    )
    codes = sorted(each.status_code for each in answers)
    assert codes[0] == 200
    assert set(codes) <= {200, 409}
    await caller.key("")
    assert caller.said["step"] in {"BRAND", "CONFIRM_ALL", "MAIN"}


async def test_nobody_but_the_platform_is_heard(caller, owner):
    client = caller.client
    for shown_ in ("", "Bearer", f"Bearer {SECRET}x", f"Basic {SECRET}", "Bearer é", SECRET):
        headers = {"authorization": shown_.encode()}
        answer = await client.post("/ivr/calls", json={"line": LINE}, headers=headers)
        assert answer.status_code == 401, shown_
        assert answer.json()["errors"][0]["code"] == "IZ126"
        assert answer.headers["www-authenticate"] == "Bearer"
    bad = [b"", b"{", b"[]", b'{"line": 5}', b'{"number": "x"}', b'{"line": "' + b"9" * 300 + b'"}']
    for body in (*bad, b"\xff", b"x" * 300_000):
        for kind in ("application/json", "text/plain", FORM["content-type"]):
            answer = await client.post("/ivr/calls", content=body, headers={"content-type": kind})
            is_empty_form = body == b"" and kind == FORM["content-type"]
            assert answer.status_code == (200 if is_empty_form else 422), (kind, body[:20])
    assert (await client.get("/ivr/calls")).status_code == 405
    assert (await client.get("/ivr/nothing")).status_code == 404
    assert await owner.fetchval("select count(*) from support_call") == 0


async def test_what_two_readers_would_read_in_two_ways_is_refused(caller):
    """A name that comes twice, and JSON that is said to be something else."""
    for kind, body in (
        ("application/json", b'{"line": "05990000001", "line": "05990000002"}'),
        (FORM["content-type"], b"line=05990000001&line=05990000002"),
        ("text/plain", b'{"line": "05990000001"}'),
    ):
        answer = await caller.client.post(
            "/ivr/calls", content=body, headers={"content-type": kind}
        )
        assert (answer.status_code, "IZ127" in answer.text) == (422, True), kind


async def test_without_the_setting_there_is_no_menu(app, settings):
    async with open_agents(msgspec.structs.replace(settings, ivr_secret_file=None)) as without:
        transport = httpx2.ASGITransport(app=without)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            assert (await client.get("/ivr/menu.json")).status_code == 404
            answer = await client.post("/ivr/calls", json={"line": LINE}, headers=BEARER)
            assert answer.status_code == 404


async def test_a_platform_that_speaks_voicexml_alone_holds_a_whole_call(caller, owner):
    browser = Browser(caller.client)
    await browser.start()
    assert {each.get(LANG) for each in browser.root.iter(f"{VXML}prompt")} == {"tr-TR", "en-US"}
    await browser.key("5")
    await browser.key("2")
    assert "six digits" in browser.text
    assert browser.root.get(LANG) == "en-US"
    await browser.key(await caller.code())
    await browser.key("1")
    await browser.key(str(BRAND_CODE))
    assert f"is {BRAND_NAME}." in browser.text
    await browser.key("1")
    assert await moved(owner) == [("RET", "IYS_CM")] * 2
    assert "number of your receipt" in browser.text
    await browser.key("0")
    assert browser.root.find(f".//{VXML}block/{VXML}exit").get("expr") == "'AGENT'"
    menu = (await caller.client.get("/ivr/menu.json", headers={"authorization": ""})).json()
    assert {each["step"] for each in menu["steps"]} >= {"LANGUAGE", "CODE", "MAIN", "ENDED"}
    assert {each["says"] for each in menu["steps"]} <= set(menu["texts"])
    answer = await caller.client.get("/ivr/menu.json")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    again = {"if-none-match": answer.headers["etag"]}
    assert (await caller.client.get("/ivr/menu.json", headers=again)).status_code == 304


async def test_a_terminal_holds_a_call_against_a_registry_that_runs(caller, app, settings, owner):
    async with serving(app) as base:

        async def calling(*options: str) -> asyncio.subprocess.Process:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "izin", "ivr", "--url", base, *options),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "IZIN_DATA_FOLDER": str(settings.data_folder)},
            )

        line = await calling("--line", LINE)

        async def until(words: str) -> str:
            seen = ""
            while words not in seen:
                read = (await line.stdout.readline()).decode()
                assert read, seen
                seen += read
            return seen

        async def key(digits: str) -> None:
            line.stdin.write(f"{digits}\n".encode())
            await line.stdin.drain()

        assert "Türkçe için 1'e" in await until("For English press 2")
        await key("1")
        await until("altı haneli")
        await key(await caller.code())
        await until("onay sayısı: 2.")
        await key("1")
        await until("kare tuşuna")
        await key(f"{BRAND_CODE}#")
        await until(f"marka: {BRAND_NAME}.")
        await key("1")
        await until("Reddiniz alındı")
        await key("0")
        await until("görevliye bağlıyorum")
        assert await line.wait() == 0
        withheld, _ = await (await calling("--line", "", "--json")).communicate()
        assert msgspec.json.decode(withheld)["then"] == "AGENT"
    assert await moved(owner) == [("RET", "IYS_CM")] * 2
