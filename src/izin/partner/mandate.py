"""A company gives a partner a mandate, or takes one back. Source: R-110, R-111, rules 3.6."""

from datetime import datetime
from uuid import uuid4

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.brand import lookup as brands
from izin.core.codes import BrandCode, IysCode, PartnerCode, company
from izin.core.errors import RefusalError, Refused
from izin.partner import store
from izin.partner.model import Mandate, Scope
from izin.storage.database import Database


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a company wants a partner to be able to do with a brand."""

    partner_code: PartnerCode
    scope: Scope
    can_write: bool
    valid_from: datetime
    valid_until: datetime | None = None


async def grant(
    database: Database, wanted: Grant, *, of: tuple[IysCode, BrandCode], by: Principal
) -> Mandate:
    """Give a partner a mandate; one that stands about the same is taken back for it.

    Takes   of: the company and its brand
    Raises  RefusalError IZ033 there is no such partner, H353 the brand is another's by now, IZ040
            one about the same stands and this one begins later · UnavailableError
    Cost    one transaction of five statements; counts once the copies of the parties are young
            again: within five seconds
    """
    iys_code, brand_code = of
    mandate = Mandate(
        mandate_id=uuid4(),
        iys_code=iys_code,
        brand_code=brand_code,
        **msgspec.structs.asdict(wanted),
    )
    async with changing(database, by, acting_for=company(iys_code)) as change:
        version = await store.next_version(change)
        if not await store.is_there(change.connection, wanted.partner_code):
            facts = (("partnerCode", str(wanted.partner_code)),)
            raise RefusalError(Refused(code="IZ033", facts=facts))
        if await brands.owner(change.connection, brand_code) != iys_code:  # it has moved since
            raise RefusalError(Refused(code="H353", facts=(("field", "brandCode"),)))
        if await store.would_end_early(change.connection, mandate):
            raise RefusalError(Refused(code="IZ040", location=("validFrom",)))
        await take_back(change, of, version, partner_code=wanted.partner_code, scope=wanted.scope)
        await store.grant(change, mandate, by.name, version)
        until = mandate.valid_until
        change.tell(
            Action.MANDATE_GRANTED,
            mandate.mandate_id,
            of=iys_code,
            brandCode=brand_code,
            partnerCode=mandate.partner_code,
            scope=mandate.scope.value,
            canWrite=mandate.can_write,
            validFrom=mandate.valid_from.isoformat(),
            validUntil=None if until is None else until.isoformat(),
        )
    return mandate


async def revoke(
    database: Database,
    partner_code: PartnerCode,
    scope: Scope | None,
    *,
    of: tuple[IysCode, BrandCode],
    by: Principal,
) -> int:
    """Take a partner's mandates about a brand back.

    Takes   scope: which, None: all of them
    Gives   how many stood
    Raises  UnavailableError
    """
    iys_code, _ = of
    async with changing(database, by, acting_for=company(iys_code)) as change:
        version = await store.next_version(change)
        return await take_back(change, of, version, partner_code=partner_code, scope=scope)


async def take_back(
    change: Change,
    of: tuple[IysCode, BrandCode],
    version: int,
    *,
    partner_code: PartnerCode | None = None,
    scope: Scope | None = None,
) -> int:
    """Take mandates back in a change of mandates that has begun, of one partner or of all."""
    iys_code, brand_code = of
    gone = await store.revoke(change, of, partner_code, scope, version)
    for each in gone:
        change.tell(
            Action.MANDATE_REVOKED,
            each.mandate_id,
            of=iys_code,
            brandCode=brand_code,
            partnerCode=each.partner_code,
            scope=each.scope,
        )
    return len(gone)


async def take_all_back(change: Change, of: tuple[IysCode, BrandCode]) -> int:
    """Take back all mandates about a brand, in whatever change."""
    return await take_back(change, of, await store.next_version(change))
