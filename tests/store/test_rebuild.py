"""Both views are only a reading of the movements: they can be made anew, compared and put right."""

import random
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from builders.heart import Heart, a_key, a_proposal, email
from builders.parties import RETAILER_CODE

from izin.consent.chain import Place
from izin.consent.event import Actor
from izin.consent.expected import compare, expect
from izin.consent.findings import NAMED_MAX, Report
from izin.consent.mend import mend
from izin.consent.rebuild import check, write
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.ledger.sequence import Sequencer

pytest_plugins = ("builders.heart",)

ADDRESS_ROWS = 40


def told(_done: int, _total: int) -> None:
    """Nobody looks."""


async def look(heart: Heart) -> Report:
    return await check(heart.keeper_database, heart.keeper_keyring, told)


async def put_right(heart: Heart) -> Report:
    return await write(heart.keeper_database, heart.keeper_keyring, told)


@pytest.fixture
async def lived(heart) -> Heart:
    """A registry in which something happened, a citizen's refusal among it."""
    await heart.record(*(a_proposal(n) for n in range(ADDRESS_ROWS)))
    await heart.record(
        a_proposal(1, status=Status.RET, ago=timedelta(minutes=5)),
        a_proposal(key=a_key(2, channel=Channel.EPOSTA, address=email("ayse"))),
        a_proposal(
            key=a_key(3, recipient_type=RecipientType.TACIR),
            retailer_code=RETAILER_CODE,
            retailer_access=(RETAILER_CODE,),
        ),
    )
    await heart.record(
        a_proposal(2, status=Status.RET, source=Source.IYS_KISAMESAJ, consented_at=None),
        actor=Actor.CITIZEN,
    )
    await heart.number_and_project()
    return heart


async def test_an_empty_registry_has_nothing_to_compare(heart):
    assert await look(heart) == Report()


async def test_what_was_recorded_is_what_both_views_say(lived):
    report = await look(lived)
    assert report == Report(movements=ADDRESS_ROWS + 4, keys=ADDRESS_ROWS + 2)
    assert report.differences == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_random_movements_leave_both_views_equal(heart, seed):
    rng = random.Random(seed)
    at = datetime.now(UTC) - timedelta(days=30)
    for step in range(12):
        proposals = [
            a_proposal(
                rng.randrange(30),
                status=rng.choice(list(Status)),
                consented_at=at + timedelta(hours=step, seconds=rng.randrange(3600)),
            )
            for _ in range(25)
        ]
        if step % 3 == 2:
            sources = dict.fromkeys(range(3), Source.IYS_WEB)
            await heart.record(
                *(
                    a_proposal(n, status=Status.RET, source=source, consented_at=None)
                    for n, source in sources.items()
                ),
                actor=Actor.CITIZEN,
            )
        await heart.record(*proposals)
    await heart.number_and_project()
    report = await look(heart)
    assert report.keys > 20
    assert report.movements > report.keys
    assert (report.differences, report.moved) == (0, 0)


async def test_what_is_not_projected_yet_is_no_difference(lived):
    await lived.record(
        a_proposal(99),
        a_proposal(4, status=Status.RET, ago=timedelta(minutes=1)),
    )
    report = await look(lived)
    assert report.differences == 0
    assert report.moved == 1  # the known one; the new one is not counted yet


CHANGES = {
    "status": "status = case status when 'ONAY' then 'RET' else 'ONAY' end::consent_status",
    "source": "source = null",
    "consent date": "consented_at = consented_at + interval '1 second'",
    "recording": "recorded_at = recorded_at - interval '1 microsecond'",
    "first recording": "first_recorded_at = first_recorded_at - interval '1 day'",
    "address": "recipient_sealed = '\\x00'::bytea",
    "dealer": "retailer_siv = '\\x00'::bytea",
    "movement": "event_id = gen_random_uuid()",
    "epoch": "tag_epoch = 9",
    "version": "version = version + 5",
}
WRONG_ROWS = 3


