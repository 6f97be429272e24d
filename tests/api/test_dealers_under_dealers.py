"""Dealers under dealers, over HTTP."""

from builders.door import codes
from builders.house import BRAND
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE

pytest_plugins = ("builders.house",)

RETAILERS = f"/x/brands/{BRAND_CODE}/retailers"
ONE, TWO, THREE, THEIRS = 66438915, 66438916, 66438917, 66438918


async def put(ours, code: int, **body: object):
    return await ours.put(f"{RETAILERS}/{code}/parent", json=body)


async def shown(ours) -> list[tuple[str, int]]:
    listed = (await ours.get(RETAILERS)).json()["list"]
    return [(each["retailerCode"], each["depth"]) for each in listed]


async def test_dealers_are_put_under_one_another_and_listed_so(house, ours, given, owner):
    for code in (ONE, TWO, THREE):
        await given.retailer(code)
    await given.retailer(THEIRS, of=OTHER_BRAND_CODE)
    assert await shown(ours) == [(str(ONE), 0), (str(TWO), 0), (str(THREE), 0)]
    answer = await put(ours, ONE, parentCode=THREE)
    assert (answer.status_code, answer.json()["parentCode"]) == (200, str(THREE))
    assert (await put(ours, TWO, parentCode=ONE)).status_code == 200
    assert await shown(ours) == [(str(THREE), 0), (str(ONE), 1), (str(TWO), 2)]
    for body, code in (
        ({"parentCode": TWO}, "IZ079"),
        ({"parentCode": THEIRS}, "H058"),
        ({"parentCode": "üst"}, "IZ011"),
        ({"colour": "red"}, "IZ011"),
    ):
        assert codes(await put(ours, THREE, **body)) == [code]
    assert codes(await put(ours, THEIRS)) == ["H058"]
    told = await owner.fetch(
        "select facts from audit_event where action = 'retailer.put_under' order by audit_id"
    )
    assert len(told) == 2
    # whoever stood under one that is taken away stands at the top
    assert (await ours.delete(f"{BRAND}/retailers/{ONE}")).status_code == 200
    assert await shown(ours) == [(str(TWO), 0), (str(THREE), 0)]
    assert (await put(ours, TWO, parentCode=THREE)).status_code == 200
    assert (await put(ours, TWO)).json() == {"retailerCode": str(TWO)}
