"""Every door by which somebody refuses, while this or that is away.

What is shown is true: whoever sees a receipt is recorded; where nothing can be recorded the door
says so, and nothing is. What would say yes fails. The table is docs/operations/refusals.md.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest
from builders.agents import Agent, Staff
from builders.command import free_port
from builders.databases import at_database
from builders.heart import Heart, a_key, a_proposal, email, phone, until
from builders.house import BRAND, House, a_row, ago
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR
from builders.via import a_form_in_force, a_start
from builders.visitor import ME, RECEIPT, Visitor
from builders.voice import FIXED, SECRET, Caller

from izin.brand.manage import set_short_names
from izin.consent.record import Recorder
from izin.core.address import REACHED_BY, Address, AddressKind
from izin.core.errors import UnavailableError
from izin.core.terms import Channel, RecipientType
from izin.link.make import make
from izin.link.model import LIFE, PersonalLink, Reach
from izin.shortcode.answer import Tools, answer
from izin.storage.database import Database
from izin.vault.provider import FileKeyProvider
from izin.wiring.agent import open_agents
from izin.wiring.citizen import open_citizens
from izin.wiring.settings import Settings

LINE = Address("+902120000001", AddressKind.PHONE)
MAIL = email("kapida.okur")
MINE = {"brand": str(BRAND_CODE), "channel": "MESAJ", "kind": "BIREYSEL"}
ACCEPTED, NOT_NOW = 202, 503


@pytest.fixture
def settings(fresh_database, tmp_path, root) -> Settings:
    """Operator, mail server and replica are named, and nothing of them answers."""
    (tmp_path / "ivr-secret").write_text(SECRET)
    return Settings(
        database_url=fresh_database,
        replica_database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/izin",
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        ivr_secret_file=tmp_path / "ivr-secret",
        smpp_urls=f"smpp://izin:gizli@127.0.0.1:{free_port()}",
        smtp_urls=f"smtp://127.0.0.1:{free_port()}",
        pool_size=6,
    )


class Told(NamedTuple):
    """What a door said: its status, and all of its words."""

    status: int
    words: str


class Doors:
    """People in front of their doors, each as far as the last step before a refusal."""

    def __init__(self, house: House, ours: httpx2.AsyncClient, pages: list[Visitor]) -> None:
        self.house = house
        self.ours = ours
        self.pages = pages
        self.lister, self.brand, self.link, self.clicker, self.asked = pages
        self.agent: Agent
        self.callers: list[Caller] = []
        self.links: list[str] = []
        self.doors: dict[str, Callable[[], Awaitable[Told]]] = {
            "a company's call": self._call,
            "a company's batch": self._batch,
            "no to a company's question": self._no,
            "her list": self._list,
            "all of hers": self._all,
            "a brand's page": self._brand,
            "a link": self._link,
            "one click": self._click,
            "3338": self._text,
            "an agent": self._agent,
            "the voice menu": self._menu,
            "a fixed line": self._line,
        }

    async def _call(self) -> Told:
        row = a_row(8, status="RET", source="HS_CAGRI_MERKEZI", consentDate=ago())
        return _told(await self.ours.post(f"{BRAND}/consents", json=row))

    async def _batch(self) -> Told:
        row = a_row(7, status="RET", source="HS_CAGRI_MERKEZI", consentDate=ago())
        path = f"{BRAND}/consents/request"
        taken = await self.ours.post(path, json=[row])
        if taken.status_code != ACCEPTED:
            return _told(taken)

        async def is_done() -> bool:
            shown = await self.ours.get(f"{path}/{taken.json()['requestId']}")
            return [each["status"] for each in shown.json()] == ["success"]

        await until(is_done)
        return Told(200, "")

    async def _no(self) -> Told:
        return await _pressed(self.asked, self.links[2], answer0="RET")

    async def _list(self) -> Told:
        return await _pressed(self.lister, "/consents", **MINE, to="RET")

    async def _all(self) -> Told:
        return await _pressed(self.lister, "/refuse")

    async def _brand(self) -> Told:
        return await _pressed(self.brand, "/isik/refuse", channel="ALL")

    async def _link(self) -> Told:
        return await _pressed(self.link, self.links[0], channel="ALL")

    async def _click(self) -> Told:
        one = {"List-Unsubscribe": "One-Click"}
        return _told(await self.clicker.client.post(self.links[1], data=one))

    async def _text(self) -> Told:
        keys = self.house.parts.keyring
        of = (self.house.parts.database, Tools(keys, Recorder(keys)), phone(4))
        try:
            told = await answer(*of, f"RET {BRAND_CODE}", now=datetime.now(UTC))
        except UnavailableError:
            return Told(NOT_NOW, "")  # the operator keeps it, and brings it again
        return Told(200, told or "")

    async def _agent(self) -> Told:
        script = re.search(r'name="script" value="(refuse/\d+)"', self.agent.page)
        fields = MINE | {"to": "RET", "read": "1", "script": script[1] if script else ""}
        return await _pressed(self.agent, "/change", **fields)

    async def _menu(self) -> Told:
        return await _keyed(self.callers[0], "1")

    async def _line(self) -> Told:
        return await _keyed(self.callers[1], "1")


async def _pressed(who: Visitor | Agent, path: str, **fields: str) -> Told:
    """Press a button, and go back to its page where there was no answer."""
    page = who.page
    told = _told(await who.send(path, **fields))
    if told.status == NOT_NOW:
        who.page = page
    return told


def _told(answered: httpx2.Response) -> Told:
    return Told(answered.status_code, answered.text)


async def _keyed(caller: Caller, digits: str) -> Told:
    path = f"/ivr/calls/{caller.said['call']}/input"
    answered = await caller.client.post(path, json={"digits": digits})
    return Told(answered.status_code, answered.text)


async def a_link(heart: Heart, to: Address) -> str:
    reach = Reach(
        brand_code=BRAND_CODE,
        address=to,
        channels=REACHED_BY[to.kind],
        recipient_types=tuple(RecipientType),
    )
    link = PersonalLink(reach=reach, good_until=datetime.now(UTC) + LIFE)
    async with heart.database.connection() as connection:
        [name] = await make(connection, heart.keyring, [link])
    return f"/k/{name}"


async def a_question(ours: httpx2.AsyncClient, operator: Database, asked: Visitor) -> str:
    """Where the link leads by which a company asks for what was given before."""
    form_id = await a_form_in_force(ours, operator, kind="SHORTURL", channels=["MESAJ"])
    body = a_start(form_id, phone(9).clear, verificationType="SMS_SHORTURL")
    body["consentTypes"][0]["types"] = ["MESAJ"]
    begun = await ours.post(f"/via/sps/{IYS_CODE}/consent", json=body)
    assert begun.status_code == 200, begun.text
    return "/v/" + re.search(r"/v/(\w+)", (await asked.told()).body)[1]


async def lay_out(heart, house: House) -> None:
    """A record for each door; of her who has a list two, the other for all of it."""
    keys = [a_key(each) for each in (1, 2, 3, 4, 5, 6, 7, 8, 9)]
    keys += [a_key(channel=Channel.ARAMA, address=each) for each in (phone(1), LINE)]
    keys.append(a_key(channel=Channel.EPOSTA, address=MAIL))
    await heart.record(*(a_proposal(key=each) for each in keys))
    await house.numbered(len(keys))


@pytest.fixture
async def staffed(settings, house, database, operator_database, keyring, passwords):
    """The call centre's pages, and somebody who works there."""
    async with open_agents(settings) as app:
        staff = Staff(database, operator_database, keyring, passwords)
        yield app, await staff.someone()