@pytest.mark.plain
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_company_s_record_that_is_not_as_it_was_recorded_is_found_and_put_right(
    lived, owner: asyncpg.Connection, change
):
    await owner.execute(
        f"update provider_consent set {change} "
        "where ctid in (select ctid from provider_consent order by tag limit $1)",
        WRONG_ROWS,
    )
    found = await look(lived)
    assert (found.provider_differing, found.differences) == (WRONG_ROWS, WRONG_ROWS)
    mended = await put_right(lived)
    assert (mended.provider_differing, mended.written) == (WRONG_ROWS, WRONG_ROWS)
    assert (await look(lived)).differences == 0


async def test_an_address_sealed_for_another_row_is_found(lived, owner):
    await owner.execute(
        "update provider_consent as one set recipient_sealed = other.recipient_sealed "
        "from (select * from provider_consent order by tag limit 1) as other "
        "where one.event_id = (select event_id from provider_consent order by tag desc limit 1)"
    )
    assert (await look(lived)).provider_differing == 1


async def test_records_that_are_missing_are_put_back(lived, owner):
    await owner.execute(  # of one with dealers these would be found as left over, too
        "delete from provider_consent where tag in (select tag from provider_consent "
        "where tag not in (select tag from consent_retailer) limit 2)"
    )
    await owner.execute(
        "delete from citizen_consent where slot in (select slot from citizen_consent limit 3)"
    )
    found = await look(lived)
    assert found.provider_missing >= 2
    assert found.citizen_missing == 3
    assert (found.provider_surplus, found.citizen_surplus) == (0, 0)
    mended = await put_right(lived)
    assert mended.written == mended.differences == found.differences
    assert (await look(lived)).differences == 0


async def test_a_citizen_s_record_that_says_something_else_is_found_and_put_right(lived, owner):
    await owner.execute(
        "update citizen_consent set sealed = sealed || '\\x00' "
        "where slot in (select slot from citizen_consent limit 2)"
    )
    assert (await look(lived)).citizen_differing == 2
    assert (await put_right(lived)).written == 2
    assert (await look(lived)).differences == 0


async def test_figures_that_are_not_counted_yet_are_no_difference(lived, owner):
    await lived.record(a_proposal(600), a_proposal(4, status=Status.RET, ago=timedelta(minutes=1)))
    async with lived.keeper_database.connection() as lease:
        sequencer = Sequencer(lived.keeper_database)
        assert await sequencer.begin(lease)
        await sequencer.number()
        assert await lived.projector.project(sequencer.epoch) == 2
        assert (await look(lived)).differences == 0
        await owner.execute("update brand_figure set approvals = approvals + 7")
        figures = await owner.fetchval("select count(*) from brand_figure")
        assert (await put_right(lived)).written == figures
        assert await lived.projector.count(sequencer.epoch) == 2
        await sequencer.end(lease)
    report = await look(lived)
    assert (report.movements, report.differences) == (ADDRESS_ROWS + 6, 0)


async def test_an_older_record_put_back_into_the_citizens_view_is_found(lived, owner):
    """A backup of one row is a good seal, yet not what happened last."""
    before = await owner.fetch("select slot, sealed from citizen_consent")
    await lived.record(a_proposal(7, status=Status.RET, ago=timedelta(minutes=1)))
    await lived.number_and_project()
    for row in before:
        await owner.execute("update citizen_consent set sealed = $2 where slot = $1", *row)
    assert (await look(lived)).citizen_differing == 1
    assert (await put_right(lived)).written == 1
    assert (await look(lived)).differences == 0


async def test_figures_that_are_off_are_found_and_put_right(lived, owner):
    await owner.execute(
        "update brand_figure set approvals = approvals + 7, rejections = rejections - 1 "
        "where channel = 'MESAJ' and recipient_type = 'BIREYSEL'"
    )
    await owner.execute("delete from brand_figure where channel = 'EPOSTA'")
    assert (await look(lived)).figures_differing == 2
    assert (await put_right(lived)).written == 2
    assert (await look(lived)).differences == 0


