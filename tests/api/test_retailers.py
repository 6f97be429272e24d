"""A company's dealers over the wire: entered, shown, counted, taken away. Source: contract 1.11."""

import asyncio

import pytest
from builders.dealers import a_dealer, a_tckn, a_vkn
from builders.door import codes
from builders.house import BRAND, OTHER_BRAND, a_row
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE

from izin.retailer import enter as entering

PATH = f"{BRAND}/retailers"


async def entered(ours, number: int = 1, **fields) -> int:
    answer = await ours.post(PATH, json=a_dealer(number, **fields))
    assert answer.status_code == 201, answer.text
    return answer.json()["retailerCode"]


async def shown(ours, code: int):
    answer = await ours.get(f"{PATH}/{code}")
    assert answer.status_code == 200
    return answer.json()


async def test_a_dealer_is_entered_and_shown(ours):
    code = await entered(ours, 7)
    assert 10_000_000 <= code <= 99_999_999
    town = (await shown(ours, code)).pop("town")
    assert town["name"] == "Kadıköy"
    assert await shown(ours, code) == {
        **a_dealer(7, town=town),
        "status": "active",
        "retailerAccessCount": 0,
        "retailerCode": code,
    }


async def test_dealers_are_listed_in_pages_the_oldest_first(ours):
    entered_codes = [await entered(ours, number) for number in range(1, 6)]
    first = (await ours.get(PATH, params={"limit": 2})).json()
    assert first["pagination"] == {"offset": 0, "pageSize": 2, "totalCount": 5, "currentPage": 1}
    last = (await ours.get(PATH, params={"limit": 2, "offset": 4})).json()
    assert last["pagination"] == {"offset": 4, "pageSize": 1, "totalCount": 5, "currentPage": 3}
    middle = (await ours.get(PATH, params={"limit": 2, "offset": 2})).json()
    listed = [each["retailerCode"] for page in (first, middle, last) for each in page["list"]]
    assert listed == entered_codes
    assert first["list"][0] == await shown(ours, entered_codes[0])


@pytest.mark.parametrize("query", ["short=true", "short", "short=true&all=true"])
async def test_the_short_list_has_no_person(ours, query):
    await entered(ours)
    (dealer,) = (await ours.get(f"{PATH}?{query}")).json()["list"]
    assert set(dealer) == {"title", "city", "retailerAccessCount", "retailerCode", "status"}


async def test_a_brand_without_dealers_has_an_empty_list(ours):
    answer = (await ours.get(PATH)).json()
    assert answer["list"] == []
    assert answer["pagination"]["totalCount"] == 0


async def test_a_dealer_that_is_not_the_brands_is_not_shown(ours, theirs):
    code = await entered(ours)
    answer = await theirs.get(f"{OTHER_BRAND}/retailers/{code}")
    assert (answer.status_code, answer.json()) == (200, {})
    assert await shown(ours, 99_999_999) == {}
    assert await shown(ours, "abc") == {}
    assert (await theirs.delete(f"{OTHER_BRAND}/retailers/{code}")).status_code == 404
    assert (await shown(ours, code))["retailerCode"] == code


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {"tckn": a_tckn(2), "tin": a_vkn(2)}, ["H230"]),
        ({}, {"mersis": None}, ["H231"]),
        ({}, {}, ["H230", "H231"]),
        ({"status": "passive"}, {"mersis": None}, ["H253"]),
        ({"status": "suspended"}, {"mersis": None}, ["H231"]),
    ],
)
async def test_a_firm_and_a_person_are_one_dealers_only(ours, first, second, expected):
    await entered(ours, 1, **first)
    answer = await ours.post(PATH, json=a_dealer(1, **second))
    assert (answer.status_code, codes(answer)) == (400, expected)


async def test_another_company_may_have_the_same_dealer(ours, theirs):
    await entered(ours)
    answer = await theirs.post(f"{OTHER_BRAND}/retailers", json=a_dealer())
    assert answer.status_code == 201


