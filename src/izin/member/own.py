"""What a member does about himself: another password, passkeys, the end of a session."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from izin.admission.tries import Tries
from izin.audit.change import Change, changing
from izin.audit.model import Action, Fact, Principal, PrincipalKind
from izin.core.errors import RefusalError, Refused
from izin.keyring import MemberKeyring
from izin.member import passkey, store
from izin.member.model import Belongs
from izin.member.passkey import BrokenPasskeyError, Json, RelyingParty
from izin.member.password import check_password
from izin.member.passwords import Passwords
from izin.member.seal import opened
from izin.member.sign_in import FACTOR_TRIES_MAX, SIGN_IN_LIFE
from izin.storage.database import Database

PURPOSE = "PASSKEY"
PASSKEYS_MAX = 10
OWN_MAX = 10
"""Changes of a password an hour that are tried: a session left open is no way to guess it."""


class OwnAffairs:
    """A member who is signed in changes what he signs in with."""

    def __init__(
        self, database: Database, keys: MemberKeyring, passwords: Passwords, rp: RelyingParty
    ) -> None:
        """Take the members' keys, the bench for passwords, and for whom passkeys are made."""
        self._database = database
        self._keys = keys
        self._passwords = passwords
        self._rp = rp
        self._tries = Tries(database, "IZ042")

    async def change_password(self, member_id: UUID, of: Belongs, old: str, new: str) -> list[UUID]:
        """Take another password; all his sessions end.

        Gives   the tags of the sessions that ended
        Raises  RefusalError IZ041 the old one is wrong, IZ045 the new one will not do
                · TooManyError IZ042 · UnavailableError
        """
        async with self._database.acting_for(of.party) as connection:
            member = await store.signing_in(connection, member_id)
            found = await store.one(connection, member_id)
        await self._tries.count("member_own", self._keys.members.try_tag(str(member_id)), OWN_MAX)
        stored = None if member is None else member.password_hash
        if not await self._passwords.matches(stored, old) or found is None:
            raise RefusalError(Refused(code="IZ041", location=("password",)))
        person = opened(self._keys.members.sealer, member_id, found.person)
        await self._passwords.beside(check_password, new, person)
        hashed = await self._passwords.hashed(new)
        async with changing(self._database, _himself(member_id), acting_for=of.party) as change:
            if stored is None or not await store.set_password(change, member_id, hashed, stored):
                raise RefusalError(Refused(code="IZ041", location=("password",)))
            change.tell(
                Action.MEMBER_FACTOR, member_id, of=of.iys_code, party=of.party, factor="PASSWORD"
            )
            return await store.end_sessions(change.connection, member_id)

    async def begin_passkey(
        self, member_id: UUID, of: Belongs, *, now: datetime
    ) -> tuple[str, Json]:
        """Ask the browser for a further passkey.

        Gives   what its answer is sent with, and what the browser is asked
        Raises  RefusalError IZ051 he has as many as he may · UnavailableError
        """
        token, challenge = self._keys.tokens.issue(), os.urandom(passkey.CHALLENGE_BYTES)
        async with self._database.acting_for(of.party) as connection:
            found = await store.one(connection, member_id)  # held
            known = [row["credential_id"] for row in await store.passkeys(connection, member_id)]
            if found is None or len(known) >= PASSKEYS_MAX:
                raise RefusalError(Refused(code="IZ051", location=("passkey",)))
            until = now + SIGN_IN_LIFE
            half = store.Half(member_id=member_id, purpose=PURPOSE, factors=0, challenge=challenge)
            await store.put_sign_in(connection, token.tag, half, until)
        person = opened(self._keys.members.sealer, member_id, found.person)
        options = passkey.creation_options(self._rp, challenge, member_id, person, known)
        return token.text, options

    async def add_passkey(
        self,
        member_id: UUID,
        of: Belongs,
        answered: tuple[str, Mapping[str, Any], str],
        *,
        now: datetime,
    ) -> str:
        """Keep a further passkey.

        Takes   answered: what `begin_passkey` gave, the browser's answer, and what to call it
        Gives   its id
        Raises  RefusalError IZ051 the answer does not hold, or is too late · UnavailableError
        """
        text, answer, label = answered
        tag = self._keys.tokens.tag_of(text)
        async with self._database.acting_for(of.party) as connection:  # a try counts whatever comes
            begun = tag and await store.try_sign_in(connection, tag, now, FACTOR_TRIES_MAX, PURPOSE)
        if not begun or tag is None or begun["member_id"] != member_id:
            raise _not_kept("request")
        try:
            key = passkey.created(self._rp, begun["challenge"], answer)
        except BrokenPasskeyError as error:
            raise _not_kept("passkey") from error
        by = _himself(member_id)
        async with changing(self._database, by, acting_for=of.party) as change:
            await store.hold(change.connection, member_id)
            is_his = await store.end_sign_in(change.connection, tag)  # gone if he chose anew
            count = await store.passkey_count(change.connection, member_id)
            if not is_his or count >= PASSKEYS_MAX:
                raise _not_kept("request")
            if not await store.put_passkey(change, member_id, key, label):
                raise _not_kept("passkey")
            _tell(change, member_id, of, is_added=True)
        return passkey.shown_id(key.credential_id)

    async def drop_passkey(self, member_id: UUID, of: Belongs, shown_id: str) -> None:
        """Take a passkey away.

        Raises  RefusalError IZ050 he has no such one, or nothing else beside his password
                · UnavailableError
        """
        try:
            credential_id = passkey.credential_id_of({"id": shown_id})
        except BrokenPasskeyError as error:
            raise RefusalError(Refused(code="IZ050")) from error
        async with changing(self._database, _himself(member_id), acting_for=of.party) as change:
            await store.hold(change.connection, member_id)
            if not await store.drop_passkey(change, member_id, credential_id):
                raise RefusalError(Refused(code="IZ050"))
            _tell(change, member_id, of, is_added=False)


def _not_kept(field: str) -> RefusalError:
    return RefusalError(Refused(code="IZ051", location=(field,)))


def _himself(member_id: UUID) -> Principal:
    return Principal(PrincipalKind.MEMBER, str(member_id))


def _tell(change: Change, member_id: UUID, of: Belongs, *, is_added: bool) -> None:
    facts: dict[str, Fact] = {"party": of.party, "factor": "PASSKEY", "isAdded": is_added}
    change.tell(Action.MEMBER_FACTOR, member_id, of=of.iys_code, **facts)
