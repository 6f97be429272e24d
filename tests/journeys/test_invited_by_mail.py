"""An invitation goes to whoever is invited, over real SMTP, and nobody else sees it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from builders.desk import DeskHouse
from builders.house import House
from builders.members import of_carrier, of_company, of_partner
from builders.parties import CARRIER_CODE, IYS_CODE, OPERATOR, PARTNER_CODE

from izin.core.address import Address, AddressKind
from izin.i18n.catalogue import Language
from izin.member.invite import Inviting, invite, invite_anew
from izin.member.mail import Doors
from izin.member.model import Belongs, Person, Post, Role
from izin.simulator.inbox import Inbox, listening
from izin.wiring.courier import courier_of
from izin.wiring.desk import open_desk
from izin.wiring.keeper import keeper_of
from izin.wiring.parts import open_member_parts, open_message_parts, open_parts
from izin.wiring.settings import Settings
from izin.wiring.web import open_app

DESK, API = "http://localhost:8001", "http://localhost:8000"


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, int]]:
    kept = Inbox()
    async with listening(kept) as port:
        yield kept, port


@pytest.fixture
def settings(fresh_database, tmp_path, root, inbox) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        pool_size=7,
        smtp_urls=f"smtp://127.0.0.1:{inbox[1]}",
    )


@asynccontextmanager
async def carrying(settings: Settings) -> AsyncIterator[None]:
    """A keeper and a courier at work."""
    stop = asyncio.Event()
    async with (
        open_parts(settings, role="izin_keeper") as parts,
        open_message_parts(settings) as messages,
        asyncio.TaskGroup() as working,
    ):
        working.create_task(keeper_of(parts, stop, doors=Doors(desk=DESK, api=API)).run())
        working.create_task(courier_of(messages, settings, stop).run())
        try:
            yield
        finally:
            stop.set()


async def test_one_of_the_registry_s_people_is_let_in_by_the_link_of_a_mail(settings, inbox, owner):
    async with open_member_parts(settings) as parts, open_desk(settings) as app:
        desk = DeskHouse(app, settings, parts.database, parts.keyring)
        browser = await desk.at_work(Role.OWNER)
        await browser.get("/staff")
        shown = await browser.send(
            "/staff/invite", name="Yeni Biri", email="yeni@kayit.example", role="VIEWER"
        )
        assert "e-posta adresine gönderiliyor" in shown.text
        assert "izin_" not in shown.text
        async with carrying(settings):
            [came] = await inbox[0].until("yeni@kayit.example")
        assert came.mail["subject"] == "Kayıt merkezine davet edildiniz"
        [link] = [word for word in came.mail.get_content().split() if word.startswith(DESK)]
        path = urlsplit(link)
        stranger = desk.browser()
        await stranger.get(f"{path.path}?{path.query}")
        text = path.query.partition("=")[2]
        assert f'value="{text}"' in stranger.page, "a look uses nothing up"
        await stranger.send("/invitation", invitation=text)
        assert "yeni@kayit.example" in stranger.page
    assert await owner.fetchval("select count(*) from invitation where letter_sealed > ''") == 0
    good_until = await owner.fetchval("select good_until from message")
    assert timedelta(days=6) < good_until - datetime.now(UTC) < timedelta(days=7)


async def test_other_parties_people_get_theirs_and_the_newest_alone(settings, inbox, given):
    parties = {
        "company": of_company(),
        "partner": of_partner(PARTNER_CODE),
        "carrier": of_carrier(CARRIER_CODE),
    }
    await given.provider(IYS_CODE)
    await given.partner()
    await given.carrier()
    now = datetime.now(UTC)
    async with open_member_parts(settings) as parts:
        how = Inviting(keys=parts.keyring, by_mail=True, language=Language.EN)
        for name, of in parties.items():
            whom = Person("Biri", Address(f"{name}@firma.example", AddressKind.EMAIL))
            invited = whom, Post(role=Role.OWNER)
            made = await invite(parts.database, how, invited, of=of, now=now, by=OPERATOR)
            assert made.text is None
        again = {"of": of, "now": now, "by": OPERATOR}
        await invite_anew(parts.database, how, made.member_id, **again)
    async with carrying(settings), asyncio.timeout(20):
        mails = {name: await inbox[0].until(f"{name}@firma.example") for name in parties}
    assert all(len(came) == 1 for came in mails.values()), "what was replaced is not sent"
    async with open_app(settings) as app, open_parts(settings, role="izin_web") as web:
        house = House(app, web)
        for name, [came] in mails.items():
            body = came.mail.get_content()
            [text] = [word for word in body.split() if word.startswith("izin_")]
            assert f"{API}/x/invitations/open" in body
            async with house.client() as client:
                opened = await client.post("/x/invitations/open", json={"invitation": text})
            assert opened.json()["email"] == f"{name}@firma.example"
            assert opened.json()["actsFor"] == name.upper()
            assert await title(parties[name], given) in body


async def title(of: Belongs, given) -> str:
    table = "provider" if of.iys_code else "partner" if of.partner_code else "intermediary"
    async with given.database.connection() as connection:
        found: str = await connection.fetchval(f"select title from {table} limit 1")
    return found
