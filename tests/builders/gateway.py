"""The simulated gateway on a port of its own, our client before it, and somebody's browser."""

import asyncio
import base64
import hashlib
import html
import re
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from builders.clock import FakeClock
from builders.holder import an_ec_key, public

from izin.oidc.client import OidcClient
from izin.oidc.fetch import Fetch
from izin.oidc.gateway import Shown, shown_of, wish_of
from izin.oidc.model import Registration, SignedIn, Started, Wish
from izin.simulator.identity import app_of
from izin.simulator.registration import Client, IdentitySettings, Lie, Way
from izin.web.shared.static import address_of, file_at
from izin.wiring.connection import ConnectionBounds
from izin.wiring.server import server_of

BACK, OTHER_BACK = "https://izin.example/e-devlet/back?via=gate", "https://sikayet.example/back"
OUT = "https://izin.example/out"
SECRET = "s:ecret/+ü"
KEY = an_ec_key()
ANY = tuple(Way)
BOUNDS = ConnectionBounds(head_bytes_max=256 * 1024, target_bytes_max=128 * 1024)


def clients() -> tuple[Client, ...]:
    """One with a secret, and one with a key on another host, which may ask for less."""
    ours = Client(
        client_id="izin:citizens",
        name="İzin",
        secret=SECRET,
        redirect_uris=frozenset((BACK,)),
        after_sign_out=frozenset((OUT,)),
    )
    other = Client(
        client_id="sikayet",
        name="Şikâyet",
        keys=(public(KEY),),
        redirect_uris=frozenset((OTHER_BACK,)),
        scopes=frozenset(("openid", "profile")),
    )
    return ours, other


def stylesheet() -> bytes:
    found = file_at(address_of("kit.css").rpartition("/")[2])
    assert found is not None
    return bytes(found.body)


@asynccontextmanager
async def gateway(clock: Any = None, **facts: Any) -> AsyncIterator[IdentitySettings]:
    """Serve one until the end, as a process of the registry would serve it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        given = {
            "issuer": f"http://127.0.0.1:{listening.getsockname()[1]}",
            "clients": clients(),
            "secret": b"always the same!",
            "stylesheet": stylesheet(),
            "clock": clock or FakeClock(),
        }
        settings = IdentitySettings(**(given | facts))
        server = server_of(app_of(settings), bounds=BOUNDS, trusted=(), drain_s=1)
        server.capture_signals = nullcontext
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield settings
        finally:
            server.should_exit = True
            await running


class Citizen:
    """Somebody at a browser, who goes where he is sent within the provider."""

    def __init__(self, settings: IdentitySettings) -> None:
        self.issuer = settings.issuer
        self.browser = httpx2.AsyncClient(base_url=settings.issuer)
        self.asked = ""
        self.seen: list[str] = []

    async def __aenter__(self) -> Self:
        await self.browser.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.browser.__aexit__(*error)

    async def open(self, url: str) -> httpx2.Response:
        """Follow an address to the page that it leads to, or to where it leaves the provider."""
        return await self._followed(await self.browser.get(url))

    async def send(self, path: str, **form: str) -> httpx2.Response:
        return await self._followed(await self.browser.post(path, data=form))

    async def _followed(self, answer: httpx2.Response) -> httpx2.Response:
        while answer.headers.get("location", "").startswith("/"):
            answer = await self.browser.get(answer.headers["location"])
        self.seen.append(answer.text)
        if found := re.search(r'name="asked" value="([^"]+)"', answer.text):
            self.asked = html.unescape(found[1])
        return answer

    async def sign_in(self, person: str = "ayse", way: Way = Way.PASSWORD) -> httpx2.Response:
        return await self.send("/sign-in", asked=self.asked, person=person, way=way.value)

    async def agree(self, answer: str = "allow", **form: str) -> dict[str, str]:
        """Give the query with which the browser goes back."""
        return query_of(await self.send("/consent", asked=self.asked, answer=answer, **form))

    async def through(self, url: str, person: str = "ayse", **form: str) -> dict[str, str]:
        """Sign in and agree."""
        await self.open(url)
        await self.sign_in(person)
        return await self.agree(**form)


def query_of(answer: httpx2.Response) -> dict[str, str]:
    place = answer.headers["location"]
    assert place.startswith(("https://", "http://localhost:")), answer.text
    return {name: value for name, [value] in parse_qs(urlsplit(place).query).items()}


def _client(seconds: float = 5.0) -> OidcClient:
    here = {"may_reach": lambda address: address == "127.0.0.1", "schemes": ("http",)}
    return OidcClient(Fetch(**here, seconds=seconds))


class Registry:
    """Our side: the client as citizens' doors will use it."""

    def __init__(self, settings: IdentitySettings, **facts: Any) -> None:
        self.settings = settings
        self.oidc = _client()
        ours = settings.clients[0]
        given = {"issuer": settings.issuer, "client_id": ours.client_id, "redirect_uri": BACK}
        self.at = Registration(**(given | {"client_secret": ours.secret} | facts))

    async def begin(self, wish: Wish | None = None) -> Started:
        drawn = tuple(secrets.token_urlsafe(32) for _ in range(3))
        return await self.oidc.begin(self.at, drawn=drawn, wish=wish or wish_of(ANY))

    async def finish(
        self, started: Started, answer: dict[str, str], wish: Wish | None = None
    ) -> SignedIn:
        now, asked = self.settings.clock(), wish or wish_of(ANY)
        if Lie.SLOW in self.settings.lies:
            return await _client(0.3).finish(self.at, started, answer, now=now, wish=asked)
        return await self.oidc.finish(self.at, started, answer, now=now, wish=asked)

    async def shown(self, citizen: Citizen, wish: Wish | None = None, **how: str) -> Shown:
        """The whole way."""
        started = await self.begin(wish)
        answer = await citizen.through(started.url, **how)
        return shown_of(await self.finish(started, answer, wish))


def asked_by_hand(issuer: str, verifier: str = "v" * 43, **changes: str | None) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": "sikayet",
        "redirect_uri": OTHER_BACK,
        "scope": "openid profile tckn",
        "state": "st",
        "nonce": "no",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    } | changes
    return f"{issuer}/authorize?" + urlencode({k: v for k, v in asked.items() if v is not None})
