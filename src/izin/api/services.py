"""What handlers work with; put together by the wiring."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from izin.access.client_grant import ClientGrants
from izin.access.directory import Directory
from izin.access.revoke import TokenKeeper
from izin.access.tokens import Tokens
from izin.api.operation import Call
from izin.audit.model import Principal, PrincipalKind
from izin.consent.check import Checker
from izin.consent.intake import IntakeContext
from izin.consent.quota import Quotas
from izin.consent.record import Recorder
from izin.consent.together import Together
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError, Refused
from izin.core.workdays import Calendar
from izin.feed.pull import FeedWindow
from izin.keyring import Keyring, MemberKeyring
from izin.member.elsewhere import Elsewhere
from izin.member.enrol import Enrolling
from izin.member.invite import Inviting
from izin.member.model import Role
from izin.member.own import OwnAffairs
from izin.member.passwords import Passwords
from izin.member.session import acting
from izin.member.sign_in import SignIns
from izin.storage.database import Database


class Members(msgspec.Struct, frozen=True, kw_only=True):
    """What takes care of the people who act for parties.

    inviting  how people are invited
    forget    has tokens asked about anew, by their tags
    """

    keys: MemberKeyring
    inviting: Inviting
    enrolling: Enrolling
    sign_ins: SignIns
    elsewhere: Elsewhere
    own: OwnAffairs
    forget: Callable[[Iterable[UUID]], None]


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """One process's parts.

    reserved    a few connections for RETs, tokens and parties: never held up by other work
    issuer      the registry's own address, as clients know it
    loading_until  when loading old consents ends for every company; None: it does not
    sms_sender  what texts come from
    citizens_origin  where the citizens' pages are, for links
    is_sandbox  whether +90 599 is accepted
    clock       the process's time; what is recorded takes the database's
    """

    database: Database
    reserved: Database
    keyring: Keyring
    directory: Directory
    tokens: Tokens
    members: Members
    client_grants: ClientGrants
    token_keeper: TokenKeeper
    passwords: Passwords
    issuer: str
    citizens_origin: str
    sms_sender: str
    recorder: Recorder
    together: Together
    checker: Checker
    quotas: Quotas
    calendar: Calendar
    window: FeedWindow
    is_sandbox: bool
    clock: Callable[[], datetime]
    loading_until: datetime | None = None


def brand_of(call: Call[Services]) -> tuple[IysCode, BrandCode]:
    """Whose brand a call with a brand in its path is about."""
    permit = call.allowed
    assert permit.iys_code is not None, "a permit about a brand names its company"
    assert permit.brand_code is not None, "a brand's permit names it"
    return permit.iys_code, permit.brand_code


def company_of(call: Call[Services]) -> IysCode:
    """Which company a call about a company is about."""
    iys_code = call.allowed.iys_code
    assert iys_code is not None, "a permit about a company names it"
    return iys_code


def principal_of(call: Call[Services]) -> Principal:
    """Who asks for a change of parties, as the trail names him."""
    caller = call.allowed.caller
    kind = PrincipalKind.API_USER if caller.role is Role.API else PrincipalKind.MEMBER
    return Principal(kind, str(caller.user_id))


FRESH_MINUTES = 15


async def see_that_it_is_fresh(call: Call[Services]) -> None:
    """Have a person shown lately who he is, before what outlives a session that was stolen.

    The session is looked at anew: another process may have ended it a moment ago.

    Raises  RefusalError IZ052, H351 it has ended · UnavailableError
    """
    caller, services = call.allowed.caller, call.services
    if caller.session is None or caller.since is None:
        return
    now = services.clock()
    if now - caller.since > timedelta(minutes=FRESH_MINUTES):
        raise RefusalError(Refused(code="IZ052", facts=(("minutes", str(FRESH_MINUTES)),)))
    if await acting(services.reserved, caller.session, now=now) is None:
        services.members.forget((caller.session,))
        raise RefusalError(Refused(code="H351"))


def intake_of(call: Call[Services]) -> IntakeContext:
    """What reading this call's rows depends on.

    Raises  UnavailableError when the copy of the parties is too old
    """
    services = call.services
    iys_code, brand_code = brand_of(call)
    now = services.clock()
    provider = services.directory.provider(iys_code)
    brand = services.directory.brand(brand_code)
    is_test = brand is not None and brand.is_test
    is_open = provider is None or provider.may_load_old(now, services.loading_until)
    return IntakeContext(
        iys_code=iys_code,
        brand_code=brand_code,
        now=now,
        earliest_registrable=None if is_open else services.calendar.earliest_registrable(now),
        sandbox=services.is_sandbox or is_test,
        tagged_for=None if brand is None else brand.tagged_for,
        is_test=is_test,
        channels=call.allowed.channels,
        mandates=call.allowed.mandates,
    )
