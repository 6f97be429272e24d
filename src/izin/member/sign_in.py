"""A member shows who he is: a password and a second factor, or a passkey that is both."""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from izin.admission.tries import Tries
from izin.audit.change import Change, changing
from izin.audit.model import Principal, PrincipalKind
from izin.core.address import Address, parse_email
from izin.core.errors import RefusalError, Refused
from izin.keyring import MemberKeyring
from izin.member import passkey, store
from izin.member.model import Belongs
from izin.member.passkey import BrokenPasskeyError, Json, RelyingParty
from izin.member.passwords import Passwords
from izin.member.session import Session, open_session
from izin.storage.database import SIGN_IN, Database

SIGN_IN_LIFE = timedelta(minutes=5)
FACTOR_TRIES_MAX = 3
"""At the second factor; then the password is asked for anew."""

PURPOSE = "SIGN_IN"
PAIR_MAX, NAME_MAX, DEVICE_MAX, NET_MAX, CODE_MAX = 10, 300, 20, 300, 30
"""Passwords an hour that are tried: wrong ones of one name from one network, all of one name from
devices it never came from, wrong ones of one name from a device it did come from, all from one
network; and wrong codes of one member, whose password was right.

Whoever guesses stops himself, not the one whose name he tries: past `NAME_MAX` that one still comes
in from a device that is known, or with a passkey from anywhere.
"""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """The password was right, or a passkey is asked for. It prints nothing.

    text     what the second half is sent with
    has_totp whether a code of an app will do
    passkey  what the browser is asked; None where the member has no passkey
    """

    text: str
    has_totp: bool
    passkey: Json | None

    def __repr__(self) -> str:
        """Leave the text out."""
        return "Begun(…)"


class SecondFactor(msgspec.Struct, frozen=True, kw_only=True):
    """The second half: a code, or a browser's answer. It prints nothing."""

    code: str | None = None
    passkey: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "SecondFactor(…)"


