"""A brand goes to another company: its rights go with it, and none stays behind."""

import asyncio

import asyncpg
import pytest
from builders.dealers import a_dealer
from builders.door import codes
from builders.heart import until
from builders.house import BRAND, a_row, ago
from builders.members import invited, sign_in, someone
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_BRAND_CODE,
    OTHER_IYS_CODE,
)

from izin.access.transfer import transfer_brand
from izin.consent.rebuild import check
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError
from izin.member.model import Belongs, Role
from izin.retailer.retag import retag

MOVED = f"/sps/{OTHER_IYS_CODE}/brands/{BRAND_CODE}"
PHONE, NEW = "+905990000021", "+905990000022"
QUESTION = {"recipient": PHONE, "type": "MESAJ", "recipientType": "BIREYSEL"}


async def move(database, code: int = BRAND_CODE, to: int = OTHER_IYS_CODE) -> None:
    await transfer_brand(database, BrandCode(code), IysCode(to), by=OPERATOR)


async def until_known(client, path: str) -> None:
    async def is_known() -> bool:
        return (await client.post(f"{path}/consents/status", json=QUESTION)).status_code == 200

    await until(is_known)


@pytest.fixture
async def moved(house, ours, theirs, operator_database) -> list[int]:
    """Our brand with a consent and two dealers, given to a company that had one of them."""
    dealers = []
    for number in (1, 2):
        answer = await ours.post(f"{BRAND}/retailers", json=a_dealer(number))
        dealers.append(answer.json()["retailerCode"])
    twin = await theirs.post(
        f"/sps/{OTHER_IYS_CODE}/brands/{OTHER_BRAND_CODE}/retailers", json=a_dealer(2)
    )
    assert twin.status_code == 201
    row = a_row(recipient=PHONE, consentDate=ago(hours=5), retailerCode=dealers[0])
    assert (await ours.post(f"{BRAND}/consents", json=row)).status_code == 200
    row = a_row(recipient=PHONE, consentDate=ago(hours=4), retailerAccess=dealers)
    assert (await ours.post(f"{BRAND}/consents", json=row)).status_code == 200
    await house.numbered(2)
    await move(operator_database)
    await until_known(theirs, MOVED)
    return dealers


async def test_the_old_company_reaches_nothing_of_it_any_more(ours, moved):
    for path in (BRAND, MOVED):
        for answer in (
            await ours.post(f"{path}/consents/status", json=QUESTION),
            await ours.post(f"{path}/consents", json=a_row(recipient=NEW)),
            await ours.get(f"{path}/consents/changes?source=HS"),
            await ours.get(f"{path}/retailers"),
            await ours.delete(f"{path}/retailers/{moved[0]}"),
        ):
            assert (answer.status_code, codes(answer)) == (403, ["H353"])
    assert (await ours.get(f"/x/brands/{BRAND_CODE}/consents")).status_code == 403
    brands = await ours.get(f"/sps/{IYS_CODE}/brands")
    assert BRAND_CODE not in [each["brandCode"] for each in brands.json()]


async def test_who_is_limited_to_it_has_it_no_more_even_when_it_comes_back(
    given, house, operator_database
):
    await given.brand(10001)
    limited = {"role": Role.OPERATOR, "brands": (BRAND_CODE,)}
    who = await someone(given, house, **limited, email="bir@firma.example")
    both = await someone(
        given, house, role=Role.OPERATOR, brands=(BRAND_CODE, 10001), email="iki@firma.example"
    )
    waiting = await invited(given, house, **limited, email="uc@firma.example")
    path = f"/x/brands/{BRAND_CODE}/consents"
    async with await sign_in(house, who) as client:
        assert (await client.get(path)).status_code == 200
        await move(operator_database)
        await move(operator_database, to=IYS_CODE)
        async with operator_database.connection() as connection:
            rows = await connection.fetch("select member_id, brands from member")
            told = await connection.fetch(
                "select subject from audit_event where action = 'member.put'"
            )
        left = {str(row["member_id"]): row["brands"] for row in rows}
        assert left == {who.member_id: [], both.member_id: [10001], str(waiting.member_id): []}
        assert {row["subject"] for row in told} == left.keys()

        async def is_out() -> bool:
            return (await client.get(path)).status_code == 401

        await until(is_out)
    async with await sign_in(house, who, step=1) as client:
        answer = await client.get(path)
        assert (answer.status_code, codes(answer)) == (403, ["H353"])