class Company(NamedTuple):
    """One that is signed in, and the house where it is."""

    house: House
    client: httpx2.AsyncClient


@pytest.fixture
def company(house, ours) -> Company:
    return Company(house, ours)


@pytest.fixture
async def doors(
    settings, company, heart, staffed, owner, operator_database
) -> AsyncIterator[Doors]:
    """All of them stand before the last step: codes that were sent before have arrived."""
    await set_short_names(operator_database, BRAND_CODE, ["ISIK"], by=OPERATOR)
    await lay_out(heart, company.house)
    agents, somebody = staffed
    async with open_citizens(settings) as app:
        doors = Doors(
            company.house, company.client, [Visitor(app, owner, heart.keyring) for _ in "12345"]
        )
        doors.agent = Agent(agents, owner, heart.keyring)
        doors.callers = [Caller(agents, owner, heart.keyring) for _ in "12"]
        doors.links = [await a_link(heart, each) for each in (phone(3), MAIL)]
        doors.links.append(await a_question(company.client, operator_database, doors.asked))
        await doors.agent.sign_in(somebody)
        await stand_there(doors)
        yield doors
        for each in (*doors.pages, doors.agent, *doors.callers):
            await each.client.aclose()


async def stand_there(doors: Doors) -> None:
    await doors.lister.sign_in(ME)
    await doors.brand.get("/isik")
    await doors.brand.send("/isik", address=phone(2).clear)
    await doors.brand.send("/isik/code", code=await doors.brand.code())
    await doors.link.get(doors.links[0])
    await doors.asked.get(doors.links[2])
    await doors.agent.begin(phone(5).clear)
    await doors.agent.check()
    await doors.agent.get(f"/?{'&'.join(f'{name}={each}' for name, each in MINE.items())}&to=RET")
    menu, line = doors.callers
    await menu.come_in(phone(6).clear)
    await menu.key("1", str(BRAND_CODE))
    await line.call(FIXED)
    await line.key("1", "1", str(BRAND_CODE))