async def test_of_many_at_once_one_is_entered(ours):
    answers = await asyncio.gather(*(ours.post(PATH, json=a_dealer()) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [201] + [400] * 7


async def test_a_brand_has_no_more_than_it_may(ours, monkeypatch):
    monkeypatch.setattr(entering, "PER_BRAND_MAX", 2)
    await entered(ours, 1)
    await entered(ours, 2)
    answer = await ours.post(PATH, json=a_dealer(3))
    assert (answer.status_code, codes(answer)) == (400, ["IZ016"])


async def test_a_code_that_is_taken_is_drawn_again_and_none_left_is_said(ours, monkeypatch):
    drawn = iter([5, 5, 6])
    monkeypatch.setattr(entering.secrets, "randbelow", lambda _: next(drawn))
    assert [await entered(ours, number) for number in (1, 2)] == [10_000_005, 10_000_006]
    monkeypatch.setattr(entering.secrets, "randbelow", lambda _: 5)
    answer = await ours.post(PATH, json=a_dealer(3))
    assert (answer.status_code, codes(answer)) == (400, ["H067"])


async def test_a_dealer_is_taken_away_and_its_numbers_are_free_again(ours):
    code = await entered(ours)
    answer = await ours.delete(f"{PATH}/{code}")
    assert (answer.status_code, answer.text) == (200, "Başarı")
    assert answer.headers["content-type"].startswith("text/plain")
    assert await shown(ours, code) == {}
    again = await ours.delete(f"{PATH}/{code}")
    assert (again.status_code, codes(again)) == (404, ["H058"])
    await entered(ours)


@pytest.mark.parametrize("field", ["retailerCode", "retailerAccess"])
async def test_a_dealer_that_a_consent_has_named_stays(ours, field):
    code = await entered(ours)
    row = a_row(**{field: code if field == "retailerCode" else [code]})
    assert (await ours.post(f"{BRAND}/consents", json=row)).status_code == 200
    answer = await ours.delete(f"{PATH}/{code}")
    assert (answer.status_code, codes(answer)) == (400, ["IZ008"])
    assert (await shown(ours, code))["retailerAccessCount"] == (field == "retailerAccess")


async def test_a_dealer_that_was_taken_away_cannot_be_named(ours):
    code = await entered(ours)
    await ours.delete(f"{PATH}/{code}")
    answer = await ours.post(f"{BRAND}/consents", json=a_row(retailerCode=code))
    assert (answer.status_code, codes(answer)) == (403, ["H180"])


async def test_consents_that_a_dealer_may_use_are_counted(ours):
    one, other = await entered(ours, 1), await entered(ours, 2)
    for number, dealers in enumerate(([one], [one, other], [one]), 1):
        row = a_row(number, retailerAccess=dealers)
        assert (await ours.post(f"{BRAND}/consents", json=row)).status_code == 200
    listed = (await ours.get(PATH)).json()["list"]
    assert [each["retailerAccessCount"] for each in listed] == [3, 1]


async def test_nobody_reads_a_person_in_the_database(ours, owner):
    await entered(ours, 4)
    rows = await owner.fetch("select retailer::text from retailer")
    [text] = [row["retailer"] for row in rows]
    for told in (a_tckn(4), a_vkn(4), "Deneme", "5990000004"):
        assert told not in text.replace("0" + a_vkn(4), "")  # its MERSİS number has the VKN


async def test_the_same_person_has_another_tag_in_another_company(ours, theirs, owner):
    await entered(ours)
    await theirs.post(f"{OTHER_BRAND}/retailers", json=a_dealer())
    rows = await owner.fetch(
        "select person_tag from retailer where brand_code = any ($1)",
        [BRAND_CODE, OTHER_BRAND_CODE],
    )
    assert len({row["person_tag"] for row in rows}) == 2
