"""A link of ViA PASS: she says whether the address is hers, once; a look changes nothing."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4

import httpx2
import pytest
from builders.browser import screen, serving
from builders.parties import IYS_CODE, OPERATOR
from builders.visitor import RECEIPT

from izin.core.address import Address, AddressKind
from izin.i18n.catalogue import Language
from izin.message.seal import opened
from izin.receipt.issue import check
from izin.viapass.model import Kind, TemplateState, Wording
from izin.viapass.start import Wanted, start
from izin.viapass.subscribe import subscribe
from izin.viapass.templates import Draft, decide, submit
from izin.wiring.citizen import open_citizens
from izin.wiring.settings import Settings

ORIGIN = "http://izin.example"
AYSE = Address("ayse@posta.example", AddressKind.EMAIL)
MARK = re.compile(r'name="mark" value="(\w+)"')
WORDING = Wording(
    language=Language.TR,
    body_tr="Adresinizi onaylayın: {link}",
    body_en="Confirm: {link}",
    subject_tr="Adresiniz",
    subject_en="Your address",
)


class Links:
    """Has links sent, and opens them."""

    def __init__(self, database, keyring, owner, template: int, client) -> None:
        self.database = database
        self.keyring = keyring
        self.owner = owner
        self.template = template
        self.client = client

    async def sent(self) -> str:
        wanted = Wanted(
            iys_code=IYS_CODE,
            kind=Kind.EMAIL_SHORTURL,
            to=AYSE,
            template_id=self.template,
            tin="1234567890",
            user_id=uuid4(),
            network="192.0.2.9",
        )
        now = datetime.now(UTC)
        await start(self.database, self.keyring, wanted, origin=ORIGIN, now=now)
        row = await self.owner.fetchrow("select * from message order by message_id desc limit 1")
        body = opened(self.keyring.message_sealer, row["message_id"], row["sealed"]).body
        return body.partition(ORIGIN)[2]

    async def open(self, path: str) -> str:
        answer = await self.client.get(path)
        return unescape(answer.text)

    async def say(self, path: str, answer: str) -> httpx2.Response:
        mark = MARK.search(await self.open(path))[1]
        return await self.client.post(path, data={"mark": mark, "answer": answer})

    async def states(self) -> list[str]:
        rows = await self.owner.fetch("select state from pass_request order by started_at")
        return [each["state"] for each in rows]


@pytest.fixture
async def app(fresh_database, tmp_path, root) -> AsyncIterator:
    settings = Settings(
        database_url=fresh_database, data_folder=tmp_path, root_key_file=tmp_path / "root.key"
    )
    async with open_citizens(settings) as opened_app:
        yield opened_app


@pytest.fixture
async def links(app, given, database, operator_database, keyring, owner) -> AsyncIterator[Links]:
    await given.provider(title="Işık Giyim A.Ş.")
    ends_at = datetime.now(UTC) + timedelta(days=9)
    await subscribe(operator_database, IYS_CODE, 10, ends_at, by=OPERATOR)
    draft = Draft(kind=Kind.EMAIL_SHORTURL, wording=WORDING)
    number = await submit(database, IYS_CODE, draft, by=OPERATOR)
    await decide(operator_database, number, TemplateState.APPROVED, note="", by=OPERATOR)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield Links(database, keyring, owner, number[0], client)


async def test_her_word_counts_once_and_only_when_she_gives_it(links, caplog):
    yes, no, late = await links.sent(), await links.sent(), await links.sent()
    for _ in range(2):  # a mail server that looks at links confirms nothing
        page = await links.open(yes)
    assert "Işık Giyim A.Ş." in page
    assert AYSE.clear not in page
    assert await links.states() == ["STARTED"] * 3
    marks = {"mark": MARK.search(page)[1], "answer": "DONE"}
    many = await asyncio.gather(*(links.client.post(yes, data=marks) for _ in range(10)))
    assert sorted(each.status_code for each in many) == [303, *[422] * 9]
    assert (await links.say(no, "DENIED")).status_code == 303
    answered = await links.open(no)
    assert "Doğrulanmadı" in answered
    [receipt] = RECEIPT.findall(answered)
    assert await check(links.owner, links.keyring, receipt) is not None
    assert "Adresiniz doğrulandı" in await links.open(yes)
    assert await links.owner.fetchval("select count(*) from receipt_number") == 2
    assert await links.states() == ["DONE", "DENIED", "STARTED"]
    mark = MARK.search(await links.open(late))[1]
    for answer in ("STARTED", "BELKI", ""):
        wrong = await links.client.post(late, data={"mark": mark, "answer": answer})
        assert wrong.status_code == 422
    assert (await links.client.post(late, data={"answer": "DONE"})).status_code == 403
    await links.owner.execute("update pass_request set good_until = now()")
    assert "süresi doldu" in await links.open(late)
    refused = await links.client.post(late, data={"mark": mark, "answer": "DONE"})
    assert "H1051" in refused.text
    rows = await links.owner.fetch("select pass_request::text as row from pass_request")
    kept = "".join(each["row"] for each in rows) + caplog.text
    assert not [link for link in (yes, no, late) if link[3:] in kept]
    assert await links.owner.fetchval("select count(*) from consent_event") == 0


async def test_a_link_that_is_none_is_not_there_and_many_are_too_many(links):
    answers = [await links.client.get(f"/o/{'0' * 15}{place:X}") for place in range(16)]
    answers += [await links.client.get("/o/x") for _ in range(16)]
    assert {each.status_code for each in answers[:30]} == {404}
    assert "geri" not in answers[0].text.lower()
    assert answers[-1].status_code in (404, 429)
    assert (
        await links.owner.fetchval("select max(used) from budget where kind like 'network%'") > 29
    )


async def test_every_page_is_accessible_and_in_both_languages(browser, app, links):
    found = {}
    first, second = await links.sent(), await links.sent()
    async with serving(app) as base:
        window = await screen(browser, base)
        for path, click in ((first, "DONE"), (second, "DENIED")):
            await window.open(path)
            found |= await window.look(click)
            await window.page.click(f"button[value={click}]")
            found |= await window.look(f"after {click}")
        await window.page.click("text=English")
        await window.open(second)
        assert await window.page.inner_text("h1") == "Not verified"
    assert not found
