"""A partner loads a company's past: the registry writes the job down, and owes the partner for it.

Source  the presentation, "hizmet bedeli"; R-117; decision 0047
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.core.clock import IYS_TIME
from izin.core.codes import IysCode, PartnerCode
from izin.core.errors import RefusalError, Refused
from izin.partner import lookup as partners
from izin.provider import lookup as providers
from izin.provider.model import Subscription
from izin.storage.database import Connection, Database
from izin.subscription import store
from izin.subscription.model import Family, Loaded, MigrationJob, standing

_PAID_FOR = (Family.ILETI, Family.ILETI_PLUS)


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner is to load, for how much, until when.

    rate_kurus  for a thousand records
    """

    partner_code: PartnerCode
    iys_code: IysCode
    rate_kurus: int
    until: datetime


async def open_job(
    database: Database, offer: Offer, *, now: datetime, by: Principal
) -> MigrationJob:
    """Write a job down.

    Raises  RefusalError H001, IZ033 there is no such party, IZ073 the company has no İLETİ or
            İLETİ+ package that runs, IZ074 the partner does not act, IZ075 one is open, IZ076 it
            would be over already · UnavailableError
    """
    job = MigrationJob(
        migration_id=uuid4(),
        opened_at=now,
        **msgspec.structs.asdict(offer),
    )
    async with changing(database, by) as change:
        await providers.next_version(change)  # so that changes of parties follow one another
        await _see_that_it_may_be(change, offer, now)
        await store.open_job(change, job)
        _tell(change, job)
    return job


async def close_job(
    database: Database, migration_id: UUID, *, now: datetime, by: Principal
) -> None:
    """End a job; what is recorded from then on is not counted for it.

    Raises  RefusalError IZ077 there is none that is open · UnavailableError
    """
    async with changing(database, by) as change:
        job = await store.close_job(change, migration_id, now)
        if job is None:
            raise RefusalError(Refused(code="IZ077"))
        _tell(change, job)


async def _see_that_it_may_be(change: Change, offer: Offer, now: datetime) -> None:
    connection, company = change.connection, offer.iys_code
    if offer.until <= now:
        raise RefusalError(Refused(code="IZ076"))
    if not await providers.is_there(connection, company):
        raise RefusalError(Refused(code="H001", facts=(("iysCode", str(company)),)))
    partner = await partners.one(change, offer.partner_code)
    if partner is None:
        facts = (("partnerCode", str(offer.partner_code)),)
        raise RefusalError(Refused(code="IZ033", facts=facts))
    if not partner.may_act(now.astimezone(IYS_TIME).date()):
        raise RefusalError(Refused(code="IZ074"))
    each = standing(tuple(await store.of_party(connection, company, None)), now)
    runs = each is not None and each.status(now) is Subscription.ACTIVE
    if not runs or each is None or each.package.family not in _PAID_FOR:
        raise RefusalError(Refused(code="IZ073", facts=(("iysCode", str(company)),)))
    jobs = await store.jobs(connection, company, offer.partner_code)
    if any(job.ends_at > now for job in jobs):
        raise RefusalError(Refused(code="IZ075"))


def _tell(change: Change, job: MigrationJob) -> None:
    change.tell(
        Action.MIGRATION_PUT,
        job.migration_id,
        of=job.iys_code,
        partnerCode=job.partner_code,
        rateKurus=job.rate_kurus,
        openedAt=job.opened_at.isoformat(),
        until=job.until.isoformat(),
        closedAt=None if job.closed_at is None else job.closed_at.isoformat(),
    )


async def count_loaded(connection: Connection, loaded: Mapping[UUID, list[Loaded]]) -> None:
    """Count new records for the jobs that were open when they came; in a transaction, once.

    Takes   loaded: the first movements of records, by the mandate under which they came
    Cost    one statement, two where a job is or was open
    """
    if not loaded:
        return
    found: defaultdict[UUID, int] = defaultdict(int)
    for mandate_id, job in await store.jobs_of_mandates(connection, sorted(loaded)):
        found[job.migration_id] += sum(job.is_of(each) for each in loaded[mandate_id])
    some = {job_id: records for job_id, records in sorted(found.items()) if records}
    if some:
        await store.count_loaded(connection, some)
