"""A party's members: what they may do, and when they go."""

from datetime import datetime
from uuid import UUID

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError, Refused
from izin.member import store
from izin.member.alone import alone
from izin.member.invite import check_post, facts_of, see_that_brands_may_limit, the_member
from izin.member.model import Belongs, NewPost, Role, is_narrower
from izin.storage.database import Connection, Database


async def set_post(
    database: Database,
    member_id: UUID,
    new: NewPost,
    *,
    of: Belongs,
    now: datetime,
    by: Principal,
) -> list[UUID]:
    """Give a member another role, or other brands; he has to sign in anew. What is not said stays.

    Gives   the tags of the sessions that ended
    Raises  RefusalError IZ047 the party has no such member, IZ048 he is its last owner, IZ049
            these brands or this role do not go together, IZ078 the package limits nobody to brands,
            H351 who asks was stopped · UnavailableError
    """
    async with changing(database, by, acting_for=of.party) as change:
        await alone(change, of)
        member = (await the_member(change.connection, of, member_id)).member
        post = new.over(member.post)
        await check_post(change.connection, of, post)
        if not is_narrower(post, than=member.post):
            await see_that_brands_may_limit(change.connection, of, post, now)
        if post.role is not Role.OWNER:
            await _see_that_an_owner_stays(change.connection, of, member_id)
        await store.set_post(change, member_id, post)
        change.tell(Action.MEMBER_PUT, member_id, of=of.iys_code, party=of.party, **facts_of(post))
        return await store.end_sessions(change.connection, member_id)


async def stop(database: Database, member_id: UUID, *, of: Belongs, by: Principal) -> list[UUID]:
    """End a membership: nothing of the member's works any more, within five seconds.

    Gives   the tags of the sessions that ended
    Raises  RefusalError IZ047 the party has no such member, IZ048 he is its last owner
            · UnavailableError
    """
    async with changing(database, by, acting_for=of.party) as change:
        await alone(change, of)
        await the_member(change.connection, of, member_id)
        await _see_that_an_owner_stays(change.connection, of, member_id)
        return await _stopped(change, member_id, of)


async def stop_anybody(
    database: Database, member_id: UUID, *, of: Belongs, by: Principal
) -> list[UUID]:
    """End a membership, the last owner's too, for whoever runs the registry; else as `stop`."""
    async with changing(database, by, acting_for=of.party) as change:
        await the_member(change.connection, of, member_id)
        return await _stopped(change, member_id, of)


async def take_brand(change: Change, of: Belongs, code: BrandCode) -> None:
    """Take a brand that goes to another company from the members who are limited to it.

    Who has none left reaches none; the party's owner gives him others, or stops him.
    """
    await store.hold_party(change.connection, of.party)
    for member_id in await store.take_brand(change, of.party, code):
        change.tell(Action.MEMBER_PUT, member_id, of=of.iys_code, party=of.party, brandTaken=code)


async def _stopped(change: Change, member_id: UUID, of: Belongs) -> list[UUID]:
    await store.stop(change, member_id)
    change.tell(Action.MEMBER_PUT, member_id, of=of.iys_code, party=of.party, isActive=False)
    return await store.end_sessions(change.connection, member_id)


async def _see_that_an_owner_stays(connection: Connection, of: Belongs, member_id: UUID) -> None:
    """A party without an owner could invite nobody; whoever was never in counts as none."""
    found = await store.one(connection, member_id)
    assert found is not None, "it is locked"
    is_owner = found.member.post.role is Role.OWNER and found.member.is_enrolled
    if is_owner and not await store.has_other_owner(connection, of.party, member_id):
        raise RefusalError(Refused(code="IZ048"))
