"""Packages of companies and partners: what they have, how full it is, what a year costs."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from izin.core.clock import IYS_TIME, beginning_of
from izin.core.codes import IysCode, PartnerCode
from izin.core.turkish import fold, sort_key
from izin.member.model import Role
from izin.partner import lookup as partners
from izin.provider.model import Subscription
from izin.storage.database import Connection
from izin.subscription import lookup
from izin.subscription.manage import Holder, Wanted, set_state, subscribe
from izin.subscription.model import Family, Module, Package, Subscribed, SubscriptionState
from izin.subscription.statement import statement
from izin.subscription.tariff import LEVEL_MAX, share_used, tariff_of, warnings
from izin.web.desk.services import Desk, Row, code_of
from izin.web.desk.visit import Visit
from izin.web.shared.form import Form
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

LIST_MAX = 50
SOON = timedelta(days=30)
_SEARCH_MAX, _DIGITS_MAX = 100, 12
_LIMIT_MAX = 1_000_000_000
_YEARS, _YEAR_DIGITS = (2020, 2199), 4
_YEAR = timedelta(days=365)


class Which(StrEnum):
    """Which packages are looked for."""

    WARNED = "warned"
    ENDING = "ending"
    STOPPED = "stopped"


class Excess(StrEnum):
    """Whether new addresses come past the limit."""

    TARIFF = "tariff"
    MAY = "may"
    MAY_NOT = "may_not"


_EXCEEDS = {Excess.TARIFF: None, Excess.MAY: True, Excess.MAY_NOT: False}


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A party, the package that counts now, and what was seen of its addresses this year."""

    of: Holder
    title: str
    each: Subscribed
    status: Subscription
    seen: lookup.AddressYear | None = None

    @property
    def kind(self) -> str:
        """As paths name it."""
        return "partner" if self.of.iys_code is None else "company"

    @property
    def code(self) -> int:
        """The party's."""
        return code_in(self.of)

    @property
    def addresses(self) -> int | None:
        """The most of the year; None where nobody has looked yet."""
        return None if self.seen is None else self.seen.addresses_max

    @property
    def share(self) -> int | None:
        """How full it was at most, in percent; None where it has no limit or nobody has looked."""
        if self.seen is None or not self.each.address_limit:
            return None
        return share_used(self.seen.addresses_max, self.each.address_limit)

    @property
    def warning(self) -> int:
        """The highest share at which a company is told that it has reached; 0: none."""
        if self.seen is None or not self.each.is_measured:
            return 0
        reached = warnings(self.seen.addresses_max, self.each.address_limit)
        return max((*reached, self.seen.share_told))


def code_in(of: Holder) -> int:
    """The code of whoever holds a package."""
    code = of.iys_code or of.partner_code
    assert code is not None, "it is a company's or a partner's"
    return code


async def show_all(desk: Desk, visit: Visit) -> Outcome:
    """Show the packages of companies and partners, by their titles."""
    text = visit.query.values.get("q", "").strip()[:_SEARCH_MAX]
    asked = visit.query.values.get("which", "")
    which = Which(asked) if asked in set(Which) else None
    await desk.parties.refresh()
    year = _year_of(visit.now)
    async with desk.database.connection() as connection:
        titles = await _titles(desk, connection)
        told = await lookup.told_in(connection, year) if which is Which.WARNED else {}
        held = [
            each
            for each in _held(desk, titles, visit.now)
            if _is_like(each, text) and _is_asked(each, which, set(told), visit.now)
        ]
        shown = sorted(held, key=lambda each: (sort_key(each.title), each.code))[:LIST_MAX]
        codes = [each.of.iys_code for each in shown if each.of.iys_code is not None]
        seen = await lookup.seen_in(connection, codes, year)
    found = [_with_seen(each, seen) for each in shown]
    values = {"found": found, "how_many": len(held), "q": text, "which": which, "year": year}
    return Shown("packages.html", values | {"choices": list(Which)})


async def _titles(desk: Desk, connection: Connection) -> dict[Holder, str]:
    known = {Holder(iys_code=each.iys_code): each.title for each in desk.parties.companies()}
    for partner in await partners.changed(connection, -1):
        known[Holder(partner_code=partner.partner_code)] = partner.title
    return known


def _held(desk: Desk, titles: dict[Holder, str], now: datetime) -> list[Held]:
    found = []
    for of in desk.parties.holders():
        each = desk.parties.package_of(of, now)
        assert each is not None, "whoever is there has one"
        found.append(Held(of=of, title=titles.get(of, ""), each=each, status=each.status(now)))
    return found


def _is_like(held: Held, text: str) -> bool:
    key = fold(text)
    return key in fold(held.title) or (key.isdigit() and str(held.code).startswith(key))


def _is_asked(held: Held, which: Which | None, told: set[IysCode], now: datetime) -> bool:
    match which:
        case Which.WARNED:
            return held.of.iys_code in told
        case Which.ENDING:
            return held.status is Subscription.ACTIVE and held.each.ends_at < now + SOON
        case Which.STOPPED:
            return held.status is not Subscription.ACTIVE
    return True


def _with_seen(held: Held, seen: dict[IysCode, lookup.AddressYear]) -> Held:
    code = held.of.iys_code
    return held if code not in seen else msgspec.structs.replace(held, seen=seen[code])


async def held_by(desk: Desk, of: Holder, now: datetime) -> Held | None:
    """The package of one party that counts now, and how full it is."""
    each = desk.parties.package_of(of, now)
    if each is None:
        return None
    held = Held(of=of, title="", each=each, status=each.status(now))
    if of.iys_code is None:
        return held
    async with desk.database.connection() as connection:
        return _with_seen(held, await lookup.seen_in(connection, [of.iys_code], _year_of(now)))


