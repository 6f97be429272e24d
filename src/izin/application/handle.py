"""The registry's people take an application from step to step, up to a company that may begin.

Source  rules 3.5
"""

import secrets
from datetime import datetime
from uuid import UUID

from izin.application import store
from izin.application.model import NEXT, Application, ApplicationState
from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.brand.add import enter
from izin.brand.model import Brand
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError, Refused
from izin.provider.lookup import is_there, next_version
from izin.provider.model import Provider
from izin.provider.register import put
from izin.storage.database import Database
from izin.subscription.manage import begin
from izin.telemetry.log import redact

_CODE_LEAST, _CODES = 100_000, 900_000
_BRAND_LEAST, _BRANDS = 10_000_000, 90_000_000


async def move(
    database: Database, application_id: UUID, to: ApplicationState, *, note: str, by: Principal
) -> None:
    """Take an application to a step: submitted, looked at, waiting for signatures, or back.

    Takes   note: why, for whoever reads the trail; what looks like an address is taken out of it
    Raises  RefusalError IZ027 there is none, IZ028 that step may not follow · UnavailableError
    """
    assert to is not ApplicationState.ACTIVE, "a company becomes active by `activate`"
    async with changing(database, by) as change:
        found = await _one(change, application_id, to)
        if to is ApplicationState.DRAFT:  # what is mended has to be accepted anew
            await store.forget_acceptances(change, application_id)
        await store.move(change, application_id, to, None)
        _tell(change, found, to, note=redact(note))


async def accept(database: Database, application_id: UUID, place: int, *, by: Principal) -> int:
    """Record that a signatory has accepted the agreement as it stands.

    Takes   place: 1 for the first signatory
    Gives   the version accepted
    Raises  RefusalError IZ027 there is none, IZ028 it waits for no signature, IZ029 no agreement is
            published, IZ030 no such signatory · UnavailableError
    """
    async with changing(database, by) as change:
        await _one(change, application_id, ApplicationState.ACTIVE)
        version = await _current(change)
        if not await store.accept(change, application_id, place, version):
            raise RefusalError(Refused(code="IZ030", facts=(("place", str(place)),)))
        change.tell(Action.APPLICATION_ACCEPTED, application_id, signatory=place, version=version)
        return version


async def activate(
    database: Database,
    application_id: UUID,
    *,
    activated_at: datetime | None,
    now: datetime,
    by: Principal,
) -> IysCode:
    """Make a company of an application whose agreement is accepted, and its master brand.

    It has Temel Hizmetler from then on; its API waits for a package.

    Takes   activated_at: until when it may load old consents; None: that is not settled yet
    Gives   the company's code
    Raises  RefusalError IZ027, IZ028, IZ029; IZ031 a signature is missing or of an older version,
            IZ026 a company of these numbers is registered, IZ017, IZ018 of the brand's name ·
            UnavailableError
    Cost    one transaction of a dozen statements; party changes wait for one another
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        found = await _one(change, application_id, ApplicationState.ACTIVE)
        await _see_signed(change, found)
        facts = found.facts
        if await store.is_known(change.connection, facts.mersis, found.tin_tag):
            raise RefusalError(Refused(code="IZ026"))
        provider = Provider(
            iys_code=await _free_code(change),
            title=facts.title,
            activated_at=activated_at,
            kind=facts.kind,
            mersis=facts.mersis,
            tin_tag=found.tin_tag,
        )
        await put(change, provider, version)
        code = BrandCode(_BRAND_LEAST + secrets.randbelow(_BRANDS))
        brand = Brand(
            brand_code=code, iys_code=provider.iys_code, name=facts.brand_name, is_master=True
        )
        await enter(change, brand, version)
        await begin(change, provider.iys_code, now, version)
        await store.move(change, application_id, ApplicationState.ACTIVE, provider.iys_code)
        _tell(change, found, ApplicationState.ACTIVE, of=provider.iys_code)
        return provider.iys_code


async def _free_code(change: Change) -> IysCode:
    """Draw a code that no company has; changes of parties follow one another."""
    while True:
        code = IysCode(_CODE_LEAST + secrets.randbelow(_CODES))
        if not await is_there(change.connection, code):
            return code


async def _one(change: Change, application_id: UUID, to: ApplicationState) -> Application:
    found = await store.one(change, application_id)
    if found is None:
        raise RefusalError(Refused(code="IZ027", facts=(("application", str(application_id)),)))
    if to not in NEXT[found.state]:
        facts = (("state", found.state.value), ("to", to.value))
        raise RefusalError(Refused(code="IZ028", facts=facts))
    return found


async def _current(change: Change) -> int:
    for agreement in await store.agreements(change.connection):
        return agreement.version
    raise RefusalError(Refused(code="IZ029"))


async def _see_signed(change: Change, application: Application) -> None:
    """See that those who have to have accepted the newest version: all of them, or one."""
    version = await _current(change)
    signed = [
        each.agreement_version == version
        for each in await store.acceptances(change.connection, application.application_id)
    ]
    if not (all(signed) if application.facts.is_joint else any(signed)):
        facts = (("version", str(version)),)
        raise RefusalError(Refused(code="IZ031", facts=facts))


def _tell(
    change: Change,
    application: Application,
    to: ApplicationState,
    *,
    note: str = "",
    of: IysCode | None = None,
) -> None:
    facts = {"from": application.state.value, "to": to.value, "note": note}
    change.tell(Action.APPLICATION_MOVED, application.application_id, of=of, **facts)
