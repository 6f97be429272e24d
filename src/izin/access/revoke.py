"""What a token is, for whom that concerns, and its end before its time. Source: RFC 7009, 7662."""

from datetime import datetime
from uuid import UUID

import msgspec

from izin.access import store
from izin.access.access_token import AccessTokens
from izin.access.model import Bound
from izin.core.codes import IysCode
from izin.storage.database import Database
from izin.vault.tokens import Tokens as TokenMint


class TokenFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a good access token is."""

    client_id: UUID
    created_at: datetime
    expires_at: datetime
    audience: IysCode | None
    bound: Bound


class TokenKeeper:
    """Ends tokens, and says what they are."""

    def __init__(self, database: Database, mint: TokenMint, access_tokens: AccessTokens) -> None:
        """Take `access_tokens` to have it forget what is ended here."""
        self._database = database
        self._mint = mint
        self._access_tokens = access_tokens

    async def revoke(self, text: str, *, now: datetime) -> None:
        """End an access token, or a refresh token with all of its family; anything else is none.

        Who has a token may end it: he could only use it else.

        Raises  UnavailableError
        """
        tag = self._mint.tag_of(text)
        if tag is None:
            return
        async with self._database.connection() as connection:
            found = await store.token_facts(connection, tag)
        if found is None:
            return
        if found["kind"] == "refresh":
            await self._end_family(tag, now)
            return
        async with self._database.connection() as connection:
            await store.end_token(connection, tag, now)
        self._access_tokens.forget((tag,))

    async def _end_family(self, tag: UUID, now: datetime) -> None:
        async with self._database.transaction() as connection:
            family = await store.lock_family(connection, tag)
            if family is None:  # forgotten meanwhile
                return
            ended = await store.revoke_family(connection, family, now)
        self._access_tokens.forget(ended)

    async def facts(self, text: str, *, now: datetime) -> TokenFacts | None:
        """What an access token is, as it stands in the database; None for all that is not good.

        Raises  UnavailableError
        """
        tag = self._mint.tag_of(text)
        if tag is None:
            return None
        async with self._database.connection() as connection:
            row = await store.token_facts(connection, tag)
        if row is None or row["kind"] != "access" or not row["is_active"]:
            return None
        if row["expires_at"] <= now:
            return None
        return TokenFacts(
            client_id=row["user_id"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            audience=row["audience"],
            bound=Bound(key=row["key_thumbprint"], certificate=row["certificate_thumbprint"]),
        )

    async def may_ask(self, client_id: UUID) -> bool:
        """Is this account one of a server that takes our tokens? Raises UnavailableError."""
        async with self._database.connection() as connection:
            return await store.is_resource_server(connection, client_id)
