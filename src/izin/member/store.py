"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Connection, Record

from izin.audit.change import Change
from izin.core.codes import BrandCode, IntermediaryCode, IysCode, PartnerCode
from izin.member.model import Belongs, Member, Post, Role
from izin.storage.statements import load

_SQL = load("izin.member")


class Sealed(msgspec.Struct, frozen=True):
    """A member, and who he is, sealed."""

    member: Member
    person: bytes


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an invitation is for, and what was drawn for it."""

    member_id: UUID
    of: Belongs
    role: Role
    person: bytes
    totp: bytes | None
    challenge: bytes | None


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """Who has signed in, for whom and as what."""

    member_id: UUID
    of: Belongs
    post: Post


class SigningIn(msgspec.Struct, frozen=True, kw_only=True):
    """A member who has shown half of who he is."""

    member_id: UUID
    of: Belongs
    post: Post
    password_hash: str | None
    totp: bytes | None
    factors: int

    def __repr__(self) -> str:
        """Leave the hash out."""
        return f"SigningIn({self.member_id})"


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a passkey; its private half never leaves its owner's device."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


async def put(
    change: Change, member_id: UUID, of: Belongs, post: Post, sealed: tuple[UUID, bytes]
) -> bool:
    """Write a member; False where the address, of which `sealed` has the tag, is a member's."""
    facts = (of.iys_code, of.partner_code, of.intermediary_code, post.role.value, _brands(post))
    put_id = await change.connection.fetchval(_SQL["put"], member_id, *facts, *sealed)
    return put_id is not None


async def of_party(
    connection: Connection, party: str, rows_max: int, after: UUID | None = None
) -> list[Sealed]:
    rows = await connection.fetch(_SQL["of_party"], party, rows_max, after)
    return [_sealed(row) for row in rows]


async def active_count(connection: Connection, party: str) -> int:
    count: int = await connection.fetchval(_SQL["active_count"], party)
    return count


async def one(connection: Connection, member_id: UUID) -> Sealed | None:
    row = await connection.fetchrow(_SQL["one"], member_id)
    return None if row is None else _sealed(row)


async def hold_party(connection: Connection, party: str) -> None:
    """Wait until nobody else changes the party's members; until the commit."""
    await connection.execute(_SQL["hold_party"], party)


async def has_other_owner(connection: Connection, party: str, than: UUID) -> bool:
    found: bool = await connection.fetchval(_SQL["other_owners"], party, than)
    return found


async def set_post(change: Change, member_id: UUID, post: Post) -> None:
    await change.connection.execute(_SQL["set_post"], member_id, post.role.value, _brands(post))


async def stop(change: Change, member_id: UUID) -> None:
    await change.connection.execute(_SQL["stop"], member_id)


async def put_invitation(
    change: Change, tag: UUID, member_id: UUID, expires_at: datetime, letter: bytes | None
) -> None:
    await change.connection.execute(_SQL["put_invitation"], tag, member_id, expires_at, letter)


async def take_letters(connection: Connection, now: datetime, limit: int) -> list[Record]:
    return await connection.fetch(_SQL["take_letters"], now, limit)


async def invited(connection: Connection, tag: UUID, now: datetime) -> Invited | None:
    row = await connection.fetchrow(_SQL["invited"], tag, now)
    if row is None:
        return None
    return Invited(
        member_id=row["member_id"],
        of=_belongs(row),
        role=Role(row["role"]),
        person=row["person_sealed"],
        totp=row["totp_sealed"],
        challenge=row["challenge"],
    )


async def begin_enrolment(connection: Connection, tag: UUID, totp: bytes, challenge: bytes) -> None:
    await connection.execute(_SQL["begin_enrolment"], tag, totp, challenge)


async def hold(connection: Connection, member_id: UUID) -> int | None:
    """Hold a member until the commit; give his factors' count, None of one who is not active."""
    factors: int | None = await connection.fetchval(_SQL["hold"], member_id)
    return factors


async def forget_factors(change: Change, member_id: UUID) -> None:
    await change.connection.execute(_SQL["forget_factors"], member_id)


async def passkey_count(connection: Connection, member_id: UUID) -> int:
    count: int = await connection.fetchval(_SQL["passkey_count"], member_id)
    return count


