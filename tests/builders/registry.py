"""One registry for a whole module: a provider of every standing, each with a signed-in client."""

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import msgspec
from builders.dealers import a_dealer
from builders.heart import SOON, until
from builders.house import LONG_AGO, House
from builders.parties import CARRIER_CODE, PARTNER_CODE, PASSWORD, Given
from builders.watch import used

from izin.audit.model import Principal, PrincipalKind
from izin.consent.event import Actor
from izin.consent.model import ConsentKey, Proposal, Recorded, Repeated
from izin.consent.record import OnRepeat, Recorder
from izin.core.address import Address, parse_phone
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.member.passwords import Passwords
from izin.partner.mandate import Grant, grant
from izin.partner.model import Scope
from izin.provider.model import Subscription
from izin.storage.database import Database
from izin.wiring.keeper import keeper_of
from izin.wiring.parts import Parts, open_parts
from izin.wiring.settings import Settings
from izin.wiring.web import open_app

NOBODY, PARTNER, CARRIER = "nobody", "partner", "carrier"
UNLICENSED, UNLICENSED_CODE = "unlicensed", 30000002
"""A partner that has subscribed to nothing."""
RETAILER, PASSIVE_RETAILER, THEIR_RETAILER = 66438915, 66438916, 84438915

RECORDED = "+905999999990"
"""Somebody with a consent of our brand."""

STANDINGS: dict[str, dict[str, Any]] = {
    "ours": {"activated_at": LONG_AGO},
    "theirs": {"activated_at": LONG_AGO},
    "loading": {},  # before the activation date, old consents may still be loaded
    "paused": {"activated_at": LONG_AGO, "subscription": Subscription.PAUSED},
    "expired": {"activated_at": LONG_AGO, "subscription": Subscription.EXPIRED},
    "closed": {"activated_at": LONG_AGO, "subscription": Subscription.CLOSED},
    "unsubscribed": {"activated_at": LONG_AGO, "subscription": Subscription.NONE},
    "without api": {"activated_at": LONG_AGO, "has_api": False},
    "full": {"activated_at": LONG_AGO},  # its package has no room for a single address
}
IYS_CODES = {who: 751000 + 100 * place for place, who in enumerate(STANDINGS)}
BRAND_CODES = {who: code + 1 for who, code in IYS_CODES.items()}
SPARE_RETAILERS = {
    who: range(20_000_000 + 100 * place, 20_000_040 + 100 * place)
    for place, who in enumerate(STANDINGS)
}
EXAMPLE_RETAILER = 12345678
"""The dealer of our document's examples; a brand that still loads old consents has it."""
SECOND_BRAND = IYS_CODES["ours"] + 2

_SHOWN = (
    *("provider_consent", "consent_event", "consent_retailer", "pending", "entry"),
    *("citizen_consent", "batch", "job"),  # figures follow later, in their own time
)
_CONTENT = " union all ".join(
    f"select '{table}', count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"
    f" from {table} as t"
    for table in _SHOWN
)


