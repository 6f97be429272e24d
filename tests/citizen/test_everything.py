"""Whoever says "everything" refuses all that stood when she said it, however late her view is."""

import asyncio
from datetime import timedelta

import pytest
from builders.doors import Doors, receipts, statuses
from builders.heart import a_key, a_proposal, phone
from builders.parties import OTHER_BRAND_CODE, OTHER_IYS_CODE
from builders.visitor import RECEIPT

from izin.citizen.acts import Act
from izin.citizen.claim import claim
from izin.citizen.refuse import Scope, refuse_all
from izin.consent import reach
from izin.consent.model import ConsentKey
from izin.core.clock import utc_now
from izin.core.terms import Channel, RecipientType, Status
from izin.message.heard import JOB as HEARD
from izin.message.heard import Written, keep
from izin.queue.queue import Queue
from izin.shortcode.answer import Tools
from izin.shortcode.hear import Hearing

NONE_STANDS = "Onayınız olmadan"


def theirs(**facts) -> ConsentKey:
    """A record of hers at another company's brand."""
    return a_key(1, brand_code=OTHER_BRAND_CODE, iys_code=OTHER_IYS_CODE, **facts)


@pytest.fixture
async def added(doors, given, heart) -> Doors:
    """Two records of hers were just taken; nobody has brought her view on yet."""
    await given.provider(OTHER_IYS_CODE, title="Çınar Market A.Ş.")
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE, name="Çınar Market")
    await heart.record(
        a_proposal(key=theirs(), ago=timedelta()),
        a_proposal(key=theirs(channel=Channel.ARAMA), ago=timedelta()),
    )
    return doors


@pytest.fixture
def stopped(added, monkeypatch) -> Doors:
    """No keeper is there, and nobody waits long for one."""

    async def nobody() -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(reach, "rest", nobody)
    monkeypatch.setattr(reach, "WAIT_S", 0.02)
    return added


async def test_what_was_recorded_a_moment_ago_is_counted_and_refused(added, visitor, owner):
    await visitor.sign_in()
    await visitor.get("/refuse/review?channel=&recipient=")
    assert "5 izin reddedilecek" in visitor.page
    await visitor.send("/refuse")
    assert "Ret kaydedildi." in visitor.page
    assert await statuses(owner) == {"RET": 5, "ONAY": 1}


async def test_without_a_keeper_the_known_is_refused_at_once_and_the_rest_when_it_comes(
    stopped, visitor, owner, heart
):
    await visitor.sign_in()
    await visitor.get("/refuse/review?channel=&recipient=")
    assert "görünmeyebilir" in visitor.page
    await visitor.send("/refuse")
    assert "Reddetme başladı" in visitor.page
    receipt = RECEIPT.search(visitor.page)[0]
    assert await statuses(owner) == {"RET": 3, "ONAY": 3}, "what is known does not wait"
    await stopped.work_all()
    assert await statuses(owner) == {"RET": 3, "ONAY": 3}, "its job is come back to"
    await heart.number_and_project()
    await owner.execute("update job set run_at = now(), claimed_until = null")
    await stopped.work_all()
    assert await statuses(owner) == {"RET": 5, "ONAY": 1}
    [act] = await stopped.acts()
    assert (act.receipt, act.asked, act.refused, act.is_worked) == (receipt, 5, 5, True)
    assert await stopped.came_to(act) == 5


async def test_what_she_does_not_see_yet_is_refused_though_nothing_else_stands(
    stopped, visitor, owner, heart
):
    """It said that nothing stood, and that nothing might be sent to her."""
    await visitor.sign_in()
    await visitor.get("/refuse")
    await visitor.send("/refuse")
    await visitor.get("/refuse")
    await visitor.send("/refuse")
    assert NONE_STANDS not in visitor.page
    assert "Reddetme başladı" in visitor.page
    await heart.number_and_project()
    await stopped.work_all()
    assert (await statuses(owner))["RET"] == 5


async def test_what_is_approved_after_she_said_it_stays(stopped, owner, heart):
    since = await reach.follow(stopped.database)
    act = await stopped.do(refuse_all, scope=Scope(), missing=since)
    assert (act.asked, act.parts) == (3, 2)
    assert isinstance(await stopped.wish(Status.ONAY), Act), "her later word of what she saw"
    await heart.record(
        a_proposal(key=theirs(recipient_type=RecipientType.TACIR), ago=timedelta()),
    )
    await heart.number_and_project()
    await stopped.work_all()
    assert await statuses(owner) == {"RET": 4, "ONAY": 3}
    assert await stopped.is_valid(act)


async def test_only_of_the_scope(stopped, owner, heart):
    since = await reach.follow(stopped.database)
    await stopped.do(refuse_all, scope=Scope(channel=Channel.ARAMA), missing=since)
    await heart.number_and_project()
    await stopped.work_all()
    assert await statuses(owner) == {"RET": 2, "ONAY": 4}


