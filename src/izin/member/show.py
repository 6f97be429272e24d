"""Who acts for a party, for the party's own eyes."""

from uuid import UUID

import msgspec
from asyncpg import Record

from izin.keyring import MemberKeyring
from izin.member import store
from izin.member.model import Belongs, Member, Person
from izin.member.passkey import shown_id
from izin.member.seal import opened
from izin.storage.database import Database

SHOWN_MAX = 500


class Shown(msgspec.Struct, frozen=True):
    """A member, and who he is."""

    member: Member
    person: Person


async def members_of(
    database: Database, keys: MemberKeyring, of: Belongs, *, after: UUID | None = None
) -> list[Shown]:
    """Give a page of a party's members, the newest first, those who went behind the others.

    Takes   after: the last of the page before; None: the first page
    Raises  UnavailableError
    """
    async with database.acting_for(of.party) as connection:
        found = await store.of_party(connection, of.party, SHOWN_MAX, after)
    return [_shown(keys, each) for each in found]


async def oneself(
    database: Database, keys: MemberKeyring, member_id: UUID, of: Belongs
) -> tuple[Shown, list[tuple[str, Record]]] | None:
    """Give a member and his passkeys by their ids; None for one who is there no more.

    Raises  UnavailableError
    """
    async with database.acting_for(of.party) as connection:
        found = await store.one(connection, member_id)
        rows = await store.passkeys(connection, member_id)
    if found is None:
        return None
    return _shown(keys, found), [(shown_id(row["credential_id"]), row) for row in rows]


def _shown(keys: MemberKeyring, sealed: store.Sealed) -> Shown:
    member = sealed.member
    return Shown(member, opened(keys.members.sealer, member.member_id, sealed.person))