async def enrol(
    change: Change, member_id: UUID, password_hash: str, totp: bytes | None, step: int
) -> bool:
    """Take what a member has chosen; False where his address signs in for another party."""
    row = (member_id, password_hash, totp, step)
    enrolled = await change.connection.fetchval(_SQL["enrol"], *row)
    return enrolled is not None


async def put_passkey(change: Change, member_id: UUID, passkey: Passkey, label: str) -> bool:
    """Add a passkey; False for one that is known."""
    put_id = await change.connection.fetchval(
        _SQL["put_passkey"],
        passkey.credential_id,
        member_id,
        passkey.public_key,
        passkey.sign_count,
        label,
    )
    return put_id is not None


async def passkeys(connection: Connection, member_id: UUID) -> list[Record]:
    found: list[Record] = await connection.fetch(_SQL["passkeys"], member_id)
    return found


async def drop_passkey(change: Change, member_id: UUID, credential_id: bytes) -> bool:
    """Take a passkey away; False for one that is not there, or the only second factor."""
    gone = await change.connection.fetchval(_SQL["drop_passkey"], member_id, credential_id)
    return gone is not None


async def passkey(connection: Connection, credential_id: bytes) -> tuple[UUID, Passkey] | None:
    row = await connection.fetchrow(_SQL["passkey"], credential_id)
    if row is None:
        return None
    return row["member_id"], Passkey(
        credential_id=credential_id, public_key=row["public_key"], sign_count=row["sign_count"]
    )


async def use_passkey(change: Change, credential_id: bytes, sign_count: int, now: datetime) -> None:
    await change.connection.execute(_SQL["use_passkey"], credential_id, sign_count, now)


async def by_email(connection: Connection, email_tag: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["by_email"], email_tag)


async def signing_in(connection: Connection, member_id: UUID) -> SigningIn | None:
    row = await connection.fetchrow(_SQL["signing_in"], member_id)
    if row is None:
        return None
    return SigningIn(
        member_id=row["member_id"],
        of=_belongs(row),
        post=_post(row),
        password_hash=row["password_hash"],
        totp=row["totp_sealed"],
        factors=row["factors"],
    )


async def member_by_email(connection: Connection, party: str, email_tag: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["member_by_email"], party, email_tag)


async def use_step(change: Change, member_id: UUID, step: int) -> bool:
    """Use a one-time code's step; False where it, or a later one, was used."""
    used = await change.connection.fetchval(_SQL["use_step"], member_id, step)
    return used is not None


async def set_password(change: Change, member_id: UUID, password_hash: str, before: str) -> bool:
    """Take another password; False where the one before does not stand any more."""
    found = await change.connection.fetchval(_SQL["set_password"], member_id, password_hash, before)
    return found is not None


async def signed_in(change: Change, member_id: UUID, now: datetime) -> None:
    await change.connection.execute(_SQL["signed_in"], member_id, now)


class Half(msgspec.Struct, frozen=True, kw_only=True):
    """Half a sign-in, or a passkey that is to be made."""

    member_id: UUID | None
    purpose: str
    factors: int
    challenge: bytes
    party: str | None = None


async def put_sign_in(connection: Connection, tag: UUID, half: Half, expires_at: datetime) -> None:
    row = msgspec.structs.astuple(half)
    await connection.execute(_SQL["put_sign_in"], tag, *row, expires_at)


async def try_sign_in(
    connection: Connection, tag: UUID, now: datetime, tries_max: int, purpose: str
) -> Record | None:
    return await connection.fetchrow(_SQL["try_sign_in"], tag, now, tries_max, purpose)


async def end_sign_in(connection: Connection, tag: UUID) -> bool:
    """Use a sign-in up; False where somebody was faster."""
    ended = await connection.fetchval(_SQL["end_sign_in"], tag)
    return ended is not None


class SignOn(msgspec.Struct, frozen=True, kw_only=True):
    """A party's identity provider, as it is kept.

    domains     of addresses that it may speak for
    trusts_mfa  whether its word of a second factor is enough
    """

    issuer: str
    client_id: str
    secret_sealed: bytes
    domains: Sequence[str]
    mfa_acrs: Sequence[str]
    trusts_mfa: bool
    set_at: datetime


