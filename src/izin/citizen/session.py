"""A citizen shows that an address is hers, and is let in for it: no account, nothing remembered."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from izin.citizen import store
from izin.core.address import Address, AddressKind
from izin.i18n.catalogue import Language
from izin.keyring import Keyring
from izin.proof.check import check
from izin.proof.model import LIFE, Asked, Purpose, Shown
from izin.proof.send import send
from izin.storage.database import Connection, Database

IDLE, WHOLE = timedelta(minutes=20), timedelta(hours=4)
_PLACE = ("citizen_session", "body_sealed")
_BOUND = b"citizen's own pages"


class _Body(msgspec.Struct, frozen=True, array_like=True):
    """What lies in the seal; new fields at the end."""

    address: str
    kind: AddressKind
    proof_id: UUID | None = None
    has_read: bool = False


class Citizen(msgspec.Struct, frozen=True):
    """Who has shown that an address is hers. It prints none.

    has_read  whether she has read what becomes of what she tells
    """

    address: Address
    has_read: bool

    def __repr__(self) -> str:
        """Leave the address out."""
        return "Citizen(…)"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Body).decode


class Citizens:
    """Lets citizens in, and knows who is there."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        """Take the database and keys of a process of both sides."""
        self._database = database
        self._keyring = keyring

    async def begin(
        self, address: Address, *, language: Language, network: str, now: datetime
    ) -> str:
        """Send a code; give what the second step is taken with.

        Raises  what `send` raises; of an address that nobody knows nothing else
        """
        async with self._database.transaction() as connection:
            asked = Asked(
                to=address,
                purpose=Purpose.SIGN_IN,
                bound=_BOUND,
                words="sign_in_code",
                values={},
                language=language,
                network=network,
            )
            keys, sealer = self._keyring.proofs, self._keyring.message_sealer
            proof_id = await send(connection, keys, sealer, asked, now=now)
            body = _Body(address.clear, address.kind, proof_id)
            return await self._put(connection, body, is_open=False, until=now + LIFE, now=now)

    async def finish(self, text: str, code: str, *, network: str, now: datetime) -> str | None:
        """Take the code; give what she calls with from now on, None for what was not begun here.

        Raises  what `check` raises
        """
        tag = self._keyring.tokens.tag_of(text)
        body = None if tag is None else await self._body(tag, is_open=False)
        if tag is None or body is None or body.proof_id is None:
            return None
        shown = Shown(
            proof_id=body.proof_id,
            purpose=Purpose.SIGN_IN,
            bound=_BOUND,
            code=code,
            network=network,
        )
        await check(self._database, self._keyring.proofs, shown)
        async with self._database.transaction() as connection:
            if not await store.end(connection, tag):
                return None
            opened = _Body(body.address, body.kind)
            return await self._put(connection, opened, is_open=True, until=now + WHOLE, now=now)

    async def known(self, text: str | None, *, now: datetime) -> Citizen | None:
        """Who calls; she stays known for it. Raises UnavailableError."""
        tag = None if text is None else self._keyring.tokens.tag_of(text)
        body = None if tag is None else await self._body(tag, is_open=True)
        if tag is None or body is None:
            return None
        async with self._database.connection() as connection:
            await store.keep(connection, tag, now + IDLE)
        return Citizen(Address(body.address, body.kind), body.has_read)

    async def has_read(self, text: str, *, now: datetime) -> str | None:
        """Keep that she has read the notice; give what she calls with instead of the old text."""
        tag = self._keyring.tokens.tag_of(text)
        body = None if tag is None else await self._body(tag, is_open=True)
        if tag is None or body is None:
            return None
        async with self._database.transaction() as connection:
            if not await store.end(connection, tag):
                return None
            read = msgspec.structs.replace(body, has_read=True)
            return await self._put(connection, read, is_open=True, until=now + WHOLE, now=now)

    async def leave(self, text: str) -> None:
        """Know her no more. Raises UnavailableError."""
        tag = self._keyring.tokens.tag_of(text)
        if tag is not None:
            async with self._database.connection() as connection:
                await store.end(connection, tag)

    async def _body(self, tag: UUID, *, is_open: bool) -> _Body | None:
        async with self._database.connection() as connection:
            sealed = await store.one(connection, tag, is_open)
        if sealed is None:
            return None
        return _decode(self._keyring.batch_sealer.open(sealed, *_PLACE, tag.bytes))

    async def _put(
        self, connection: Connection, body: _Body, *, is_open: bool, until: datetime, now: datetime
    ) -> str:
        token = self._keyring.tokens.issue()
        sealed = self._keyring.batch_sealer.seal(*_PLACE, token.tag.bytes, _encode(body))
        await store.put(connection, token.tag, sealed, is_open, min(until, now + IDLE), until)
        return token.text