async def test_the_new_company_has_all_of_it(house, theirs, moved):
    detail = (await theirs.post(f"{MOVED}/consents/status", json=QUESTION)).json()
    assert (detail["status"], detail["retailerCode"]) == ("ONAY", moved[0])
    assert detail["retailerAccessCount"] == 2
    past = await theirs.post(f"{MOVED}/consents/history", json=QUESTION)
    assert past.json()["pagination"]["totalCount"] == 2
    feed = await theirs.get(f"{MOVED}/consents/changes?source=HS")
    assert len(feed.json()["list"]) == 2
    listed = await theirs.get(f"/x/brands/{BRAND_CODE}/consents")
    assert [each["recipient"] for each in listed.json()["list"]] == [PHONE]
    of_dealer = await theirs.get(f"/x/brands/{BRAND_CODE}/retailers/{moved[1]}/consents")
    assert [each["recipient"] for each in of_dealer.json()["list"]] == [PHONE]
    dealers = await theirs.get(f"{MOVED}/retailers")
    assert {each["retailerCode"] for each in dealers.json()["list"]} == set(moved)


async def test_it_moves_the_same_records_on(house, theirs, moved):
    refusal = a_row(recipient=PHONE, status="RET", consentDate=ago(hours=1))
    for row in (refusal, a_row(recipient=NEW)):
        answer = await theirs.post(f"{MOVED}/consents", json=row)
        assert answer.status_code == 200, answer.text
    past = await theirs.post(f"{MOVED}/consents/history", json=QUESTION)
    assert [each["status"] for each in past.json()["list"]] == ["RET", "ONAY", "ONAY"]
    batch = await theirs.post(
        f"{MOVED}/consents/request", json=[a_row(recipient=PHONE, consentDate=ago(minutes=9))]
    )
    result = f"{MOVED}/consents/request/{batch.json()['requestId']}"

    async def is_done() -> bool:
        [shown] = (await theirs.get(result)).json()
        return shown["status"] == "success"

    await until(is_done)
    access = {"type": "MESAJ", "recipientType": "BIREYSEL", "recipients": [PHONE]}
    answer = await theirs.post(f"{MOVED}/consents/retailers/access/remove/all", json=access)
    assert answer.status_code == 202
    asked = {"recipients": [PHONE, NEW], "type": "MESAJ"}
    told = await theirs.post(f"/x/brands/{BRAND_CODE}/ask", json=asked)
    assert [each["allowed"] for each in told.json()["list"]] == [True, True]
    await house.numbered(6)
    parts = house.parts
    report = await check(parts.database, parts.keyring, lambda *_: None)
    assert (report.differences, report.keys) == (0, 2)


async def test_its_dealers_are_told_apart_in_the_new_company(house, theirs, moved, owner):
    assert await retag(house.parts.database, house.parts.keyring) == 2
    assert await retag(house.parts.database, house.parts.keyring) == 0
    rows = await owner.fetch(
        "select retailer_code, iys_code, person_tag is null as untagged, is_twin "
        "from retailer where brand_code = $1 order by created_at",
        BRAND_CODE,
    )
    assert [tuple(row) for row in rows] == [
        (moved[0], OTHER_IYS_CODE, False, False),
        (moved[1], OTHER_IYS_CODE, False, True),
    ]
    again = await theirs.post(f"{MOVED}/retailers", json=a_dealer(1))
    assert codes(again) == ["H230", "H231"]


async def test_a_brand_that_comes_home_is_as_it_was(theirs, ours, moved, operator_database):
    await move(operator_database, to=IYS_CODE)
    await until_known(ours, BRAND)
    detail = (await ours.post(f"{BRAND}/consents/status", json=QUESTION)).json()
    assert detail["status"] == "ONAY"
    async with operator_database.connection() as connection:
        assert await connection.fetchval("select count(*) from brand where tagged_for > 0") == 0


async def test_a_master_moves_last(given, house, operator_database):
    await given.brand(10001, is_master=True)
    await given.provider(20001)
    with pytest.raises(RefusalError, match="IZ022"):
        await move(operator_database, 10001)
    await move(operator_database)
    await move(operator_database, 10001, to=20001)
    async with operator_database.connection() as connection:
        rows = await connection.fetch(
            "select brand_code, is_master from brand where iys_code = any ($1) order by brand_code",
            [OTHER_IYS_CODE, 20001],
        )
    assert [tuple(row) for row in rows] == [
        (10001, True),
        (BRAND_CODE, False),
        (OTHER_BRAND_CODE, False),
    ]


async def test_a_move_to_nobody_is_refused(house, operator_database):
    with pytest.raises(RefusalError, match="H001"):
        await move(operator_database, to=99999999)
    with pytest.raises(RefusalError, match="H018"):
        await move(operator_database, 99999999)