async def put_sign_on(change: Change, party: str, each: SignOn) -> None:
    await change.connection.execute(_SQL["put_sign_on"], party, *msgspec.structs.astuple(each))


async def sign_on(connection: Connection, party: str) -> SignOn | None:
    row = await connection.fetchrow(_SQL["sign_on"], party)
    return None if row is None else SignOn(**row)


async def drop_sign_on(change: Change, party: str) -> bool:
    """Take it away; False where there was none."""
    return await change.connection.fetchval(_SQL["drop_sign_on"], party) is not None


async def forget_subjects(change: Change, party: str) -> None:
    await change.connection.execute(_SQL["forget_subjects"], party)


async def by_subject(connection: Connection, party: str, tag: UUID) -> Record | None:
    return await connection.fetchrow(_SQL["by_subject"], party, tag)


async def set_subject(change: Change, member_id: UUID, tag: UUID) -> bool:
    """Know a member by what his provider calls him; False where he or it is known already."""
    known = await change.connection.fetchval(_SQL["set_subject"], member_id, tag)
    return known is not None


async def put_device(
    connection: Connection, tag: UUID, member_id: UUID, expires_at: datetime
) -> None:
    await connection.execute(_SQL["put_device"], tag, member_id, expires_at)


async def knows_device(connection: Connection, tag: UUID, email_tag: UUID, now: datetime) -> bool:
    known: bool = await connection.fetchval(_SQL["knows_device"], tag, email_tag, now)
    return known


async def put_session(
    connection: Connection,
    tag: UUID,
    member_id: UUID,
    now: datetime,
    until: tuple[datetime, datetime],
) -> bool:
    """Open a session, until it is idle so long, and at the latest; False for who went meanwhile."""
    opened = await connection.fetchval(_SQL["put_session"], tag, member_id, now, *until)
    return opened is not None


async def session(connection: Connection, tag: UUID, now: datetime) -> Acting | None:
    """Whose session it is, while it is good."""
    row = await connection.fetchrow(_SQL["session"], tag, now)
    if row is None:
        return None
    return Acting(member_id=row["member_id"], of=_belongs(row), post=_post(row))


async def keep_session(connection: Connection, tag: UUID, idle_until: datetime) -> None:
    await connection.execute(_SQL["keep_session"], tag, idle_until)


async def end_session(connection: Connection, tag: UUID) -> bool:
    return await connection.fetchval(_SQL["end_session"], tag) is not None


async def forget_devices(connection: Connection, member_id: UUID) -> int:
    count: int = await connection.fetchval(_SQL["forget_devices"], member_id)
    return count


async def take_brand(change: Change, party: str, code: BrandCode) -> list[UUID]:
    rows = await change.connection.fetch(_SQL["take_brand"], party, code)
    return [row["member_id"] for row in rows]


async def end_sessions(connection: Connection, member_id: UUID) -> list[UUID]:
    rows = await connection.fetch(_SQL["end_sessions"], member_id)
    return [row["session_tag"] for row in rows]


async def drop_expired(connection: Connection, before: datetime, rows_max: int) -> None:
    await connection.execute(_SQL["drop_expired"], before, rows_max)


def _sealed(row: Record) -> Sealed:
    member = Member(
        member_id=row["member_id"],
        of=_belongs(row),
        post=_post(row),
        is_active=row["is_active"],
        is_enrolled=row["is_enrolled"],
        has_totp=row["has_totp"],
        passkey_count=row["passkey_count"],
        created_at=row["created_at"],
        signed_in_at=row["signed_in_at"],
    )
    return Sealed(member, row["person_sealed"])


def _belongs(row: Record) -> Belongs:
    code, partner, carrier = row["iys_code"], row["partner_code"], row["intermediary_code"]
    return Belongs(
        iys_code=None if code is None else IysCode(code),
        partner_code=None if partner is None else PartnerCode(partner),
        intermediary_code=None if carrier is None else IntermediaryCode(carrier),
    )


def _post(row: Record) -> Post:
    brands: Sequence[int] | None = row["brands"]
    limited = None if brands is None else frozenset(map(BrandCode, brands))
    return Post(role=Role(row["role"]), brands=limited)


def _brands(post: Post) -> list[int] | None:
    return None if post.brands is None else sorted(post.brands)