def due_this_year(desk: Desk, of: Holder, now: datetime) -> int | None:
    """What a company's packages cost this year, in kuruş; None where a price is asked for."""
    return statement(desk.parties.packages_of(of), _year_of(now), 0).due_kurus


async def show(desk: Desk, visit: Visit) -> Outcome:
    """Show one party's packages, its statement of a year, and who loads its past."""
    of, title = await _party(desk, visit)
    year = _asked_year(visit)
    held = desk.parties.packages_of(of)
    async with desk.database.connection() as connection:
        jobs = await lookup.jobs(connection, of.iys_code, of.partner_code)
        years = [] if of.iys_code is None else await lookup.years_of(connection, of.iys_code)
    most = next((each.addresses_max for each in years if each.year == year), 0)
    now_has = await held_by(desk, of, visit.now)
    values = {
        "title": title,
        "kind": visit.path["kind"],
        "code": code_in(of),
        "held": [(each, each.status(visit.now), _modules(each)) for each in held],
        "now_has": now_has,
        "years": years,
        "year": year,
        "years_to_see": [each for each in (year - 1, year + 1) if _is_year(each)],
        "statement": None if of.iys_code is None else statement(held, year, most),
        "jobs": jobs,
        "packages": _packages(of),
        "levels": [str(level) for level in range(LEVEL_MAX + 1)],
        "excess": list(Excess),
        "following": _following(now_has),
    }
    return Shown("package.html", values)


def _modules(each: Subscribed) -> list[Module]:
    opened = tariff_of(_year_of(each.starts_at)).modules(each.package, each.level)
    return [module for module in Module if module in opened]


def _packages(of: Holder) -> list[Package]:
    is_partners = of.iys_code is None
    return [each for each in Package if (each.family is Family.PARTNER) is is_partners]


def _following(held: Held | None) -> list[SubscriptionState]:
    if held is None or held.each.state is SubscriptionState.CLOSED:
        return []
    return [each for each in SubscriptionState if each is not held.each.state]


async def do_set(desk: Desk, visit: Visit) -> Outcome:
    """Let it have a package; what it had until then ends where this one begins."""
    of, _ = await _party(desk, visit)
    wanted = _wanted(visit.form, visit.now)
    await subscribe(desk.database, wanted, of=of, by=visit.by)
    return _done(visit, "package")


def _wanted(form: Form, now: datetime) -> Wanted:
    package = form.choice("package", Package)
    level = form.text("level", 1) or "0"
    if level not in {str(each) for each in range(LEVEL_MAX + 1)}:
        form.refuse("level", "fault.choice")
    begins, last = form.day("begins"), form.day("last_day")
    limit = form.text("address_limit", _DIGITS_MAX).replace(".", "")
    if limit and not (limit.isascii() and limit.isdigit() and int(limit) <= _LIMIT_MAX):
        form.refuse("address_limit", "fault.count")
    excess = form.choice("excess", Excess)
    form.check()
    assert package is not None, "checked"
    assert excess is not None, "checked"
    starts_at = now if begins is None else beginning_of(begins)
    ends_at = starts_at + _YEAR if last is None else beginning_of(last + timedelta(days=1))
    return Wanted(
        package=package,
        level=int(level),
        starts_at=starts_at,
        ends_at=ends_at,
        address_limit=int(limit) if limit else None,
        may_exceed=_EXCEEDS[excess],
    )


async def do_state(desk: Desk, visit: Visit) -> Outcome:
    """Pause what it has, let it go on, or close it for ever."""
    of, _ = await _party(desk, visit)
    state = visit.form.choice("state", SubscriptionState)
    if state is SubscriptionState.CLOSED:
        visit.form.ticked("sure", required=True)
    visit.form.check()
    assert state is not None, "checked"
    await set_state(desk.database, state, of=of, now=visit.now, by=visit.by)
    return _done(visit, "state")


def _done(visit: Visit, what: str) -> Gone:
    return Gone(f"/packages/{visit.path['kind']}/{code_of(visit.path['code'])}").saying(what)


async def _party(desk: Desk, visit: Visit) -> tuple[Holder, str]:
    """Whose packages the path is about, and how it is called. Raises NotThereError."""
    kind, code = visit.path["kind"], code_of(visit.path["code"])
    await desk.parties.refresh()
    if kind == "company":
        company = desk.parties.company(IysCode(code))
        if company is not None:
            return Holder(iys_code=company.iys_code), company.title
    if kind == "partner":
        async with desk.database.connection() as connection:
            for each in await partners.changed(connection, -1):
                if each.partner_code == code:
                    return Holder(partner_code=PartnerCode(code)), each.title
    raise NotThereError


def _asked_year(visit: Visit) -> int:
    text = visit.query.values.get("year", "")
    is_year = len(text) == _YEAR_DIGITS and text.isascii() and text.isdigit()
    return int(text) if is_year and _is_year(int(text)) else _year_of(visit.now)


def _is_year(year: int) -> bool:
    least, most = _YEARS
    return least <= year <= most


def _year_of(instant: datetime) -> int:
    return instant.astimezone(IYS_TIME).year


_ONE = "/packages/{kind}/{code}"

ROWS = (
    Row(path="/packages", least=Role.VIEWER, shows=show_all),
    Row(path=_ONE, least=Role.VIEWER, shows=show),
    Row(path=f"{_ONE}/set", least=Role.MANAGER, shows=show, does=do_set),
    Row(path=f"{_ONE}/state", least=Role.MANAGER, shows=show, does=do_state),
)
