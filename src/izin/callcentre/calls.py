"""An agent's calls: begun, opened by the caller's code, worked in, and ended.

Nothing is shown and nothing is changed but in an open call whose caller has read the code aloud
that came to the one address which it opens.

Source  rules 3.9; portal 2.6
"""

from datetime import datetime
from uuid import UUID

import msgspec

from izin.audit.change import changing
from izin.audit.model import Action, Principal, PrincipalKind
from izin.callcentre import hands, store
from izin.callcentre.model import LIFE, WRAP_UP, Call, Caller, Ended, Unnoted
from izin.callcentre.seal import opened, sealed
from izin.citizen.records import Found, found_of
from izin.consent.reach import is_late
from izin.core.address import Address
from izin.core.errors import RefusalError, Refused
from izin.core.uuid7 import uuid7s
from izin.i18n.catalogue import Language
from izin.keyring import Keyring
from izin.proof.check import tried
from izin.proof.model import Asked, Purpose, Shown
from izin.proof.send import send
from izin.storage.database import Connection, Database
from izin.telemetry.log import redact


class Agents:
    """What an agent does; each verb takes his member's id."""

    def __init__(self, database: Database, keyring: Keyring, pages: str) -> None:
        """Take the database and keys of a process of both sides, and where citizens' pages are."""
        self.database = database
        self.keyring = keyring
        self.pages = pages

    async def begin(
        self, agent: UUID, address: Address, *, language: Language, now: datetime
    ) -> UUID:
        """Begin a call: a code goes to the address.

        Raises  RefusalError IZ145 a call of his is open · what `send` raises
        """
        (call_id,) = uuid7s(1, int(now.timestamp() * 1000))
        async with changing(self.database, principal(agent)) as change:
            await _end_late(change.connection)
            proof_id = await self._send(change.connection, agent, (call_id, address, language), now)
            caller = Caller(address.clear, address.kind, language, proof_id)
            body = sealed(self.keyring, call_id, caller)
            if not await store.begin(change.connection, call_id, agent, body, now + LIFE):
                raise RefusalError(Refused(code="IZ145"))
            change.tell(Action.CALL_STARTED, call_id)
        return call_id

    async def send_again(self, agent: UUID, *, now: datetime) -> None:
        """Send another code to the same address. Raises what `send` and `_asked` raise."""
        call = await self._asked(agent)
        caller = call.caller
        async with self.database.transaction() as connection:
            whom = call.call_id, caller.address, caller.language
            proof_id = await self._send(connection, agent, whom, now)
            renewed = msgspec.structs.replace(caller, proof_id=proof_id)
            await store.renew(connection, call.call_id, self._sealed(call, renewed))

    async def identify(self, agent: UUID, code: str, since: datetime | None) -> None:
        """Take the code that the caller has read aloud; once that is done it is done.

        Takes   since: from when the number is the caller's; None: always
        Raises  RefusalError IZ146 no call is open · what `check` raises
        """
        call = await self.call_of(agent)
        if call is None:
            raise RefusalError(Refused(code="IZ146"))
        if call.is_identified:
            return
        assert call.caller.proof_id is not None, "an agent's call begins with a code"
        shown = Shown(
            proof_id=call.caller.proof_id,
            purpose=Purpose.CALL,
            bound=bound_to(call.call_id),
            code=code,
            network=_network(agent),
        )
        async with changing(self.database, principal(agent)) as change:
            refused = await tried(change.connection, self.keyring.proofs, shown)
            if refused is None:
                caller = await hands.checked(change.connection, self.keyring, call.caller, since)
                known = self._sealed(call, caller)
                if not await store.identify(change.connection, call.call_id, known):
                    raise RefusalError(Refused(code="IZ146"))  # and the code is not used up
                change.tell(Action.CALL_IDENTIFIED, call.call_id)
        if refused is not None and not await self._is_known(agent, call.call_id):
            raise RefusalError(refused)

    async def call_of(self, agent: UUID) -> Call | None:
        """Give the agent's open call; one whose number is in other hands since ends by itself.

        Raises  UnavailableError
        """
        async with self.database.transaction() as connection:
            call = await self.call_on(connection, agent)
            if call is None or not await hands.have_passed_on(connection, self.keyring, call):
                return call
            if await store.end_by_itself(connection, call.call_id, call.was):
                return None
            return await self.call_on(connection, agent)  # it was claimed in this call, meanwhile

    async def call_on(self, connection: Connection, agent: UUID) -> Call | None:
        """Give the agent's open call as it stands in the caller's transaction."""
        row = await store.open_call(connection, agent)
        return None if row is None else opened(self.keyring, row, principal(agent))

    async def identified(self, agent: UUID) -> Call:
        """Give the open call whose caller is known. Raises RefusalError IZ146."""
        call = await self.call_of(agent)
        if call is None or not call.is_identified:
            raise RefusalError(Refused(code="IZ146"))
        return call

    async def found(self, call: Call) -> Found:
        """Give the caller's records, once he is known; none before. Raises UnavailableError."""
        if not call.is_identified:
            return Found([], 0, 0)
        async with self.database.connection() as connection:
            return await found_of(connection, self.keyring, call.caller.opened)

    async def is_late(self) -> bool:
        """May the latest records be missing of what is listed? Raises UnavailableError."""
        async with self.database.connection() as connection:
            return await is_late(connection)

    async def end(self, agent: UUID, call_id: UUID, note: str, *, now: datetime) -> None:
        """End a call with a note, or note on one that has ended by itself.

        Raises  RefusalError IZ147 an address stands in the note, IZ146 there is no such call
        """
        if redact(note) != note:
            raise RefusalError(Refused(code="IZ147", location=("note",)))
        async with changing(self.database, principal(agent)) as change:
            how, since = Ended.WRAPPED.value, now - WRAP_UP
            if not await store.finish(change.connection, call_id, agent, note, how, since):
                raise RefusalError(Refused(code="IZ146"))
            change.tell(Action.CALL_ENDED, call_id)

    async def unnoted(self, agent: UUID, *, now: datetime) -> Unnoted | None:
        """Give the last call that ended by itself and still has no note."""
        async with self.database.transaction() as connection:
            await _end_late(connection)
            row = await store.unnoted(connection, agent, now - WRAP_UP)
        return None if row is None else Unnoted(row["call_id"], row["ended_at"])

    async def _is_known(self, agent: UUID, call_id: UUID) -> bool:
        """Did the same code, sent twice at once, open the call meanwhile?"""
        call = await self.call_of(agent)
        return call is not None and call.call_id == call_id and call.is_identified

    async def _asked(self, agent: UUID) -> Call:
        call = await self.call_of(agent)
        if call is None or call.is_identified:
            raise RefusalError(Refused(code="IZ146"))
        return call

    async def _send(
        self,
        connection: Connection,
        agent: UUID,
        whom: tuple[UUID, Address, Language],
        now: datetime,
    ) -> UUID:
        call_id, address, language = whom
        asked = Asked(
            to=address,
            purpose=Purpose.CALL,
            bound=bound_to(call_id),
            words="call_code",
            values={},
            language=language,
            network=_network(agent),
        )
        keys, sealer = self.keyring.proofs, self.keyring.message_sealer
        return await send(connection, keys, sealer, asked, now=now)

    def _sealed(self, call: Call, caller: Caller) -> bytes:
        return sealed(self.keyring, call.call_id, caller)


def principal(agent: UUID) -> Principal:
    """The agent, as the trail names him."""
    return Principal(PrincipalKind.MEMBER, str(agent))


async def _end_late(connection: Connection) -> None:
    await store.end_late(connection, _LATE_AT_ONCE)


_LATE_AT_ONCE = 1000


def bound_to(call_id: UUID) -> bytes:
    """What a code of a call is for: that call, and no other."""
    return b"call " + call_id.bytes


def _network(agent: UUID) -> str:
    """A whole call centre calls from one network; each agent counts by himself."""
    return f"agent {agent}"
