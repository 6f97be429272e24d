"""A year's statement: days, whole years, changes within one, what has no price."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from izin.core.clock import IYS_TIME
from izin.core.codes import IysCode, PartnerCode
from izin.subscription.model import Loaded, MigrationJob, Package, Subscribed
from izin.subscription.statement import jobs_of_year, statement


def day(year: int, month: int, number: int, hour: int = 0) -> datetime:
    return datetime(year, month, number, hour, tzinfo=IYS_TIME)


def had(package: Package, level: int, starts_at: datetime, ends_at: datetime) -> Subscribed:
    return Subscribed(
        subscription_id=uuid4(),
        iys_code=IysCode(731001),
        package=package,
        level=level,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def test_a_whole_year_costs_the_price():
    it = had(Package.ILETI_25, 1, day(2025, 5, 1), day(2027, 5, 1))
    found = statement([it], 2026, 12_000)
    [line] = found.lines
    assert (line.from_day, line.until_day, line.days) == (date(2026, 1, 1), date(2027, 1, 1), 365)
    assert (line.price, line.due_kurus, found.due_kurus) == (612, 61_200, 61_200)
    assert (found.addresses, found.needed) == (12_000, Package.ILETI_25)


def test_a_change_within_the_year_is_paid_by_days():
    change = day(2026, 7, 2, 15)
    subscribed = [
        had(Package.ILETI_25, 1, day(2026, 1, 1), change),
        had(Package.ILETI_75, 2, change, day(2027, 1, 1)),
    ]
    found = statement(subscribed, 2026, 30_000)
    assert [line.days for line in found.lines] == [182, 183]
    assert [line.due_kurus for line in found.lines] == [30_516, 165_452]
    assert found.due_kurus == 195_968


@pytest.mark.parametrize(("days", "kurus"), [(1, 168), (2, 335), (3, 503), (364, 61_032)])
def test_a_part_of_a_year_is_owed_to_the_nearest_kurus(days, kurus):
    begins = day(2026, 1, 1)
    it = had(Package.ILETI_25, 1, begins, begins + timedelta(days=days))
    assert statement([it], 2026, 0).due_kurus == kurus


def test_a_leap_year_has_its_day():
    it = had(Package.ILETI_25, 2, day(2028, 1, 1), day(2029, 1, 1))
    assert statement([it], 2028, 0).due_kurus == 102_000


@pytest.mark.parametrize("level", [1, 2])
def test_what_is_asked_for_has_no_sum(level):
    it = had(Package.ILETI_PLUS, level, day(2026, 1, 1), day(2027, 1, 1))
    found = statement([it], 2026, 400_000)
    assert (found.lines[0].price, found.lines[0].due_kurus, found.due_kurus) == ("ask", None, None)
    assert found.needed is Package.ILETI_PLUS


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [(day(2024, 1, 1), day(2026, 1, 1)), (day(2027, 1, 1), day(2028, 1, 1))],
)
def test_another_years_subscription_is_not_in_it(starts_at, ends_at):
    found = statement([had(Package.ILETI_25, 1, starts_at, ends_at)], 2026, 0)
    assert (found.lines, found.due_kurus) == ((), 0)


def a_job(**facts) -> MigrationJob:
    given = {
        "migration_id": uuid4(),
        "partner_code": PartnerCode(30000001),
        "iys_code": IysCode(731001),
        "rate_kurus": 1_250,
        "opened_at": day(2026, 3, 1),
        "until": day(2027, 1, 1),
    } | facts
    return MigrationJob(**given)


@pytest.mark.parametrize(
    ("records", "owed"), [(0, 0), (1, 1), (399, 499), (400, 500), (1_000, 1_250), (1_500, 1_875)]
)
def test_a_partner_is_owed_by_the_thousand(records, owed):
    assert a_job(records=records).owed_kurus == owed


OPENED = day(2026, 3, 1)


@pytest.mark.parametrize(
    ("recorded_at", "consented_at", "is_of"),
    [
        (OPENED, day(2019, 1, 1), True),
        (OPENED, None, True),
        (day(2026, 5, 31, 23), day(2026, 2, 28), True),
        (day(2026, 5, 31, 23), OPENED, False),  # a new consent is no past data
        (OPENED - timedelta(seconds=1), day(2019, 1, 1), False),
        (day(2026, 6, 1), day(2019, 1, 1), False),
    ],
)
def test_a_record_of_the_past_counts_while_the_job_is_open(recorded_at, consented_at, is_of):
    job = a_job(closed_at=day(2026, 6, 1))
    assert job.is_of(Loaded(recorded_at.astimezone(UTC), consented_at)) is is_of


def test_a_job_is_settled_in_the_year_in_which_it_ends():
    to_the_end, closed = a_job(), a_job(closed_at=day(2027, 1, 1))
    later = a_job(until=day(2028, 1, 1))
    assert jobs_of_year([to_the_end, closed, later], 2026) == [to_the_end, closed]
    assert jobs_of_year([to_the_end, closed, later], 2027) == [later]
