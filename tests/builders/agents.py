"""Agents of the call centre, let in as they come, and the telephone of whoever calls them."""

import re
from datetime import UTC, datetime
from html import unescape
from itertools import count

import httpx2
from builders.authenticator import App
from builders.forms import whole_path
from builders.parties import OPERATOR

from izin.core.address import Address, AddressKind
from izin.keyring import MemberKeyring
from izin.member.enrol import Chosen, Enrolling
from izin.member.invite import Inviting, invite
from izin.member.model import Belongs, Person, Post, Role
from izin.member.passkey import RelyingParty
from izin.message.seal import opened

PASSWORD = "Uzun-Kestane-742"
ORIGIN = "http://localhost:8006"
MARK = re.compile(r'name="mark" value="(\w+)"')
CODE = re.compile(r"\b\d{6}\b")
_numbers = count(1)


class Staff:
    """Lets people of the registry in, of whichever role."""

    def __init__(self, database, operator, keyring, passwords) -> None:
        self.keys = MemberKeyring(keyring.members, keyring.tokens)
        self.operator = operator
        self.enrolling = Enrolling(
            database, self.keys, passwords, RelyingParty("localhost", ORIGIN)
        )

    async def someone(self, role: Role = Role.AGENT) -> tuple[str, App, str]:
        """Address, authenticator and id of somebody new."""
        email = f"gorevli{next(_numbers)}@cagri.example"
        person = Person("Deniz Örnek", Address(email, AddressKind.EMAIL))
        now = datetime.now(UTC)
        invited = person, Post(role=role)
        made = await invite(
            self.operator, Inviting(keys=self.keys), invited, of=Belongs(), now=now, by=OPERATOR
        )
        app = App((await self.enrolling.begin(made.text, now=now)).totp_uri)
        chosen = Chosen(password=PASSWORD, code=app.code(now - app.STEP))
        await self.enrolling.finish(made.text, chosen, client="", now=now)
        return email, app, str(made.member_id)


class Agent:
    """An agent's browser without scripts."""

    def __init__(self, app, owner, keyring) -> None:
        transport = httpx2.ASGITransport(app=app)
        self.client = httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
        self.owner = owner
        self.keyring = keyring
        self.page = ""
        self.id = ""

    async def get(self, path: str = "/") -> httpx2.Response:
        return self._seen(await self.client.get(path, follow_redirects=True))

    async def send(self, path: str, **fields: str) -> httpx2.Response:
        answer = await self.client.post(
            whole_path(self.page, path), data={"mark": MARK.search(self.page)[1], **fields}
        )
        if answer.status_code == 303:
            return await self.get(answer.headers["location"])
        return self._seen(answer)

    async def sign_in(self, who: tuple[str, App, str]) -> httpx2.Response:
        email, app, self.id = who
        await self.get("/sign-in")
        await self.send("/sign-in", email=email, password=PASSWORD)
        return await self.send("/sign-in/code", code=app.code(datetime.now(UTC)))

    async def told(self) -> str:
        """What came to the caller last."""
        row = await self.owner.fetchrow(
            "select message_id, sealed from message order by message_id desc limit 1"
        )
        return opened(self.keyring.message_sealer, row["message_id"], row["sealed"]).body

    async def begin(self, address: str, language: str = "tr") -> httpx2.Response:
        await self.get()
        return await self.send("/begin", address=address, language=language)

    async def check(self, **fields: str) -> httpx2.Response:
        code = CODE.search(await self.told())[0]
        return await self.send("/check", **({"code": code, "owned": "always"} | fields))

    @property
    def call(self) -> str:
        """The path by which the call that is shown ends."""
        return re.search(r'action="(/calls/[0-9a-f-]+/end)"', self.page)[1]

    def _seen(self, answer: httpx2.Response) -> httpx2.Response:
        self.page = unescape(answer.text)
        return answer
