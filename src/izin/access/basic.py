"""Who calls with a name and a password in each call, as carriers do. Source: RFC 7617."""

import asyncio
import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec

from izin.access import store
from izin.access.model import Caller
from izin.access.uses import Uses
from izin.member.passwords import Passwords
from izin.storage.database import Database

AGE_MAX = timedelta(seconds=5)
"""A user that was stopped may call this much longer in another process. Source: security T17."""

KEPT_MAX = 1_000
HASHED_AT_ONCE = 1
"""Its bench is its own, and small: whoever guesses at this door slows down nobody's sign-in."""

Admission = Callable[[], Awaitable[None]]
"""Asked before a slow hash; raises where the client has had too many."""

_BASIC = re.compile(r"basic +([A-Za-z0-9+/]+=*) *", re.ASCII | re.IGNORECASE)


class _Known(msgspec.Struct, frozen=True):
    caller: Caller
    password_hash: str
    asked_at: datetime


class BasicUsers:
    """Recognises names and passwords; a good pair is not hashed again until its hash changes.

    What is remembered lies under a keyed tag: no password is kept.
    """

    def __init__(
        self, database: Database, passwords: Passwords, tag_of: Callable[[str], UUID]
    ) -> None:
        """Take where users are, the bench of the slow hash, and a keyed tag of a text."""
        self._database = database
        self._passwords = passwords
        self._tag_of = tag_of
        self._uses = Uses(database)
        self._known: dict[UUID, _Known] = {}  # oldest answer first
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def caller(self, authorization: str, admit: Admission, *, now: datetime) -> Caller | None:
        """Whose header this is; None for every one that is not an active user's.

        Raises  UnavailableError, and what `admit` raises
        Cost    nothing for five seconds; then one round trip, and the slow hash for a new pair
        """
        pair = _pair(authorization)
        if pair is None:
            return None
        username, password = pair
        tag = self._tag_of(f"{username}\0{password}")
        if (known := self._young(tag, now)) is not None:
            return known.caller
        # a carrier comes with many calls at once: the first of them is asked for all
        turn = self._turns.setdefault(tag, asyncio.Lock())
        async with turn:
            if (known := self._young(tag, now)) is not None:
                return known.caller
            return await self._asked(tag, pair, admit, now)

    def _young(self, tag: UUID, now: datetime) -> _Known | None:
        known = self._known.get(tag)
        return known if known is not None and abs(now - known.asked_at) < AGE_MAX else None

    async def _asked(
        self, tag: UUID, pair: tuple[str, str], admit: Admission, now: datetime
    ) -> Caller | None:
        username, password = pair
        async with self._database.connection() as connection:
            row = await store.user_by_name(connection, username, now)
        known = self._known.pop(tag, None)
        stored: list[str] = [] if row is None else row["password_hashes"]
        if known is not None and known.password_hash in stored:
            found: str | None = known.password_hash
        else:
            await admit()
            found = await self._passwords.matching(stored, password)
        if row is None or found is None:
            return None
        caller = store.caller_of(row)
        await self._uses.note(caller.user_id, now=now)
        while len(self._known) >= KEPT_MAX:
            del self._known[next(iter(self._known))]
        self._known[tag] = _Known(caller, found, now)
        return caller


def _pair(authorization: str) -> tuple[str, str] | None:
    matched = _BASIC.fullmatch(authorization)
    if matched is None:
        return None
    try:
        text = base64.b64decode(matched[1], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    username, colon, password = text.partition(":")
    return (username, password) if colon and "\0" not in text else None