def brand_path(who: str = "ours") -> str:
    """Path of a provider's brand."""
    return f"/sps/{IYS_CODES[who]}/brands/{BRAND_CODES[who]}"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request, not yet sent.

    body  JSON, unless `raw` says the bytes
    who   whose token it carries; NOBODY's has none
    """

    method: str
    path: str
    body: Any = msgspec.UNSET
    raw: bytes | None = None
    headers: Mapping[str, str] = {}
    who: str = "ours"

    @property
    def content(self) -> bytes | None:
        if self.raw is not None or self.body is msgspec.UNSET:
            return self.raw
        return msgspec.json.encode(self.body)


class Registry(House):
    """The door over a database of its own, and a keeper that can be sent away."""

    def __init__(self, app, parts: Parts, owner: asyncpg.Connection, settings: Settings) -> None:
        super().__init__(app, parts)
        self.owner = owner
        self.settings = settings
        self.post: Any = None
        """The courier of a module in which messages go out."""
        self._numbers = itertools.count(1)
        self._spare = {who: iter(codes) for who, codes in SPARE_RETAILERS.items()}
        self._tokens: dict[str, str] = {}
        self._keeper: tuple[asyncio.Event, asyncio.Task[None]] | None = None

    def phone(self) -> str:
        """Nobody's number, never given before."""
        return used(f"+90599{next(self._numbers):07d}")

    def a_dealer(self) -> dict[str, Any]:
        """A dealer that nobody has, as createRetailer takes it."""
        return a_dealer(next(self._numbers))

    def dealer(self, who: str) -> int:
        """A dealer of the provider's brand that was never named; each is given once."""
        return next(self._spare[who])

    async def token_of(self, who: str) -> str:
        """The provider's access token, signed in once."""
        if who not in self._tokens:
            async with await self.sign_in(username(who), PASSWORD) as client:
                self._tokens[who] = client.headers["authorization"].removeprefix("Bearer ")
        return self._tokens[who]

    def knows(self, who: str) -> bool:
        """Has somebody of this name signed in?"""
        return who in self._tokens

    def adopt(self, who: str, token: str) -> None:
        """Have attempts of somebody be made with a token of another kind."""
        self._tokens[who] = token

    async def send(
        self, attempt: Attempt, *, language: str = "tr", client: str = "192.0.2.1"
    ) -> httpx2.Response:
        """Send an attempt from a network address."""
        transport = httpx2.ASGITransport(app=self.app, client=(client, 40_000))
        headers = {"accept-language": language, **attempt.headers}
        if attempt.who != NOBODY:
            headers["authorization"] = f"Bearer {await self.token_of(attempt.who)}"
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://izin.example"
        ) as sender:
            return await sender.request(
                attempt.method, attempt.path, content=attempt.content, headers=headers
            )

    async def content(self) -> list[tuple[Any, ...]]:
        """How many rows each table holds and what is in them, once everything is numbered."""
        await until(self._is_at_rest)
        return [tuple(row) for row in await self.owner.fetch(_CONTENT)]

    async def _is_at_rest(self) -> bool:
        waiting = await self.owner.fetchval(
            "select (select count(*) from job) + (select count(*) from pending)"
            " + (select assigned_idx - projected_idx from sequence_head)"
        )
        return waiting == 0

    async def start_keeper(self) -> None:
        """Have a keeper number, project and work through batches."""
        stop = asyncio.Event()
        self._keeper = stop, asyncio.create_task(keeper_of(self.parts, stop, waits=SOON).run())

    async def stop_keeper(self) -> None:
        """Send the keeper away, if there is one."""
        if self._keeper is not None:
            stop, task = self._keeper
            self._keeper = None
            stop.set()
            await task

    async def kill_keeper(self) -> None:
        """End the keeper wherever it stands."""
        assert self._keeper is not None, "there is a keeper to kill"
        (_, task), self._keeper = self._keeper, None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def basic(who: str) -> dict[str, str]:
    """The header of a call that carries name and password."""
    pair = base64.b64encode(f"{username(who)}:{PASSWORD}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


def username(who: str) -> str:
    """The API user of a provider."""
    return f"{who.replace(' ', '-')}@firma.example"


@asynccontextmanager
async def open_registry(
    fresh: AbstractAsyncContextManager[str],
    passwords: Passwords,
    folder: Path,
    *,
    standings: tuple[str, ...] = tuple(STANDINGS),
    **settings: Any,
) -> AsyncIterator[Registry]:
    """Open a registry over a fresh database; these providers are in it, its keeper is at work."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(fresh)
        await _register(url, passwords, standings)
        given = Settings(database_url=url, data_folder=folder, pool_size=6, **settings)
        app = await stack.enter_async_context(open_app(given))
        parts = await stack.enter_async_context(open_parts(given, role="izin_keeper"))
        owner = await asyncpg.connect(url)
        stack.push_async_callback(owner.close)
        registry = Registry(app, parts, owner, given)
        await registry.start_keeper()
        stack.push_async_callback(registry.stop_keeper)
        if "ours" in standings:
            await _record(parts)
            await _mandate(url)
        yield registry


async def _mandate(url: str) -> None:
    """Our brand's messages and all of its services, to a partner."""
    database = await Database.open(url, role="izin_web")
    of = IysCode(IYS_CODES["ours"]), BrandCode(BRAND_CODES["ours"])
    by = Principal(PrincipalKind.API_USER, "tests")
    try:
        for scope in Scope:
            wanted = Grant(
                partner_code=PARTNER_CODE,
                scope=scope,
                can_write=scope is not Scope.ARAMA,
                valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            )
            await grant(database, wanted, of=of, by=by)
    finally:
        await database.close()


async def _record(parts: Parts) -> None:
    address = parse_phone(used(RECORDED), sandbox=True)
    assert isinstance(address, Address)
    of = IysCode(IYS_CODES["ours"]), BrandCode(BRAND_CODES["ours"])
    proposal = Proposal(
        key=ConsentKey(*of, Channel.MESAJ, RecipientType.BIREYSEL, address),
        status=Status.ONAY,
        source=Source.HS_WEB,
        consented_at=datetime.now(UTC) - timedelta(hours=1),
    )
    async with parts.database.connection() as connection:
        recorder = Recorder(parts.keyring)
        [verdict] = await recorder.record(
            connection, [proposal], actor=Actor.PROVIDER, on_repeat=OnRepeat.ANSWER
        )
    assert isinstance(verdict, Recorded | Repeated)


async def _register(url: str, passwords: Passwords, standings: tuple[str, ...]) -> None:
    database = await Database.open(url, role="izin_operator")
    try:
        given = Given(database, passwords)
        for who in standings:
            await given.provider(IYS_CODES[who], **STANDINGS[who])
            await given.brand(BRAND_CODES[who], of=IYS_CODES[who], is_master=True)
            await given.api_user(username(who), of=IYS_CODES[who])
            for code in SPARE_RETAILERS[who]:
                await given.retailer(code, of=BRAND_CODES[who])
            if who == "full":
                await given.subscription(IYS_CODES[who], address_limit=0, may_exceed=False)
            if who == "ours":
                await given.subscription(IYS_CODES[who])
                await given.partner()
                await given.licence()
                await given.partner(UNLICENSED_CODE)
                await given.api_user(username(UNLICENSED), partner=UNLICENSED_CODE)
                await given.api_user(username(PARTNER), partner=PARTNER_CODE)
                await given.carrier()
                await given.api_user(username(CARRIER), carrier=CARRIER_CODE)
        await given.brand(SECOND_BRAND, of=IYS_CODES["ours"])
        await given.retailer(RETAILER, of=BRAND_CODES["ours"])
        if "loading" in standings:
            await given.retailer(EXAMPLE_RETAILER, of=BRAND_CODES["loading"])
        if "theirs" in standings:
            await given.retailer(THEIR_RETAILER, of=BRAND_CODES["theirs"])
    finally:
        await database.close()
