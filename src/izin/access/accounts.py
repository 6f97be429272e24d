"""API accounts of a company, a partner or a carrier: entered, given passwords and keys, stopped."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
from asyncpg import Record

from izin.access import store
from izin.access.certificate import Certificate, read_pem
from izin.access.jose import UnfitKeyError, public_key, public_text, thumbprint_of
from izin.audit.change import Change, changing
from izin.audit.model import Action, Fact, Principal
from izin.core.errors import RefusalError, Refused
from izin.member.lookup import alone
from izin.member.model import Belongs
from izin.member.party import see_that_it_is_there
from izin.member.passwords import Passwords
from izin.storage.database import Database
from izin.subscription.few import see_that_it_may
from izin.subscription.model import Counted
from izin.vault.tokens import draw

PASSWORD_LIFE = timedelta(days=365)
KEEP_DAYS_MAX = 7
KEY_LIFE = timedelta(days=365)
KEY_DAYS_MAX = 730
KEYS_MAX = 2
"""Of a kind: one that works, and the one that takes its place."""

ACCOUNTS_MAX = 200
"""That may sign in."""

SHOWN_MAX = 1000


class KeyKind(StrEnum):
    """By what an account signs in."""

    JWK = "jwk"
    CERTIFICATE = "certificate"


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A password as it was drawn: its owner sees it once. It prints nothing."""

    client_id: UUID
    password: str
    until: datetime

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"Drawn({self.client_id})"


class Named(msgspec.Struct, frozen=True):
    """Under which name, by which password: chosen by whoever installs. It prints nothing."""

    username: str
    password: str

    def __repr__(self) -> str:
        """Show nothing: the name may be an address."""
        return "Named(…)"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key of an account, as its owner sees it."""

    key_id: UUID
    kind: KeyKind
    thumbprint: str
    created_at: datetime
    ends_at: datetime
    used_at: datetime | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account, as its owner sees it."""

    client_id: UUID
    username: str
    is_active: bool
    is_resource_server: bool
    is_test: bool
    password_until: datetime | None
    previous_until: datetime | None
    used_at: datetime | None
    keys: tuple[Key, ...]


class FitKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key or a certificate that is taken."""

    kind: KeyKind
    thumbprint: str
    public_jwk: str | None = None
    ends_at: datetime | None = None


def fit_jwk(jwk: object) -> FitKey:
    """Read a public key. Raises RefusalError IZ065: private, of another kind, too short."""
    try:
        key = public_key(jwk)
    except UnfitKeyError as unfit:
        raise RefusalError(_unfit(unfit.reason, "jwk")) from None
    return FitKey(kind=KeyKind.JWK, thumbprint=thumbprint_of(key), public_jwk=public_text(key))


def fit_certificate(pem: str, now: datetime) -> FitKey:
    """Read a certificate. Raises RefusalError IZ065: none, one that has ended, a key beside it."""
    read: Certificate | None = read_pem(pem)
    if read is None or read.ends_at <= now:
        raise RefusalError(_unfit("certificate", "certificate"))
    return FitKey(kind=KeyKind.CERTIFICATE, thumbprint=read.thumbprint, ends_at=read.ends_at)


def _unfit(expected: str, field: str) -> Refused:
    return Refused(code="IZ065", location=(field,), facts=(("expected", expected),))


async def accounts_of(database: Database, of: Belongs, now: datetime) -> list[Account]:
    """List the accounts of one company, partner or carrier, with their keys that have not ended.

    Raises  UnavailableError
    """
    async with database.connection() as connection:
        rows = await store.accounts(connection, of, SHOWN_MAX)
        keys = await store.keys_of_accounts(connection, [row["user_id"] for row in rows], now)
    by_account: dict[UUID, list[Key]] = {}
    for row in keys:
        facts = {name: row[name] for name in Key.__struct_fields__ if name != "kind"}
        key = Key(kind=KeyKind(row["kind"]), **facts)
        by_account.setdefault(row["user_id"], []).append(key)
    return [
        Account(
            client_id=row["user_id"],
            username=row["username"],
            is_active=row["is_active"],
            is_resource_server=row["is_resource_server"],
            is_test=row["is_test"],
            password_until=row["password_until"],
            previous_until=row["previous_until"],
            used_at=row["used_at"],
            keys=tuple(by_account.get(row["user_id"], ())),
        )
        for row in rows
    ]


async def add_account(
    database: Database,
    passwords: Passwords,
    of: Belongs,
    *,
    now: datetime,
    by: Principal,
    named: Named | None = None,
) -> Drawn:
    """Enter an account; its user name is its id, so that nobody learns which names there are.

    Takes   named: a name and password instead; a known name gets the new password
    Raises  RefusalError H001, IZ033, IZ037 there is no such company, partner or carrier, IZ085 it
            is closed, IZ069 it has as many accounts as it may, IZ078 its package is for fewer,
            H351 who asks was stopped · UnavailableError
    """
    user, drawn = await _drawn(passwords, of, named, now)
    async with changing(database, by, acting_for=of.party) as change:
        count = await _beside(change, of, user)
        await see_that_it_may(change.connection, of.iys_code, Counted.ACCOUNTS, count + 1, now)
        client_id = await store.put_user(change, user)
        _tell(change, Action.CLIENT_ADDED, client_id, of)
    return msgspec.structs.replace(drawn, client_id=client_id)


async def add_test_account(
    database: Database, passwords: Passwords, of: Belongs, *, now: datetime, by: Principal
) -> Drawn:
    """Enter an account that reaches the company's test brands, and nothing else.

    Raises  as `add_account`; RefusalError IZ057 of whoever is no company
    Source  decision 0053
    """
    if of.iys_code is None:
        raise RefusalError(Refused(code="IZ057", facts=(("brandCode", str(of.code)),)))
    user, drawn = await _drawn(passwords, of, None, now)
    async with changing(database, by, acting_for=of.party) as change:
        await _beside(change, of, user)
        await see_that_it_may(change.connection, of.iys_code, Counted.TEST_ACCOUNTS, 1, now)
        await store.put_user(change, msgspec.structs.replace(user, is_test=True))
        _tell(change, Action.CLIENT_ADDED, user.user_id, of, isTest=True)
    return drawn


async def _drawn(
    passwords: Passwords, of: Belongs, named: Named | None, now: datetime
) -> tuple[store.UserRow, Drawn]:
    client_id, until = uuid4(), now + PASSWORD_LIFE
    chosen = named or Named(str(client_id), draw())
    user = store.UserRow(
        user_id=client_id,
        username=chosen.username,
        password_hash=await passwords.hashed(chosen.password),
        iys_code=of.iys_code,
        partner_code=of.partner_code,
        intermediary_code=of.intermediary_code,
        is_active=True,
        password_until=until,
    )
    return user, Drawn(client_id=client_id, password=chosen.password, until=until)


async def _beside(change: Change, of: Belongs, user: store.UserRow) -> int:
    """How many other accounts its owner has, to whom nobody else gives one until the commit."""
    await see_that_it_is_there(change.connection, of)
    await alone(change, of)
    count = await store.other_accounts(change.connection, of, user.username)
    if count >= ACCOUNTS_MAX:
        raise RefusalError(Refused(code="IZ069", facts=(("most", str(ACCOUNTS_MAX)),)))
    return count


class Accounts:
    """Changes accounts: its owner's own ones, or any for whoever runs the registry."""

    def __init__(self, database: Database, owner: Belongs | None, by: Principal) -> None:
        """Take whose they have to be (None: whoever's), and who asks."""
        self._database = database
        self._owner = owner
        self._party = None if owner is None else owner.party
        self._by = by

    async def draw_password(
        self, passwords: Passwords, client_id: UUID, *, keep: timedelta, now: datetime
    ) -> Drawn:
        """Draw a new password; the one before works on for `keep`, so two work at most.

        Raises  RefusalError IZ063 no such account, IZ068 it was stopped · UnavailableError
        """
        drawn = Drawn(client_id=client_id, password=draw(), until=now + PASSWORD_LIFE)
        hashed = await passwords.hashed(drawn.password)
        async with changing(self._database, self._by, acting_for=self._party) as change:
            of = await self._held(change, client_id)
            previous_until = now + keep if keep else None
            await store.set_password(change, client_id, hashed, drawn.until, previous_until)
            _tell(change, Action.CLIENT_PASSWORD, client_id, of, keepDays=keep.days)
        return drawn

    async def stop(self, client_id: UUID) -> None:
        """Let an account sign in no more; its tokens end within five seconds.

        Raises  RefusalError IZ063, IZ068 · UnavailableError
        """
        async with changing(self._database, self._by, acting_for=self._party) as change:
            of = await self._held(change, client_id)
            await store.stop_account(change, client_id)
            _tell(change, Action.CLIENT_STOPPED, client_id, of)

    async def add_key(self, client_id: UUID, fit: FitKey, *, life: timedelta, now: datetime) -> Key:
        """Let an account sign in by a key or certificate.

        Raises  RefusalError IZ063, IZ064 it has two of the kind, or this one, IZ068 ·
                UnavailableError
        """
        ends_at = min(now + life, fit.ends_at or now + life)
        key = Key(
            key_id=uuid4(),
            kind=fit.kind,
            thumbprint=fit.thumbprint,
            created_at=now,
            ends_at=ends_at,
        )
        async with changing(self._database, self._by, acting_for=self._party) as change:
            of = await self._held(change, client_id)
            standing = await store.standing_keys(change, client_id, fit.kind.value, now)
            if len(standing) >= KEYS_MAX or fit.thumbprint in standing:
                raise RefusalError(Refused(code="IZ064", facts=(("kind", fit.kind.value),)))
            row = store.KeyRow(
                key_id=key.key_id,
                user_id=client_id,
                kind=fit.kind.value,
                thumbprint=fit.thumbprint,
                public_jwk=fit.public_jwk,
                created_at=now,
                ends_at=ends_at,
            )
            await store.put_key(change, row)
            facts: Mapping[str, Fact] = {"kind": fit.kind.value, "thumbprint": fit.thumbprint}
            _tell(change, Action.CLIENT_KEY_ADDED, client_id, of, **facts)
        return key

    async def withdraw_key(self, client_id: UUID, key_id: UUID, *, now: datetime) -> None:
        """Let an account sign in by a key no more; tokens that it has got end by themselves.

        Raises  RefusalError IZ063, IZ066 no such key, IZ068 · UnavailableError
        """
        async with changing(self._database, self._by, acting_for=self._party) as change:
            of = await self._held(change, client_id)
            kind = await store.end_key(change, client_id, key_id, now)
            if kind is None:
                raise RefusalError(Refused(code="IZ066", facts=(("keyId", str(key_id)),)))
            _tell(change, Action.CLIENT_KEY_WITHDRAWN, client_id, of, kind=kind, keyId=str(key_id))

    async def set_resource_server(self, client_id: UUID, *, is_one: bool) -> None:
        """Let an account ask what a token is, or let it no more.

        Raises  RefusalError IZ063, IZ068 · UnavailableError
        """
        mark = store.mark_resource_server if is_one else store.unmark_resource_server
        async with changing(self._database, self._by, acting_for=self._party) as change:
            of = await self._held(change, client_id)
            await mark(change, client_id)
            _tell(change, Action.CLIENT_RESOURCE_SERVER, client_id, of, isOne=is_one)

    async def _held(self, change: Change, client_id: UUID) -> Belongs:
        """Hold an account for a change; another's answers like none."""
        row = await store.hold_account(change, client_id)
        of = None if row is None else _owner_in(row)
        if row is None or of is None or self._owner not in (None, of):
            raise RefusalError(Refused(code="IZ063", facts=(("clientId", str(client_id)),)))
        if not row["is_active"]:
            raise RefusalError(Refused(code="IZ068", facts=(("clientId", str(client_id)),)))
        return of


def _owner_in(row: Record) -> Belongs:
    return msgspec.convert({name: row[name] for name in Belongs.__struct_fields__}, Belongs)


def _tell(change: Change, action: Action, client_id: UUID, of: Belongs, **facts: Fact) -> None:
    change.tell(
        action,
        client_id,
        of=of.iys_code,
        partnerCode=of.partner_code,
        carrier=of.intermediary_code,
        **facts,
    )
