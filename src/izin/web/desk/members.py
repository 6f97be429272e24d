"""Who acts for a party: ids and roles. Who people are is shown of the registry's own alone.

Whoever invites gets the invitation, and could come in by it himself. So the desk invites for the
registry alone: for a company it would be a way to see whom that reaches.
"""

from uuid import UUID

from izin.core.address import Address, parse_email
from izin.core.codes import IntermediaryCode, IysCode, PartnerCode
from izin.intermediary import lookup as intermediaries
from izin.member import lookup, manage
from izin.member.invite import Invitation, Inviting, invite, invite_anew
from izin.member.model import (
    NAME_LENGTH_MAX,
    PEOPLE,
    ActorKind,
    Belongs,
    Member,
    NewPost,
    Person,
    Post,
    Role,
)
from izin.member.show import SHOWN_MAX, members_of
from izin.partner import lookup as partners
from izin.provider import lookup as providers
from izin.web.desk.services import Desk, Row, code_of
from izin.web.desk.visit import Visit
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

_EMAIL_MAX = 265
_LEAST_FIRST = [each for each in reversed(Role) if each in PEOPLE]
"""Whoever does not choose gives the least."""


async def show_all(desk: Desk, visit: Visit) -> Outcome:
    """Show a party's members, and of the registry's own a form that invites another."""
    of = _of(visit)
    await _see_that_it_is_there(desk, of)
    members: list[tuple[Member, str | None]]
    if of.kind is ActorKind.REGISTRY:
        shown = await members_of(desk.database, desk.keys, of)
        members = [(each.member, each.person.name) for each in shown]
    else:
        async with desk.database.acting_for(of.party) as connection:
            found = await lookup.of_party(connection, of.party, SHOWN_MAX)
        members = [(each.member, None) for each in found]
    own = None if visit.who is None else visit.who.member_id
    values = {"members": members, "own": own}
    return Shown("members.html", _values(of) | values)


async def _see_that_it_is_there(desk: Desk, of: Belongs) -> None:
    async with desk.database.connection() as connection:
        if of.iys_code is not None:
            is_there = await providers.is_there(connection, of.iys_code)
        elif of.partner_code is not None:
            is_there = await partners.is_there(connection, of.partner_code)
        elif of.intermediary_code is not None:
            is_there = await intermediaries.is_there(connection, of.intermediary_code)
        else:
            return
    if not is_there:
        raise NotThereError


def _is_in(member: Member) -> bool:
    return member.is_active and member.is_enrolled


def _values(of: Belongs) -> dict[str, object]:
    """What every page about a party's members says."""
    agents = [Role.AGENT] if of.kind is ActorKind.REGISTRY else []
    return {"of": of, "base": _base(of), "roles": [*_LEAST_FIRST, *agents]}


async def do_invite(desk: Desk, visit: Visit) -> Outcome:
    """Invite somebody; the invitation goes by mail, or is shown in this answer and never again."""
    of, form = _of(visit), visit.form
    name = form.text("name", NAME_LENGTH_MAX, required=True)
    address = parse_email(form.text("email", _EMAIL_MAX, required=True))
    if not isinstance(address, Address):
        form.refuse("email", "fault.email")
    role = form.choice("role", Role)
    form.values.pop("email", None)
    form.check()
    assert isinstance(address, Address), "checked"
    assert role is not None, "checked"
    invited = Person(name, address), Post(role=role)
    how = _inviting(desk, visit)
    made = await invite(desk.database, how, invited, of=of, now=visit.now, by=visit.by)
    return _handed(of, made)


async def do_reinvite(desk: Desk, visit: Visit) -> Outcome:
    """Let a member choose password and second factor anew."""
    of, member_id = _of(visit), _member(visit)
    how = _inviting(desk, visit)
    made = await invite_anew(desk.database, how, member_id, of=of, now=visit.now, by=visit.by)
    return _handed(of, made)


def _inviting(desk: Desk, visit: Visit) -> Inviting:
    return Inviting(keys=desk.keys, by_mail=desk.has_mail, language=visit.language)


def _handed(of: Belongs, made: Invitation) -> Shown:
    return Shown("invited.html", {"made": made, "of": of, "base": _base(of)})


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show one member, without who he is, and what may be done."""
    member = await _one(desk, visit)
    own = visit.who is not None and visit.who.member_id == member.member_id
    is_staff = member.of.kind is ActorKind.REGISTRY
    reinvites = is_staff and (not _is_in(member) or member.post.role is not Role.OWNER)
    values = {"member": member, "is_own": own, "reinvites": reinvites}
    return Shown("member.html", _values(_of(visit)) | values)


async def do_role(desk: Desk, visit: Visit) -> Outcome:
    """Give a member another role; the brands he is limited to stay."""
    of, member = _of(visit), await _one(desk, visit)
    role = visit.form.choice("role", Role)
    visit.form.check()
    assert role is not None, "checked"
    new = NewPost(role=role)
    await manage.set_post(desk.database, member.member_id, new, of=of, now=visit.now, by=visit.by)
    return Gone(_base(of)).saying("role")


async def do_stop(desk: Desk, visit: Visit) -> Outcome:
    """End a membership."""
    of, member = _of(visit), await _one(desk, visit)
    visit.form.ticked("sure", required=True)
    visit.form.check()
    await manage.stop(desk.database, member.member_id, of=of, by=visit.by)
    return Gone(_base(of)).saying("stopped")


def _of(visit: Visit) -> Belongs:
    """Whose members the path is about: the registry's own, or another party's."""
    kind = visit.path.get("kind")
    if kind is None:
        return Belongs()
    code = code_of(visit.path["code"])
    known = {
        "company": Belongs(iys_code=IysCode(code)),
        "partner": Belongs(partner_code=PartnerCode(code)),
        "carrier": Belongs(intermediary_code=IntermediaryCode(code)),
    }
    if kind not in known or code == 0:
        raise NotThereError
    return known[kind]


def _base(of: Belongs) -> str:
    if of.kind is ActorKind.REGISTRY:
        return "/staff"
    return f"/members/{of.kind.lower()}/{of.code}"


def _member(visit: Visit) -> UUID:
    try:
        return UUID(visit.path["member"])
    except ValueError as error:
        raise NotThereError from error


async def _one(desk: Desk, visit: Visit) -> Member:
    of, member_id = _of(visit), _member(visit)
    async with desk.database.acting_for(of.party) as connection:
        found = await lookup.one(connection, member_id)
    if found is None or found.member.of != of:
        raise NotThereError
    return found.member


def _rows(base: str, looks: Role, works: Role) -> tuple[Row, ...]:
    one = base + "/{member}"
    return (
        Row(path=base, least=looks, shows=show_all),
        Row(path=one, least=looks, shows=show),
        Row(path=f"{one}/role", least=works, shows=show, does=do_role),
        Row(path=f"{one}/stop", least=works, shows=show, does=do_stop),
    )


ROWS = (
    *_rows("/members/{kind}/{code}", Role.VIEWER, Role.MANAGER),
    *_rows("/staff", Role.OWNER, Role.OWNER),
    Row(path="/staff/invite", least=Role.OWNER, shows=show_all, does=do_invite),
    Row(path="/staff/{member}/reinvite", least=Role.OWNER, shows=show, does=do_reinvite),
)
