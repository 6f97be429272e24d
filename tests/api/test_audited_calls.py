"""Whatever a company changes of its own over the wire leaves one event, with its user."""

from collections.abc import Awaitable, Callable

import pytest
from builders.dealer_sheets import HEADINGS, a_dealer_row
from builders.dealers import a_dealer
from builders.house import BRAND
from builders.parties import BRAND_CODE, IYS_CODE

from izin.access.model import Right
from izin.files.form import Form
from izin.files.write import written
from izin.wiring.web import OPERATIONS

RETAILERS = f"{BRAND}/retailers"


async def enters(ours) -> str:
    answer = await ours.post(RETAILERS, json=a_dealer(1))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["retailerCode"])


async def removes(ours) -> str:
    code = await enters(ours)
    assert (await ours.delete(f"{RETAILERS}/{code}")).status_code == 200
    return code


async def puts_under(ours) -> str:
    code = await enters(ours)
    other = await ours.post(RETAILERS, json=a_dealer(2))
    parent = {"parentCode": other.json()["retailerCode"]}
    path = f"/x/brands/{BRAND_CODE}/retailers/{code}/parent"
    assert (await ours.put(path, json=parent)).status_code == 200
    return code


async def bounds(ours) -> str:
    code = await enters(ours)
    path = f"/x/brands/{BRAND_CODE}/retailers/{code}/limit"
    assert (await ours.put(path, json={"newPerDay": 5})).status_code == 200
    return code


async def rests(ours) -> str:
    code = await enters(ours)
    path = f"/x/brands/{BRAND_CODE}/retailers/{code}/status"
    assert (await ours.put(path, json={"status": "passive"})).status_code == 200
    return code


async def imports(ours) -> str:
    content = written([HEADINGS, a_dealer_row(1)], Form())
    path = f"/x/brands/{BRAND_CODE}/retailers/import"
    answer = await ours.post(path, content=content, headers={"content-type": "text/csv"})
    assert answer.json()["entered"] == 1
    [dealer] = (await ours.get(RETAILERS)).json()["list"]
    return str(dealer["retailerCode"])


CHANGES: dict[str, tuple[str, Callable[..., Awaitable[str]]]] = {
    "createRetailer": ("retailer.entered", enters),
    "deleteRetailer": ("retailer.removed", removes),
    "xRetailerImport": ("retailer.entered", imports),
    "xRetailerLimit": ("retailer.limited", bounds),
    "xRetailerStatus": ("retailer.status", rests),
    "xRetailerUnder": ("retailer.put_under", puts_under),
}
"""Each operation that changes parties: the event that it leaves, and a call that does it."""


def test_every_operation_that_changes_parties_has_its_event():
    assert set(CHANGES) == {each.id for each in OPERATIONS if each.right is Right.MANAGE}


@pytest.mark.parametrize(("action", "change"), CHANGES.values(), ids=CHANGES)
async def test_it_leaves_one_event(ours, owner, action, change):
    subject = await change(ours)
    [event] = await owner.fetch(
        "select * from audit_event where action = $1 and subject = $2", action, subject
    )
    user_id = await owner.fetchval("select user_id from api_user where iys_code = $1", IYS_CODE)
    assert (event["principal_kind"], event["principal"]) == ("api_user", str(user_id))
    assert (event["process"], event["iys_code"]) == ("izin_web", IYS_CODE)
    assert f'"brandCode": {BRAND_CODE}' in event["facts"]


async def test_what_is_refused_leaves_none(ours, owner):
    code = await enters(ours)
    before = await owner.fetchval("select count(*) from audit_event")
    assert (await ours.post(RETAILERS, json=a_dealer(1))).status_code == 400
    assert (await ours.post(RETAILERS, json={})).status_code == 400
    assert (await ours.delete(f"{RETAILERS}/{int(code) + 1}")).status_code == 404
    assert await owner.fetchval("select count(*) from audit_event") == before
