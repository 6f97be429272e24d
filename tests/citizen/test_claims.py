"""A claim of a number is an act like others: with its receipt, where she finds it again."""

import csv
import re
from functools import partial
from io import StringIO

from builders.doors import MERCHANTS
from builders.visitor import RECEIPT

from izin.citizen.claim import claim
from izin.core.clock import utc_now
from izin.core.terms import Status
from izin.i18n.catalogue import Language
from izin.web.citizen.paper import document

MINE = {"sure": "1"}


async def let_in(visitor, owned: str = "new") -> None:
    await visitor.get("/consents")
    await visitor.send("/sign-in", address="0599 000 00 01")
    await visitor.send("/sign-in/code", code=await visitor.code())
    await visitor.send("/notice", owned=owned)


async def test_it_stands_under_what_she_did_and_in_her_data_and_is_not_undone(
    visitor, owner, doors
):
    await let_in(visitor)
    await visitor.send("/number", **MINE)
    assert "onayların tümü reddedildi" in visitor.page
    receipt, at = RECEIPT.search(visitor.page)[0], re.search(r"/acts/[0-9a-f-]{36}", visitor.page)
    assert "Hangi izinler" not in (await visitor.get(at[0])).text, "counted, and never named"
    for path in ("/acts", at[0]):
        await visitor.get(path)
        assert receipt in visitor.page
        assert "Tek adımda geri alınamaz: bu onayların sizin olmadığını" in visitor.page
        assert "Işık Giyim" not in visitor.page
        assert "/undo" not in visitor.page
    assert 'href="/brands/search"' in visitor.page
    before = await owner.fetchval("select count(*) from consent_event")
    assert (await visitor.send(f"{at[0]}/undo")).status_code == 422
    assert await owner.fetchval("select count(*) from consent_event") == before
    [change] = (await visitor.client.get("/data/izinlerim.json")).json()["changes"]
    assert change["what"] == "claimed"
    assert (change["consents"], change["receipt"], change["source"]) == (3, receipt, "IYS_WEB")
    table = (await visitor.client.get("/data/izinlerim.csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(table), delimiter=";"))
    assert rows[-1][0] == "Numara yeni benim: toplu ret"
    assert receipt in rows[-1]
    paper = document(await doors.sheet(), Language.TR)
    [done] = paper["acts"]["rows"]
    assert done[1:] == ["Numara yeni benim: toplu ret", "3", receipt]


async def test_of_claims_at_once_all_see_the_one_act(visitor, owner):
    await let_in(visitor)
    pages = await visitor.at_once("/number", MINE, MINE, MINE)
    assert sum("onayların tümü reddedildi" in page for page in pages) == 1
    assert sum("zaten söylemiştiniz" in page for page in pages) == 2
    assert len({RECEIPT.search(page)[0] for page in pages}) == 1
    assert await owner.fetchval("select count(*) from receipt_number") == 1
    assert await owner.fetchval("select count(*) from number_claim") == 3, "each said it"


async def test_where_nothing_stood_it_says_so_and_is_no_act(visitor, doors):
    await doors.wish(Status.RET)
    await doors.wish(Status.RET, MERCHANTS)
    await let_in(visitor, "always")
    await visitor.send("/refuse")
    acts_before = len(await doors.acts())
    await visitor.get("/number")
    [page] = await visitor.at_once("/number", MINE)
    assert "reddedilecek bir onay yoktu" in page
    assert not RECEIPT.search(page)
    assert len(await doors.acts()) == acts_before


async def test_in_parts_it_comes_to_what_was_recorded(doors):
    """Another that is said meanwhile is told the same act; what came by other doors is not its."""
    claiming = partial(claim, now=utc_now(), rows_max=1)
    first, second = await doors.do(claiming), await doors.do(claiming)
    assert (first.act.asked, first.act.parts) == (3, 3)
    assert (first.is_new, second.is_new) == (True, False)
    assert second.act.act_id == first.act.act_id
    await doors.wish(Status.RET, MERCHANTS)
    await doors.work_all()
    by_number = {act.did: act for act in await doors.acts()}
    assert by_number["claimed"].asked == by_number["claimed"].refused == 2
    assert await doors.came_to(by_number["claimed"]) == 2
    assert await doors.is_valid(first.act)
