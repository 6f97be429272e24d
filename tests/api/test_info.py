"""Provinces and districts. Source: contract 1.15."""

import pytest
from builders.door import codes

GOOD_CITY = {"code": 34, "name": "İstanbul"}


@pytest.mark.parametrize("path", ["/info/city", "/info/cities"])
async def test_all_81_provinces_are_listed_by_code(client, signed_in, path):
    answer = await client.get(path, headers=signed_in)
    assert answer.status_code == 200
    cities = answer.json()
    assert [each["code"] for each in cities] == list(range(1, 82))
    assert cities[0] == {"code": 1, "name": "Adana"}
    assert GOOD_CITY in cities
    assert cities[80] == {"code": 81, "name": "Düzce"}


async def test_all_970_districts_are_listed_each_with_its_province(client, signed_in):
    towns = (await client.get("/info/town", headers=signed_in)).json()
    assert [each["code"] for each in towns] == list(range(1, 971))
    assert towns[0] == {"name": "Seyhan", "code": 1, "city_code": 1, "cityCode": 1}
    assert {each["city_code"] for each in towns} == set(range(1, 82))
    assert all(each["city_code"] == each["cityCode"] and each["name"] for each in towns)


@pytest.mark.parametrize("path", ["/info/city/34", "/info/cities/34", "/info/city/034"])
async def test_a_province_is_shown_by_its_code(client, signed_in, path):
    answer = await client.get(path, headers=signed_in)
    assert (answer.status_code, answer.json()) == (200, GOOD_CITY)


@pytest.mark.parametrize(
    ("code", "name", "city"), [(970, "Kaynaşlı", 81), (744, "19 Mayıs", 55), (617, "Akhisar", 45)]
)
async def test_a_district_is_shown_by_its_code(client, signed_in, code, name, city):
    answer = await client.get(f"/info/town/{code}", headers=signed_in)
    assert answer.json() == {"name": name, "code": code, "city_code": city, "cityCode": city}


@pytest.mark.parametrize(
    "path", ["/info/city/0", "/info/city/82", "/info/cities/82", "/info/town/971"]
)
async def test_a_code_that_nobody_has_is_204(client, signed_in, path):
    answer = await client.get(path, headers=signed_in)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("kind", ["city", "cities", "town"])
async def test_a_code_that_is_no_number_is_400(client, signed_in, kind):
    for code in ("x", "-1", "1.0", "٣٤", "9" * 10):
        answer = await client.get(f"/info/{kind}/{code}", headers=signed_in)
        assert (answer.status_code, codes(answer)) == (400, ["H241"])


@pytest.mark.parametrize("path", ["/info/city", "/info/city/34", "/info/town", "/info/town/1"])
async def test_without_a_token_nothing_is_shown(client, path):
    answer = await client.get(path)
    assert (answer.status_code, codes(answer)) == (401, ["H351"])
