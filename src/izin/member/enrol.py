"""Whoever was invited chooses a password and a second factor, and is a member from then on."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from izin.admission.tries import Tries
from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal, PrincipalKind
from izin.core.errors import RefusalError, Refused
from izin.keyring import MemberKeyring
from izin.member import passkey, store
from izin.member.model import Belongs, Person, Role
from izin.member.passkey import BrokenPasskeyError, Json, RelyingParty
from izin.member.password import check_password
from izin.member.passwords import Passwords
from izin.member.seal import opened
from izin.storage.database import SIGN_IN, Database


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What the invited is shown, to choose from. It prints nothing.

    totp_uri     for an authenticator app
    passkey      what the browser is asked, to make a passkey
    """

    person: Person
    of: Belongs
    role: Role
    totp_uri: str
    passkey: Json

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"Enrolment({self.of.party})"


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What the invited chose: a password, and a code of the app or a browser's answer."""

    password: str
    code: str | None = None
    passkey: Mapping[str, Any] | None = None
    label: str = ""

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "Chosen(…)"


class Enrolling:
    """Lets the invited in."""

    def __init__(
        self,
        database: Database,
        keys: MemberKeyring,
        passwords: Passwords,
        rp: RelyingParty,
        *,
        only: Belongs | None = None,
    ) -> None:
        """Take the members' keys, the bench for passwords, and for whom passkeys are made.

        Takes   only: the one party whose invitations are good here; None: every party's
        """
        self._database = database
        self._keys = keys
        self._passwords = passwords
        self._rp = rp
        self._only = only
        self._tries = Tries(database, "IZ042")

    async def begin(self, text: str, *, now: datetime) -> Enrolment:
        """Show what there is to choose from; begun twice, the first time is worth nothing.

        Raises  RefusalError IZ044 the invitation is not good (any more) · UnavailableError
        """
        tag = self._tag(text)
        challenge = os.urandom(passkey.CHALLENGE_BYTES)
        async with self._database.acting_for(SIGN_IN) as connection:
            invited = await store.invited(connection, tag, now)
            if invited is None or self._only not in (None, invited.of):
                raise RefusalError(Refused(code="IZ044"))
            person = opened(self._keys.members.sealer, invited.member_id, invited.person)
            account = person.email.clear
            sealed, uri = self._keys.members.draw_totp(invited.member_id, account, self._rp.name)
            await store.begin_enrolment(connection, tag, sealed, challenge)
        options = passkey.creation_options(self._rp, challenge, invited.member_id, person, ())
        return Enrolment(
            person=person, of=invited.of, role=invited.role, totp_uri=uri, passkey=options
        )

    async def finish(
        self, text: str, chosen: Chosen, *, client: str, now: datetime
    ) -> tuple[UUID, list[UUID]]:
        """Take the choice; what he had chosen before is gone, his sessions and wrong tries too.

        Takes   client: the caller's network
        Gives   the member's id, and the tags of the sessions that ended
        Raises  RefusalError IZ044 the invitation is not good (any more), IZ045 the password will
                not do, IZ046 the address signs in for another party, IZ051 neither code nor
                passkey holds · UnavailableError
        """
        tag = self._tag(text)
        async with self._database.acting_for(SIGN_IN) as connection:
            invited = await store.invited(connection, tag, now)
        if invited is None or invited.totp is None or invited.challenge is None:
            raise RefusalError(Refused(code="IZ044"))
        if self._only not in (None, invited.of):
            raise RefusalError(Refused(code="IZ044"))
        person = opened(self._keys.members.sealer, invited.member_id, invited.person)
        await self._passwords.beside(check_password, chosen.password, person)
        step, key = self._second_factor(invited, chosen, now)
        hashed = await self._passwords.hashed(chosen.password)
        member_id, of = invited.member_id, invited.of
        by = Principal(PrincipalKind.MEMBER, str(member_id))
        async with changing(self._database, by, acting_for=SIGN_IN) as change:
            await store.hold(change.connection, member_id)
            again = await store.invited(change.connection, tag, now)
            if again is None or again.challenge != invited.challenge:
                raise RefusalError(Refused(code="IZ044"))
            await store.forget_factors(change, member_id)
            totp = None if step is None else invited.totp
            if not await store.enrol(change, member_id, hashed, totp, step or 0):
                raise RefusalError(Refused(code="IZ046", location=("email",)))
            if key is not None:
                await _keep(change, member_id, key, chosen.label)
            ended = await store.end_sessions(change.connection, member_id)
            factor = "TOTP" if key is None else "PASSKEY"
            change.tell(
                Action.MEMBER_ENROLLED, member_id, of=of.iys_code, party=of.party, factor=factor
            )
        await self._forgive(person.email.clear, client)
        return member_id, ended

    async def _forgive(self, name: str, client: str) -> None:
        """Begin anew: what was tried before was the old password."""
        for what, whose in (("pair", (name, client)), ("name", (name,))):
            await self._tries.forgive(f"member_{what}", self._keys.members.try_tag(what, *whose))

    def _tag(self, text: str) -> UUID:
        tag = self._keys.tokens.tag_of(text)
        if tag is None:
            raise RefusalError(Refused(code="IZ044"))
        return tag

    def _second_factor(
        self, invited: store.Invited, chosen: Chosen, now: datetime
    ) -> tuple[int | None, store.Passkey | None]:
        assert invited.totp is not None, "asked for before"
        assert invited.challenge is not None, "asked for before"
        if chosen.code is not None:
            step = self._keys.members.totp_step(invited.totp, invited.member_id, chosen.code, now)
            if step is None:
                raise RefusalError(Refused(code="IZ051", location=("code",)))
            return step, None
        try:
            return None, passkey.created(self._rp, invited.challenge, chosen.passkey or {})
        except BrokenPasskeyError as error:
            raise RefusalError(Refused(code="IZ051", location=("passkey",))) from error


async def _keep(change: Change, member_id: UUID, key: store.Passkey, label: str) -> None:
    if not await store.put_passkey(change, member_id, key, label):
        raise RefusalError(Refused(code="IZ051", location=("passkey",)))
