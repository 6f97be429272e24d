"""Somebody is invited to act for a party."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal, PrincipalKind
from izin.brand import lookup as brands
from izin.core.errors import RefusalError, Refused
from izin.i18n.catalogue import Language
from izin.keyring import MemberKeyring
from izin.member import letter, store
from izin.member.alone import alone
from izin.member.model import Belongs, Person, Post, Role
from izin.member.party import see_that_it_is_there, title_of
from izin.member.seal import opened, seal
from izin.storage.database import Connection, Database
from izin.subscription.few import see_that_it_may
from izin.subscription.model import Counted

INVITATION_LIFE = timedelta(days=7)
MEMBERS_MAX = 500
"""Of one party that are active, invited ones too."""


class Inviting(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody is invited.

    by_mail   the invitation goes to him by mail, and whoever invites does not see it
    language  of that mail
    """

    keys: MemberKeyring
    by_mail: bool = False
    language: Language = Language.TR


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What the invited gets, once. It prints nothing.

    text  to be handed over; None: it goes by mail
    """

    member_id: UUID
    text: str | None
    expires_at: datetime

    def __repr__(self) -> str:
        """Leave the text out: whoever has it is let in."""
        return f"Invitation({self.member_id})"


async def invite(
    database: Database,
    how: Inviting,
    invited: tuple[Person, Post],
    *,
    of: Belongs,
    now: datetime,
    by: Principal,
) -> Invitation:
    """Invite somebody: he counts for nothing until he has chosen password and second factor.

    Takes   invited: who, and what he may do · of: for whom he is to act
    Raises  RefusalError IZ046 the address is a member's, IZ049 these brands or this role do not
            go together, H001, IZ033, IZ037 there is no such party, IZ085 it is closed, IZ054
            it has as many members as it may, IZ078 its package is for fewer, H351 who invites was
            stopped · UnavailableError
    """
    person, post = invited
    keys, member_id = how.keys.members, uuid4()
    sealed = seal(keys.sealer, member_id, person)
    async with changing(database, by, acting_for=of.party) as change:
        await alone(change, of)
        await see_that_it_is_there(change.connection, of)
        await check_post(change.connection, of, post)
        await _see_that_there_is_room(change.connection, of, post, now)
        tag = keys.email_tag(person.email)
        if not await store.put(change, member_id, of, post, (tag, sealed)):
            raise RefusalError(Refused(code="IZ046", location=("email",)))
        change.tell(
            Action.MEMBER_INVITED, member_id, of=of.iys_code, party=of.party, **facts_of(post)
        )
        return await _sent(change, how, (member_id, of, person), now)


async def invite_anew(
    database: Database,
    how: Inviting,
    member_id: UUID,
    *,
    of: Belongs,
    now: datetime,
    by: Principal,
) -> Invitation:
    """Let a member choose password and second factor anew, as after the loss of a telephone.

    What he had goes on working until he has chosen. An owner who has come in is let in anew by
    whoever runs the registry alone: another owner could else act under his name.

    Raises  RefusalError IZ047 the party has no such member, IZ053 it is himself, IZ055 it is an
            owner, H351 who invites was stopped · UnavailableError
    """
    if by == Principal(PrincipalKind.MEMBER, str(member_id)):
        raise RefusalError(Refused(code="IZ053"))
    async with changing(database, by, acting_for=of.party) as change:
        await alone(change, of)
        found = await the_member(change.connection, of, member_id)
        member = found.member
        is_owner = member.post.role is Role.OWNER and member.is_enrolled
        if is_owner and by.kind is PrincipalKind.MEMBER:
            raise RefusalError(Refused(code="IZ055"))
        change.tell(Action.MEMBER_INVITED, member_id, of=of.iys_code, party=of.party, isAnew=True)
        person = opened(how.keys.members.sealer, member_id, found.person)
        return await _sent(change, how, (member_id, of, person), now)


async def the_member(connection: Connection, of: Belongs, member_id: UUID) -> store.Sealed:
    """Give a party's active member, locked. Raises RefusalError IZ047."""
    found = await store.one(connection, member_id)
    if found is None or found.member.of != of or not found.member.is_active:
        raise RefusalError(Refused(code="IZ047", facts=(("memberId", str(member_id)),)))
    return found


async def check_post(connection: Connection, of: Belongs, post: Post) -> None:
    """See that role and brands go together, and that the brands are the company's.

    Raises  RefusalError IZ049
    """
    if post.role is Role.API:
        raise RefusalError(Refused(code="IZ049", location=("role",)))
    if post.brands is None:
        return
    if of.iys_code is None or post.role is Role.OWNER or not post.brands:
        raise RefusalError(Refused(code="IZ049", location=("brands",)))
    own = {each.brand_code for each in await brands.of_provider(connection, of.iys_code)}
    if not own >= set(post.brands):
        raise RefusalError(Refused(code="IZ049", location=("brands",)))


async def _see_that_there_is_room(
    connection: Connection, of: Belongs, post: Post, now: datetime
) -> None:
    count = await store.active_count(connection, of.party)
    if count >= MEMBERS_MAX:
        raise RefusalError(Refused(code="IZ054", facts=(("most", str(MEMBERS_MAX)),)))
    await see_that_it_may(connection, of.iys_code, Counted.PEOPLE, count + 1, now)
    await see_that_brands_may_limit(connection, of, post, now)


async def see_that_brands_may_limit(
    connection: Connection, of: Belongs, post: Post, now: datetime
) -> None:
    """See that somebody may be limited to brands. Raises RefusalError IZ078."""
    if post.brands is not None:
        await see_that_it_may(connection, of.iys_code, Counted.LIMITED_PEOPLE, 1, now)


def facts_of(post: Post) -> dict[str, str]:
    """What the trail says of a post."""
    brands_text = "" if post.brands is None else " ".join(map(str, sorted(post.brands)))
    return {"role": post.role.value, "brands": brands_text}


async def _sent(
    change: Change, how: Inviting, whom: tuple[UUID, Belongs, Person], now: datetime
) -> Invitation:
    member_id, of, person = whom
    token, expires_at = how.keys.tokens.issue(), now + INVITATION_LIFE
    sealed = None
    if how.by_mail:
        party = await title_of(change.connection, of)
        going = letter.Invited(person.email.clear, token.text, party, how.language)
        sealed = letter.seal(how.keys.members.sealer, member_id, going)
    await store.put_invitation(change, token.tag, member_id, expires_at, sealed)
    text = None if how.by_mail else token.text
    return Invitation(member_id=member_id, text=text, expires_at=expires_at)
