"""Whichever door comes second records nothing and says so: whatever comes at the same moment."""

import asyncio
import re
from collections import Counter
from datetime import timedelta
from functools import partial

from builders.doors import MERCHANTS, MESAJ, ROUNDS, events, receipts, statuses
from builders.heart import a_key, a_proposal
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE, OTHER_IYS_CODE
from builders.visitor import RECEIPT

from izin.citizen.acts import Act
from izin.citizen.add import add
from izin.citizen.change import Left, change
from izin.citizen.records import Place
from izin.citizen.refuse import Scope, refuse_all
from izin.citizen.undo import Stays, undo
from izin.core.codes import BrandCode
from izin.core.terms import Channel, RecipientType, Source, Status


async def test_forms_that_are_sent_twice_at_once_refuse_once_and_are_undone(visitor, owner):
    """Each recorded every refusal: two receipts, two events in the feed, and no way back."""
    await visitor.sign_in()
    for _ in range(ROUNDS):
        await visitor.get("/refuse/review?channel=&recipient=")
        before, given = await events(owner), await receipts(owner)
        pages = await visitor.at_once("/refuse", {}, {}, {})
        assert sum("Ret kaydedildi." in page for page in pages) == 1
        assert sum("reddedilecek bir onay kalmamıştı" in page for page in pages) == 2
        assert len({RECEIPT.search(page)[0] for page in pages}) == 1, "all are led to the one act"
        assert (await events(owner), await receipts(owner)) == (before + 3, given + 1)
        [done] = [page for page in pages if "Ret kaydedildi." in page]
        undo_path = re.search(r'action="(/acts/[^"]+/undo)"', done)[1]
        back = await visitor.at_once(undo_path, {}, {})
        assert sum("Geri alındı." in page for page in back) == 1
        assert sum("zaten geri alınmıştı" in page for page in back) == 1
        assert (await events(owner), await receipts(owner)) == (before + 6, given + 2)
        assert await statuses(owner) == {"ONAY": 4}
    await visitor.get("/acts")
    assert len(RECEIPT.findall(visitor.page)) == 2 * ROUNDS


async def test_one_record_is_refused_once_by_forms_of_the_list(visitor, owner):
    await visitor.sign_in()
    one = {"brand": str(BRAND_CODE), "channel": "MESAJ", "kind": "BIREYSEL"}
    for to, said in [("RET", "Ret kaydedildi."), ("ONAY", "Onay kaydedildi.")] * ROUNDS:
        before = await events(owner)
        pages = await visitor.at_once("/consents", *([one | {"to": to}] * 3))
        assert sum(said in page for page in pages) == 1
        assert sum("Zaten öyleydi" in page for page in pages) == 2
        assert await events(owner) == before + 1


async def test_all_doors_at_once_make_one_refusal_of_each_record(doors, owner):
    """Web, link, call centre and 3338; none waits for another for ever, and counts are true."""
    for _ in range(ROUNDS):
        before, given = await events(owner), await receipts(owner)
        done = await asyncio.gather(
            doors.wish(Status.RET),
            doors.do(partial(refuse_all, scope=Scope())),
            doors.wish(Status.RET, MERCHANTS, source=Source.IYS_KISAMESAJ),
            doors.write(f"RET {BRAND_CODE}"),
            doors.do(partial(refuse_all, scope=Scope(brand=BRAND_CODE)), source=Source.IYS_CM),
        )
        told = done.pop(3)
        acts = [each for each in done if isinstance(each, Act)]
        by_text = "Belge" in told
        counted = sum(each.asked for each in acts) + await doors.proven(told)
        assert await events(owner) - before == counted == 3
        assert await receipts(owner) - given == len(acts) + by_text
        for act in acts:
            assert act.asked == act.refused == await doors.came_to(act) > 0
        assert by_text or "RET kayitli" in told
        assert set(done) - set(acts) <= {Left.AS_IT_WAS, None}
        wishes = dict.fromkeys((MESAJ, MERCHANTS), Status.ONAY)
        calls = Place(BRAND_CODE, Channel.ARAMA, RecipientType.BIREYSEL)
        approved = await doors.do(partial(change, wishes=wishes | {calls: Status.ONAY}))
        assert approved.asked == 3


