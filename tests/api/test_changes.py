"""İzin hareketleri over the real door: what a cursor is good for, and where a feed stops."""

from builders.heart import a_key
from builders.house import BRAND, OTHER_BRAND, a_row
from builders.parties import BRAND_CODE

from izin.consent.event import Actor
from izin.consent.model import Proposal
from izin.consent.record import OnRepeat, Recorder
from izin.core.terms import Source, Status

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


async def test_a_citizens_name_travels_where_she_gave_it(house, ours):
    added = [
        Proposal(
            key=a_key(number),
            status=Status.ONAY,
            source=Source.IYS_WEB_YENI,
            consented_at=None,
            citizen_name=name,
        )
        for number, name in ((1, "Ayşe Işık"), (2, None))
    ]
    recorder = Recorder(house.parts.keyring)
    async with house.parts.database.transaction() as connection:
        await recorder.record(connection, added, actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES)
    await house.numbered(2)
    rows = sorted((await ours.get(CHANGES)).json()["list"], key=lambda row: row["recipient"])
    assert [(row["source"], row.get("citizenName")) for row in rows] == [
        ("IYS_WEB_YENI", "Ayşe Işık"),
        ("IYS_WEB_YENI", None),
    ]
    assert "Ayşe" not in repr(added)
