"""A citizen comes by the state's gateway: who she is is its name for her, and no number.

Her number is asked for on a way of its own, after she has said so, and kept sealed until she takes
it back. Source: decision 0058; security T37
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from izin.account import find, keep
from izin.account.model import Account, Bound
from izin.citizen import number, store
from izin.citizen.bond import Bond, bind, part
from izin.citizen.model import Citizen, Opened
from izin.citizen.notice import is_read
from izin.citizen.seat import WHOLE, Body, Seats
from izin.core.errors import RefusalError, Refused
from izin.keyring import Keyring
from izin.oidc.client import OidcClient
from izin.oidc.gateway import AGE_S_MAX, Shown, shown_of, wish_of, wish_with_tckn
from izin.oidc.model import Fault, NotSignedInError, Registration, Started, Wish
from izin.storage.database import Connection, Database

UNDER_WAY = timedelta(minutes=10)
"""How long she may take at the gateway."""

WANTED_MAX = 300
"""A longer address of the page that she wanted is left out: a seal has one size for nearly all."""

_CODES = {Fault.DENIED: "IZ117", Fault.AWAY: "IZ118"}
_OTHERS = "IZ119"


class Gateway(msgspec.Struct, frozen=True):
    """How the gateway is called, how we are known there, which ways of signing in are enough."""

    client: OidcClient
    at: Registration
    acrs: tuple[str, ...]


class Arrived(msgspec.Struct, frozen=True):
    """Back from the gateway: what she calls with from now on; None where she came for her number.

    has_tckn  whether it was handed over, and is kept
    wanted    the page that she was led from; empty where she came by herself
    bond      what has become of the addresses of her session, where she came to bind them
    refused   why she is not taken in
    """

    text: str | None
    has_tckn: bool = False
    wanted: str = ""
    bond: Bond | None = None
    refused: Refused | None = None

    def __repr__(self) -> str:
        """Leave the text out."""
        return "Arrived(…)"


class Arrivals:
    """Sends citizens to the gateway, and takes them in when they are back."""

    def __init__(self, database: Database, keyring: Keyring, gateway: Gateway) -> None:
        """Take the database and keys of a process of both sides."""
        self._database = database
        self._keyring = keyring
        self._gateway = gateway
        self._seats = Seats(keyring)

    async def begin(self, *, now: datetime, wanted: str = "") -> tuple[str, str]:
        """Give what this browser comes back with, and where it goes.

        Takes   wanted: a page of ours, kept sealed, and nothing of it told to the gateway
        Raises  RefusalError IZ118 the gateway does not answer, IZ119 it answers amiss
        """
        kept = wanted if len(wanted) <= WANTED_MAX else ""
        return await self._begin(Body(wanted=kept), now)

    async def begin_for_tckn(self, who: Citizen, *, now: datetime, wanted: str) -> tuple[str, str]:
        """The same, to have her number handed over: she has said so on a page of its own."""
        assert who.account is not None, "whoever came by the gateway has one"
        body = Body(account_id=who.account.account_id, with_tckn=True, wanted=wanted)
        return await self._begin(body, now)

    async def begin_to_bind(self, who: Citizen, *, now: datetime, wanted: str) -> tuple[str, str]:
        """The same, to have the addresses that she has shown in this session be hers there."""
        return await self._begin(Body(binds=who.tag, wanted=wanted), now)

    async def finish(
        self, text: str | None, answer: Mapping[str, str], *, now: datetime, read: int = 0
    ) -> Arrived | None:
        """Take her in, or her number; None for what this browser has not begun.

        Takes   read: which version of the notice was read in this browser
        Gives   refused: IZ117 she said no there, IZ118, IZ119; of addresses IZ115, IZ164
        Raises  UnavailableError
        """
        tag = self._seats.tag_of(text)
        body = None if tag is None else await self._taken(tag)
        if body is None or body.started is None:
            return None
        try:
            return await self._finished(body, body.started, answer, now, read)
        except RefusalError as error:
            return Arrived(None, wanted=body.wanted, refused=error.refused[0])

    async def _finished(
        self, body: Body, started: Started, answer: Mapping[str, str], now: datetime, read: int
    ) -> Arrived | None:
        shown = await self._shown(body, started, answer, now)
        gateway_tag = self._keyring.citizen.pseudonyms.gateway_tag(
            self._gateway.at.issuer, shown.sub_pairwise
        )
        async with self._database.transaction() as connection:
            if body.with_tckn:
                return await self._keep_tckn(connection, body, shown, gateway_tag, now)
            if body.binds is not None:
                return await self._bind(connection, body, body.binds, gateway_tag, now)
            account = await keep.arrive(connection, self._keyring.citizen, gateway_tag)
            account = msgspec.structs.replace(account, notice=max(read, account.notice))
            text = await self._let_in(connection, account, Body(), now)
            return Arrived(text, wanted=body.wanted)

    async def unbind(self, who: Citizen) -> None:
        """Forget who she is at the gateway, and her number; what she came by it for is closed."""
        if who.by_gateway:
            async with self._database.transaction() as connection:
                await part(connection, self._keyring, self._seats, who)

    async def forget_tckn(self, who: Citizen) -> None:
        """She takes back that her number may be kept."""
        if who.account is not None:
            async with self._database.transaction() as connection:
                keys, account_id = self._keyring.citizen, who.account.account_id
                await keep.keep_tckn(connection, keys, account_id, None, None)

    async def _begin(self, body: Body, now: datetime) -> tuple[str, str]:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        gateway = self._gateway
        try:
            started = await gateway.client.begin(
                gateway.at, drawn=(state, nonce, verifier), wish=self._wish(body, AGE_S_MAX)
            )
        except NotSignedInError as error:
            raise _refusal(error) from error
        if _origin(started.url) != _origin(gateway.at.issuer):  # our pages' policy would stop it
            raise RefusalError(Refused(code=_OTHERS))
        body = msgspec.structs.replace(body, started=started, begun_at=now)
        async with self._database.transaction() as connection:
            text = await self._seats.put(
                connection, body, is_open=False, until=now + UNDER_WAY, now=now
            )
        return text, started.url

    async def _taken(self, tag: UUID) -> Body | None:
        """What was begun; it is used up with that."""
        async with self._database.transaction() as connection:
            body = await self._seats.one(connection, tag, is_open=False)
            return body if await store.end(connection, tag) else None

    async def _shown(
        self, body: Body, started: Started, answer: Mapping[str, str], now: datetime
    ) -> Shown:
        gateway, begun_at = self._gateway, body.begun_at or now
        wish = self._wish(body, int((now - begun_at).total_seconds()))  # he signed in since then
        try:
            signed_in = await gateway.client.finish(gateway.at, started, answer, now=now, wish=wish)
            return shown_of(signed_in)
        except NotSignedInError as error:
            raise _refusal(error) from error

    def _wish(self, body: Body, age_s: int) -> Wish:
        of = wish_with_tckn if body.with_tckn else wish_of
        return msgspec.structs.replace(of(self._gateway.acrs), max_age_s=age_s)

    async def _bind(
        self, connection: Connection, body: Body, tag: UUID, gateway_tag: UUID, now: datetime
    ) -> Arrived | None:
        """Make what her session has shown hers, and let her in anew; None where it has ended."""
        bound = await bind(connection, self._keyring, self._seats, tag, gateway_tag, now)
        if bound is None:
            return None
        account, session, bond = bound
        text = await self._let_in(connection, account, session, now)
        return Arrived(text, wanted=body.wanted, bond=bond)

    async def _keep_tckn(
        self, connection: Connection, body: Body, shown: Shown, gateway_tag: UUID, now: datetime
    ) -> Arrived:
        """Keep it in the account that asked, if it is the same person who has come back."""
        assert body.account_id is not None, "who asked for it has an account"
        keys = self._keyring.citizen
        account = await find.of(connection, keys, body.account_id)
        if account is None or account.gateway_tag != gateway_tag:
            raise RefusalError(Refused(code=_OTHERS))
        if shown.tckn is None:
            return Arrived(None)
        await keep.keep_tckn(connection, keys, account.account_id, shown.tckn, now)
        return Arrived(None, has_tckn=True)

    async def _let_in(
        self, connection: Connection, account: Account, session: Body, now: datetime
    ) -> str:
        """Open what her account holds beside what a session has shown by codes."""
        fresh = [each.address for each in account.bound if _is_fresh(each, now)]
        addresses = [each for each in fresh if session.of_address(each) is None]
        await number.come_back(connection, self._keyring.citizen, addresses, now)
        said = await number.said_of(connection, self._keyring.citizen, addresses, now)
        opened = tuple(
            Opened(
                each.clear,
                each.kind,
                by_code=False,
                is_answered=not number.is_number(each) or each in said,
            ).being_hers(said.get(each))
            for each in addresses
        )
        body = Body(
            has_read=session.has_read or is_read(account.notice),
            opened=(*session.opened, *opened),
            place=session.place,
            account_id=account.account_id,
            by_gateway=True,
        )
        return await self._seats.put(connection, body, is_open=True, until=now + WHOLE, now=now)


def _refusal(error: NotSignedInError) -> RefusalError:
    return RefusalError(Refused(code=_CODES.get(error.fault, _OTHERS)))


def _is_fresh(bound: Bound, now: datetime) -> bool:
    """Is it likely hers still? A number that was shown long ago takes a code. Source: T14"""
    return not number.is_number(bound.address) or now - bound.proven_at <= number.SILENCE


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