async def test_both_companies_are_told_of_it(moved, owner):
    rows = await owner.fetch(
        "select iys_code from audit_event where action = 'brand.moved' order by iys_code"
    )
    assert [row["iys_code"] for row in rows] == [IYS_CODE, OTHER_IYS_CODE]


async def test_who_has_lost_a_brand_enters_and_removes_no_dealer_of_it(
    ours, house, operator_database, owner
):
    """Its process has not heard of the move yet."""
    answer = await ours.post(f"{BRAND}/retailers", json=a_dealer(7))
    code = answer.json()["retailerCode"]
    await move(operator_database)
    refused = await ours.post(f"{BRAND}/retailers", json=a_dealer(8))
    assert (refused.status_code, codes(refused)) == (403, ["H353"])
    gone = await ours.delete(f"{BRAND}/retailers/{code}")
    assert not gone.is_success
    rows = await owner.fetch("select retailer_code, iys_code from retailer")
    assert [tuple(row) for row in rows] == [(code, OTHER_IYS_CODE)]


async def test_a_brand_with_the_same_firm_twice_moves_on(
    house, theirs, moved, operator_database, owner
):
    """The twin of a dealer that is gone keeps its numbers from being entered again."""
    await retag(house.parts.database, house.parts.keyring)
    path = f"/sps/{OTHER_IYS_CODE}/brands/{OTHER_BRAND_CODE}/retailers"
    [twin] = (await theirs.get(path)).json()["list"]
    assert (await theirs.delete(f"{path}/{twin['retailerCode']}")).is_success
    again = await theirs.post(f"{MOVED}/retailers", json=a_dealer(2))
    assert codes(again) == ["H230", "H231"]
    await owner.execute(
        "insert into retailer (retailer_code, brand_code, iys_code, title, mersis, is_twin) "
        "select 99999999, brand_code, iys_code, title, mersis, false from retailer "
        "where brand_code = $1 and is_twin",
        BRAND_CODE,
    )
    await move(operator_database, to=IYS_CODE)
    await move(operator_database)


async def test_a_person_that_does_not_open_holds_up_nobody_else(
    house, moved, owner, caplog, monkeypatch
):
    monkeypatch.setattr("izin.retailer.retag.ROWS", 1)  # the whole page is what does not open
    await owner.execute(
        "insert into retailer (retailer_code, brand_code, iys_code, title, person_sealed) "
        "values (10000000, $1, $2, 'Bozuk', '\\x0101')",
        BRAND_CODE,
        OTHER_IYS_CODE,
    )
    assert await retag(house.parts.database, house.parts.keyring) == 2
    assert await retag(house.parts.database, house.parts.keyring) == 0
    assert "does not open" in caplog.text


async def test_a_brand_does_not_move_to_its_own_company(given, house, operator_database):
    await given.brand(10001, is_master=True)
    with pytest.raises(RefusalError, match="IZ039"):
        await move(operator_database, 10001, to=IYS_CODE)
    async with operator_database.connection() as connection:
        assert await connection.fetchval("select is_master from brand where brand_code = 10001")


async def test_a_company_that_is_closed_gets_nothing(given, house, operator_database, owner):
    await given.brand(10001)
    await owner.execute("update provider set state = 'CLOSED' where iys_code = $1", OTHER_IYS_CODE)
    with pytest.raises(RefusalError, match="IZ085"):
        await move(operator_database, 10001, to=OTHER_IYS_CODE)
    with pytest.raises(RefusalError, match="IZ085"):
        await given.brand(10002, of=OTHER_IYS_CODE)
    with pytest.raises(RefusalError, match="IZ085"):
        await given.subscription(OTHER_IYS_CODE)
    with pytest.raises(RefusalError, match="IZ085"):
        await invited(given, house, of=Belongs(iys_code=OTHER_IYS_CODE))


async def test_who_enters_a_dealer_and_who_moves_its_brand_wait_for_no_circle(
    house, operator_database, owner, fresh_database
):
    """The one holds the company's dealers and wants the brand, the other the other way round."""
    watching = await asyncpg.connect(fresh_database)

    async def is_waiting() -> bool:
        return await watching.fetchval(
            "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
        )

    try:
        async with owner.transaction():
            held = "select pg_advisory_xact_lock(hashtextextended('retailer of ' || $1::bigint, 0))"
            await owner.execute(held, IYS_CODE)
            moving = asyncio.create_task(move(operator_database))
            await until(is_waiting)
            await owner.execute(
                "insert into retailer (retailer_code, brand_code, iys_code, title) "
                "values (10000000, $1, $2, 'Son')",
                BRAND_CODE,
                IYS_CODE,
            )
        await moving
    finally:
        await watching.close()
    assert await owner.fetchval("select iys_code from retailer") == OTHER_IYS_CODE
