"""The registry's people take a partner on, write down what it has shown, let it live, stop it.

Source  rules 3.6, R-114, R-115
"""

from datetime import date

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.core.codes import PartnerCode
from izin.core.errors import RefusalError, Refused
from izin.partner import store
from izin.partner.model import NEXT, Partner, PartnerState
from izin.provider.lookup import next_version
from izin.storage.database import Database


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner has shown; None leaves what is written."""

    iso22301_until: date | None = None
    iso27001_until: date | None = None
    authorisation: str | None = None
    contracted_on: date | None = None
    fee_paid_on: date | None = None


async def enter(database: Database, partner: Partner, *, by: Principal) -> None:
    """Write down that a partner applies.

    Raises  RefusalError IZ032 the code is taken · UnavailableError
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        if not await store.enter(change, partner, version):
            raise RefusalError(Refused(code="IZ032", facts=_of(partner.partner_code)))
        _tell(change, partner)


async def put_evidence(
    database: Database, code: PartnerCode, evidence: Evidence, *, by: Principal
) -> None:
    """Write down certificates, authorisation, contract or fee.

    Raises  RefusalError IZ033 there is no such partner · UnavailableError
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        known = {name: value for name, value in msgspec.structs.asdict(evidence).items() if value}
        partner = msgspec.structs.replace(await _one(change, code), **known)
        await store.change(change, partner, version)
        _tell(change, partner)


async def move(
    database: Database, code: PartnerCode, to: PartnerState, *, today: date, by: Principal
) -> None:
    """Take a partner to its next step.

    Raises  RefusalError IZ033 there is no such partner, IZ028 that may not follow, IZ034 something
            is missing for it · UnavailableError
    """
    async with changing(database, by) as change:
        version = await next_version(change)
        partner = await _one(change, code)
        if to not in NEXT[partner.state]:
            facts = (("state", partner.state.value), ("to", to.value))
            raise RefusalError(Refused(code="IZ028", facts=facts))
        missing = partner.missing(to, today)
        if missing:
            facts = (("to", to.value), ("missing", ", ".join(missing)))
            raise RefusalError(Refused(code="IZ034", facts=facts))
        partner = msgspec.structs.replace(partner, state=to)
        await store.change(change, partner, version)
        _tell(change, partner)


async def _one(change: Change, code: PartnerCode) -> Partner:
    partner = await store.one(change, code)
    if partner is None:
        raise RefusalError(Refused(code="IZ033", facts=_of(code)))
    return partner


def _of(code: PartnerCode) -> tuple[tuple[str, str], ...]:
    return (("partnerCode", str(code)),)


def _tell(change: Change, partner: Partner) -> None:
    change.tell(
        Action.PARTNER_PUT,
        partner.partner_code,
        title=partner.title,
        kind=partner.kind.value,
        state=partner.state.value,
        authorisation=partner.authorisation,
        iso22301Until=_day(partner.iso22301_until),
        iso27001Until=_day(partner.iso27001_until),
        contractedOn=_day(partner.contracted_on),
        feePaidOn=_day(partner.fee_paid_on),
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
