"""The demonstration's people who sign in: one of the registry's own, and a company's owner."""

from datetime import timedelta

import msgspec
from asyncpg import Record

from izin.audit.model import Principal
from izin.core.clock import utc_now
from izin.keyring import MemberKeyring
from izin.member import lookup
from izin.member.enrol import Chosen, Enrolling
from izin.member.invite import Invitation, Inviting, invite, invite_anew
from izin.member.model import Belongs, Person, Post, Role
from izin.storage.database import Database
from izin.vault.member import STEP_S, totp_code

_OWN_MACHINE = "127.0.0.1"
"""From where the demonstration is signed in to; wrong tries of before are forgiven there."""


class DemoMember(msgspec.Struct, frozen=True, kw_only=True):
    """Who may sign in as a person, where: `totp_uri` goes into an authenticator app."""

    email: str
    password: str
    totp_uri: str = msgspec.field(name="totpUri")
    url: str = ""

    def __repr__(self) -> str:
        """Leave password and secret out."""
        return f"DemoMember({self.email})"


class LettingIn(msgspec.Struct, frozen=True):
    """What it takes to let somebody in."""

    operator: Database
    keys: MemberKeyring
    enrolling: Enrolling
    by: Principal


async def let_in(
    with_: LettingIn,
    of: Belongs,
    person: Person,
    password: str,
    before: DemoMember | None,
    *,
    role: Role = Role.OWNER,
) -> DemoMember:
    """Give a party somebody who can sign in: whom a file still tells of, or one anew."""
    found = await _known(with_, of, person)
    if found is not None and found["is_enrolled"] and before is not None:
        return before
    invitation = await _invited(with_, of, person, role)
    now = utc_now()
    text = invitation.text
    assert text is not None, "it is handed over"
    shown = await with_.enrolling.begin(text, now=now)
    # the code before the running one, which is left for whoever signs in at once
    code = totp_code(shown.totp_uri, now - timedelta(seconds=STEP_S))
    chosen = Chosen(password=password, code=code)
    await with_.enrolling.finish(text, chosen, client=_OWN_MACHINE, now=now)
    return DemoMember(email=person.email.clear, password=password, totp_uri=shown.totp_uri)


async def _invited(with_: LettingIn, of: Belongs, person: Person, role: Role) -> Invitation:
    found, now = await _known(with_, of, person), utc_now()
    operator, how, by = with_.operator, Inviting(keys=with_.keys), with_.by
    if found is None:
        return await invite(operator, how, (person, Post(role=role)), of=of, now=now, by=by)
    return await invite_anew(operator, how, found["member_id"], of=of, now=now, by=by)


async def _known(with_: LettingIn, of: Belongs, person: Person) -> Record | None:
    """He himself, if an earlier start has entered him; others of his party are not looked at."""
    tag = with_.keys.members.email_tag(person.email)
    async with with_.operator.connection() as connection:
        return await lookup.member_by_email(connection, of.party, tag)