async def test_figures_of_days_that_are_off_are_found_and_put_right(lived, owner):
    kept = await owner.fetch("select * from day_figure order by 1, 2, 3, 4, 5, 6")
    assert kept
    await owner.execute(
        "update day_figure set begun = begun + 7, refused = refused - 1 "
        "where channel = 'MESAJ' and aspect = 'ACTOR'"
    )
    await owner.execute("delete from day_figure where channel = 'EPOSTA'")
    found = (await look(lived)).days_differing
    assert found >= 3
    assert (await put_right(lived)).written == found
    assert await owner.fetch("select * from day_figure order by 1, 2, 3, 4, 5, 6") == kept
    assert (await look(lived)).differences == 0


async def test_figures_of_days_from_before_they_were_kept_are_made(lived, owner):
    kept = await owner.fetch("select * from day_figure order by 1, 2, 3, 4, 5, 6")
    await owner.execute("truncate day_figure")
    assert (await put_right(lived)).written == len(kept)
    assert await owner.fetch("select * from day_figure order by 1, 2, 3, 4, 5, 6") == kept


async def test_records_that_no_movement_accounts_for_are_told_and_left(lived, owner):
    await owner.execute(
        "insert into provider_consent select (jsonb_populate_record(p, "
        "jsonb_build_object('tag', gen_random_uuid(), 'event_id', gen_random_uuid()))).* "
        "from provider_consent as p order by tag limit 2"
    )
    await owner.execute(
        "insert into citizen_consent values (gen_random_uuid(), gen_random_uuid(), 1, '\\x00')"
    )
    for report in (await look(lived), await put_right(lived), await look(lived)):
        assert (report.provider_surplus, report.citizen_surplus, report.written) == (2, 1, 0)


# the ledger

SINGLE = """(select e.idx from entry as e join provider_consent as p using (event_id)
    where p.version = 1 order by e.idx offset {} limit 1)"""
"""Number of the only movement of a record."""

FIFTH = SINGLE.format(4)
ONE = f"(select event_id from entry where idx = {FIFTH})"
TWIN = f"""(select e.idx from entry as e join provider_consent as p using (event_id)
    join entry as its on its.idx = {FIFTH}
    where p.version = 1 and e.idx > its.idx and (e.brand_ref, e.side) = (its.brand_ref, its.side)
    order by e.idx limit 1)"""
"""Number of another such movement, of the same brand and side: else more than the event differs."""

LAST = """(select event_id from provider_consent
    where version = 2 and recipient_type = 'BIREYSEL' order by tag limit 1)"""
"""Last movement of a record that has two."""

FIRST = f"(select previous_event_id from consent_event where event_id = {LAST})"

