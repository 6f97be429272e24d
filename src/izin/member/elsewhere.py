"""A member is let in by the word of his party's own identity provider.

It stands in for the password. It stands in for the second factor too only where the provider says
that one was shown, the party's owner has chosen to trust that, and the member is no owner himself:
else whoever sets the provider up could come in as another owner. Source: decision 0054.
"""

import base64
import hashlib
import hmac
import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from izin.admission.tries import Tries
from izin.audit.change import changing
from izin.audit.model import Action, Principal, PrincipalKind
from izin.core.address import Address, parse_email
from izin.core.errors import RefusalError, Refused
from izin.keyring import MemberKeyring
from izin.member import store
from izin.member.model import Belongs, Role
from izin.member.passkey import CHALLENGE_BYTES
from izin.member.session import Session, open_session
from izin.member.sign_in import FACTOR_TRIES_MAX, NET_MAX, SIGN_IN_LIFE, Begun, SignIns
from izin.member.sign_on import SignOn, secret_of
from izin.oidc.client import OidcClient
from izin.oidc.model import Fault, NotSignedInError, Registration, SignedIn, Started
from izin.storage.database import SIGN_IN, Database

PURPOSE = "SIGN_ON"
_LOG = logging.getLogger(__name__)
_PROVIDERS = frozenset((Fault.AWAY, Fault.REFUSED, Fault.METADATA, Fault.ANSWER))
"""Faults of the provider itself, which whoever signs in can do nothing about."""

AT_ONCE_MAX = 16
"""Conversations of a process with one party's provider: a slow one holds up no other sign-in."""


