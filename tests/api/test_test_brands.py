"""Brands and accounts to try with: they reach one another, and take nobody's addresses."""

from datetime import UTC, datetime

import pytest
from builders.heart import until
from builders.house import a_row
from builders.members import member
from builders.parties import (
    BRAND_CODE,
    CARRIER_CODE,
    IYS_CODE,
    OPERATOR,
    PARTNER_CODE,
    PASSWORD,
)

from izin.access.accounts import add_test_account
from izin.access.transfer import transfer_brand
from izin.brand import manage
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError
from izin.member.model import Belongs

pytest_plugins = ("builders.house",)

TEST_BRAND = 731009
LIVE = f"/sps/{IYS_CODE}/brands/{BRAND_CODE}"
TEST = f"/sps/{IYS_CODE}/brands/{TEST_BRAND}"
REAL = {"recipient": "+905321112233"}


def codes(answer) -> list[str]:
    return [each["code"] for each in answer.json()["errors"]]


@pytest.fixture
async def tried(house, given, passwords):
    """A client of a test account of our company, which has a test brand."""
    await given.brand(TEST_BRAND, is_test=True)
    of = Belongs(iys_code=IYS_CODE)
    now = datetime.now(UTC)
    drawn = await add_test_account(given.database, passwords, of, now=now, by=OPERATOR)
    async with await house.sign_in(str(drawn.client_id), drawn.password) as client:

        async def is_known() -> bool:
            return (await client.get(f"{TEST}/retailers")).status_code == 200

        await until(is_known)
        yield client


async def test_a_test_account_reaches_test_brands_and_nothing_else(tried):
    assert (await tried.post(f"{TEST}/consents", json=a_row())).status_code == 200
    listed = (await tried.get(f"/sps/{IYS_CODE}/brands")).json()
    assert [each["brandCode"] for each in listed] == [TEST_BRAND]
    for answer in (
        await tried.post(f"{LIVE}/consents", json=a_row()),
        await tried.get(f"{LIVE}/retailers"),
        await tried.get("/x/company"),
        await tried.get("/sps/841001/brands"),
    ):
        assert (answer.status_code, codes(answer)) == (403, ["H353"]), answer.url


async def test_a_live_account_does_not_reach_a_test_brand(tried, ours):
    for answer in (
        await ours.post(f"{TEST}/consents", json=a_row()),
        await ours.post(f"{TEST}/consents", json=a_row(status="RET")),
        await ours.get(f"{TEST}/retailers"),
    ):
        assert (answer.status_code, codes(answer)) == (403, ["H353"])
    listed = (await ours.get(f"/sps/{IYS_CODE}/brands")).json()
    assert [each["brandCode"] for each in listed] == [BRAND_CODE]
    assert (await ours.get("/x/company")).status_code == 200


async def test_people_see_both_kinds(tried, house, given):
    async with await member(given, house) as owner:
        listed = (await owner.get(f"/sps/{IYS_CODE}/brands")).json()
        assert {each["brandCode"] for each in listed} == {BRAND_CODE, TEST_BRAND}
        assert (await owner.get(f"{TEST}/retailers")).status_code == 200


@pytest.mark.parametrize("status", ["ONAY", "RET"])
async def test_no_real_address_comes_in_by_a_test_brand(tried, status):
    for row in (
        a_row(**REAL, status=status),
        a_row(recipient="biri@posta.com.tr", type="EPOSTA", source="HS_EPOSTA", status=status),
        a_row(recipient="biri@notexample.com", type="EPOSTA", source="HS_EPOSTA", status=status),
    ):
        answer = await tried.post(f"{TEST}/consents", json=row)
        assert (answer.status_code, codes(answer)) == (422, ["IZ056"])
    batch = [a_row(2, status="ONAY"), a_row(**REAL, status=status)]
    answer = await tried.post(f"{TEST}/consents/request", json=batch)
    assert (answer.status_code, codes(answer)) == (422, ["IZ056"])
    assert answer.json()["errors"][0]["index"] == 1


@pytest.mark.parametrize(
    "recipient",
    ["a@b.example", "a@b.test", "a@b.invalid", "a@example.com", "a@mail.example.net"],
)
async def test_an_email_that_nobody_can_own_comes_in(tried, recipient):
    row = a_row(recipient=recipient, type="EPOSTA", source="HS_EPOSTA")
    assert (await tried.post(f"{TEST}/consents", json=row)).status_code == 200


