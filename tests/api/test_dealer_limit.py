"""How many new consents a dealer may bring in a day: one by one, at once, in batches and files."""

import asyncio

import pytest
from builders.door import codes
from builders.heart import a_key, a_proposal, until
from builders.house import BRAND, a_row, ago
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE, RETAILER_CODE

from izin.cli.importing import registry_of
from izin.consent.model import Recorded
from izin.core.errors import Refused
from izin.core.terms import Channel, Status
from izin.wiring.parts import open_parts

pytest_plugins = ("builders.house",)

DEALER = f"/x/brands/{BRAND_CODE}/retailers/{RETAILER_CODE}"
OTHER = RETAILER_CODE + 1


async def bound(ours, most: int | None, code: int = RETAILER_CODE) -> None:
    body = {} if most is None else {"newPerDay": most}
    path = f"/x/brands/{BRAND_CODE}/retailers/{code}/limit"
    answer = await ours.put(path, json=body)
    assert (answer.status_code, answer.json()) == (200, {"retailerCode": str(code), **body})


async def brings(ours, number: int, **fields) -> list[str]:
    row = a_row(number, **{"retailerCode": RETAILER_CODE} | fields)
    answer = await ours.post(f"{BRAND}/consents", json=row)
    return [] if answer.status_code == 200 else codes(answer)


async def taken(owner) -> int:
    return await owner.fetchval("select taken from retailer_day")


@pytest.fixture
async def dealers(house, given):
    await given.retailer()
    await given.retailer(OTHER)


async def test_past_the_limit_of_the_day_no_new_consent_comes_in(dealers, ours, owner):
    await bound(ours, 2)
    assert [await brings(ours, number) for number in (1, 2, 3)] == [[], [], ["IZ093"]]
    assert await brings(ours, 3, retailerCode=OTHER) == []
    assert await brings(ours, 4, retailerCode=None) == []
    # the next day it may again
    await owner.execute("update retailer_day set day = day - 1")
    assert [await brings(ours, number) for number in (5, 6, 7)] == [[], [], ["IZ093"]]
    await bound(ours, 3)
    assert [await brings(ours, number) for number in (8, 9)] == [[], ["IZ093"]]
    await bound(ours, None)
    assert await brings(ours, 9) == []


async def test_refusals_and_renewals_always_pass(dealers, ours):
    await bound(ours, 1)
    assert await brings(ours, 1) == []
    assert await brings(ours, 2) == ["IZ093"]
    assert await brings(ours, 1, consentDate=ago(minutes=9)) == []
    assert await brings(ours, 1, status="RET", consentDate=ago(minutes=8)) == []
    assert await brings(ours, 1, consentDate=ago(minutes=7)) == ["IZ093"], "it begins anew"


async def test_a_retry_is_counted_once(dealers, ours, owner):
    await bound(ours, 1)
    row = a_row(1, retailerCode=RETAILER_CODE)
    answers = [await ours.post(f"/v2{BRAND}/consents", json=row) for _ in range(3)]
    assert {each.status_code for each in answers} == {200}
    assert await taken(owner) == 1


async def test_what_the_registry_refuses_is_given_back(dealers, ours, owner):
    assert await brings(ours, 1) == []
    assert await brings(ours, 1, status="RET", consentDate=ago(minutes=9)) == []
    await bound(ours, 1)
    assert await brings(ours, 1, consentDate=ago(hours=2)) == ["H178"]
    assert await taken(owner) == 0
    assert await brings(ours, 2) == []


async def test_of_many_at_once_as_many_come_in_as_there_is_room_for(dealers, ours, owner):
    await bound(ours, 5)
    answers = await asyncio.gather(*(brings(ours, number) for number in range(1, 21)))
    assert sorted(answers) == [[]] * 5 + [["IZ093"]] * 15
    assert await taken(owner) == 5


async def results(ours, answer) -> list[str | None]:
    assert answer.status_code == 202, answer.text
    path = f"{BRAND}/consents/request/{answer.json()['requestId']}"

    async def is_done() -> bool:
        rows = (await ours.get(path)).json()
        return bool(rows) and all(each["status"] != "enqueue" for each in rows)

    await until(is_done)
    rows = (await ours.get(path)).json()
    return [each["error"]["code"] if each.get("error") else None for each in rows]


async def test_in_a_batch_row_by_row(dealers, ours):
    await bound(ours, 2)
    rows = [
        a_row(1, retailerCode=RETAILER_CODE),
        a_row(2, retailerCode=OTHER),
        a_row(3, retailerCode=RETAILER_CODE),
        a_row(4, retailerCode=RETAILER_CODE),
    ]
    answer = await ours.post(f"{BRAND}/consents/request", json=rows)
    assert await results(ours, answer) == [None, None, None, "IZ093"]
    all_over = await ours.post(f"{BRAND}/consents/request", json=[rows[3]])
    assert (all_over.status_code, codes(all_over)) == (422, ["IZ093"])


async def test_in_a_file_row_by_row_and_a_file_that_is_undone_takes_nothing(
    dealers, ours, owner, settings
):
    await bound(ours, 2)
    proposals = [a_proposal(number, retailer_code=RETAILER_CODE) for number in (1, 2, 3)]
    refusal = a_proposal(4, status=Status.RET, retailer_code=RETAILER_CODE)
    by_nobody = a_proposal(key=a_key(5, channel=Channel.ARAMA))
    async with open_parts(settings, role="izin_web") as parts:
        registry = registry_of(parts, BRAND_CODE)

        async def loads() -> list[object]:
            async with registry.transaction() as connection:
                found = await registry.record([*proposals, refusal, by_nobody], connection)
                assert await connection.fetchval("select taken from retailer_day") == 2
                raise UndoneError(found)

        with pytest.raises(UndoneError) as caught:
            await loads()
        assert await taken(owner) is None
        verdicts = caught.value.args[0]
    assert [type(each) for each in verdicts[:2]] == [Recorded, Recorded]
    assert [each.code for each in verdicts[2:4] if isinstance(each, Refused)] == ["IZ093", "H175"]
    assert isinstance(verdicts[4], Recorded)


class UndoneError(Exception):
    """A load that is not to stand."""


async def test_the_limit_is_shown_with_the_dealer(dealers, ours):
    await bound(ours, 3)
    await brings(ours, 1)
    listed = (await ours.get(f"/x/brands/{BRAND_CODE}/retailers")).json()["list"]
    assert [each.get("newPerDay") for each in listed] == [3, None]
    shown = (await ours.get(f"{DEALER}/report")).json()
    assert (shown["newPerDay"], shown["newToday"], shown["taken"]) == (3, 1, 1)


async def test_what_is_no_limit_or_no_dealer_of_ours_is_said(dealers, ours, given):
    await given.retailer(OTHER + 1, of=OTHER_BRAND_CODE)
    for body in ({"newPerDay": -1}, {"newPerDay": "5"}, {"newPerDay": 10**7}, {"colour": 1}):
        assert codes(await ours.put(f"{DEALER}/limit", json=body)) == ["IZ011"]
    theirs = f"/x/brands/{BRAND_CODE}/retailers/{OTHER + 1}/limit"
    assert codes(await ours.put(theirs, json={"newPerDay": 1})) == ["H058"]
    assert codes(await ours.put(DEALER[:-1] + "x/limit", json={})) == ["H058"]


async def test_a_dealer_with_a_limit_can_be_taken_away(house, ours, given):
    await given.retailer()
    await bound(ours, 1)
    assert (await ours.delete(f"{BRAND}/retailers/{RETAILER_CODE}")).status_code == 200