class Elsewhere:
    """Lets members in whom their party's provider names."""

    def __init__(
        self,
        database: Database,
        keys: MemberKeyring,
        oidc: OidcClient,
        sign_ins: SignIns,
        back: str,
    ) -> None:
        """Take the members' keys, how providers are spoken to, and where browsers come back to."""
        self._database = database
        self._keys = keys
        self._oidc = oidc
        self._sign_ins = sign_ins
        self.back = back
        self._tries = Tries(database, "IZ042")
        self._talking: Counter[str] = Counter()

    def may_call(self, issuer: str) -> bool:
        """May a party name this provider?"""
        return self._oidc.is_fit(issuer)

    async def begin(self, of: Belongs, *, client: str, now: datetime) -> tuple[str, str]:
        """Give what the return is sent with, and where the browser goes.

        Takes   client: the caller's network
        Raises  RefusalError IZ082 the party has no provider, IZ084 it is away · TooManyError IZ042
                · UnavailableError
        """
        await self._tries.count("member_net", self._keys.members.try_tag("net", client), NET_MAX)
        at, _ = await self._registration(of.party)
        challenge, token = os.urandom(CHALLENGE_BYTES), self._keys.tokens.issue()
        try:
            with self._one_of_few(of.party):
                started = await self._oidc.begin(at, drawn=_drawn(challenge))
        except NotSignedInError as error:
            raise _refused(error) from error
        half = store.Half(
            member_id=None, purpose=PURPOSE, factors=0, challenge=challenge, party=of.party
        )
        async with self._database.acting_for(SIGN_IN) as connection:
            await store.put_sign_in(connection, token.tag, half, now + SIGN_IN_LIFE)
        return token.text, started.url

    async def finish(
        self, text: str, answer: Mapping[str, str], *, now: datetime
    ) -> Session | Begun:
        """Open a session, or go on to the second step.

        Takes   text: what `begin` gave this very caller · answer: the query of the browser's return
        Raises  RefusalError IZ082, IZ083 nobody is let in by this answer, IZ084 · UnavailableError
        """
        tag = self._keys.tokens.tag_of(text)
        if tag is None:
            raise _nobody()
        async with self._database.acting_for(SIGN_IN) as connection:
            begun = await store.try_sign_in(connection, tag, now, FACTOR_TRIES_MAX, PURPOSE)
        if begun is None:
            raise _nobody()
        at, kept = await self._registration(begun["party"])
        started = Started(url="", **dict(zip(_NAMES, _drawn(begun["challenge"]), strict=True)))
        try:
            with self._one_of_few(begun["party"]):
                signed_in = await self._oidc.finish(at, started, answer, now=now)
        except NotSignedInError as error:
            raise _refused(error) from error
        row = await self._whom(begun["party"], kept, signed_in)
        return await self._let_in((tag, row), kept, signed_in, now)

    @contextmanager
    def _one_of_few(self, party: str) -> Iterator[None]:
        if self._talking[party] >= AT_ONCE_MAX:
            raise NotSignedInError(Fault.AWAY)
        self._talking[party] += 1
        try:
            yield
        finally:
            self._talking[party] -= 1
            self._talking += Counter()  # keeps none of whom nobody talks to

    async def _registration(self, party: str) -> tuple[Registration, SignOn]:
        async with self._database.acting_for(SIGN_IN) as connection:
            kept = await store.sign_on(connection, party)
        if kept is None:
            raise RefusalError(Refused(code="IZ082"))
        at = Registration(
            issuer=kept.issuer,
            client_id=kept.client_id,
            client_secret=secret_of(self._keys.members.sealer, party, kept),
            redirect_uri=self.back,
            mfa_acrs=frozenset(kept.mfa_acrs),
        )
        return at, kept

    async def _whom(self, party: str, kept: SignOn, signed_in: SignedIn) -> Record:
        """Whom the provider names: known by its own name for him, or the first time by address."""
        subject = self._keys.members.subject_tag(signed_in.issuer, signed_in.subject)
        async with self._database.acting_for(SIGN_IN) as connection:
            row = await store.by_subject(connection, party, subject)
            address = _address(kept, signed_in)
            if row is None and address is not None:
                row = await store.by_email(connection, self._keys.members.email_tag(address))
                if row is not None and (row["party"] != party or row["subject_tag"] is not None):
                    row = None
        if row is None:
            raise _nobody()
        return row

    async def _let_in(
        self, whose: tuple[UUID, Record], kept: SignOn, signed_in: SignedIn, now: datetime
    ) -> Session | Begun:
        tag, row = whose
        member_id = row["member_id"]
        subject = self._keys.members.subject_tag(signed_in.issuer, signed_in.subject)
        by = Principal(PrincipalKind.MEMBER, str(member_id))
        async with changing(self._database, by, acting_for=SIGN_IN) as change:
            if row["subject_tag"] is None:  # beside nobody who takes the provider away
                await store.hold_party(change.connection, row["party"])
            member = await store.signing_in(change.connection, member_id)  # held from here on
            standing = await store.sign_on(change.connection, row["party"])
            is_same = member is not None and member.factors == row["factors"]
            if member is None or not is_same or standing != kept:
                raise _nobody()
            if not await store.end_sign_in(change.connection, tag):
                raise _nobody()
            if row["subject_tag"] is None:
                if not await store.set_subject(change, member_id, subject):
                    raise _nobody()
                of = member.of
                change.tell(Action.MEMBER_SUBJECT, member_id, of=of.iys_code, party=of.party)
            is_enough = signed_in.has_mfa and kept.trusts_mfa
            if is_enough and member.post.role is not Role.OWNER:
                return await open_session(
                    change, self._keys.tokens, member, now=now, remember=False
                )
        return await self._sign_ins.second_step(row, now=now)


_NAMES = ("state", "nonce", "verifier")


def _drawn(challenge: bytes) -> tuple[str, str, str]:
    """State, nonce and verifier of a sign-in, from what was drawn for it and told to nobody."""
    state, nonce, verifier = (
        base64.urlsafe_b64encode(hmac.digest(challenge, name.encode(), hashlib.sha256))
        .rstrip(b"=")
        .decode()
        for name in _NAMES
    )
    return state, nonce, verifier


def _address(kept: SignOn, signed_in: SignedIn) -> Address | None:
    """The address that the provider vouches for, if it may speak for its domain."""
    address = parse_email(signed_in.email or "")
    if not isinstance(address, Address):
        return None
    return address if address.clear.rpartition("@")[2].lower() in kept.domains else None


def _refused(error: NotSignedInError) -> RefusalError:
    _LOG.info("a party's identity provider: %s", error.fault)
    code = "IZ084" if error.fault in _PROVIDERS else "IZ083"
    return RefusalError(Refused(code=code))


def _nobody() -> RefusalError:
    return RefusalError(Refused(code="IZ083"))
