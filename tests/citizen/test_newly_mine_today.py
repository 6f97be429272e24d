"""Whoever says that a number is newly hers sees nothing of the same day's from before."""

import re

from builders.parties import BRAND_CODE
from builders.visitor import ME, RECEIPT, Visitor

NAME = "Işık Giyim"


async def let_in(visitor, owned: str) -> None:
    await visitor.get("/consents")
    await visitor.send("/sign-in", address=ME)
    await visitor.send("/sign-in/code", code=await visitor.code())
    await visitor.send("/notice", owned=owned)


async def refused_once(visitor) -> str:
    """Refuse and approve one record, and refuse another; give the last act's path."""
    await let_in(visitor, "always")
    mesaj = {"brand": str(BRAND_CODE), "channel": "MESAJ", "kind": "BIREYSEL"}
    await visitor.send("/consents", **mesaj, to="RET")
    await visitor.send("/consents", **mesaj, to="ONAY")
    await visitor.send("/consents", **(mesaj | {"channel": "ARAMA"}), to="RET")
    assert NAME in visitor.page
    return re.search(r"/acts/[0-9a-f-]{36}", visitor.page)[0]


async def test_nothing_that_was_done_under_it_before_is_shown_or_given_away(app, visitor):
    act = await refused_once(visitor)
    receipts = {RECEIPT.search(visitor.page)[0]}
    other = Visitor(app, visitor.owner, visitor.keyring)
    await let_in(other, "new")
    for path in ("/acts", "/consents", "/data/izinlerim.json", "/data/izinlerim.csv", "/answers"):
        answer = await other.client.get(path)
        assert answer.status_code == 200, path
        assert NAME not in answer.text, path
        assert not any(each in answer.text for each in receipts), path
    assert (await other.client.get(act)).status_code == 404
    await other.get("/number")
    await other.send("/number", sure="1")
    assert "onayların tümü reddedildi" in other.page
    for path in ("/acts", "/consents", "/data/izinlerim.json"):
        assert NAME not in (await other.client.get(path)).text, path
    assert "Numara yeni benim: toplu ret" in (await other.get("/acts")).text
    await other.client.aclose()


async def test_it_is_not_shown_after_a_claim_where_she_said_an_earlier_day_either(app, visitor):
    """The claim is newer than the day that she said on the notice's page."""
    await refused_once(visitor)
    other = Visitor(app, visitor.owner, visitor.keyring)
    await let_in(other, "always")
    await other.get("/number")
    await other.send("/number", sure="1")
    claim = re.search(r"/acts/[0-9a-f-]{36}", other.page)[0]
    page = (await other.get("/acts")).text
    assert NAME not in page
    assert claim in page
    assert NAME not in (await other.get("/consents")).text
    again = Visitor(app, visitor.owner, visitor.keyring)
    await let_in(again, "same")
    page = (await again.get("/acts")).text
    assert NAME not in page
    assert claim in page
    await again.get("/number")
    await again.at_once("/number", {"sure": "1"})
    assert claim in (await again.get("/acts")).text, "a second claim of nothing moves nothing"
    for one in (other, again):
        await one.client.aclose()


async def test_where_all_is_refused_nobody_is_told_to_refuse_it(visitor):
    await let_in(visitor, "new")
    await visitor.get("/consents")
    assert "Hepsini reddedin" in visitor.page
    await visitor.get("/number")
    await visitor.send("/number", sure="1")
    await visitor.get("/consents")
    assert "Numara sizin olmadan önceki 3 kayıt" in visitor.page
    assert "Bunların hiçbiri onay durumunda değil" in visitor.page
    assert "Hepsini reddedin" not in visitor.page
