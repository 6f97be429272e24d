"""Whatever she says while an act of hers is still being done in parts: her last word counts."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial

from builders.doors import CALLS, MERCHANTS, MESAJ, ROUNDS, events, statuses
from builders.heart import a_key, a_proposal
from builders.parties import BRAND_CODE

from izin.citizen.acts import Act
from izin.citizen.change import Left
from izin.citizen.refuse import Scope, refuse_all
from izin.citizen.undo import undo
from izin.core.terms import Source, Status


async def many_refused(doors, rows_max=1) -> Act:
    return await doors.do(partial(refuse_all, scope=Scope(), rows_max=rows_max))


async def test_what_is_approved_while_a_refusal_in_parts_goes_on_stays(doors, owner):
    """It stood at ONAY still, so it read that it had been so; then the job refused it."""
    for _ in range(ROUNDS):
        await many_refused(doors)
        before = await events(owner)
        same = await asyncio.gather(*(doors.wish(Status.ONAY) for _ in range(3)))
        assert Counter(map(type, same)) == {Act: 1, Left: 2}, "once, and the others know why"
        assert await doors.wish(Status.ONAY, source=Source.IYS_CM) is Left.AS_IT_WAS
        await doors.work_all()
        assert await events(owner) == before + 3, "hers, and two that the jobs refused"
        assert await statuses(owner) == {"ONAY": 2, "RET": 2}
        for place in (MERCHANTS, CALLS):
            assert isinstance(await doors.wish(Status.ONAY, place), Act)


async def test_her_last_word_counts_whenever_the_jobs_come_to_it(doors, owner):
    for _ in range(ROUNDS):
        act = await many_refused(doors)
        approved, _ = await asyncio.gather(doors.wish(Status.ONAY), doors.work_all())
        await doors.work_all()
        assert isinstance(approved, Act), "no approval after a refusal is as it was"
        assert await statuses(owner) == {"ONAY": 2, "RET": 2}
        assert await doors.came_to(act) in (2, 3), "before it, or not at all"
        assert isinstance(await doors.wish(Status.RET), Act)
        for place in (MESAJ, MERCHANTS, CALLS):
            assert isinstance(await doors.wish(Status.ONAY, place), Act)


async def test_what_a_company_approves_by_a_later_date_stays_and_by_an_earlier_does_not(
    doors, owner, heart
):
    """A refusal in parts is dated when she said it, whenever its jobs come."""
    act = await many_refused(doors)
    await owner.execute(
        "update provider_consent set consented_at = consented_at - interval '1 day'"
    )
    await heart.record(a_proposal(key=a_key(1), ago=timedelta(minutes=1)))
    await doors.work_all()
    assert await statuses(owner) == {"ONAY": 1, "RET": 3}
    dated = await owner.fetch("select consented_at from provider_consent where status = 'RET'")
    assert {row["consented_at"] for row in dated} == {act.at}
    await heart.record(a_proposal(key=a_key(1), consented_at=act.at + timedelta(microseconds=1)))
    assert (await statuses(owner))["ONAY"] == 2


async def test_what_is_refused_while_an_undo_in_parts_goes_on_stays(doors, owner):
    """It stood at RET still: the page, and 3338, said so, and the job then approved it."""
    for number in range(ROUNDS):
        refused = await many_refused(doors, rows_max=9)
        undoing = partial(undo, named=str(refused.act_id), now=refused.at, rows_max=1)
        assert isinstance(await doors.do(undoing), Act)
        if number % 2:
            same = await asyncio.gather(*(doors.wish(Status.RET) for _ in range(3)))
            assert Counter(map(type, same)) == {Act: 1, Left: 2}
        else:
            assert "RET kaydedildi" in await doors.write(f"RET {BRAND_CODE}")
            assert "RET kayitli" in await doors.write(f"RET {BRAND_CODE}")
        await doors.work_all()
        assert (await statuses(owner))["RET"] == (1 if number % 2 else 2)
        for place in (MESAJ, MERCHANTS):
            await doors.wish(Status.ONAY, place)


async def test_all_is_refused_while_an_undo_in_parts_goes_on(doors, owner):
    for rows_max in (1, 9):
        refused = await many_refused(doors, rows_max=9)
        undoing = partial(undo, named=str(refused.act_id), now=refused.at, rows_max=1)
        assert isinstance(await doors.do(undoing), Act)
        [first] = await doors.work.claim(1)
        await doors.work.work(first)
        again = await many_refused(doors, rows_max)
        await doors.work_all()
        assert again.asked == await doors.came_to(again) == 3
        assert await statuses(owner) == {"ONAY": 1, "RET": 3}
        for place in (MESAJ, MERCHANTS, CALLS):
            assert isinstance(await doors.wish(Status.ONAY, place), Act)
