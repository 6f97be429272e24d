"""A password or a refresh token is exchanged for a pair of tokens. Source: contract 1.1."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from izin.access import store
from izin.access.access_token import AccessTokens
from izin.access.store import drop_expired as drop_expired
from izin.access.uses import Uses
from izin.member.passwords import Passwords
from izin.storage.database import Database
from izin.vault.tokens import Tokens as TokenMint

ACCESS_LIFE = timedelta(seconds=7200)
REFRESH_LIFE = timedelta(seconds=14_400)


class TokenPair(msgspec.Struct, frozen=True, kw_only=True):
    """What its owner gets, once. It prints nothing."""

    access: str
    refresh: str

    def __repr__(self) -> str:
        """Show neither."""
        return "TokenPair(…)"


class Tokens:
    """Gives tokens. Those that come from one sign-in are a family."""

    def __init__(
        self,
        database: Database,
        mint: TokenMint,
        *,
        passwords: Passwords,
        access_tokens: AccessTokens,
    ) -> None:
        """Take `access_tokens` to have it forget what is revoked here."""
        self._database = database
        self._mint = mint
        self._passwords = passwords
        self._access_tokens = access_tokens
        self._uses = Uses(database)

    async def by_password(self, username: str, password: str, *, now: datetime) -> TokenPair | None:
        """Begin a family for an active user.

        Gives   None, after the same time, for an unknown user, one who is not active, and a
                wrong password
        Raises  UnavailableError
        """
        user_id, stored = await self._user(username, now)
        if await self._passwords.matching(stored, password) is None or user_id is None:
            return None
        pair, row = self._drawn(uuid4(), user_id, now)
        async with self._database.connection() as connection:
            await store.put_pair(connection, row)
        await self._uses.note(user_id, now=now)
        return pair

    async def by_refresh(self, text: str, *, now: datetime) -> TokenPair | None:
        """Exchange a refresh token, which then is used up.

        A refresh token that comes a second time is in two hands, one of them a thief's: the whole
        family ends, whichever of the two came first.

        Gives   None for one that is unknown, expired, revoked or used
        Raises  UnavailableError
        """
        tag = self._mint.tag_of(text)
        return None if tag is None else await self._rotated(tag, now)

    async def _user(self, username: str, now: datetime) -> tuple[UUID | None, list[str]]:
        if "\0" in username:  # no such text can be stored
            return None, []
        async with self._database.connection() as connection:
            row = await store.user_by_name(connection, username, now)
        return (None, []) if row is None else (row["user_id"], row["password_hashes"])

    async def _rotated(self, tag: UUID, now: datetime) -> TokenPair | None:
        pair, ended = None, list[UUID]()
        async with self._database.transaction() as connection:
            family = await store.lock_family(connection, tag)
            if family is None:
                return None
            user_id = await store.use_refresh(connection, tag, now)
            if user_id is not None:
                pair, row = self._drawn(family, user_id, now)
                await store.put_pair(connection, row)
            elif await store.was_used(connection, tag):
                ended = await store.revoke_family(connection, family, now)
        self._access_tokens.forget(ended)
        return pair

    def _drawn(self, family: UUID, user_id: UUID, now: datetime) -> tuple[TokenPair, store.PairRow]:
        access, refresh = self._mint.issue(), self._mint.issue()
        row = store.PairRow(
            family=family,
            user_id=user_id,
            created_at=now,
            access_tag=access.tag,
            access_expires_at=now + ACCESS_LIFE,
            refresh_tag=refresh.tag,
            refresh_expires_at=now + REFRESH_LIFE,
        )
        return TokenPair(access=access.text, refresh=refresh.text), row