LEDGER_FAULTS = {
    "an entry deleted": (
        f"delete from entry where idx = {FIFTH}",
        {"gaps": 1, "unnumbered": 1, "provider_surplus": 1, "citizen_surplus": 1},
    ),
    "an event deleted": (
        f"delete from consent_event where event_id = {ONE}",
        {"lost": 1, "provider_differing": 0},
    ),
    "an entry's side": (
        (
            "update entry set side = case side when 'HS' then 'IYS' else 'HS' end::side "
            f"where idx = {FIFTH}"
        ),
        {"altered": 1},
    ),
    "an entry's brand": (
        f"update entry set brand_ref = gen_random_uuid() where idx = {FIFTH}",
        {"altered": 1},
    ),
    "an entry's time": (
        f"update entry set recorded_at = recorded_at - interval '1 day' where idx = {FIFTH}",
        {"altered": 1},
    ),
    "an entry's bucket": (
        f"update entry set bucket = bucket # 1 where idx = {FIFTH}",
        {"altered": 1},
    ),
    "an entry's event": (
        (
            "update entry set event_id = "
            f"(select event_id from entry where idx = {TWIN}) where idx = {FIFTH}"
        ),
        {"unnumbered": 1, "unlinked": 1, "unjudged": 1},
    ),
    "a receipt number": (
        f"update consent_event set commitment = '\\x00' where event_id = {LAST}",
        {"altered": 1, "unjudged": 1},
    ),
    "the link to the one before": (
        f"update consent_event set previous_event_id = null where event_id = {LAST}",
        {"unlinked": 1, "unjudged": 1},
    ),
    "an event's time": (
        (
            "update consent_event set recorded_at = recorded_at + interval '1 s' "
            f"where event_id = {LAST}"
        ),
        {"altered": 1, "unjudged": 1},
    ),
    "a first event's time": (
        (
            "update consent_event set recorded_at = recorded_at - interval '1 s' "
            f"where event_id = {FIRST}"
        ),
        {"altered": 1, "unjudged": 1},
    ),
    "an event's tag": (
        f"update consent_event set tag = gen_random_uuid() where event_id = {LAST}",
        {"altered": 1, "unjudged": 1},
    ),
    "an event's channel": (
        f"update consent_event set channel = 'ARAMA' where event_id = {LAST}",
        {"altered": 1, "unjudged": 1},
    ),
    "an older body destroyed": (
        f"update consent_event set body_sealed = null where event_id = {FIRST}",
        {"unreadable": 1, "unjudged": 1},
    ),
    "a last body damaged": (
        f"update consent_event set body_sealed = body_sealed || '\\x00' where event_id = {LAST}",
        {"unreadable": 1, "unjudged": 1},
    ),
    "all but the receipt of a last event": (
        """update consent_event set tag = null, brand_ref = null, channel = null,
        recipient_type = null, previous_event_id = null, body_sealed = null
        where event_id = """
        + LAST,
        {"unreadable": 1, "unjudged": 1},
    ),
    "an event that nobody numbered": (
        (
            "insert into consent_event (event_id, bucket, commitment, recorded_at) "
            "select gen_random_uuid(), bucket, commitment, recorded_at from consent_event limit 1"
        ),
        {"unnumbered": 1},
    ),
}

_MADE = (
    *("provider_consent", "citizen_consent", "consent_retailer", "brand_figure", "day_figure"),
)


async def what_is_made(owner) -> list[object]:
    """All that is made from the ledger."""
    tables = [await owner.fetch(f"select t::text from {each} as t order by 1") for each in _MADE]
    return [[row[0] for row in table] for table in tables]


@pytest.mark.parametrize(("change", "faults"), LEDGER_FAULTS.values(), ids=LEDGER_FAULTS)
async def test_what_is_wrong_in_the_ledger_is_told_named_and_left_alone(
    lived, owner, change, faults
):
    await owner.execute(change)
    before = await what_is_made(owner)
    report = await look(lived)
    assert {name: getattr(report, name) for name in faults} == faults
    counted = sum(count for name, count in faults.items() if name != "unjudged")
    assert report.differences >= counted > 0
    for name in {"gaps", "lost", "altered", "unreadable", "unlinked", "unnumbered"} & set(faults):
        assert len(report.named[name]) == faults[name]
    mended = await put_right(lived)
    assert mended.written == 0
    assert await what_is_made(owner) == before
    assert (await look(lived)).differences == report.differences


async def test_nothing_is_taken_back_while_movements_are_missing(lived, owner):
    """The one that is missing may be a refusal, and the record before it an approval."""
    [row] = await owner.fetch("select * from provider_consent where event_id = " + LAST)
    await owner.execute("delete from consent_event where event_id = " + LAST)
    await owner.execute("delete from provider_consent where tag = $1", row["tag"])
    report = await put_right(lived)
    assert (report.lost, report.provider_missing, report.written) == (1, 1, 0)
    assert report.named["lost"] == [str(row["event_id"])]


