"""Beside the contract: who acts for the caller's party."""

from uuid import UUID

import msgspec

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.member_documents import CHANGED, INVITE, INVITED, MEMBERS, POST
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Param, Summary, always
from izin.api.services import Services, principal_of, see_that_it_is_fresh
from izin.api.wire import Wire
from izin.core.address import Address, AddressKind, parse_email
from izin.core.clock import wire_time
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError, Refused
from izin.member import manage
from izin.member.invite import Invitation, Inviting, invite, invite_anew
from izin.member.model import BRANDS_MAX, NAME_LENGTH_MAX, PEOPLE, NewPost, Person, Post, Role
from izin.member.show import SHOWN_MAX, Shown, members_of

_BODY_MAX = 16 * KIB
_EMAIL_MAX = 265
_NOBODYS = Address("", AddressKind.EMAIL)
_ROLES = tuple(each for each in Role if each in PEOPLE)


async def list_members(call: Call[Services]) -> Answer:
    """Show who acts for the caller's party, those who went too; a page, and what is after it."""
    services, of = call.services, call.allowed.caller.of
    found = await members_of(services.database, services.members.keys, of, after=_after(call))
    shown: Wire = {"list": [shown_member(each) for each in found]}
    if len(found) == SHOWN_MAX:
        shown["after"] = str(found[-1].member.member_id)
    return Answer(200, shown)


async def invite_member(call: Call[Services]) -> Answer:
    """Invite somebody to act for the caller's party."""
    await see_that_it_is_fresh(call)
    form = Form(call.body, ("name", "email", "role", "brands"))
    name = form.text("name", NAME_LENGTH_MAX, required=True)
    email = _read_email(form)
    post = _read_post(form)
    form.check()
    services = call.services
    made = await invite(
        services.reserved,
        _inviting(call),
        (Person(name, email), post),
        of=call.allowed.caller.of,
        now=services.clock(),
        by=principal_of(call),
    )
    return Answer(201, _invitation(made))


async def invite_member_anew(call: Call[Services]) -> Answer:
    """Let a member choose password and second factor anew."""
    await see_that_it_is_fresh(call)
    services = call.services
    made = await invite_anew(
        services.reserved,
        _inviting(call),
        _member_id(call),
        of=call.allowed.caller.of,
        now=services.clock(),
        by=principal_of(call),
    )
    return Answer(201, _invitation(made))


async def change_member(call: Call[Services]) -> Answer:
    """Give a member another role, or other brands."""
    await see_that_it_is_fresh(call)
    form = Form(call.body, ("role", "brands"))
    new = _read_change(form)
    form.check()
    member_id = _member_id(call)
    services = call.services
    ended = await manage.set_post(
        services.reserved,
        member_id,
        new,
        of=call.allowed.caller.of,
        now=services.clock(),
        by=principal_of(call),
    )
    services.members.forget(ended)
    return Answer(200, {"memberId": str(member_id)})


async def stop_member(call: Call[Services]) -> Answer:
    """End a membership."""
    member_id = _member_id(call)
    services, of = call.services, call.allowed.caller.of
    by = principal_of(call)
    services.members.forget(await manage.stop(services.reserved, member_id, of=of, by=by))
    return Answer(200, {"memberId": str(member_id)})


def shown_member(shown: Shown) -> Wire:
    """A member on the wire."""
    member, person = shown.member, shown.person
    known: Wire = {
        "memberId": str(member.member_id),
        "name": person.name,
        "email": person.email.clear,
        "role": member.post.role,
        "isActive": member.is_active,
        "isEnrolled": member.is_enrolled,
        "createdAt": wire_time(member.created_at),
    }
    if member.post.brands is not None:
        known["brands"] = sorted(member.post.brands)
    if member.signed_in_at is not None:
        known["signedInAt"] = wire_time(member.signed_in_at)
    return known


def _read_email(form: Form) -> Address:
    email = parse_email(form.text("email", _EMAIL_MAX, required=True))
    if isinstance(email, Address):
        return email
    if not any("email" in each.location for each in form.refused):
        form.require("email", "email")
    return _NOBODYS


