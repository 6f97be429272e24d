"""The desk in the test's process, and people who work at it, let in as they would come."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from itertools import count

import httpx2
import msgspec
import pytest
from builders.authenticator import App
from builders.forms import whole_path
from builders.parties import OPERATOR

from izin.core.address import Address, AddressKind
from izin.keyring import MemberKeyring
from izin.member.enrol import Chosen, Enrolling
from izin.member.invite import Inviting, invite
from izin.member.model import Belongs, Person, Post, Role
from izin.member.passkey import RelyingParty
from izin.member.passwords import Passwords
from izin.storage.database import Database
from izin.wiring.desk import open_desk
from izin.wiring.parts import open_member_parts
from izin.wiring.settings import Settings

PASSWORD = "Uzun-Kestane-742"
ORIGIN = "http://localhost:8001"
_MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')
_SECRET = re.compile(r"<dt>Anahtar</dt><dd><code>([A-Z2-7]+)</code>")
_numbers = count(1)


class Worker(msgspec.Struct, frozen=True):
    """Who can sign in at the desk, with what."""

    member_id: str
    email: str
    app: App


class Browser:
    """Follows links and sends forms as a browser without scripts does; keeps its cookies."""

    def __init__(self, app) -> None:
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
        self.page = ""

    async def get(self, path: str) -> httpx2.Response:
        return self._seen(await self.client.get(path))

    async def send(self, path: str, **fields: object) -> httpx2.Response:
        """Send a form of the page that is shown, with the mark that stands in it."""
        return self._seen(
            await self.client.post(whole_path(self.page, path), data={"mark": self.mark, **fields})
        )

    async def done(self, path: str, **fields: object) -> httpx2.Response:
        """Send a form that has to be taken, and go where it leads."""
        answer = await self.send(path, **fields)
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"])

    @property
    def mark(self) -> str:
        return _MARK.search(self.page)[1]

    def _seen(self, answer: httpx2.Response) -> httpx2.Response:
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.page = unescape(answer.text)
        return answer


class DeskHouse:
    """The desk over a database, and whoever runs the registry."""

    def __init__(self, app, settings: Settings, operator: Database, keys: MemberKeyring) -> None:
        self.app = app
        self.settings = settings
        self.operator = operator
        self.keys = keys

    def browser(self) -> Browser:
        return Browser(self.app)

    async def invitation(self, role: Role, of: Belongs) -> tuple[str, str, str]:
        """Id, address and invitation of somebody new."""
        email = f"kisi{next(_numbers)}@masa.example"
        person = Person("Deniz Örnek", Address(email, AddressKind.EMAIL))
        made = await invite(
            self.operator,
            Inviting(keys=self.keys),
            (person, Post(role=role)),
            of=of,
            now=datetime.now(UTC),
            by=OPERATOR,
        )
        return str(made.member_id), email, made.text

    async def stranger(self, of: Belongs, database: Database, passwords: Passwords) -> Worker:
        """Somebody of another party, who has accepted at that party's own door."""
        member_id, email, text = await self.invitation(Role.OWNER, of)
        rp = RelyingParty("localhost", "http://localhost:8000")
        enrolling = Enrolling(database, self.keys, passwords, rp)
        now = datetime.now(UTC)
        app = App((await enrolling.begin(text, now=now)).totp_uri)
        chosen = Chosen(password=PASSWORD, code=app.code(now - app.STEP))
        await enrolling.finish(text, chosen, client="", now=now)
        return Worker(member_id, email, app)

    async def someone(self, role: Role = Role.OWNER) -> Worker:
        """Somebody who has accepted an invitation on the desk's own page."""
        member_id, email, text = await self.invitation(role, Belongs())
        browser = self.browser()
        await browser.get("/invitation")
        await browser.send("/invitation", invitation=text)
        app = App(f"otpauth://totp/x?secret={_SECRET.search(browser.page)[1]}")
        code = app.code(datetime.now(UTC) - app.STEP)  # the running one is for the sign-in
        await browser.done("/invitation/accept", invitation=text, password=PASSWORD, code=code)
        return Worker(member_id, email, app)

    async def sign_in(self, who: Worker, *, step: int = 0) -> Browser:
        """A browser in which this person has signed in; a code works once, so name later steps."""
        browser = self.browser()
        await browser.get("/sign-in")
        await browser.done("/sign-in", email=who.email, password=PASSWORD)
        code = who.app.code(datetime.now(UTC) + step * who.app.STEP)
        await browser.done("/sign-in/code", code=code)
        return browser

    async def at_work(self, role: Role = Role.OWNER) -> Browser:
        """The browser of somebody new in a role."""
        return await self.sign_in(await self.someone(role))


@pytest.fixture
async def desk(fresh_database, tmp_path) -> AsyncIterator[DeskHouse]:
    settings = Settings(database_url=fresh_database, data_folder=tmp_path, pool_size=7)
    async with open_member_parts(settings) as parts, open_desk(settings) as app:
        yield DeskHouse(app, settings, parts.database, parts.keyring)