async def test_not_more_than_twenty_of_a_fault_are_named(lived, owner):
    await owner.execute("update consent_event set commitment = '\\x00'")
    report = await look(lived)
    assert report.altered == report.movements > NAMED_MAX
    assert len(report.named["altered"]) == NAMED_MAX


async def test_an_erased_movement_is_no_fault(lived, owner):
    """Erasure leaves the receipt alone, and no row of either view."""
    [tag] = await owner.fetchrow("select tag from provider_consent where channel = 'EPOSTA'")
    await owner.execute("delete from provider_consent where tag = $1", tag)
    await owner.execute(
        "update consent_event set tag = null, brand_ref = null, channel = null, "
        "recipient_type = null, previous_event_id = null, body_sealed = null where tag = $1",
        tag,
    )
    await owner.execute("delete from brand_figure where channel = 'EPOSTA'")
    await owner.execute("delete from counted_address where tag = $1", tag)
    await owner.execute(
        "delete from address_figure where pool not in (select pool from counted_address)"
    )
    report = await look(lived)
    assert report.differences == report.citizen_surplus == 1  # her row could not be told by hand


# what the projector could not open


async def set_aside_and_heal(heart: Heart, owner) -> None:
    """A movement that does not open when its turn comes, and opens later."""
    await heart.record(a_proposal(500))
    [row] = await owner.fetch(
        "select event_id, body_sealed from consent_event order by event_id desc limit 1"
    )
    spoil = "update consent_event set body_sealed = $2 where event_id = $1"
    await owner.execute(spoil, row["event_id"], row["body_sealed"][:-1])
    await heart.number_and_project()
    report = await look(heart)
    assert (report.unreadable, report.unprojected, report.differences) == (1, 1, 1)
    assert (await put_right(heart)).unprojected == 1
    await owner.execute(spoil, row["event_id"], row["body_sealed"])


async def test_what_was_set_aside_is_taken_back_when_it_opens_again(lived, owner):
    await set_aside_and_heal(lived, owner)
    found = await look(lived)
    assert (found.citizen_missing, found.figures_differing, found.unprojected) == (1, 1, 1)
    assert found.days_differing == 2  # by whom, and from where
    mended = await put_right(lived)
    assert (mended.written, mended.unprojected) == (4, 0)
    assert await look(lived) == Report(movements=ADDRESS_ROWS + 5, keys=ADDRESS_ROWS + 3)


async def test_what_moved_since_it_was_set_aside_is_taken_back_without_undoing_it(lived, owner):
    await set_aside_and_heal(lived, owner)
    await lived.record(a_proposal(500, status=Status.RET, ago=timedelta(minutes=1)))
    await lived.number_and_project()
    mended = await put_right(lived)
    assert (mended.citizen_differing, mended.citizen_missing, mended.unprojected) == (0, 0, 0)
    assert (await look(lived)).differences == 0


async def test_a_number_without_an_entry_holds_up_nobody(lived, owner):
    await lived.record(a_proposal(500), a_proposal(501))
    async with lived.keeper_database.connection() as lease:
        sequencer = Sequencer(lived.keeper_database)
        assert await sequencer.begin(lease)
        await sequencer.number()
        await owner.execute("delete from entry where idx = $1", ADDRESS_ROWS + 5)
        while await lived.projector.project(sequencer.epoch):
            pass
        await sequencer.end(lease)
    aside = await owner.fetch("select idx, event_id from unprojected")
    assert [tuple(row) for row in aside] == [(ADDRESS_ROWS + 5, None)]


# dealers


async def test_dealers_that_are_gone_are_found_and_put_back(lived, owner):
    before = await owner.fetch("select * from consent_retailer")
    assert len(before) == 1
    await owner.execute("delete from consent_retailer")
    found = await look(lived)
    assert (found.retailers_differing, found.differences) == (1, 1)
    mended = await put_right(lived)
    assert mended.written == mended.differences == 1
    assert await owner.fetch("select * from consent_retailer") == before
    assert (await look(lived)).differences == 0