def _read_post(form: Form) -> Post:
    role = form.term("role", _ROLES, required=True) or Role.VIEWER
    return Post(role=role, brands=_read_brands(form))


def _read_change(form: Form) -> NewPost:
    """Read what changes: `brands` null lifts a limit, and what is not there stays."""
    role = form.term("role", _ROLES, required="brands" not in form.given)
    return NewPost(
        role=msgspec.UNSET if role is None else role,
        brands=_read_brands(form) if "brands" in form.given else msgspec.UNSET,
    )


def _read_brands(form: Form) -> frozenset[BrandCode] | None:
    brands = form.codes("brands", BRANDS_MAX)
    return None if brands is None else frozenset(map(BrandCode, brands))


def _after(call: Call[Services]) -> UUID | None:
    text = call.query.get("after")
    try:
        return None if text is None else UUID(text)
    except ValueError:
        refused = Refused(code="IZ004", location=("after",), value=text)
        raise RefusalError([refused]) from None


def _member_id(call: Call[Services]) -> UUID:
    text = str(call.path["memberId"])
    try:
        return UUID(text)
    except ValueError:
        raise RefusalError(Refused(code="IZ047", facts=(("memberId", text),))) from None


def _inviting(call: Call[Services]) -> Inviting:
    return msgspec.structs.replace(call.services.members.inviting, language=call.language)


def _invitation(made: Invitation) -> Wire:
    shown: Wire = {
        "memberId": str(made.member_id),
        "isMailed": made.text is None,
        "expiresAt": wire_time(made.expires_at),
    }
    if made.text is not None:
        shown["invitation"] = made.text
    return shown


_ONE = "/x/members/{memberId}"

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xMembers",
        method="GET",
        path="/x/members",
        right=Right.MEMBERS,
        lane=Lane.INFO,
        handler=list_members,
        summary=Summary(
            "Çağıranın tarafı adına kimlerin işlem yaptığını gösterir.",
            "Shows who acts for the caller's party.",
        ),
        query=(
            Param(name="after", tr="Önceki cevaptaki imleç.", en="Cursor of the previous answer."),
        ),
        answers={200: MEMBERS},
        errors=("IZ004",),
        passes_held=always,
    ),
    Operation(
        id="xMemberInvite",
        method="POST",
        path="/x/members",
        right=Right.MEMBERS,
        lane=Lane.INFO,
        handler=invite_member,
        summary=Summary(
            "Birini davet eder; davet ona postayla gider ya da bir kez gösterilir.",
            "Invites somebody; the invitation goes by mail, or is shown once.",
        ),
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request=INVITE,
        answers={201: INVITED},
        errors=("IZ052", "IZ011", "IZ046", "IZ049", "IZ054", "IZ078"),
    ),
    Operation(
        id="xMemberChange",
        method="POST",
        path=_ONE,
        right=Right.MEMBERS,
        lane=Lane.INFO,
        handler=change_member,
        summary=Summary(
            "Bir kullanıcının rolünü ya da markalarını değiştirir; yazılmayan kalır.",
            "Gives a user another role, or other brands; what is not named stays.",
        ),
        takes=BodyKind.JSON,
        body_max=_BODY_MAX,
        request=POST,
        answers={200: CHANGED},
        errors=("IZ052", "IZ011", "IZ047", "IZ048", "IZ049", "IZ078"),
    ),
    Operation(
        id="xMemberInviteAnew",
        method="POST",
        path=_ONE + "/invitation",
        right=Right.MEMBERS,
        lane=Lane.INFO,
        handler=invite_member_anew,
        summary=Summary(
            "Kullanıcıya parolasını ve ikinci adımını yeniden seçtirir.",
            "Lets a user choose password and second factor anew.",
        ),
        answers={201: INVITED},
        errors=("IZ052", "IZ053", "IZ047", "IZ055"),
    ),
    Operation(
        id="xMemberStop",
        method="POST",
        path=_ONE + "/stop",
        right=Right.MEMBERS,
        lane=Lane.INFO,
        handler=stop_member,
        summary=Summary("Bir kullanıcılığı sonlandırır.", "Ends a user's membership."),
        answers={200: CHANGED},
        errors=("IZ047", "IZ048"),
        passes_held=always,
    ),
)
