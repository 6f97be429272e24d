"""A partner loads a company's past: its new records are counted while the job is open."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from builders.heart import a_key, a_proposal
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR, PARTNER_CODE, Given

from izin.core.codes import IysCode, PartnerCode
from izin.core.errors import RefusalError
from izin.core.terms import Channel, Status
from izin.partner.mandate import Grant, grant
from izin.partner.model import PartnerState, Scope
from izin.subscription import lookup
from izin.subscription.loading import Offer, close_job, open_job
from izin.subscription.manage import Holder, set_state
from izin.subscription.model import Package, SubscriptionState

pytest_plugins = ("builders.heart",)


def now() -> datetime:
    return datetime.now(UTC)


def an_offer(**facts) -> Offer:
    given = {
        "partner_code": PARTNER_CODE,
        "iys_code": IYS_CODE,
        "rate_kurus": 5_000,
        "until": now() + timedelta(days=30),
    } | facts
    return Offer(**given)


@pytest.fixture
async def mandate(given: Given, database) -> UUID:
    """Under which the partner writes our brand's messages."""
    await given.provider()
    await given.brand()
    await given.partner()
    wanted = Grant(
        partner_code=PARTNER_CODE,
        scope=Scope.MESAJ,
        can_write=True,
        valid_from=now() - timedelta(days=1),
    )
    made = await grant(database, wanted, of=(IYS_CODE, BRAND_CODE), by=OPERATOR)
    return made.mandate_id


@pytest.fixture
def opening(mandate, operator_database):
    async def open_(**facts):
        return await open_job(operator_database, an_offer(**facts), now=now(), by=OPERATOR)

    return open_


async def jobs(heart):
    async with heart.keeper_database.connection() as connection:
        return await lookup.jobs(connection, IYS_CODE, None)


async def test_new_records_of_the_past_are_counted_while_it_is_open(
    heart, given, mandate, opening, operator_database
):
    await given.subscription(package=Package.ILETI_25, level=1)
    await heart.record(a_proposal(1, mandate_id=mandate))  # before it is opened
    job = await opening()
    await heart.record(
        *(a_proposal(n, mandate_id=mandate) for n in range(1, 6)),  # 1 is there already
        a_proposal(7),  # by the company itself
    )
    await heart.record(a_proposal(2, status=Status.RET, ago=timedelta(minutes=3)))
    again = a_proposal(2, ago=timedelta(minutes=2), mandate_id=mandate)
    await heart.record(again)
    await heart.number_and_project()
    [found] = await jobs(heart)
    assert (found.migration_id, found.records, found.owed_kurus) == (job.migration_id, 4, 20)
    await heart.number_and_project()
    assert [each.records for each in await jobs(heart)] == [4]
    await close_job(operator_database, job.migration_id, now=now(), by=OPERATOR)
    await heart.record(a_proposal(9, mandate_id=mandate))
    await heart.number_and_project()
    assert [each.records for each in await jobs(heart)] == [4]
    with pytest.raises(RefusalError, match="IZ077"):
        await close_job(operator_database, job.migration_id, now=now(), by=OPERATOR)
    assert (await opening()).records == 0


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"iys_code": IysCode(999)}, "H001"),
        ({"partner_code": PartnerCode(999)}, "IZ033"),
        ({"until": now() - timedelta(days=1)}, "IZ076"),
    ],
)
async def test_what_cannot_be_a_job(given, opening, facts, code):
    await given.subscription()
    with pytest.raises(RefusalError, match=code):
        await opening(**facts)


async def test_only_for_companies_on_a_package_that_runs(given, opening, operator_database):
    with pytest.raises(RefusalError, match="IZ073"):
        await opening()
    starts_at = now() - timedelta(days=2)
    await given.subscription(package=Package.TEMEL, level=0, starts_at=starts_at)
    with pytest.raises(RefusalError, match="IZ073"):
        await opening()
    await given.subscription(starts_at=now() - timedelta(days=1))
    holder = Holder(iys_code=IYS_CODE)
    await set_state(operator_database, SubscriptionState.PAUSED, of=holder, now=now(), by=OPERATOR)
    with pytest.raises(RefusalError, match="IZ073"):
        await opening()
    await set_state(operator_database, SubscriptionState.ACTIVE, of=holder, now=now(), by=OPERATOR)
    await opening()
    with pytest.raises(RefusalError, match="IZ075"):
        await opening()


async def test_only_by_a_partner_that_acts(given, opening):
    await given.subscription()
    await given.partner(30000009, state=PartnerState.SUSPENDED)
    with pytest.raises(RefusalError, match="IZ074"):
        await opening(partner_code=PartnerCode(30000009))


async def test_each_partner_is_owed_for_what_it_has_loaded_itself(
    heart, given, mandate, opening, database
):
    await given.subscription()
    other = await given.partner(30000009)
    wanted = Grant(
        partner_code=other.partner_code,
        scope=Scope.ARAMA,
        can_write=True,
        valid_from=now() - timedelta(days=1),
    )
    theirs = await grant(database, wanted, of=(IYS_CODE, BRAND_CODE), by=OPERATOR)
    await opening()
    await opening(partner_code=other.partner_code)
    await heart.record(
        *(a_proposal(n, mandate_id=mandate) for n in range(3)),
        a_proposal(key=a_key(9, channel=Channel.ARAMA), mandate_id=theirs.mandate_id),
    )
    await heart.number_and_project()
    found = {each.partner_code: each.records for each in await jobs(heart)}
    assert found == {PARTNER_CODE: 3, other.partner_code: 1}


async def test_a_job_is_told_of(given, opening, owner):
    await given.subscription()
    job = await opening()
    told = await owner.fetchrow(
        "select subject, iys_code, facts from audit_event where action = 'migration.put'"
    )
    assert (told["subject"], told["iys_code"]) == (str(job.migration_id), IYS_CODE)
