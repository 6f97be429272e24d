"""A company is told when its package fills up: of each package, and never twice."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from builders.heart import a_proposal
from builders.parties import IYS_CODE

from izin.subscription.model import Package
from izin.subscription.yearly import look

pytest_plugins = ("builders.heart",)

NOW = datetime.now(UTC)


@pytest.fixture
def told(heart, owner):
    """Look, and give what the company was told of in all."""

    async def shares(now: datetime = NOW) -> list[tuple[int, int]]:
        await look(heart.keeper_database, heart.keeper_keyring, now)
        rows = await owner.fetch(
            "select facts from audit_event"
            " where action = 'subscription.share' and iys_code = $1 order by audit_id",
            IYS_CODE,
        )
        return [(facts["share"], facts["addressLimit"]) for facts in map(_facts, rows)]

    return shares


def _facts(row) -> dict[str, int]:
    return json.loads(row["facts"])


async def come(heart, numbers) -> None:
    await heart.record(*(a_proposal(number) for number in numbers))
    await heart.number_and_project()


async def test_a_larger_package_fills_up_anew(heart, given, told):
    await given.provider()
    await given.brand()
    await given.subscription(package=Package.ILETI_5, address_limit=5)
    await come(heart, range(5))
    assert await told() == [(100, 5)]
    upgraded = NOW - timedelta(hours=1)
    await given.subscription(package=Package.ILETI_25, address_limit=10, starts_at=upgraded)
    assert await told() == [(100, 5)]
    await come(heart, range(5, 8))
    assert await told() == await told() == [(100, 5), (80, 10)]
    await come(heart, range(8, 10))
    assert await told() == await told() == [(100, 5), (80, 10), (100, 10)]


async def test_what_was_told_before_limits_were_written_down_is_not_told_again(
    heart, given, told, owner
):
    await given.provider()
    await given.brand()
    await given.subscription(package=Package.ILETI_5, address_limit=5)
    await come(heart, range(4))
    assert await told() == [(80, 5)]
    await owner.execute("update address_year set limit_told = null")
    assert await told() == [(80, 5)]
    await come(heart, range(4, 5))
    assert await told() == [(80, 5), (100, 5)]


async def test_a_year_begins_on_turkeys_clock(heart, given, owner):
    await given.provider()
    await given.brand()
    await given.subscription(package=Package.ILETI_5, address_limit=5)
    await come(heart, range(2))
    eve = datetime(NOW.year + 1, 12, 31, 20, 59, tzinfo=UTC)
    for at in (eve, eve + timedelta(minutes=1)):
        await look(heart.keeper_database, heart.keeper_keyring, at)
    years = await owner.fetch("select year from address_year order by year")
    assert [row["year"] for row in years] == [NOW.year + 1, NOW.year + 2]