async def test_a_number_is_claimed_though_nothing_is_seen_of_it(stopped, visitor, owner, heart):
    await visitor.sign_in()
    await stopped.do(refuse_all, scope=Scope())
    await visitor.get("/number")
    assert "görünmeyebilir" in visitor.page
    await visitor.send("/number", sure="1")
    assert "Reddetme başladı" in visitor.page
    await heart.number_and_project()
    await stopped.work_all()
    assert (await statuses(owner))["RET"] == 5


async def test_a_page_that_may_lack_something_says_so(stopped, visitor, monkeypatch):
    await visitor.sign_in("0599 000 00 07")
    assert "kayıtlı izin yok" in visitor.page
    monkeypatch.setattr(reach, "_LATE", timedelta())
    for path in ("/consents", "/data", "/number", "/refuse"):
        await visitor.get(path)
        assert "Son kayıtlar burada görünmeyebilir" in visitor.page, path
        assert "kayıtlı izin yok" not in visitor.page, path


async def test_a_list_waits_for_what_she_has_added_herself(doors, given, visitor):
    await given.provider(OTHER_IYS_CODE, title="Çınar Market A.Ş.")
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE, name="Çınar Market")
    await visitor.sign_in()
    await visitor.get(f"/brands/{OTHER_BRAND_CODE}/add")
    await visitor.send(f"/brands/{OTHER_BRAND_CODE}/add", recipient="BIREYSEL", way_MESAJ="1")
    await visitor.get("/consents")
    assert "Çınar Market" in visitor.page


async def test_of_many_at_once_that_leave_jobs_one_does(doors, owner, heart):
    """Three gave three receipts, and one of them was of nothing."""

    async def everything() -> Act | None:
        return await doors.do(refuse_all, scope=Scope(), rows_max=2)

    acts = await asyncio.gather(everything(), everything(), everything())
    [act] = [each for each in acts if each is not None]
    assert (act.asked, await receipts(owner)) == (3, 1)
    assert await everything() is None, "while it goes on"
    other = await doors.do(refuse_all, scope=Scope(channel=Channel.ARAMA), rows_max=2)
    assert other is not None, "another scope is another act"
    await doors.work_all()
    assert await statuses(owner) == {"RET": 3, "ONAY": 1}


async def test_what_was_given_since_is_refused_though_the_same_goes_on(doors, owner, heart):
    first = await doors.do(refuse_all, scope=Scope(), rows_max=1)
    await heart.record(a_proposal(key=a_key(1), status=Status.RET, ago=timedelta()))
    await heart.record(a_proposal(key=a_key(1), ago=timedelta()))
    again = await doors.do(refuse_all, scope=Scope(), rows_max=1)
    assert (first.asked, again.asked) == (3, 1)
    await doors.work_all()
    assert await statuses(owner) == {"RET": 3, "ONAY": 1}


async def test_a_claim_too_is_one_act_that_goes_on(stopped, owner, heart):
    since = await reach.follow(stopped.database)
    claimed = await stopped.do(claim, now=utc_now(), missing=since)
    again = await stopped.do(claim, now=utc_now(), missing=since)
    assert (claimed.act.act_id, again.is_new) == (again.act.act_id, False)


async def test_3338_counts_and_refuses_what_was_recorded_a_moment_ago(added, owner):
    assert "2 marka" in await added.write("RET TUM")
    assert "RET kaydedildi: 2 marka" in await added.write("EVET")
    assert await statuses(owner) == {"RET": 3, "ONAY": 3}, "calls stay"


async def test_3338_without_a_keeper_refuses_what_it_knows_and_the_rest_when_it_comes(
    stopped, owner, heart
):
    """It counted one brand, and left the other as it was."""
    assert "Son kayitlar eksik" in await stopped.write("DURUM")
    assert "son kayitlar" in await stopped.write("RET TUM")
    told = await stopped.write("EVET")
    assert "Kalan kayitlar" in told
    assert await statuses(owner) == {"RET": 2, "ONAY": 4}
    await stopped.write("RET TUM")
    await heart.number_and_project()
    await stopped.work_all()
    assert await statuses(owner) == {"RET": 3, "ONAY": 3}
    [act] = await stopped.acts()
    assert act.receipt in told
    assert act.asked == 3


async def test_a_text_that_is_about_all_is_come_back_to_while_the_view_follows(added, owner, heart):
    database, sealer = added.database, added.keyring.message_sealer
    hearing = Hearing(Tools(added.keyring, added.recorder), is_sandbox=True)
    hears = Queue(database, {HEARD: hearing})
    for text in ("RET TUM", "EVET"):
        await keep(database, sealer, Written(phone(1).clear, text))
    [asks, _] = jobs = await hears.claim(2)
    await hears.work(asks)
    assert await owner.fetchval("select count(*) from job where name = $1", HEARD) == len(jobs)
    assert await owner.fetchval("select count(*) from message") == 0, "it has not been answered"
    await heart.number_and_project()
    for _ in jobs:
        await owner.execute("update job set run_at = now(), claimed_until = null")
        [job] = await hears.claim(1)
        await hears.work(job)
    assert (await statuses(owner))["RET"] == 3
