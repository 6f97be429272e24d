"""All of a brand, a company, a channel, of everything: refused in three steps, undone for a day."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from builders.heart import a_key, a_proposal, phone
from builders.parties import BRAND_CODE, IYS_CODE, OTHER_BRAND_CODE, OTHER_IYS_CODE
from builders.visitor import MARK, RECEIPT, SOMEBODY

from izin.citizen.call import Call
from izin.citizen.parts import JOB, Changing
from izin.citizen.progress import act_of, progress_of
from izin.citizen.refuse import Scope, refuse_all
from izin.citizen.undo import undo
from izin.consent.opened import open_bodies
from izin.consent.record import Recorder
from izin.core.errors import RefusalError
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.queue.queue import Queue

UNDO = re.compile(r'action="(/acts/[^"]+/undo)"')
THIRD_BRAND_CODE = 731003


@pytest.fixture
async def more(given, heart, app) -> None:
    """Two more brands of hers, one of another company."""
    await given.provider(OTHER_IYS_CODE, title="Çınar Market A.Ş.")
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE, name="Çınar Market")
    await given.brand(THIRD_BRAND_CODE, name="Işık Ev")
    others = {"brand_code": OTHER_BRAND_CODE, "iys_code": OTHER_IYS_CODE}
    await heart.record(
        a_proposal(key=a_key(1, **others)),
        a_proposal(key=a_key(1, brand_code=THIRD_BRAND_CODE)),
        a_proposal(key=a_key(2, **others)),
    )
    await heart.number_and_project()


async def statuses(owner) -> Counter[str]:
    rows = await owner.fetch("select status::text as status from provider_consent")
    return Counter(row["status"] for row in rows)


async def test_everything_is_refused_in_three_steps_and_taken_back_in_one(visitor, owner, more):
    await visitor.sign_in()
    before = visitor.clicks
    assert 'href="/refuse"' in visitor.page
    await visitor.get("/refuse")
    assert 'method="get" action="/refuse/review"' in visitor.page
    await visitor.get("/refuse/review?channel=&recipient=")
    assert 'method="post" action="/refuse"' in visitor.page
    assert "5 izin reddedilecek" in visitor.page, "the exact number, before anything is done"
    assert await statuses(owner) == {"ONAY": 7}
    await visitor.send("/refuse")
    assert visitor.clicks == before + 1, "link, choice, and one confirmation: three steps"
    receipt = RECEIPT.search(visitor.page)[0]
    assert await statuses(owner) == {"RET": 5, "ONAY": 2}
    assert await owner.fetchval("select count(*) from receipt_number") == 1
    listed = visitor.page.split("Hangi izinler")[1].split("</ul>")[0]
    assert listed.count("<li>") == 5
    assert "Çınar Market: " in listed
    await visitor.send(UNDO.search(visitor.page)[1])
    assert "Geri alındı." in visitor.page
    assert RECEIPT.search(visitor.page)[0] != receipt
    assert await statuses(owner) == {"ONAY": 7}
    await visitor.get("/acts")
    assert len(RECEIPT.findall(visitor.page)) == 2
    await visitor.get("/verify")
    await visitor.send("/verify", receipt=receipt)
    assert "Geçerli" in visitor.page


async def test_only_what_is_meant_is_refused(visitor, owner, more):
    await visitor.sign_in()
    await visitor.get("/refuse")
    for fields, left in [
        ({"channel": "EPOSTA"}, 7),
        ({"brand": "99999999"}, 7),
        ({"channel": "ARAMA"}, 6),
        ({"recipient": "TACIR"}, 5),
        ({"company": str(IYS_CODE), "kept": str(BRAND_CODE)}, 4),
        ({"brand": str(BRAND_CODE)}, 3),
    ]:
        await visitor.send("/refuse", **fields)
        assert (await statuses(owner))["ONAY"] == left, fields


async def test_what_does_not_read_never_means_everything(visitor, owner):
    await visitor.sign_in()
    kept = MARK.search(visitor.page)[1]
    for fields in ({"channel": "FAX"}, {"recipient": "x"}, {"brand": "x"}, {"kept": "1;2"}):
        answer = await visitor.client.post("/refuse", data={"mark": kept, **fields})
        assert answer.status_code == 404
        asked = "&".join(f"{name}={value}" for name, value in fields.items())
        assert (await visitor.client.get(f"/refuse/review?{asked}")).status_code == 404
    assert await statuses(owner) == {"ONAY": 4}


async def test_brands_that_are_ticked_stay(visitor, owner, more):
    await visitor.sign_in()
    await visitor.get(f"/refuse/review?channel=&recipient=&keep_{OTHER_BRAND_CODE}=1")
    assert "4 izin reddedilecek" in visitor.page
    assert "Çınar Market" in visitor.page
    assert f'name="kept" value="{OTHER_BRAND_CODE}"' in visitor.page
    await visitor.get(f"/refuse?search=cinar&keep_{THIRD_BRAND_CODE}=1")
    assert "Işık Ev" in visitor.page, "what is ticked is not lost by a search"


async def test_what_changed_since_is_not_taken_back(visitor, owner, heart, more):
    await visitor.sign_in()
    await visitor.send("/refuse", company=str(IYS_CODE))
    undo_path = UNDO.search(visitor.page)[1]
    await heart.record(a_proposal(key=a_key(1), ago=timedelta(0)))
    await heart.record(a_proposal(key=a_key(1), status=Status.RET, ago=timedelta(0)))
    await visitor.send(undo_path)
    assert await statuses(owner) == {"ONAY": 6, "RET": 1}
    await visitor.send(undo_path)
    assert "zaten geri alınmıştı" in visitor.page


async def test_nobody_else_takes_it_back(visitor, owner, more):
    await visitor.sign_in()
    await visitor.send("/refuse")
    undo_path = UNDO.search(visitor.page)[1]
    await visitor.send("/sign-out")
    assert "Telefonunuz" in (await visitor.send(undo_path)).text
    await visitor.sign_in(SOMEBODY)
    assert (await visitor.send(undo_path)).status_code == 404
    assert (await statuses(owner))["RET"] == 5


@pytest.fixture
async def call(citizen_database, keeper_keyring, more):
    """Changes of hers, each call in a transaction of the test's."""
    async with citizen_database.transaction() as connection:
        yield Call(
            connection=connection,
            keyring=keeper_keyring,
            recorder=Recorder(keeper_keyring),
            address=phone(1),
            source=Source.IYS_WEB,
        )


