"""A citizen at her pages, without scripts, and the telephone in her hand."""

import asyncio
import re
from html import unescape
from urllib.parse import urlencode

import httpx2
import msgspec
from builders.forms import whole_path
from builders.parties import BRAND_CODE

from izin.message.model import Rendered
from izin.message.seal import opened
from izin.simulator.registration import IdentitySettings, Way
from izin.wiring.settings import Settings

ME, SOMEBODY = "0599 000 00 01", "0599 000 00 02"
MARK = re.compile(r'name="mark" value="(\w+)"')
RECEIPT = re.compile(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]")
CODE = re.compile(r"\b(?:\d{6}|\d{8})\b")
SAID = re.compile(r"<h1[^>]*>([^<]+)|role=\"alert\"[^>]*>\s*(?:<[^>]+>\s*)*([^<]+)")


class Visitor:
    """A browser without scripts, and the telephone of whoever uses it."""

    def __init__(self, app, owner, keyring) -> None:
        transport = httpx2.ASGITransport(app=app)
        self.app = app
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://localhost:8002")
        self.owner = owner
        self.keyring = keyring
        self.page = ""
        self.clicks = 0

    async def get(self, path: str) -> httpx2.Response:
        return self._seen(await self.client.get(path, follow_redirects=True))

    async def send(self, path: str, **fields: str) -> httpx2.Response:
        """Click a form's button; go where it leads."""
        self.clicks += 1
        answer = await self.client.post(
            whole_path(self.page, path), data={"mark": MARK.search(self.page)[1], **fields}
        )
        if answer.status_code == 303:
            return await self.get(answer.headers["location"])
        return self._seen(answer)

    async def at_once(self, path: str, *forms: dict[str, str]) -> list[str]:
        """What pages say to this session's forms that are sent at once."""
        mark = MARK.search(self.page)[1]
        transport = httpx2.ASGITransport(app=self.app)
        address, cookies = self.client.base_url, self.client.cookies

        async def post(fields: dict[str, str]) -> str:
            async with httpx2.AsyncClient(
                transport=transport, base_url=address, cookies=cookies
            ) as client:
                answer = await client.post(path, data={"mark": mark, **fields})
                assert answer.status_code == 303, answer.text
                shown = await client.get(answer.headers["location"], follow_redirects=True)
                return unescape(shown.text)

        return await asyncio.gather(*map(post, forms))

    async def told(self) -> Rendered:
        """What was sent last."""
        row = await self.owner.fetchrow(
            "select message_id, sealed from message order by message_id desc limit 1"
        )
        return opened(self.keyring.message_sealer, row["message_id"], row["sealed"])

    async def code(self) -> str:
        """The code in it."""
        found = CODE.search((await self.told()).body)
        assert found, f"no code was sent; the page says {SAID.findall(self.page)}"
        return found[0]

    async def goes_to_gateway(self, path: str = "/e-devlet", **fields: str) -> str:
        """Click the button that leads there; give where."""
        answer = await self.client.post(path, data={"mark": MARK.search(self.page)[1], **fields})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def comes_back(self, query: dict[str, str]) -> httpx2.Response:
        """Back from the gateway; the page between leads on by itself."""
        answer = await self.get(f"/e-devlet/back?{urlencode(query)}")
        on = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', self.page)
        return answer if on is None else await self.get(on[1])

    async def add(self, address: str, label: str = "") -> None:
        """Add an address to the account, by its code."""
        await self.get("/addresses")
        await self.send("/addresses", address=address, label=label)
        await self.send("/addresses/code", code=await self.code())

    def sign_of(self, masked: str) -> str:
        """What forms of the shown page call an address by."""
        found = re.search(rf'value="(\w{{32}})"[^<]*<button[^>]*: {re.escape(masked)}"', self.page)
        assert found, "no form of this address"
        return found[1]

    async def sign_in(self, address: str = ME) -> None:
        await self.get("/consents")
        await self.send("/sign-in", address=address)
        await self.send("/sign-in/code", code=await self.code())
        await self.send("/notice", owned="always")

    async def change(self, to: str, **fields: str) -> httpx2.Response:
        known = {"brand": str(BRAND_CODE), "channel": "MESAJ", "kind": "BIREYSEL", "to": to}
        return await self.send("/consents", **(known | fields))

    def _seen(self, answer: httpx2.Response) -> httpx2.Response:
        self.page = unescape(answer.text)
        return answer


def known_at(provider: IdentitySettings, settings: Settings) -> Settings:
    """The same, known at this gateway."""
    return msgspec.structs.replace(
        settings,
        gateway_issuer=provider.issuer,
        gateway_client_id=provider.clients[0].client_id,
        gateway_secret_file=settings.data_folder / "gateway-secret",
        gateway_acrs=" ".join(Way),
    )
