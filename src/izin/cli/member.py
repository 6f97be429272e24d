"""``izin member``: who acts for a party. Who people are is shown to their own party alone."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from izin.cli.operator import operator
from izin.cli.over import over_members
from izin.cli.party import Carrier, Company, Partner, party_of
from izin.cli.screen import AsJson, CannotError, In, Screen, screen
from izin.core.address import Address, parse_email
from izin.core.clock import utc_now, wire_time
from izin.core.codes import BrandCode
from izin.i18n.catalogue import Language
from izin.keyring import MemberKeyring
from izin.member import lookup, manage
from izin.member.invite import Invitation, Inviting, invite, invite_anew, the_member
from izin.member.model import (
    NAME_LENGTH_MAX,
    Belongs,
    Member,
    NewPost,
    Person,
    Post,
    Role,
    is_name,
)
from izin.storage.database import Database
from izin.wiring.settings import read_settings

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="People who act for a party, and their roles."
)

LIST_MAX = 500
_HEADINGS = ("id", "role", "brands", "active", "enrolled", "since", "signed_in")

Registry = Annotated[bool, typer.Option("--registry", help="Acts for the registry itself.")]
Brands = Annotated[list[int] | None, typer.Option("--brand", help="Limited to this brand.")]
ByHand = Annotated[
    bool, typer.Option("--by-hand", help="The invitation is shown to you, and not mailed.")
]
Id = Annotated[UUID, typer.Argument(help="The member's id.")]
InRole = Annotated[Role, typer.Argument(help="What somebody is.")]


@app.command("invite")
def invite_command(
    name: Annotated[str, typer.Argument(help="What the person is called.")],
    email: Annotated[str, typer.Argument(help="The person's e-mail address.")],
    *,
    role: Annotated[Role, typer.Option(help="What he is to be.")] = Role.OWNER,
    company: Company = None,
    partner: Partner = None,
    carrier: Carrier = None,
    registry: Registry = False,
    brand: Brands = None,
    by_hand: ByHand = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Invite somebody; the invitation goes by mail, or is shown once and handed over by you."""
    with screen(as_json, lang) as to:
        of = _party(company, partner, carrier, registry=registry)
        address = parse_email(email)
        if not isinstance(address, Address):
            raise CannotError("no_email")
        if not is_name(name):
            raise CannotError("no_name", most=NAME_LENGTH_MAX)
        post = Post(role=role, brands=frozenset(map(BrandCode, brand)) if brand else None)
        person = Person(name, address)

        async def work(database: Database, keys: MemberKeyring) -> Invitation:
            how, now = _inviting(keys, lang, by_hand=by_hand), utc_now()
            return await invite(database, how, (person, post), of=of, now=now, by=operator())

        _hand_over(to, over_members(work))


@app.command("reinvite")
def reinvite_command(
    id_: Id, by_hand: ByHand = False, as_json: AsJson = False, lang: In = Language.TR
) -> None:
    """Let a member choose password and second factor anew."""

    async def work(database: Database, keys: MemberKeyring) -> Invitation:
        of = await _whose(database, id_)
        how = _inviting(keys, lang, by_hand=by_hand)
        return await invite_anew(database, how, id_, of=of, now=utc_now(), by=operator())

    with screen(as_json, lang) as to:
        _hand_over(to, over_members(work))


@app.command("list")
def list_command(
    company: Company = None,
    partner: Partner = None,
    carrier: Carrier = None,
    registry: Registry = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Show a party's members, without who they are."""
    with screen(as_json, lang) as to:
        of = _party(company, partner, carrier, registry=registry)

        async def work(database: Database, _: MemberKeyring) -> list[Member]:
            async with database.connection() as connection:
                found = await lookup.of_party(connection, of.party, LIST_MAX)
            return [each.member for each in found]

        _show(to, over_members(work))


@app.command("role")
def role_command(
    id_: Id,
    role: InRole,
    brand: Brands = None,
    all_brands: Annotated[
        bool, typer.Option("--all-brands", help="Limited to none any more.")
    ] = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Give a member another role; he has to sign in anew. Brands stay, unless they are named."""
    new = NewPost(role=role, brands=_brands(brand, all_of_them=all_brands))

    async def work(database: Database, _: MemberKeyring) -> None:
        of = await _whose(database, id_)
        await manage.set_post(database, id_, new, of=of, now=utc_now(), by=operator())

    _change(id_, work, as_json=as_json, lang=lang)


def _brands(
    named: list[int] | None, *, all_of_them: bool
) -> frozenset[BrandCode] | msgspec.UnsetType | None:
    if all_of_them:
        return None
    return frozenset(map(BrandCode, named)) if named else msgspec.UNSET


@app.command("stop")
def stop_command(id_: Id, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """End a membership: nothing of the member's works any more."""

    async def work(database: Database, _: MemberKeyring) -> None:
        of = await _whose(database, id_)
        await manage.stop_anybody(database, id_, of=of, by=operator())

    _change(id_, work, as_json=as_json, lang=lang)


def _party(
    company: int | None, partner: int | None, carrier: int | None, *, registry: bool
) -> Belongs:
    of = party_of(company, partner, carrier)
    if registry and company is partner is carrier is None:
        return Belongs()
    if of is None or registry:
        raise CannotError("one_party")
    return of


async def _whose(database: Database, member_id: UUID) -> Belongs:
    async with database.transaction() as connection:
        found = await lookup.one(connection, member_id)
        of = Belongs() if found is None else found.member.of
        await the_member(connection, of, member_id)
    return of


def _change(
    id_: UUID,
    work: Callable[[Database, MemberKeyring], Awaitable[None]],
    *,
    as_json: bool,
    lang: Language,
) -> None:
    with screen(as_json, lang) as to:
        over_members(work)
        to.tell(to.said("member_done", member=id_))
        to.give({"memberId": id_})


def _inviting(keys: MemberKeyring, language: Language, *, by_hand: bool) -> Inviting:
    by_mail = read_settings().has_mail and not by_hand
    return Inviting(keys=keys, by_mail=by_mail, language=language)


def _hand_over(to: Screen, made: Invitation) -> None:
    until = wire_time(made.expires_at)
    if made.text is None:
        to.tell(to.said("member_mailed", member=made.member_id, until=until))
        to.give({"memberId": made.member_id, "isMailed": True, "expiresAt": until})
        return
    to.tell(to.said("member_invited", member=made.member_id, invitation=made.text, until=until))
    given = {"memberId": made.member_id, "isMailed": False, "expiresAt": until}
    to.give(given | {"invitation": made.text})


def _show(to: Screen, found: list[Member]) -> None:
    if found:
        headings = [to.said(f"member_{name}") for name in _HEADINGS]
        to.show(headings, [(_cells(to, each), None) for each in found])
    else:
        to.tell(to.said("member_nothing"))
    to.give({"members": [msgspec.to_builtins(each) for each in found]})


def _cells(to: Screen, each: Member) -> list[str]:
    brands = "" if each.post.brands is None else " ".join(map(str, sorted(each.post.brands)))
    return [
        str(each.member_id),
        each.post.role.value,
        brands,
        to.said("yes" if each.is_active else "no"),
        to.said("yes" if each.is_enrolled else "no"),
        wire_time(each.created_at),
        _when(each.signed_in_at),
    ]


def _when(at: datetime | None) -> str:
    return "" if at is None else wire_time(at)
