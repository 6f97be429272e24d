"""Both views are only a reading of the movements: they can be made anew, compared and put right."""

import random
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from builders.heart import Heart, a_key, a_proposal, email
from builders.parties import RETAILER_CODE

from izin.consent.event import Actor
from izin.consent.expected import Place, compare, expect
from izin.consent.mend import mend
from izin.consent.rebuild import Report, check, write
from izin.core.terms import Channel, RecipientType, Source, Status

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
        "where one.tag = (select max(tag::text)::uuid from provider_consent)"
    )
    assert (await look(lived)).provider_differing == 1


async def test_records_that_are_missing_are_put_back(lived, owner):
    await owner.execute(
        "delete from provider_consent where tag in (select tag from provider_consent limit 2)"
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


async def test_movements_that_are_lost_or_do_not_open_are_told(lived, owner):
    await owner.execute(
        "update consent_event set body_sealed = body_sealed || '\\x00' "
        "where event_id = (select event_id from provider_consent order by tag limit 1)"
    )
    await owner.execute(
        "delete from consent_event "
        "where event_id = (select event_id from provider_consent order by tag desc limit 1)"
    )
    assert (await look(lived)).unreadable == 2


PLACES = """
    select
        p.brand_ref, p.channel, p.recipient_type, p.tag, p.bucket, p.version as count,
        p.event_id as last_id, e.event_id as first_id
    from provider_consent as p
    join consent_event as e using (brand_ref, channel, recipient_type, tag, bucket)
    where e.previous_event_id is null
"""


async def test_a_row_that_moves_while_it_is_put_right_is_left_to_whoever_moved_it(lived, owner):
    await owner.execute("update provider_consent set source = null where source is not null")
    async with lived.keeper_database.connection() as connection:
        keyring = lived.keeper_keyring
        places = [Place(**row) for row in await owner.fetch(PLACES)]
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