async def test_approvals_and_refusals_at_once_are_each_told_what_they_did(doors, owner):
    await doors.wish(Status.RET)
    for to in (Status.ONAY, Status.RET) * ROUNDS:
        before = await events(owner)
        same = await asyncio.gather(*(doors.wish(to) for _ in range(3)))
        assert Counter(map(type, same)) == {Act: 1, Left: 2}
        assert await events(owner) == before + 1
    for _ in range(ROUNDS):
        before = await events(owner)
        both = await asyncio.gather(*(doors.wish(each) for each in (*Status, *Status)))
        acts = [each for each in both if isinstance(each, Act)]
        assert await events(owner) - before == len(acts)
        last = await owner.fetchval(
            "select status::text from provider_consent where version = (select max(version)"
            " from provider_consent)"
        )
        newest = max(acts, key=lambda act: act.at)
        assert last == (Status.RET if newest.refused else Status.ONAY)
        refusals = sum(act.refused for act in acts)
        assert abs(2 * refusals - len(acts)) <= 1, "they take turns: none follows its own kind"


async def test_a_brand_is_added_once(doors, owner, given):
    await given.provider(OTHER_IYS_CODE, title="Çınar Market A.Ş.")
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE, name="Çınar Market")
    before = await events(owner)
    wanted = {"brand_code": OTHER_BRAND_CODE, "channels": tuple(Channel), "name": None}
    adding = partial(add, recipient_type=RecipientType.BIREYSEL, **wanted)
    done = await asyncio.gather(*(doors.do(adding) for _ in range(3)))
    assert sorted(act.asked for act in done if act is not None) == [2]
    assert await events(owner) == before + 2


async def test_in_parts_too_an_act_is_what_it_recorded(doors, owner):
    before = await events(owner)
    scopes = Scope(), Scope(kept=frozenset({BrandCode(731003)}))
    begun = await asyncio.gather(
        *(doors.do(partial(refuse_all, scope=each, rows_max=1)) for each in scopes)
    )
    assert [act.asked for act in begun] == [3, 3], "neither is more than begun"
    changed, _ = await asyncio.gather(doors.wish(Status.RET, MERCHANTS), doors.work_all())
    await doors.work_all()
    assert await events(owner) == before + 3
    acts = await doors.acts()
    assert sum(act.asked for act in acts) == sum(act.refused for act in acts) == 3
    for act in acts:
        assert act.asked == await doors.came_to(act) > 0
        assert await doors.is_valid(act)
    known = {act.act_id for act in acts}
    for act in begun:
        assert (act.act_id in known) == await doors.is_valid(act), "nothing done, no receipt"
    assert changed is Left.AS_IT_WAS or changed.act_id in known


async def test_what_is_approved_after_a_refusal_in_parts_was_asked_for_stays(doors, owner):
    """A job that came later refused what she had approved again meanwhile."""
    act = await doors.do(partial(refuse_all, scope=Scope(), rows_max=1))
    assert isinstance(await doors.wish(Status.RET), Act)
    assert isinstance(await doors.wish(Status.ONAY), Act)
    await doors.work_all()
    assert await statuses(owner) == {"ONAY": 2, "RET": 2}
    assert await doors.came_to(act) == 2


async def test_what_came_to_nothing_says_so_and_stands_in_no_list(visitor, doors):
    await visitor.sign_in()
    act = await doors.do(partial(refuse_all, scope=Scope(), rows_max=1))
    for each in Channel:
        await doors.do(partial(refuse_all, scope=Scope(channel=each)))
    await doors.work_all()
    await visitor.get(f"/acts/{act.act_id}")
    assert "Hiçbir şey kaydedilmedi" in visitor.page
    assert not RECEIPT.search(visitor.page)
    await visitor.get("/acts")
    assert str(act.act_id) not in visitor.page
    await visitor.get("/verify")
    await visitor.send("/verify", receipt=act.receipt)
    assert "Geçerli değil" in visitor.page


async def test_in_parts_too_it_is_taken_back_once(doors, owner):
    refused = await doors.do(partial(refuse_all, scope=Scope()))
    before, given = await events(owner), await receipts(owner)
    undoing = partial(undo, named=str(refused.act_id), now=refused.at, rows_max=1)
    done = await asyncio.gather(doors.do(undoing), doors.do(undoing))
    assert Counter(map(type, done)) == {Act: 1, Stays: 1}
    await doors.work_all()
    assert (await events(owner), await receipts(owner)) == (before + 3, given + 1)
    assert await statuses(owner) == {"ONAY": 4}


async def test_what_others_changed_is_told_from_what_was_taken_back(doors, heart):
    refused = await doors.wish(Status.RET)
    undoing = partial(undo, named=str(refused.act_id), now=refused.at)
    await heart.record(a_proposal(key=a_key(1), ago=timedelta(0)))
    assert await doors.do(undoing) is Stays.CHANGED_SINCE
    refused = await doors.wish(Status.RET)
    undoing = partial(undo, named=str(refused.act_id), now=refused.at)
    assert isinstance(await doors.do(undoing), Act)
    assert await doors.do(undoing) is Stays.UNDONE_BEFORE
