"""What a member calls with once he has signed in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.member import store
from izin.member.model import ActorKind, Belongs
from izin.member.store import Acting as Acting
from izin.member.store import SigningIn
from izin.member.store import drop_expired as drop_expired
from izin.storage.database import SIGN_IN, Database
from izin.vault.tokens import Tokens

DEVICE_LIFE = timedelta(days=180)


class Life(msgspec.Struct, frozen=True):
    """How long a session may be idle, and how long it may last."""

    idle: timedelta
    whole: timedelta


_STAFFS = Life(timedelta(minutes=15), timedelta(hours=12))
_OTHERS = Life(timedelta(hours=1), timedelta(hours=24))

LIVES: Final[Mapping[ActorKind, Life]] = {
    ActorKind.COMPANY: _OTHERS,
    ActorKind.PARTNER: _OTHERS,
    ActorKind.CARRIER: _OTHERS,
    ActorKind.REGISTRY: _STAFFS,
}
"""Source: NIST SP 800-63B-4, AAL2 and AAL3."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What a member gets who has signed in. It prints nothing.

    device  to be shown at the next sign-in; None where it was not asked for
    """

    member_id: UUID
    text: str
    expires_at: datetime
    idle_s_max: int
    device: str | None

    def __repr__(self) -> str:
        """Leave the tokens out."""
        return f"Session({self.member_id})"


async def open_session(
    change: Change, tokens: Tokens, member: SigningIn, *, now: datetime, remember: bool
) -> Session:
    """Open a session for a member who has shown who he is.

    Takes   remember: whether the device is to be known from now on
    """
    life, token = LIVES[member.of.kind], tokens.issue()
    until = now + life.idle, now + life.whole
    is_open = await store.put_session(change.connection, token.tag, member.member_id, now, until)
    assert is_open, "whoever signs in is held, and active"
    device = None
    if remember:
        known = tokens.issue()
        until_known = now + DEVICE_LIFE
        await store.put_device(change.connection, known.tag, member.member_id, until_known)
        device = known.text
    await store.signed_in(change, member.member_id, now)
    of = member.of
    facts = {"isRemembered": True} if remember else {}
    change.tell(Action.MEMBER_SIGNED_IN, member.member_id, of=of.iys_code, party=of.party, **facts)
    return Session(
        member_id=member.member_id,
        text=token.text,
        expires_at=now + life.whole,
        idle_s_max=int(life.idle.total_seconds()),
        device=device,
    )


async def acting(database: Database, tag: UUID, *, now: datetime) -> Acting | None:
    """Whose session this is; it stays open for him. None for one that has ended.

    Raises  UnavailableError
    """
    async with database.acting_for(SIGN_IN) as connection:
        found = await store.session(connection, tag, now)
        if found is not None:
            await store.keep_session(connection, tag, now + LIVES[found.of.kind].idle)
    return found


async def keep_open(database: Database, tag: UUID, kind: ActorKind, *, now: datetime) -> None:
    """Say that a session's member is still there; written once a minute at most.

    Raises  UnavailableError
    """
    async with database.acting_for(SIGN_IN) as connection:
        await store.keep_session(connection, tag, now + LIVES[kind].idle)


async def sign_out(database: Database, tag: UUID, *, of: Belongs, by: Principal) -> None:
    """End a session, once. Raises UnavailableError."""
    async with changing(database, by, acting_for=of.party) as change:
        if await store.end_session(change.connection, tag):
            change.tell(Action.MEMBER_SIGNED_OUT, by.name, of=of.iys_code, party=of.party)


async def sign_out_everywhere(database: Database, *, of: Belongs, by: Principal) -> list[UUID]:
    """End all sessions of a member, and forget the devices that he came from.

    Gives   the tags of the sessions that ended
    Raises  UnavailableError
    """
    member_id = UUID(by.name)
    async with changing(database, by, acting_for=of.party) as change:
        await store.hold(change.connection, member_id)
        ended = await store.end_sessions(change.connection, member_id)
        devices = await store.forget_devices(change.connection, member_id)
        facts = {"sessions": len(ended), "devices": devices}
        change.tell(Action.MEMBER_SIGNED_OUT, member_id, of=of.iys_code, party=of.party, **facts)
    return ended
