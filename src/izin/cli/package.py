"""``izin package``: what companies and partners have subscribed to."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from izin.brand import lookup as brand_lookup
from izin.cli.change import ForEver, see_that_it_is_meant
from izin.cli.instant import instant
from izin.cli.operator import operator
from izin.cli.over import over, over_parties
from izin.cli.screen import AsJson, In, Screen, screen
from izin.core.clock import a_year_after, utc_now, wire_time
from izin.core.codes import IysCode, PartnerCode
from izin.i18n.catalogue import Language
from izin.storage.database import Database
from izin.subscription import lookup
from izin.subscription.count import AddressCount, address_count
from izin.subscription.manage import Holder, Wanted, set_state, subscribe
from izin.subscription.model import Package, Subscribed, SubscriptionState, standing
from izin.subscription.tariff import share_used
from izin.wiring.parts import Parts
from izin.wiring.roles import WEB
from izin.wiring.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Packages: what companies and partners have subscribed to.",
)

_HEADINGS = ("code", "name", "status", "starts", "ends", "limit")


class Whose(StrEnum):
    """Whose code is meant."""

    COMPANY = "company"
    PARTNER = "partner"


Code = Annotated[int, typer.Argument(help="The company's or the partner's code.")]
Of = Annotated[Whose, typer.Option("--of", help="Whose code it is.")]


@app.command("set")
def set_command(
    code: Code,
    package: Annotated[Package, typer.Argument(help="Which package.")],
    *,
    level: Annotated[int, typer.Option(min=0, max=2, help="1 integration, 2 all of it.")] = 0,
    of: Of = Whose.COMPANY,
    starts: Annotated[
        str | None, typer.Option(help="'YYYY-MM-DD HH:mm:ss', Turkey's clock; now if none.")
    ] = None,
    ends: Annotated[str | None, typer.Option(help="The same; a year later if none.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Addresses; the tariff's number if none.")
    ] = None,
    may_exceed: Annotated[
        bool | None,
        typer.Option("--may-exceed/--no-excess", help="Whether new addresses come past it."),
    ] = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Let a company or a partner have a package; what it had ends where this one begins."""
    with screen(as_json, lang) as to:
        starts_at = instant(starts) or utc_now()
        wanted = Wanted(
            package=package,
            level=level,
            starts_at=starts_at,
            ends_at=instant(ends) or a_year_after(starts_at),
            address_limit=limit,
            may_exceed=may_exceed,
        )
        each = over_parties(
            lambda database: subscribe(database, wanted, of=_holder(of, code), by=operator())
        )
        to.tell(to.said("package_done", code=code, name=each.name))
        to.give({"subscriptionId": each.subscription_id})


@app.command("state")
def state_command(
    code: Code,
    state: Annotated[SubscriptionState, typer.Argument(help="What it is from now on.")],
    of: Of = Whose.COMPANY,
    for_ever: ForEver = False,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Pause a subscription, let it go on, or close it for ever."""
    with screen(as_json, lang) as to:
        ends = state is SubscriptionState.CLOSED
        see_that_it_is_meant(code, ends=ends, is_said=for_ever)
        holder = _holder(of, code)
        over_parties(
            lambda database: set_state(database, state, of=holder, now=utc_now(), by=operator())
        )
        to.tell(to.said("package_moved", code=code, state=state.value))
        to.give({"code": code, "state": state.value})


@app.command("list")
def list_command(as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Show every subscription that there is or was, by party and beginning."""

    async def work(database: Database) -> list[Subscribed]:
        async with database.connection() as connection:
            found = await lookup.changed(connection, -1)
        return sorted(found, key=lambda each: (_code(each), each.starts_at))

    with screen(as_json, lang) as to:
        _show(to, over_parties(work), utc_now())


@app.command("show")
def show_command(code: Code, as_json: AsJson = False, lang: In = Language.TR) -> None:
    """Show a company's packages, how many addresses it has, and what it was told."""

    async def work(_: Settings, parts: Parts) -> Shown:
        return await _shown(parts, IysCode(code))

    with screen(as_json, lang) as to:
        shown = over(WEB, work)
        now = utc_now()
        _show(to, shown.subscribed, now, **_full(to, shown, now))


class Shown(msgspec.Struct, frozen=True):
    """What is known of a company's packages."""

    subscribed: list[Subscribed]
    count: AddressCount
    years: list[lookup.AddressYear]


async def _shown(parts: Parts, code: IysCode) -> Shown:
    async with parts.database.connection() as connection:
        subscribed = await lookup.of_party(connection, code, None)
        brands = await brand_lookup.of_provider(connection, code)
        tag_codes = [each.tagged_for or each.iys_code for each in brands]
        count = await address_count(connection, parts.keyring.pseudonyms, code, tag_codes)
        return Shown(subscribed, count, await lookup.years_of(connection, code))


def _full(to: Screen, shown: Shown, now: datetime) -> dict[str, object]:
    each = standing(tuple(shown.subscribed), now)
    count, limit = shown.count, 0 if each is None else each.address_limit
    share = share_used(count.addresses, limit)
    facts = {"phones": count.phones, "emails": count.emails, "addresses": count.addresses}
    to.tell(to.said("package_count", **facts, limit=limit, share=share))
    for year in shown.years:
        if year.told_at is not None:
            at = wire_time(year.told_at)
            to.tell(to.said("package_told", year=year.year, share=year.share_told, at=at))
    years = [msgspec.to_builtins(each) for each in shown.years]
    return {**facts, "share": share, "years": years}


def _holder(of: Whose, code: int) -> Holder:
    if of is Whose.PARTNER:
        return Holder(partner_code=PartnerCode(code))
    return Holder(iys_code=IysCode(code))


def _code(each: Subscribed) -> int:
    code = each.iys_code or each.partner_code
    assert code is not None, "a subscription is a company's or a partner's"
    return code


def _show(to: Screen, found: list[Subscribed], now: datetime, **more: object) -> None:
    if found:
        to.show(
            [to.said(f"package_{name}") for name in _HEADINGS],
            [(_cells(each, now), None) for each in found],
        )
    else:
        to.tell(to.said("package_nothing"))
    to.give({"subscriptions": [given(each, now) for each in found], **more})


def _cells(each: Subscribed, now: datetime) -> list[str]:
    return [
        str(_code(each)),
        each.name,
        each.status(now).value,
        wire_time(each.starts_at),
        wire_time(each.ends_at),
        f"{each.address_limit}{'+' if each.may_exceed else ''}",
    ]


def given(each: Subscribed, now: datetime) -> dict[str, object]:
    """A subscription as programs read it."""
    known = msgspec.to_builtins(each, builtin_types=(datetime,))
    return {
        **{name: value for name, value in known.items() if value is not None},
        "starts_at": wire_time(each.starts_at),
        "ends_at": wire_time(each.ends_at),
        "name": each.name,
        "status": each.status(now).value,
    }
