"""The trail: with the change or not at all, for ever as it was, and nothing of a person in it."""

from datetime import timedelta

import pytest
from asyncpg import InsufficientPrivilegeError
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_BRAND_CODE,
    OTHER_IYS_CODE,
    PASSWORD,
    RETAILER_CODE,
    USERNAME,
)

from izin.audit.change import changing
from izin.audit.model import REGISTRY, Action, Query
from izin.audit.read import PAGE_ROWS, read
from izin.core.errors import RefusalError
from izin.provider.model import Subscription


async def trail(database, most=1000, **asked):
    return [event async for event in read(database, Query(**asked), most=most)]


async def test_every_change_of_a_party_is_told_with_who_when_and_what_stands(
    given, operator_database, owner
):
    await given.provider()
    await given.provider(subscription=Subscription.PAUSED)
    await given.brand()
    await given.retailer()
    user = await given.api_user()
    events = await trail(operator_database)
    assert [(each.deed.action, each.deed.subject) for each in events] == [
        (Action.CLIENT_ADDED, str(user.user_id)),
        (Action.RETAILER_PUT, str(RETAILER_CODE)),
        (Action.BRAND_PUT, str(BRAND_CODE)),
        (Action.PROVIDER_PUT, str(IYS_CODE)),
        (Action.PROVIDER_PUT, str(IYS_CODE)),
    ]
    assert [each.deed.facts.get("subscription") for each in events[3:]] == ["PAUSED", "ACTIVE"]
    assert {each.deed.iys_code for each in events} == {IYS_CODE}
    assert {each.principal for each in events} == {OPERATOR}
    assert {each.process for each in events} == {"izin_operator"}
    assert events[0].happened_at <= await owner.fetchval("select now()")


async def test_neither_a_password_nor_a_sign_in_name_is_in_it(given, owner):
    await given.provider()
    await given.api_user()
    written = str(await owner.fetch("select * from audit_event"))
    assert "client.added" in written
    assert USERNAME not in written
    assert PASSWORD not in written


async def test_a_change_that_fails_leaves_no_event(given, owner):
    with pytest.raises(RefusalError, match="H001"):
        await given.brand()  # nobody's
    assert await owner.fetchval("select count(*) from audit_event") == 0
    await given.provider()
    await given.brand()
    assert await owner.fetchval("select count(*) from audit_event") == 2


async def test_an_event_that_cannot_be_written_undoes_the_change(given, operator_database, owner):
    await owner.execute("revoke insert on audit_event from izin_operator")
    with pytest.raises(InsufficientPrivilegeError, match="audit_event"):
        await given.provider()
    assert await owner.fetchval("select count(*) from provider") == 0


async def test_a_key_that_is_made_is_told_once(keeper_keyring, keyring, owner):
    told = await owner.fetch(
        "select subject::int as key_id, facts->>'purpose' as purpose from audit_event"
        " where action = 'key.made' order by 1"
    )
    kept = await owner.fetch("select key_id, purpose from keyring order by key_id")
    assert [tuple(row) for row in told] == [tuple(row) for row in kept]
    assert len(kept) > 5
    kinds = await owner.fetch("select distinct principal_kind, principal from audit_event")
    assert [tuple(row) for row in kinds] == [(REGISTRY.kind.value, "")]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, 4),
        ({"iys_code": IYS_CODE}, 2),
        ({"action": Action.BRAND_PUT}, 2),
        ({"subject": str(OTHER_BRAND_CODE)}, 1),
        ({"iys_code": OTHER_IYS_CODE, "action": Action.PROVIDER_PUT}, 1),
        ({"iys_code": 1}, 0),
    ],
)
async def test_it_is_asked_by_company_action_and_subject(given, operator_database, asked, expected):
    for iys_code, brand_code in ((IYS_CODE, BRAND_CODE), (OTHER_IYS_CODE, OTHER_BRAND_CODE)):
        await given.provider(iys_code)
        await given.brand(brand_code, of=iys_code)
    assert len(await trail(operator_database, **asked)) == expected


async def test_it_is_asked_by_time_and_until_is_exclusive(given, operator_database):
    await given.provider()
    await given.brand()
    brand, provider = await trail(operator_database)
    at = brand.happened_at
    assert at > provider.happened_at
    assert await trail(operator_database, since=at) == [brand]
    assert await trail(operator_database, until=at) == [provider]
    assert await trail(operator_database, since=at + timedelta(seconds=1)) == []


async def test_a_long_trail_is_read_in_pages_the_newest_first(operator_database):
    async with changing(operator_database, OPERATOR) as change:
        for at in range(PAGE_ROWS * 2 + 10):
            change.tell(Action.BRAND_PUT, at)
    events = await trail(operator_database, most=5000)
    assert [int(each.deed.subject) for each in events] == list(reversed(range(PAGE_ROWS * 2 + 10)))
    few = await trail(operator_database, most=PAGE_ROWS + 1)
    assert few == events[: PAGE_ROWS + 1]
    assert await trail(operator_database, most=3) == events[:3]


async def test_no_process_passes_for_another_or_for_an_earlier_one(given, database, owner):
    await given.provider()
    async with database.connection() as connection:
        await connection.execute(
            "insert into audit_event"
            " (process, happened_at, principal_kind, principal, action, subject, facts)"
            " values ('izin_operator', '2020-01-01', 'operator', 'me', 'brand.put', '1', '{}')"
        )
    row = await owner.fetchrow("select * from audit_event order by audit_id desc limit 1")
    assert row["process"] == "izin_web"
    assert row["happened_at"].year > 2020


@pytest.mark.parametrize("role", ["izin_web", "izin_citizen", "izin_keeper", "izin_operator"])
@pytest.mark.parametrize(
    "statement",
    ["update audit_event set subject = ''", "delete from audit_event", "truncate audit_event"],
)
async def test_no_process_changes_what_was_told(given, owner, role, statement):
    await given.provider()
    await owner.execute(f"set role {role}")
    with pytest.raises(InsufficientPrivilegeError):
        await owner.execute(statement)