async def test_a_dealer_that_no_movement_names_is_found_and_taken_away(lived, owner):
    await owner.execute(
        "insert into consent_retailer select brand_ref, channel, recipient_type, tag, bucket, "
        "'\\x00' from provider_consent limit 3"
    )
    found = await look(lived)
    assert (found.retailers_differing, found.differences) == (3, 3)
    assert (await put_right(lived)).written == 3
    assert await owner.fetchval("select count(*) from consent_retailer") == 1


async def test_dealers_are_those_of_the_last_movement_that_names_any(lived, owner):
    key = a_key(3, recipient_type=RecipientType.TACIR)
    await lived.record(a_proposal(key=key, status=Status.RET, ago=timedelta(minutes=9)))
    await lived.number_and_project()
    assert await owner.fetchval("select count(*) from consent_retailer") == 1
    assert (await look(lived)).differences == 0
    await lived.record(a_proposal(key=key, ago=timedelta(minutes=8), retailer_access=()))
    await lived.number_and_project()
    assert await owner.fetchval("select count(*) from consent_retailer") == 0
    assert (await look(lived)).differences == 0


async def test_dealers_of_a_record_that_is_not_there_are_told_and_left(lived, owner):
    await owner.execute("update consent_retailer set tag = gen_random_uuid()")
    report = await look(lived)
    assert (report.retailers_surplus, report.retailers_differing) == (1, 1)
    assert (await put_right(lived)).written == 1
    assert (await look(lived)).differences == 1


async def test_a_record_and_its_dealers_are_put_back_together(lived, owner):
    await owner.execute("delete from consent_retailer")
    await owner.execute("delete from provider_consent where recipient_type = 'TACIR'")
    report = await put_right(lived)
    assert report.written == report.provider_missing + report.retailers_differing == 2
    assert (await look(lived)).differences == 0


async def test_dealers_of_a_record_that_moves_meanwhile_are_left_to_whoever_moved_it(lived, owner):
    key = a_key(3, recipient_type=RecipientType.TACIR)
    await owner.execute("delete from consent_retailer")
    async with lived.keeper_database.connection() as connection:
        keyring = lived.keeper_keyring
        rows = await owner.fetch(PLACES + " and recipient_type = 'TACIR'")
        places = [Place(**row, dealers_id=row["last_id"]) for row in rows]
        found = await compare(connection, keyring, await expect(connection, keyring, places))
        assert len(found.dealers) == 1
        await lived.record(a_proposal(key=key, ago=timedelta(minutes=8), retailer_access=()))
        assert await mend(connection, keyring, found) == 0
    assert await owner.fetchval("select count(*) from consent_retailer") == 0


PLACES = """
    select
        p.brand_ref, p.channel, p.recipient_type, p.tag, p.bucket, p.version as count,
        p.event_id as last_id, p.event_id as state_id, e.event_id as first_id
    from provider_consent as p
    join consent_event as e using (brand_ref, channel, recipient_type, tag, bucket)
    where e.previous_event_id is null
"""


async def test_a_row_that_moves_while_it_is_put_right_is_left_to_whoever_moved_it(lived, owner):
    await owner.execute("update provider_consent set source = null where source is not null")
    async with lived.keeper_database.connection() as connection:
        keyring = lived.keeper_keyring
        places = [Place(**row, knows_dealers=False) for row in await owner.fetch(PLACES)]
        found = await compare(connection, keyring, await expect(connection, keyring, places))
        assert found.rows
        # between the look and the writing somebody refuses
        newer = a_proposal(5, status=Status.RET, ago=timedelta(minutes=1))
        await lived.record(newer)
        written = await mend(connection, keyring, found)
    assert written == len(found.rows) - 1
    [standing] = await lived.checker.standings([newer.key])
    assert standing is not None
    assert standing.status is Status.RET
