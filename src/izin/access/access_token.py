"""Whose access token is this?"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from izin.access import store
from izin.access.model import Caller
from izin.member.session import keep_open
from izin.storage.database import Database
from izin.vault.tokens import Tokens as TokenMint

AGE_MAX = timedelta(seconds=5)
"""A revoked token may work this much longer in another process. Source: security T17."""

KEPT_MAX = 10_000


class _Known(msgspec.Struct, frozen=True):
    caller: Caller
    expires_at: datetime
    asked_at: datetime


class AccessTokens:
    """Recognises access tokens; remembers good ones for five seconds, and never a refusal."""

    def __init__(self, database: Database, mint: TokenMint, *, kept_max: int = KEPT_MAX) -> None:
        """Take where tokens are stored, how they are recognised, and how many are remembered."""
        self._database = database
        self._mint = mint
        self._kept_max = kept_max
        self._known: dict[UUID, _Known] = {}  # oldest answer first

    async def caller(self, text: str, *, now: datetime) -> Caller | None:
        """Whose token this is; None for one that is unknown, expired, revoked or no token at all.

        Whether the call comes from whom a bound one is bound to is not looked at here.

        Raises  UnavailableError
        Cost    3 µs; one round trip for a token not seen for five seconds, four for a session
        """
        tag = self._mint.tag_of(text)
        if tag is None:
            return None
        known = self._known.get(tag)
        # Also asks again when the clock was set back: an answer from the future has no age.
        if known is None or not timedelta() <= now - known.asked_at < AGE_MAX:
            known = await self._ask(tag, now)
        if known is None or known.expires_at <= now:
            return None
        return known.caller

    def forget(self, tags: Iterable[UUID]) -> None:
        """Have these asked about anew."""
        for tag in tags:
            self._known.pop(tag, None)

    async def _ask(self, tag: UUID, now: datetime) -> _Known | None:
        async with self._database.connection() as connection:
            row = await store.access(connection, tag)
        self.forget((tag,))
        if row is None:
            return None
        known = _Known(store.caller_of(row), row["expires_at"], now)
        if known.caller.session is not None and known.expires_at > now:
            await keep_open(self._database, tag, known.caller.kind, now=now)
        while len(self._known) >= self._kept_max:
            del self._known[next(iter(self._known))]
        self._known[tag] = known
        return known
