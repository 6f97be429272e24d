"""A session as it is stored: sealed whole, found by what the browser calls with."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from izin.citizen import number, store
from izin.citizen.model import Opened
from izin.core.address import Address, AddressKind
from izin.keyring import Keyring
from izin.oidc.model import Started
from izin.storage.database import Connection
from izin.vault.sealing import padded, unpadded

IDLE, WHOLE = timedelta(minutes=20), timedelta(hours=4)
PADDED_BYTES = 1024
"""One size for nearly all: how many addresses were shown is not to be told by it."""

_ROUGH = timedelta(minutes=5)
_PLACE = ("citizen_session", "body_sealed")


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """An address to which a code is on its way; new fields at the end. It prints nothing."""

    proof_id: UUID
    clear: str
    kind: AddressKind
    label: str = ""
    way: str = ""

    def __repr__(self) -> str:
        """Show nothing of whose."""
        return "Pending(…)"

    @property
    def address(self) -> Address:
        """The address."""
        return Address(self.clear, self.kind)


class Body(msgspec.Struct, frozen=True, array_like=True):
    """What lies in the seal; new fields at the end. It prints nothing.

    pending     what a code was sent to; of a session that is not open
    started     a way to the gateway that was begun; of a session that is not open
    with_tckn   whether her number was asked for on that way
    pendings    further addresses to which codes were sent, each in a tab of its own; the latest few
    wanted      from which page of ours a way to the gateway was begun
    begun_at    when it was begun
    binds       the session whose addresses are to be hers whom the gateway names
    """

    pending: Pending | None = None
    has_read: bool = False
    opened: tuple[Opened, ...] = ()
    place: int = 0
    account_id: UUID | None = None
    by_gateway: bool = False
    started: Started | None = None
    with_tckn: bool = False
    pendings: tuple[Pending, ...] = ()
    wanted: str = ""
    begun_at: datetime | None = None
    binds: UUID | None = None

    def __repr__(self) -> str:
        """Show nothing of whom."""
        return "Body(…)"

    def waiting(self, way: str) -> Pending | None:
        """Which address waits for a code on a way of this name."""
        return next((each for each in self.pendings if each.way == way), None)

    def with_opened(self, opened: Opened) -> "Body":
        """The same, this address opened, and shown."""
        others = tuple(each for each in self.opened if each.clear != opened.clear)
        return msgspec.structs.replace(self, opened=(*others, opened), place=len(others))

    def without(self, address: Address) -> "Body":
        """The same, this address closed."""
        left = tuple(each for each in self.opened if each.address != address)
        return msgspec.structs.replace(self, opened=left, place=0)

    def of_address(self, address: Address) -> Opened | None:
        """What is opened of an address."""
        return next((each for each in self.opened if each.address == address), None)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Body).decode


def whole_minutes(at: datetime) -> datetime:
    """Round up: to the moment, what stands in clear would be that of a code, and lead to whose."""
    return at + (datetime.min.replace(tzinfo=at.tzinfo) - at) % _ROUGH


class Seats:
    """Puts sessions down, and picks them up."""

    def __init__(self, keyring: Keyring) -> None:
        """Take the keys of a process of both sides."""
        self._keyring = keyring

    def tag_of(self, text: str | None) -> UUID | None:
        """Under which tag it lies what somebody calls with; None of what is nothing of ours."""
        return None if text is None else self._keyring.tokens.tag_of(text)

    async def put(
        self, connection: Connection, body: Body, *, is_open: bool, until: datetime, now: datetime
    ) -> str:
        """Put a new one down; give what she calls with."""
        token = self._keyring.tokens.issue()
        sealed = self._sealed(token.tag, body)
        ends = whole_minutes(min(until, now + IDLE)), whole_minutes(until)
        await store.put(connection, token.tag, sealed, is_open, *ends)
        return token.text

    async def one(self, connection: Connection, tag: UUID, *, is_open: bool) -> Body | None:
        """Look at one. Cost: one round trip, two where it has shown a number."""
        sealed = await store.one(connection, tag, is_open)
        body = await self._read(connection, tag, sealed)
        if sealed is None or body is not None:
            return body
        again = await store.one(connection, tag, is_open)  # her own claim may have come between
        return None if again == sealed else await self._read(connection, tag, again)

    async def locked(self, connection: Connection, tag: UUID) -> Body | None:
        """Look at an open one, to change it. Cost: as `one`."""
        return await self._read(connection, tag, await store.locked(connection, tag))

    async def change(self, connection: Connection, tag: UUID, body: Body) -> None:
        """Put it back, changed."""
        await store.change(connection, tag, self._sealed(tag, body))

    def _sealed(self, tag: UUID, body: Body) -> bytes:
        padded_body = padded(_encode(body), PADDED_BYTES)
        return self._keyring.citizen.accounts.seal(*_PLACE, tag.bytes, padded_body)

    async def _read(self, connection: Connection, tag: UUID, sealed: bytes | None) -> Body | None:
        """Open one; it is over if a number that it has shown is in other hands since."""
        if sealed is None:
            return None
        keys = self._keyring.citizen
        body = _decode(unpadded(keys.accounts.open(sealed, *_PLACE, tag.bytes)))
        is_over = await number.have_passed_on(connection, keys, body.opened)
        return None if is_over else body