async def test_a_test_brand_is_in_no_package(tried, house, ours, given):
    await given.subscription(address_limit=1, may_exceed=False)

    async def is_bound() -> bool:
        return (await ours.get("/x/subscription")).status_code == 200

    await until(is_bound)
    for number in (1, 2, 3):
        answer = await tried.post(f"{TEST}/consents", json=a_row(number))
        assert answer.status_code == 200, answer.text
    assert (await ours.post(f"{LIVE}/consents", json=a_row(4))).status_code == 200
    await house.numbered(4)

    async def is_counted() -> bool:
        return (await ours.get("/x/subscription")).json()["addresses"] == 1

    await until(is_counted)
    async with house.parts.database.connection() as connection:
        assert await connection.fetchval("select count(*) from counted_address") == 1


async def test_neither_carriers_nor_partners_learn_of_a_test_brand(tried, house, given, ours):
    await given.partner()
    await given.api_user("api@ortak.example", partner=PARTNER_CODE)
    await given.carrier()
    await given.api_user("api@araci.example", carrier=CARRIER_CODE)
    async with await member(given, house) as owner:
        for brand in (BRAND_CODE, TEST_BRAND):
            answer = await owner.post(
                f"/x/brands/{brand}/mandates",
                json={"partnerCode": PARTNER_CODE, "scope": "MESAJ", "right": "write"},
            )
            assert answer.is_success, answer.text
    async with await house.sign_in("api@ortak.example", PASSWORD) as partner:

        async def reaches_live() -> bool:
            return (await partner.get(f"{LIVE}/retailers")).status_code == 200

        await until(reaches_live)
        answer = await partner.get(f"{TEST}/retailers")
        assert (answer.status_code, codes(answer)) == (403, ["H353"])
        listed = (await partner.get(f"/sps/{IYS_CODE}/brands")).json()
        assert [each["brandCode"] for each in listed] == [BRAND_CODE]
    async with await house.sign_in("api@araci.example", PASSWORD) as carrier:
        body = {"recipients": ["+905990000001"], "type": "MESAJ"}
        answer = await carrier.post(f"/ahs/brands/{TEST_BRAND}/ask", json=body)
        assert codes(answer) == ["H018"]


async def test_a_test_brand_stays_one_and_leads_nobody(tried, given, owner):
    code = BrandCode(TEST_BRAND)
    with pytest.raises(RefusalError, match="IZ057"):
        await manage.lead(given.database, code, by=OPERATOR)
    with pytest.raises(RefusalError, match="IZ057"):
        await manage.set_short_names(given.database, code, ["DENEME"], by=OPERATOR)
    with pytest.raises(RefusalError, match="IZ057"):
        await given.brand(731010, is_test=True, is_master=True)
    await given.provider(921001)
    await transfer_brand(given.database, code, IysCode(921001), by=OPERATOR)
    assert not await owner.fetchval("select is_master from brand where brand_code = $1", code)
    for table in ("brand", "api_user"):
        with pytest.raises(Exception, match="stays one"):
            await owner.execute(f"update {table} set is_test = not is_test")


async def test_an_owner_enters_test_accounts_where_the_package_has_them(tried, house, given):
    async with await member(given, house) as owner:
        made = await owner.post("/x/clients", json={"test": True})
        assert made.status_code == 201
        kinds = {
            each["clientId"]: each["test"]
            for each in (await owner.get("/x/clients")).json()["list"]
        }
        assert kinds[made.json()["clientId"]] is True
        assert sorted(kinds.values()) == [False, True, True]
        await given.subscription(level=1)
        answer = await owner.post("/x/clients", json={"test": True})
        assert (answer.status_code, codes(answer)) == (403, ["IZ078"])


async def test_only_companies_have_test_accounts(house, given, passwords):
    await given.partner()
    with pytest.raises(RefusalError, match="IZ057"):
        await add_test_account(
            given.database,
            passwords,
            Belongs(partner_code=PARTNER_CODE),
            now=datetime.now(UTC),
            by=OPERATOR,
        )
