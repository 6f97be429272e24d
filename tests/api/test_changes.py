"""İzin hareketleri over the real door: what a cursor is good for, and where a feed stops."""

from builders.house import BRAND, OTHER_BRAND, a_row
from builders.parties import BRAND_CODE

CHANGES = f"{BRAND}/consents/changes"


async def test_a_cursor_is_good_for_its_own_side_only(house, ours):
    await ours.post(f"{BRAND}/consents", json=a_row(1))
    await house.numbered(1)
    after = (await ours.get(f"{CHANGES}?source=HS")).json()["after"]
    assert (await ours.get(f"{CHANGES}?source=HS&after={after}")).status_code == 204
    refused = await ours.get(f"{CHANGES}?source=IYS&after={after}")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "IZ004")


async def test_a_cursor_is_good_for_its_own_brand_only(house, ours, theirs):
    await ours.post(f"{BRAND}/consents", json=a_row(1))
    await house.numbered(1)
    after = (await ours.get(f"{CHANGES}?source=HS")).json()["after"]
    seals = house.parts.keyring.cursors
    cursor = seals.open_cursor(after.partition("_")[2])
    assert (cursor.brand_code, cursor.idx) == (BRAND_CODE, 1)
    refused = await theirs.get(f"{OTHER_BRAND}/consents/changes?source=HS&after={after}")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "IZ004")


async def test_a_feed_that_stands_still_asks_to_come_back_and_is_told_by_the_probe(
    house, ours, owner
):
    assert (await ours.get("/readyz")).json() == {"status": "ready"}
    await ours.post(f"{BRAND}/consents", json=a_row(1))
    await house.numbered(1)
    await owner.execute("update consent_event set body_sealed = '\\x00'")
    stands = await ours.get(f"{CHANGES}?source=HS")
    assert (stands.status_code, stands.headers["retry-after"]) == (503, "60")
    await owner.execute("insert into unprojected (idx) values (1)")
    probe = await ours.get("/readyz")
    assert (probe.status_code, probe.json()) == (200, {"status": "degraded", "unprojected": 1})