async def refused(owner) -> int:
    return await owner.fetchval("select count(*) from provider_consent where status = 'RET'")


async def refuse_by_all(doors: Doors, owner) -> None:
    """Each says so, with a receipt where people see one, and is recorded."""
    for name, refuse in doors.doors.items():
        before = await refused(owner)
        told = await refuse()
        assert told.status == 200, (name, told.words)
        assert await refused(owner) == before + 1, name
        if name == "3338":
            assert told.words.startswith("RET kaydedildi"), name


async def test_with_operator_mail_server_and_replica_away_all_refuse(doors, owner):
    await refuse_by_all(doors, owner)


async def test_with_the_key_service_away_all_refuse_and_none_approves(doors, owner, monkeypatch):
    def away(*_: object) -> None:
        raise UnavailableError("the key service is away")

    for way in ("wrap", "unwrap"):
        monkeypatch.setattr(FileKeyProvider, way, away)
    await refuse_by_all(doors, owner)
    approved = await doors.lister.get("/consents")
    approved = await doors.lister.change("ONAY")
    assert approved.status_code == NOT_NOW, "her list"
    assert RECEIPT.search(approved.text) is None
    row = a_row(10)
    assert (await doors.ours.post(f"{BRAND}/consents", json=row)).status_code == NOT_NOW
    assert await refused(owner) == len(doors.doors)


AWAY, UNWRITABLE = "allow_connections {}", "set default_transaction_read_only = {}"


@pytest.mark.parametrize(
    ("change", "so", "again"), [(AWAY, "false", "true"), (UNWRITABLE, "on", "off")]
)
async def test_with_a_database_that_takes_nothing_each_says_so_and_nothing_is_half_done(
    doors, owner, fresh_database, change, so, again
):
    other = await asyncpg.connect(at_database(fresh_database, "postgres"))
    name = urlsplit(fresh_database).path[1:]

    async def becomes(word: str) -> None:
        await other.execute(f"alter database {name} {change.format(word)}")
        await other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name
        )

    await becomes(so)
    for name_of, refuse in doors.doors.items():
        told = await refuse()
        assert told.status == NOT_NOW, (name_of, told.words)
        assert RECEIPT.search(told.words) is None, name_of
    await becomes(again)
    back = await asyncpg.connect(fresh_database)
    assert await refused(back) == 0

    async def is_back() -> bool:
        answered = await doors.ours.get(f"{BRAND.partition('/brands')[0]}/brands")
        return answered.status_code == 200

    await until(is_back)
    await refuse_by_all(doors, back)
    await back.close()
    await other.close()
