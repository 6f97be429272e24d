"""The demonstration: its registry filled once, its users' passwords in one private file."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import msgspec

from izin.access.accounts import Named, add_account
from izin.audit.model import Principal, PrincipalKind
from izin.brand.add import put as put_brand
from izin.brand.manage import set_short_names
from izin.consent.event import Actor
from izin.consent.record import OnRepeat, Recorder
from izin.core.clock import utc_now
from izin.core.codes import BrandCode, IysCode, PartnerCode
from izin.core.errors import RefusalError, StartRefusedError
from izin.intermediary.manage import enter as enter_carrier
from izin.keyring import MemberKeyring
from izin.ledger.entry import waiting
from izin.member.enrol import Enrolling
from izin.member.model import Belongs, Role
from izin.member.passwords import Passwords
from izin.partner.manage import enter as enter_partner
from izin.partner.mandate import Grant, grant
from izin.partner.model import Scope
from izin.provider.lookup import changed
from izin.provider.model import Provider
from izin.provider.register import register
from izin.retailer.add import add as add_retailer
from izin.retailer.lookup import link
from izin.storage.database import Database
from izin.subscription.lookup import of_party
from izin.subscription.manage import Holder, Wanted, set_state, subscribe
from izin.subscription.model import Package, SubscriptionState
from izin.wiring.database import write_private
from izin.wiring.demo_desk import lay_out
from izin.wiring.demo_link import lay_link
from izin.wiring.demo_members import DemoMember, LettingIn, let_in
from izin.wiring.members import relying_party
from izin.wiring.parts import Parts, open_parts
from izin.wiring.people import (
    AGENT,
    CARRIER,
    CARRIER_USER,
    COMPANIES,
    FIRST,
    OWNER,
    PARTNER,
    PARTNER_USER,
    STAFF,
    Company,
    movements,
    settled,
)
from izin.wiring.roles import CITIZEN, KEEPER, OPERATOR, WEB
from izin.wiring.settings import PREFIX, Settings

FILE = "demo.json"
BATCH_ROWS = 1000
INSTALLER = Principal(PrincipalKind.OPERATOR, "demo")
_POLL_S = 0.05
_SUBSCRIBED = timedelta(days=3650)
"""A demonstration that is started again next year still has its packages."""

Told = Callable[[int, int], None]
"""Hears how many movements are recorded, of how many."""


class DemoUser(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who may sign in for a company, one of its brands, and what it has subscribed to."""

    username: str
    password: str
    iys_code: IysCode
    brand_code: BrandCode
    tin: str = ""
    package: Package | None = None
    level: int = 0

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"DemoUser({self.username})"


class DemoIntegrator(msgspec.Struct, frozen=True, kw_only=True):
    """Who may sign in for the partner that acts for the first brand of the first two companies."""

    username: str
    password: str
    integrator_code: PartnerCode = msgspec.field(name="integratorCode")

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"DemoIntegrator({self.username})"


class DemoCarrier(msgspec.Struct, frozen=True, kw_only=True):
    """Who may ask as a carrier, with name and password in each call."""

    base_url: str
    username: str
    password: str

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"DemoCarrier({self.username})"


class DemoFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a trial client needs. With its `grant_type` it is a token request as it stands."""

    base_url: str
    username: str
    password: str
    iys_code: IysCode = msgspec.field(name="iysCode")
    brand_code: BrandCode = msgspec.field(name="brandCode")
    tin: str = ""
    grant_type: str = "password"
    others: tuple[DemoUser, ...] = ()
    integrator: DemoIntegrator | None = None
    carrier: DemoCarrier | None = None
    owner: DemoMember | None = None
    staff: DemoMember | None = None
    agent: DemoMember | None = None

    def __repr__(self) -> str:
        """Leave the passwords out."""
        return f"DemoFile({self.base_url}, {self.username})"

    def passwords(self) -> dict[str, str]:
        """Give the password of each user."""
        known = {self.username: self.password}
        known |= {user.username: user.password for user in self.others}
        for other in (self.integrator, self.carrier):
            if other is not None:
                known[other.username] = other.password
        return known


def check_demo(settings: Settings) -> None:
    """Refuse to invent people in a registry of real ones. Raises StartRefusedError."""
    if not settings.is_sandbox:
        raise StartRefusedError(
            f"A demonstration fills the registry with invented people: it runs in the sandbox "
            f"only. Unset {PREFIX}MODE, or use 'izin serve'."
        )


async def fill(settings: Settings, told: Told) -> DemoFile:
    """Fill the registry unless it is filled, and see that its users can sign in.

    Takes   settings with the database's URL, already migrated
    Gives   the users, their address still open
    Raises  StartRefusedError: the registry has other companies than the demonstration's
    """
    async with open_parts(settings, role=WEB) as parts:
        operator = await _open(settings, OPERATOR)
        citizens = await _open(settings, CITIZEN)
        try:
            if not await _is_filled(operator):
                await _register(operator, _numbered([each.provider for each in COMPANIES], parts))
                await _register_belongings(operator)
                await _take_on_partner(operator, parts.database)
                await _subscribe(operator)
                with suppress(RefusalError):  # an interrupted start has entered it
                    await enter_carrier(operator, CARRIER, by=INSTALLER)
                recorder = Recorder(parts.keyring)
                await _record(recorder, parts.database, citizens, told)
                await lay_out(operator, parts, by=INSTALLER)
                # last, because it says that the rest is done
                await _register(operator, _numbered([settled(each) for each in COMPANIES], parts))
            await lay_link(citizens, parts.keyring, utc_now())
            before = read_file(settings.data_folder)
            users = await _sign_up(operator, before)
            return await _let_in(settings, (operator, parts), users, before)
        finally:
            await citizens.close()
            await operator.close()


async def until_numbered(settings: Settings) -> None:
    """Wait until every movement has its number, so that the feed shows them all."""
    database = await _open(settings, KEEPER)
    try:
        while await _is_anything_waiting(database):  # noqa: ASYNC110 # the keeper's doing
            await asyncio.sleep(_POLL_S)
    finally:
        await database.close()


def write_file(settings: Settings, users: DemoFile, base_url: str) -> Path:
    """Write what a trial client needs, for nobody else to read; give where."""
    path = settings.data_folder / FILE
    shown = msgspec.structs.replace(users, base_url=base_url)
    if users.carrier is not None:
        carrier = msgspec.structs.replace(users.carrier, base_url=f"{base_url}/ahs/")
        shown = msgspec.structs.replace(shown, carrier=carrier)
    if users.owner is not None:
        owner = msgspec.structs.replace(users.owner, url=f"{base_url}/x/sign-in")
        shown = msgspec.structs.replace(shown, owner=owner)
    if users.staff is not None:
        staff = msgspec.structs.replace(users.staff, url=f"{settings.origin_of_desk}/")
        shown = msgspec.structs.replace(shown, staff=staff)
    if users.agent is not None:
        agent = msgspec.structs.replace(users.agent, url=f"{settings.origin_of_agents}/")
        shown = msgspec.structs.replace(shown, agent=agent)
    write_private(path, msgspec.json.format(msgspec.json.encode(shown)) + b"\n")
    return path


def read_file(folder: Path) -> DemoFile | None:
    """Read what an earlier start wrote; None where there is nothing that can be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=DemoFile)
    except (OSError, msgspec.MsgspecError):
        return None


async def _open(settings: Settings, role: str) -> Database:
    assert settings.database_url is not None, "the launcher has named a database"
    return await Database.open(settings.database_url, role=role, size_max=2)


async def _is_anything_waiting(database: Database) -> bool:
    async with database.connection() as connection:
        return bool(await waiting(connection, 1))


async def _is_filled(operator: Database) -> bool:
    async with operator.connection() as connection:
        found = await changed(connection, -1)
    known = {each.iys_code: each.activated_at for each in found}
    if known and FIRST.provider.iys_code not in known:
        raise StartRefusedError(
            "This registry has companies of its own, and a demonstration would add invented ones. "
            f"Use 'izin serve', or set {PREFIX}DATA_FOLDER to another folder."
        )
    return known.get(FIRST.provider.iys_code) is not None


def _numbered(providers: list[Provider], parts: Parts) -> list[Provider]:
    """Let carriers find the companies by their tax numbers."""
    tags = parts.keyring.pseudonyms
    return [
        msgspec.structs.replace(provider, tin_tag=tags.tin_tag(company.tin))
        for provider, company in zip(providers, COMPANIES, strict=True)
    ]


async def _register(operator: Database, providers: Sequence[Provider]) -> None:
    for provider in providers:
        await register(operator, provider, by=INSTALLER)


async def _register_belongings(operator: Database) -> None:
    for company in COMPANIES:
        for brand, short_name in zip(company.brands, company.short_names, strict=True):
            await put_brand(operator, brand, by=INSTALLER)
            await set_short_names(operator, brand.brand_code, [short_name], by=INSTALLER)
        for retailer in company.retailers:
            await add_retailer(operator, retailer, by=INSTALLER)
        async with operator.connection() as connection:  # their consents are loaded next
            await link(connection, sorted(each.retailer_code for each in company.retailers))


async def _take_on_partner(operator: Database, companies: Database) -> None:
    """A partner that writes messages, reads e-mails, and has nothing to do with calls.

    For the second company, whose package has the API through a partner only, it writes e-mails too.
    """
    with suppress(RefusalError):  # an interrupted start has entered it
        await enter_partner(operator, PARTNER, by=INSTALLER)
    for company, scope, can_write in (
        (FIRST, Scope.MESAJ, True),
        (FIRST, Scope.EPOSTA, False),
        (COMPANIES[1], Scope.MESAJ, True),
        (COMPANIES[1], Scope.EPOSTA, True),
    ):
        wanted = Grant(
            partner_code=PARTNER.partner_code,
            scope=scope,
            can_write=can_write,
            valid_from=utc_now(),
        )
        of = company.provider.iys_code, company.brands[0].brand_code
        await grant(companies, wanted, of=of, by=INSTALLER)


