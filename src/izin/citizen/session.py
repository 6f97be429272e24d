"""A citizen shows that an address is hers, and is let in for it."""

from datetime import datetime

import msgspec

from izin.account import find, keep
from izin.citizen import number, store
from izin.citizen.call import Call
from izin.citizen.claim import Claimed, claim
from izin.citizen.model import Citizen, Opened
from izin.citizen.notice import VERSION, is_read
from izin.citizen.seat import IDLE, WHOLE, Body, Pending, Seats, whole_minutes
from izin.consent.reach import follow
from izin.consent.record import Recorder
from izin.core.address import Address
from izin.core.clock import day_of
from izin.core.terms import Source
from izin.i18n.catalogue import Language
from izin.keyring import Keyring
from izin.proof.check import check
from izin.proof.model import LIFE, Asked, Purpose, Shown
from izin.proof.send import send
from izin.storage.database import Connection, Database

_BOUND = b"citizen's own pages"


class Citizens:
    """Lets citizens in, and knows who is there."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        """Take the database and keys of a process of both sides."""
        self._database = database
        self._keyring = keyring
        self._seats = Seats(keyring)

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
            body = Body(Pending(proof_id, address.clear, address.kind))
            return await self._seats.put(connection, body, is_open=False, until=now + LIFE, now=now)

    async def asked(self, text: str | None) -> Address | None:
        """To which address a code went; None for what was not begun here, or is over."""
        tag = self._seats.tag_of(text)
        if tag is None:
            return None
        async with self._database.connection() as connection:
            body = await self._seats.one(connection, tag, is_open=False)
        return None if body is None or body.pending is None else body.pending.address

    async def finish(
        self, text: str, code: str, *, network: str, now: datetime, read: int = 0
    ) -> str | None:
        """Take the code; give what she calls with from now on, None for what was not begun here.

        Takes   read: which version of the notice was read in this browser
        Raises  what `check` raises
        """
        tag = self._seats.tag_of(text)
        if tag is None:
            return None
        async with self._database.connection() as connection:
            body = await self._seats.one(connection, tag, is_open=False)
        if body is None or body.pending is None:
            return None
        shown = Shown(
            proof_id=body.pending.proof_id,
            purpose=Purpose.SIGN_IN,
            bound=_BOUND,
            code=code,
            network=network,
        )
        await check(self._database, self._keyring.proofs, shown)
        async with self._database.transaction() as connection:
            if not await store.end(connection, tag):
                return None
            opened = await self._opened(connection, body.pending.address, read, now)
            return await self._seats.put(
                connection, opened, is_open=True, until=now + WHOLE, now=now
            )

    async def known(self, text: str | None, *, now: datetime) -> Citizen | None:
        """Who calls; she stays known for it. Raises UnavailableError.

        What her account no longer holds is closed to her at once, but for what she has shown by a
        code in this very session.
        """
        tag = self._seats.tag_of(text)
        if tag is None:
            return None
        async with self._database.connection() as connection:
            body = await self._seats.one(connection, tag, is_open=True)
            if body is None:
                return None
            await store.keep(connection, tag, whole_minutes(now + IDLE))
            account = None
            if body.account_id is not None:
                account = await find.of(connection, self._keyring.citizen, body.account_id)
        is_bound = account is not None and account.gateway_tag is not None
        by_gateway = body.by_gateway and is_bound
        held = {each.address for each in account.bound} if account and by_gateway else set()
        opened = tuple(each for each in body.opened if each.by_code or each.address in held)
        if not opened and not by_gateway:
            return None
        return Citizen(
            has_read=body.has_read,
            opened=opened,
            place=_place(body, opened),
            account=account,
            by_gateway=by_gateway,
            tag=tag,
        )

    async def has_read(self, text: str, *, now: datetime) -> str | None:
        """Keep that she has read the notice; give what she calls with instead of the old text."""
        tag = self._seats.tag_of(text)
        if tag is None:
            return None
        async with self._database.transaction() as connection:
            body = await self._seats.one(connection, tag, is_open=True)
            if body is None or not await store.end(connection, tag):
                return None
            if body.account_id is not None:
                keys = self._keyring.citizen
                await keep.keep_read(connection, keys, body.account_id, VERSION)
            read = msgspec.structs.replace(body, has_read=True)
            return await self._seats.put(connection, read, is_open=True, until=now + WHOLE, now=now)

    async def answer(self, who: Citizen, since: datetime | None, *, now: datetime) -> None:
        """Keep since when the shown number is hers, as she says.

        An account that has known it for longer is somebody else's, and has it no more.
        """
        address, keys = who.address, self._keyring.citizen
        async with self._database.transaction() as connection:
            await number.hold(connection, keys, [address])
            body = await self._seats.locked(connection, who.tag)
            opened = None if body is None else body.of_address(address)
            if body is None or opened is None:
                return
            said = msgspec.structs.replace(opened.being_hers(since), is_answered=True)
            body = body.with_opened(said)
            bound = None if who.account is None else who.account.held(address)
            if since is not None and bound is not None and day_of(bound.proven_at) < day_of(since):
                await keep.release(connection, keys, [address], now)
                if not who.by_gateway:
                    body = msgspec.structs.replace(body, account_id=None)
            await number.say(connection, keys, address, since, now)
            await self._seats.change(connection, who.tag, body)

    async def claim(
        self, who: Citizen, recorder: Recorder, passed_on: number.PassedOn, *, now: datetime
    ) -> Claimed | None:
        """The shown number is newly hers: refuse whatever was approved under it. See `claim`.

        An account that holds it is somebody else's, unless she came by the gateway and it is hers;
        every other session that showed it by a code is, too, and ends.
        Takes   passed_on: who ends what the number is asked; before any record is held
        Gives   None where hers has ended so meanwhile, or has the number no more
        """
        keys, missing = self._keyring.citizen, await follow(self._database)
        async with self._database.transaction() as connection:
            await number.hold(connection, keys, [who.address])
            body = await self._seats.locked(connection, who.tag)
            opened = None if body is None else body.of_address(who.address)
            if body is None or opened is None:
                return None
            if not who.by_gateway:
                await keep.release(connection, keys, [who.address], now)
                body = msgspec.structs.replace(body, account_id=None)
            tenures = await number.pass_on(connection, keys, [who.address], now)
            await passed_on(connection, [who.address])
            call = Call(
                connection=connection,
                keyring=self._keyring,
                recorder=recorder,
                address=who.address,
                source=Source.IYS_WEB,
                since=opened.since,
            )
            claimed = await claim(call, now=now, missing=missing)
            said = msgspec.structs.replace(
                opened.being_hers(claimed.since), is_answered=True, tenure=tenures[who.address]
            )
            await self._seats.change(connection, who.tag, body.with_opened(said))
            return claimed

    async def leave(self, text: str) -> None:
        """Know her no more. Raises UnavailableError."""
        tag = self._seats.tag_of(text)
        if tag is not None:
            async with self._database.connection() as connection:
                await store.end(connection, tag)

    async def _opened(
        self, connection: Connection, address: Address, read: int, now: datetime
    ) -> Body:
        """A session of whoever has shown that an address is hers."""
        keys = self._keyring.citizen
        opened = await number.opened_by_code(connection, keys, address, now)
        account_id = await find.holder_of(connection, keys, address)
        if account_id is not None and not is_read(read):
            account = await find.of(connection, keys, account_id)
            read = 0 if account is None else account.notice
        return Body(has_read=is_read(read), opened=(opened,), account_id=account_id)


def _place(body: Body, opened: tuple[Opened, ...]) -> int:
    """Where the address that was shown last stands now; the first, where it is gone."""
    was = body.opened[body.place] if body.place < len(body.opened) else None
    return opened.index(was) if was is not None and was in opened else 0