async def test_an_undo_cites_the_refusals_and_ends_after_a_day(call):
    refused = await refuse_all(call, Scope(channel=Channel.ARAMA))
    events = (await progress_of(call, refused)).events
    day = timedelta(hours=24)
    with pytest.raises(RefusalError, match="IZ121"):
        await undo(call, str(refused.act_id), now=refused.at + day)
    just_before = refused.at + day - timedelta(microseconds=1)
    undone = await undo(call, str(refused.act_id), now=just_before)
    made = (await progress_of(call, undone)).events
    [opened] = await open_bodies(call.connection, call.keyring, made)
    assert (opened.body.cites,) == events
    assert opened.body.status is Status.ONAY
    with pytest.raises(RefusalError, match="IZ121"):
        await undo(call, str(undone.act_id), now=just_before)


async def test_many_are_worked_through_in_parts_with_one_receipt(
    citizen_database, keeper_database, keeper_keyring, owner, more
):
    recorder = Recorder(keeper_keyring)
    work = Queue(keeper_database, {JOB: Changing(keeper_keyring, recorder)})

    def call_on(connection) -> Call:
        return Call(
            connection=connection,
            keyring=keeper_keyring,
            recorder=recorder,
            address=phone(1),
            source=Source.IYS_MOBIL,
        )

    async with citizen_database.transaction() as connection:
        act = await refuse_all(call_on(connection), Scope(), rows_max=2)
    assert (act.asked, act.parts) == (5, 3)
    assert await statuses(owner) == {"ONAY": 7}, "only begun"
    [first] = await work.claim(1)
    await work.work(first)
    async with citizen_database.transaction() as connection:
        progress = await progress_of(call_on(connection), act)
        assert (len(progress.events), progress.parts_done, progress.is_whole) == (2, 1, False)
        with pytest.raises(RefusalError, match="IZ122"):
            await undo(call_on(connection), str(act.act_id), now=act.at)
    for job in await work.claim(5):
        await work.work(job)
        await work.work(job)  # whoever comes late finds it done
    assert await statuses(owner) == {"RET": 5, "ONAY": 2}
    assert await owner.fetchval("select count(*) from receipt_number") == 1
    async with citizen_database.transaction() as connection:
        kept = await act_of(call_on(connection), str(act.act_id))
        assert (await progress_of(call_on(connection), kept)).is_whole
        await undo(call_on(connection), str(act.act_id), now=act.at, rows_max=2)
    for job in await work.claim(5):
        await work.work(job)
    assert await statuses(owner) == {"ONAY": 7}
    clear = phone(1).clear[3:]
    for table in ("citizen_act", "receipt_part", "job"):
        rows = await owner.fetch(f"select {table}::text as row from {table}")
        assert not [row for row in rows if clear in row["row"]]


async def test_what_she_did_stands_in_one_row_that_tells_no_moment(call, owner):
    for kind in RecipientType:
        await refuse_all(call, Scope(recipient_type=kind))
    rows = await call.connection.fetch("select forget_after from citizen_act")
    [forget_after] = [row["forget_after"] for row in rows]
    assert (forget_after.minute, forget_after.second) == (0, 0)