async def _subscribe(operator: Database) -> None:
    """Every company has a package, which the third has paused, and the partner a licence."""
    now = utc_now()
    for of, package, level in (
        *((Holder(iys_code=each.provider.iys_code), *each.package) for each in COMPANIES),
        (Holder(partner_code=PARTNER.partner_code), Package.PARTNER_API, 0),
    ):
        wanted = Wanted(package=package, level=level, starts_at=now, ends_at=now + _SUBSCRIBED)
        async with operator.connection() as connection:
            known = await of_party(connection, of.iys_code, of.partner_code)
        if not known:  # else an interrupted start has written it
            await subscribe(operator, wanted, of=of, by=INSTALLER)
    paused = Holder(iys_code=COMPANIES[2].provider.iys_code)
    await set_state(operator, SubscriptionState.PAUSED, of=paused, now=utc_now(), by=INSTALLER)


async def _record(recorder: Recorder, companies: Database, citizens: Database, told: Told) -> None:
    happened = movements()
    stages = (
        (companies, Actor.PROVIDER, happened.loaded),
        (companies, Actor.PROVIDER, happened.changed),
        (citizens, Actor.CITIZEN, happened.by_citizens),
    )
    total = sum(len(proposals) for _, _, proposals in stages)
    done = 0
    for database, actor, proposals in stages:
        for start in range(0, len(proposals), BATCH_ROWS):
            batch = proposals[start : start + BATCH_ROWS]
            async with database.connection() as connection:
                # what an interrupted start has recorded is answered, not recorded twice
                await recorder.record(connection, batch, actor=actor, on_repeat=OnRepeat.ANSWER)
            done += len(batch)
            told(done, total)


async def _sign_up(operator: Database, before: DemoFile | None) -> DemoFile:
    """Give every user a password, the same as before where a file still tells it."""
    known = {} if before is None else before.passwords()
    users = [_user_of(company, known.get(company.username)) for company in COMPANIES]
    integrator = DemoIntegrator(
        username=PARTNER_USER,
        password=known.get(PARTNER_USER) or secrets.token_urlsafe(18),
        integrator_code=PARTNER.partner_code,
    )
    carrier = DemoCarrier(
        base_url="",
        username=CARRIER_USER,
        password=known.get(CARRIER_USER) or secrets.token_urlsafe(18),
    )
    belonging: list[tuple[DemoUser | DemoIntegrator | DemoCarrier, Belongs]] = [
        *((user, Belongs(iys_code=user.iys_code)) for user in users),
        (integrator, Belongs(partner_code=integrator.integrator_code)),
        (carrier, Belongs(intermediary_code=CARRIER.intermediary_code)),
    ]
    passwords = Passwords()
    try:
        for user, of in belonging:
            named = Named(user.username, user.password)
            await add_account(operator, passwords, of, now=utc_now(), by=INSTALLER, named=named)
    finally:
        passwords.close()
    first, *others = users
    return DemoFile(
        base_url="",
        username=first.username,
        password=first.password,
        iys_code=first.iys_code,
        brand_code=first.brand_code,
        tin=first.tin,
        others=tuple(others),
        integrator=integrator,
        carrier=carrier,
    )


async def _let_in(
    settings: Settings, there: tuple[Database, Parts], users: DemoFile, before: DemoFile | None
) -> DemoFile:
    """Let people in: the first company's owner, one of the registry's own, and an agent."""
    operator, parts = there
    keys = MemberKeyring(parts.keyring.members, parts.keyring.tokens)
    passwords = Passwords()
    try:
        enrolling = Enrolling(parts.database, keys, passwords, relying_party(settings))
        with_ = LettingIn(operator, keys, enrolling, INSTALLER)
        of, known = Belongs(iys_code=FIRST.provider.iys_code), before or users
        owner = await let_in(with_, of, OWNER, secrets.token_urlsafe(18), known.owner)
        staff = await let_in(with_, Belongs(), STAFF, secrets.token_urlsafe(18), known.staff)
        password, role = secrets.token_urlsafe(18), Role.AGENT
        agent = await let_in(with_, Belongs(), AGENT, password, known.agent, role=role)
    finally:
        passwords.close()
    return msgspec.structs.replace(users, owner=owner, staff=staff, agent=agent)


def _user_of(company: Company, password: str | None) -> DemoUser:
    return DemoUser(
        username=company.username,
        password=password or secrets.token_urlsafe(18),
        iys_code=company.provider.iys_code,
        brand_code=company.brands[0].brand_code,
        tin=company.tin,
        package=company.package[0],
        level=company.package[1],
    )