class SignIns:
    """Lets members in."""

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

        Takes   only: the one party whose members are known here; None: every party's
        """
        self._database = database
        self._keys = keys
        self._passwords = passwords
        self._rp = rp
        self._only = only
        self._tries = Tries(database, "IZ042")

    async def by_password(
        self, email: str, password: str, *, device: str | None, client: str, now: datetime
    ) -> Begun:
        """Take the first half.

        Takes   device: what an earlier sign-in gave, if it did · client: the caller's network
        Raises  RefusalError IZ041, after the same time, for an unknown address and a wrong
                password · TooManyError IZ042 · UnavailableError
        """
        address = parse_email(email)
        name = address.clear if isinstance(address, Address) else email
        who = ("pair", name, client)
        is_known = await self._is_known(address, device, now)
        if is_known:
            who = ("device", name, device or "")
            await self._tries.count("member_device", self._try(*who), DEVICE_MAX)
        else:
            await self._tries.count("member_pair", self._try(*who), PAIR_MAX)
            await self._tries.count("member_name", self._try("name", name), NAME_MAX)
        await self._tries.count("member_net", self._try("net", client), NET_MAX)
        row = await self._row(address)
        stored = None if row is None else row["password_hash"]
        if not await self._passwords.matches(stored, password) or row is None:
            raise RefusalError(Refused(code="IZ041"))
        await self._tries.forgive("member_device" if is_known else "member_pair", self._try(*who))
        return await self.second_step(row, now=now)

    async def by_passkey(self, *, now: datetime) -> Begun:
        """Ask for whichever passkey the browser has: nobody is named. Raises UnavailableError."""
        challenge = os.urandom(passkey.CHALLENGE_BYTES)
        half = store.Half(member_id=None, purpose=PURPOSE, factors=0, challenge=challenge)
        text = await self._put(half, now)
        options = passkey.request_options(self._rp, challenge, ())
        return Begun(text=text, has_totp=False, passkey=options)

    async def finish(
        self, text: str, factor: SecondFactor, *, remember: bool, now: datetime
    ) -> Session:
        """Take the second half, and open a session.

        Takes   remember: whether the device is to be known from now on
        Raises  RefusalError IZ043 it does not hold, was used, or is too late · TooManyError IZ042
                · UnavailableError
        """
        tag = self._keys.tokens.tag_of(text)
        if tag is None:
            raise _not_shown()
        async with self._database.acting_for(SIGN_IN) as connection:
            begun = await store.try_sign_in(connection, tag, now, FACTOR_TRIES_MAX, PURPOSE)
        if begun is None:
            raise _not_shown()
        member_id, key = await self._whose(begun["member_id"], factor)
        if key is None:  # a passkey is not guessed
            await self._tries.count("member_code", self._try("code", str(member_id)), CODE_MAX)
        by = Principal(PrincipalKind.MEMBER, str(member_id))
        async with changing(self._database, by, acting_for=SIGN_IN) as change:
            member = await store.signing_in(change.connection, member_id)  # held from here on
            if member is None or not self._goes_on(member, begun):
                raise _not_shown()
            if not await store.end_sign_in(change.connection, tag):
                raise _not_shown()
            if key is None:
                await self._use_code(change, member, factor.code or "", now)
            else:
                await self._use_passkey(change, begun["challenge"], (factor, key), now)
            session = await open_session(
                change, self._keys.tokens, member, now=now, remember=remember
            )
        if key is None:
            await self._tries.forgive("member_code", self._try("code", str(member_id)))
        return session

    def _goes_on(self, member: store.SigningIn, begun: Record) -> bool:
        """May this member finish what was begun?"""
        # he may have chosen anew since the password was looked at
        is_same = begun["member_id"] is None or begun["factors"] == member.factors
        return is_same and self._only in (None, member.of)  # by a passkey alone: anybody

    async def _is_known(self, address: object, device: str | None, now: datetime) -> bool:
        tag = None if device is None else self._keys.tokens.tag_of(device)
        if tag is None or not isinstance(address, Address):
            return False
        async with self._database.acting_for(SIGN_IN) as connection:
            email_tag = self._keys.members.email_tag(address)
            return await store.knows_device(connection, tag, email_tag, now)

    async def _row(self, address: object) -> Record | None:
        if not isinstance(address, Address):
            return None
        async with self._database.acting_for(SIGN_IN) as connection:
            row = await store.by_email(connection, self._keys.members.email_tag(address))
        is_strange = self._only is not None and row is not None and row["party"] != self._only.party
        return None if is_strange else row

    async def second_step(self, row: Record, *, now: datetime) -> Begun:
        """Ask a member who has shown his first factor for the second. Raises UnavailableError."""
        member_id, challenge = row["member_id"], os.urandom(passkey.CHALLENGE_BYTES)
        half = store.Half(
            member_id=member_id, purpose=PURPOSE, factors=row["factors"], challenge=challenge
        )
        text = await self._put(half, now)
        async with self._database.acting_for(SIGN_IN) as connection:
            known = [each["credential_id"] for each in await store.passkeys(connection, member_id)]
        options = passkey.request_options(self._rp, challenge, known) if known else None
        return Begun(text=text, has_totp=row["has_totp"], passkey=options)

    async def _put(self, half: store.Half, now: datetime) -> str:
        token = self._keys.tokens.issue()
        until = now + SIGN_IN_LIFE
        async with self._database.acting_for(SIGN_IN) as connection:
            await store.put_sign_in(connection, token.tag, half, until)
        return token.text

    async def _whose(
        self, member_id: UUID | None, factor: SecondFactor
    ) -> tuple[UUID, store.Passkey | None]:
        """Whose factor this would be, and the passkey that it is of."""
        if factor.passkey is None:
            if member_id is None:  # a code alone names nobody
                raise _not_shown()
            return member_id, None
        try:
            credential_id = passkey.credential_id_of(factor.passkey)
        except BrokenPasskeyError as error:
            raise _not_shown() from error
        async with self._database.acting_for(SIGN_IN) as connection:
            found = await store.passkey(connection, credential_id)
        if found is None or member_id not in (None, found[0]):
            raise _not_shown()
        return found

    async def _use_code(
        self, change: Change, member: store.SigningIn, code: str, now: datetime
    ) -> None:
        step = None
        if member.totp is not None:
            step = self._keys.members.totp_step(member.totp, member.member_id, code, now)
        if step is None or not await store.use_step(change, member.member_id, step):
            raise _not_shown()

    async def _use_passkey(
        self,
        change: Change,
        challenge: bytes,
        shown: tuple[SecondFactor, store.Passkey],
        now: datetime,
    ) -> None:
        factor, key = shown
        found = await store.passkey(change.connection, key.credential_id)  # locked from here on
        if found is None or factor.passkey is None:
            raise _not_shown()
        try:
            count = passkey.used(self._rp, challenge, factor.passkey, found[1])
        except BrokenPasskeyError as error:
            raise _not_shown() from error
        await store.use_passkey(change, key.credential_id, count, now)

    def _try(self, *what: str) -> UUID:
        return self._keys.members.try_tag(*what)


def _not_shown() -> RefusalError:
    return RefusalError(Refused(code="IZ043"))
