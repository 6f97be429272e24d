"""A citizen's addresses: each is shown to be hers by a code of its own, named, and forgotten.

Source: portal C4; security T14
"""

import secrets
from collections.abc import Iterable
from datetime import datetime

import msgspec

from izin.account import find, keep
from izin.account.model import Bound
from izin.citizen import number, store
from izin.citizen.acts import drop
from izin.citizen.model import Citizen
from izin.citizen.notice import VERSION
from izin.citizen.seat import Body, Pending, Seats
from izin.core.address import Address
from izin.core.errors import RefusalError, Refused
from izin.i18n.catalogue import Language
from izin.keyring import Keyring
from izin.proof.check import check
from izin.proof.model import Asked, Purpose, Shown
from izin.proof.send import send
from izin.storage.database import Connection, Database

_BOUND = b"citizen's further address\0"
_WAY_BYTES, _SIDE_BY_SIDE_MAX = 6, 3


class Addresses:
    """What somebody who is there does with her addresses."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        """Take the database and keys of a process of both sides."""
        self._database = database
        self._keyring = keyring
        self._seats = Seats(keyring)

    async def ask(
        self,
        who: Citizen,
        wanted: tuple[Address, str],
        *,
        language: Language,
        network: str,
        now: datetime,
    ) -> str:
        """Send a code to another address; give the name of the way that waits for it.

        Takes   wanted: the address and what she calls it
        Raises  what `send` raises; of an address that somebody else holds nothing else
        """
        address, label = wanted
        asked = Asked(
            to=address,
            purpose=Purpose.SIGN_IN,
            bound=_BOUND + who.tag.bytes,
            words="address_code",
            values={},
            language=language,
            network=network,
        )
        async with self._database.transaction() as connection:
            body = await self._seats.locked(connection, who.tag)
            way = secrets.token_hex(_WAY_BYTES)
            if body is None:
                return way
            keys, sealer = self._keyring.proofs, self._keyring.message_sealer
            proof_id = await send(connection, keys, sealer, asked, now=now)
            pending = Pending(proof_id, address.clear, address.kind, label, way)
            pendings = (*body.pendings, pending)[-_SIDE_BY_SIDE_MAX:]
            body = msgspec.structs.replace(body, pendings=pendings)
            await self._seats.change(connection, who.tag, body)
        return way

    async def asked(self, who: Citizen, way: str) -> Address | None:
        """To which address a code went on this way; None where none waits."""
        async with self._database.connection() as connection:
            body = await self._seats.one(connection, who.tag, is_open=True)
        pending = None if body is None else body.waiting(way)
        return None if pending is None else pending.address

    async def show(
        self, who: Citizen, handed: tuple[str, str], *, network: str, now: datetime
    ) -> None:
        """Take the code: the address is opened, and her account holds it from now on.

        It leaves whichever account held it before. Where she has no account she gets one, with what
        she has shown in this session.
        Takes   handed: the way, and the code
        Raises  what `check` raises · RefusalError IZ112 no code is on its way, IZ115
        """
        async with self._database.connection() as connection:
            body = await self._seats.one(connection, who.tag, is_open=True)
        way, code = handed
        pending = None if body is None else body.waiting(way)
        if pending is None:
            raise RefusalError(Refused(code="IZ112"))
        shown = Shown(
            proof_id=pending.proof_id,
            purpose=Purpose.SIGN_IN,
            bound=_BOUND + who.tag.bytes,
            code=code,
            network=network,
        )
        await check(self._database, self._keyring.proofs, shown)
        shown_here = [each.address for each in body.opened] if body is not None else []
        async with self._database.transaction() as connection:
            await number.hold(connection, self._keyring.citizen, [*shown_here, pending.address])
            body = await self._seats.locked(connection, who.tag)
            if body is not None and body.waiting(way) == pending:
                await self._take_in(connection, who, body, pending, now=now)

    async def choose(self, who: Citizen, address: Address) -> None:
        """Show another of the opened addresses."""
        async with self._database.transaction() as connection:
            body = await self._seats.locked(connection, who.tag)
            opened = None if body is None else body.of_address(address)
            if body is not None and opened is not None:
                body = msgspec.structs.replace(body, place=body.opened.index(opened))
                await self._seats.change(connection, who.tag, body)

    async def see(self, who: Citizen) -> None:
        """She has seen what left her account."""
        if who.account is not None:
            async with self._database.transaction() as connection:
                await keep.see(connection, self._keyring.citizen, who.account.account_id)

    async def rename(self, who: Citizen, address: Address, label: str) -> None:
        """Call one of hers something else."""
        if who.account is not None:
            async with self._database.transaction() as connection:
                keys, account_id = self._keyring.citizen, who.account.account_id
                await keep.rename(connection, keys, account_id, address, label)

    async def remove(self, who: Citizen, address: Address) -> None:
        """Forget an address, and close it to this session.

        Raises  RefusalError IZ116 it is closed, and she did not come by the gateway: whoever was
                given one old number of hers does not empty her account
        """
        is_opened = any(each.address == address for each in who.opened)
        if not (is_opened or who.by_gateway):
            raise RefusalError(Refused(code="IZ116"))
        if who.account is None:
            return
        async with self._database.transaction() as connection:
            await number.hold(connection, self._keyring.citizen, [address])
            body = await self._seats.locked(connection, who.tag)
            account_id = who.account.account_id
            if await keep.unbind(connection, self._keyring.citizen, account_id, address):
                await number.forget(connection, self._keyring.citizen, [address])
            if body is not None:
                await self._seats.change(connection, who.tag, body.without(address))

    async def leave(self, who: Citizen) -> None:
        """Erase her account, and this session; what companies have of her stays theirs.

        Raises  RefusalError IZ116 it is of somebody who comes by the gateway, and she did not
        """
        if who.account is None:
            return
        if who.account.gateway_tag is not None and not who.by_gateway:
            raise RefusalError(Refused(code="IZ116"))
        addresses = [each.address for each in who.account.bound]
        async with self._database.transaction() as connection:
            await number.hold(connection, self._keyring.citizen, addresses)
            await self._seats.locked(connection, who.tag)  # first, as whoever adds an address does
            await keep.leave(connection, self._keyring.citizen, who.account.account_id)
            await number.forget(connection, self._keyring.citizen, addresses)
            await drop(connection, self._keyring, addresses)
            await store.end(connection, who.tag)

    async def _take_in(
        self, connection: Connection, who: Citizen, body: Body, pending: Pending, *, now: datetime
    ) -> None:
        keys = self._keyring.citizen
        holder = await find.holder_of(connection, keys, pending.address)
        held = () if who.account is None else who.account.bound
        labels = {each.address: each.label for each in held}
        label = pending.label or labels.get(pending.address, "")
        proven = Bound(pending.address, label, now)
        others = () if who.account is not None else _shown(body, pending.address, now)
        account_id = None if who.account is None else who.account.account_id
        account = await keep.bind(connection, keys, account_id, *others, proven)
        if holder is not None and holder != body.account_id:  # what another has said of it
            await number.forget(connection, keys, [pending.address])
        opened = await number.opened_by_code(connection, keys, pending.address, now)
        body = msgspec.structs.replace(
            body.with_opened(opened),
            pendings=tuple(each for each in body.pendings if each.way != pending.way),
            account_id=account.account_id,
        )
        if body.has_read:
            await keep.keep_read(connection, keys, account.account_id, VERSION)
        await self._seats.change(connection, who.tag, body)


def _shown(body: Body, new: Address, now: datetime) -> Iterable[Bound]:
    """What she has shown in this session before she had an account."""
    return [
        Bound(each.address, "", now) for each in body.opened if each.by_code and each.address != new
    ]
