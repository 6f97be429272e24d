"""However many records an address has, all of it is reached: a few at a time."""

from datetime import timedelta

import pytest
from builders.doors import Doors, statuses
from builders.heart import a_key, a_proposal, phone
from builders.parties import OTHER_BRAND_CODE, OTHER_IYS_CODE

from izin.citizen.acts import Act
from izin.citizen.claim import claim
from izin.citizen.parts import ROWS_MAX
from izin.citizen.refuse import Scope, refuse_all
from izin.consent import close_lines
from izin.consent.of_citizen import consents_of
from izin.core.clock import utc_now
from izin.core.terms import RecipientType, Status
from izin.queue.queue import Queue
from izin.shortcode.call import Call as Text
from izin.shortcode.refuse import end_all


@pytest.fixture
async def many(doors, given, heart, monkeypatch) -> Doors:
    """Five records of hers at two brands, where three are more than a page."""
    monkeypatch.setattr("izin.consent.of_citizen.AT_ONCE", 2)
    monkeypatch.setattr("izin.consent.close_lines.ROWS_MAX", 2)
    await given.provider(OTHER_IYS_CODE, title="Çınar Market A.Ş.")
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE, name="Çınar Market")
    others = {"brand_code": OTHER_BRAND_CODE, "iys_code": OTHER_IYS_CODE}
    await heart.record(
        *(a_proposal(key=a_key(1, recipient_type=each, **others)) for each in RecipientType)
    )
    await heart.number_and_project()
    return doors


async def test_pages_hold_every_record_once(many, heart):
    keyring = heart.keeper_keyring
    async with many.database.connection() as connection:
        pages = [page async for page in consents_of(connection, keyring, phone(1))]
        assert [len(page) for page in pages] == [2, 2, 1]
        places = {
            (each.brand_code, each.channel, each.recipient_type) for page in pages for each in page
        }
        assert len(places) == 5
        none = [page async for page in consents_of(connection, keyring, phone(9))]
        assert none == []


async def test_she_is_shown_and_refuses_all_of_it(many, visitor, owner):
    await visitor.sign_in()
    assert visitor.page.index("Çınar Market") < visitor.page.index("Işık Giyim"), "in their order"
    await visitor.get("/consents?status=ONAY&recipient=TACIR")
    assert visitor.page.count('name="kind" value="TACIR"') == 2
    await visitor.get("/number")
    assert "5" in visitor.page
    await visitor.get("/refuse/review?channel=&recipient=")
    assert "5 izin reddedilecek" in visitor.page
    await visitor.send("/refuse")
    assert await statuses(owner) == {"RET": 5, "ONAY": 1}


@pytest.mark.parametrize("rows_max", [1, 3, ROWS_MAX])
async def test_what_is_found_by_pages_is_cut_into_parts(many, owner, rows_max):
    act = await many.do(refuse_all, scope=Scope(), rows_max=rows_max)
    assert (act.asked, act.parts) == (5, {1: 5, 3: 2, ROWS_MAX: 0}[rows_max])
    await many.work_all()
    assert await statuses(owner) == {"RET": 5, "ONAY": 1}
    assert await many.came_to(act) == 5
    assert await many.is_valid(act)


async def test_a_claim_and_3338_reach_all_of_it(many, owner, heart):
    assert "2 marka" in await many.write("RET TUM")
    told = await many.write("EVET")
    assert "RET kaydedildi: 2 marka" in told
    assert await many.proven(told) == 4
    assert "Belge" not in await many.write("EVET"), "once"
    await many.do(claim, now=utc_now(), rows_max=1)
    await many.work_all()
    assert await statuses(owner) == {"RET": 5, "ONAY": 1}


async def test_by_3338_too_very_many_are_refused_in_parts_with_one_receipt(many, owner):
    async with many.database.transaction() as connection:
        text = Text(
            connection=connection,
            keyring=many.keyring,
            recorder=many.recorder,
            sender=phone(1),
            now=utc_now(),
        )
        ended = await end_all(text, rows_max=3)
    assert ended.brands == 2
    [act] = await many.acts()
    assert (act.receipt, act.asked) == (ended.receipt, 4)
    assert isinstance(await many.wish(Status.ONAY), Act), "she has the last word of this one too"
    await many.work_all()
    assert (await statuses(owner))["RET"] == 3
    assert {each.asked for each in await many.acts()} == {1, 3}
    assert await many.proven(ended.receipt) == 0, "its events stand in its parts"


async def test_a_closed_line_is_ended_a_few_records_a_job(
    many, owner, keeper_database, monkeypatch
):
    monkeypatch.setattr(close_lines, "SETTLING", timedelta())
    heard = []

    async def closed(_: object, phones: object) -> None:
        heard.append(phones)

    ending = close_lines.ClosingLines(many.keyring, many.recorder, closed)
    work = Queue(keeper_database, {close_lines.JOB: ending})
    async with keeper_database.transaction() as connection:
        await close_lines.submit(connection, many.keyring, [phone(9), phone(1), phone(2)])
    count = 0
    for _ in range(12):
        await owner.execute(
            "update job set run_at = now(), claimed_until = null where name = $1", close_lines.JOB
        )
        jobs = await work.claim(1)
        for job in jobs:
            await work.work(job)
            count += bool(heard)
    assert await statuses(owner) == {"RET": 6}
    assert len(heard) == 2, "it is told at once, and again with the first end"
    assert count == 3 + 3 + 1
