"""The one writer on a real database: sets, order, repeats, collisions, dealers."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from builders.heart import a_key, a_proposal, until
from builders.parties import BRAND_CODE

from izin.consent.event import Actor
from izin.consent.history import history
from izin.consent.model import Accepted, Current, Recorded, Repeated
from izin.consent.movement import Asked, make_moves
from izin.consent.opened import Opened, open_bodies
from izin.consent.record import OnRepeat
from izin.core.codes import RetailerCode
from izin.core.errors import Refused, UnavailableError
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.core.uuid7 import uuid7s
from izin.storage.database import Database

HOUR = timedelta(hours=1)
NOW = datetime(2026, 2, 11, 9, 0, 0, 250_000, tzinfo=UTC)


def codes(verdicts) -> list[str]:
    return [each.code if isinstance(each, Refused) else type(each).__name__ for each in verdicts]


async def every_event(heart) -> list[Opened]:
    async with heart.database.connection() as connection:
        ids = await connection.fetch("select event_id from consent_event order by event_id")
        return await open_bodies(connection, heart.keyring, [row["event_id"] for row in ids])


async def chain_of(heart, key) -> list[Status]:
    async with heart.database.connection() as connection:
        found = await history(connection, heart.keyring, key, offset=0, limit=10_000)
    assert found.total_count == len(found.movements)
    return [each.status for each in found.movements]


# sets


@pytest.mark.parametrize("row_count", [1, 10, 1000])
async def test_any_number_of_movements_takes_two_statements(heart, row_count):
    await heart.record(a_proposal(0))  # the brand's key is made with the first
    said: list[str] = []
    async with heart.database.connection() as connection:
        with connection.query_logger(lambda logged: said.append(logged.query)):
            verdicts = await heart.recorder.record(
                connection,
                [a_proposal(number) for number in range(1, row_count + 1)],
                actor=Actor.PROVIDER,
                on_repeat=OnRepeat.BY_RULES,
            )
    assert codes(verdicts) == ["Recorded"] * row_count
    assert len(said) == 2
    assert len({each.transaction_id for each in verdicts}) == row_count


async def test_no_movements_are_no_statements(heart):
    async with heart.database.connection() as connection:
        with connection.query_logger(lambda logged: pytest.fail(logged.query)):
            assert not await heart.recorder.record(
                connection, [], actor=Actor.PROVIDER, on_repeat=OnRepeat.BY_RULES
            )


async def test_movements_of_one_key_in_one_call_are_decided_in_their_order(heart):
    verdicts = await heart.record(
        a_proposal(1, ago=5 * HOUR),
        a_proposal(2, ago=5 * HOUR),
        a_proposal(1, status=Status.RET, ago=4 * HOUR),
        a_proposal(1, status=Status.RET, ago=3 * HOUR),
        a_proposal(1, ago=2 * HOUR),
        a_proposal(1, ago=3 * HOUR),
        a_proposal(2, status=Status.RET, ago=1 * HOUR),
    )
    assert codes(verdicts) == [
        *("Recorded", "Recorded", "Recorded", "H174", "Recorded", "H178", "Recorded")
    ]
    assert await chain_of(heart, a_key(1)) == [Status.ONAY, Status.RET, Status.ONAY]
    assert await chain_of(heart, a_key(2)) == [Status.RET, Status.ONAY]


async def test_keys_that_differ_in_one_part_are_different_records(heart):
    keys = [
        a_key(1),
        a_key(2),
        a_key(1, channel=Channel.ARAMA),
        a_key(1, recipient_type=RecipientType.TACIR),
        a_key(1, brand_code=BRAND_CODE + 1),
        a_key(1, iys_code=1_000_001),
    ]
    verdicts = await heart.record(*(a_proposal(key=key) for key in keys))
    assert codes(verdicts) == ["Recorded"] * len(keys)
    assert [await chain_of(heart, key) for key in keys] == [[Status.ONAY]] * len(keys)


# repeats


async def test_a_repeat_makes_no_second_event_in_either_way_of_answering(heart):
    asked = a_proposal(1)
    [first] = await heart.record(asked)
    assert codes(await heart.record(asked)) == ["H178"]
    [again] = await heart.record(asked, on_repeat=OnRepeat.ANSWER)
    assert again == Repeated(
        transaction_id=first.transaction_id, recorded_at=first.recorded_at, origin=None
    )
    assert len(await every_event(heart)) == 1


async def test_a_repeat_in_the_same_call_is_answered_with_the_first_receipt(heart):
    asked = a_proposal(1)
    first, again = await heart.record(asked, asked, on_repeat=OnRepeat.ANSWER)
    assert isinstance(first, Recorded)
    assert isinstance(again, Repeated)
    assert again.transaction_id == first.transaction_id


async def test_a_repeat_keeps_its_receipt_when_the_movement_was_erased(heart, owner):
    asked = a_proposal(1)
    [first] = await heart.record(asked)
    await owner.execute("update consent_event set body_sealed = null, tag = null")
    [again] = await heart.record(asked, on_repeat=OnRepeat.ANSWER)
    assert isinstance(again, Repeated)
    assert (again.transaction_id, again.origin) == (first.transaction_id, None)


FIRST, SECOND = RetailerCode(66_000_001), RetailerCode(66_000_002)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize(
    ("was", "now"),
    [
        ({}, {"retailer_code": FIRST}),
        ({}, {"retailer_access": (FIRST,)}),
        ({"retailer_code": FIRST}, {}),
        ({"retailer_code": FIRST}, {"retailer_code": SECOND}),
        ({"retailer_access": (FIRST,)}, {"retailer_access": (FIRST, SECOND)}),
    ],
    ids=["a dealer comes", "an access comes", "a dealer goes", "another dealer", "one more"],
)
async def test_a_movement_that_names_other_dealers_is_no_repeat(heart, status, was, now):
    when = datetime.now(UTC) - HOUR
    if status is Status.RET:
        await heart.record(a_proposal(1, ago=2 * HOUR))
    [first] = await heart.record(a_proposal(1, status=status, consented_at=when, **was))
    assert isinstance(first, Recorded)
    other, same = await heart.record(
        a_proposal(1, status=status, consented_at=when, **now),
        a_proposal(1, status=status, consented_at=when, **was),
        on_repeat=OnRepeat.ANSWER,
    )
    assert codes([other]) == ["H174" if status is Status.RET else "H178"]
    assert isinstance(same, Repeated)
    assert same.transaction_id == first.transaction_id


async def test_an_erased_movement_is_repeated_only_by_one_without_dealers(heart, owner):
    asked = a_proposal(1, retailer_code=FIRST)
    await heart.record(asked)
    await owner.execute("update consent_event set body_sealed = null, tag = null")
    assert codes(await heart.record(asked, on_repeat=OnRepeat.ANSWER)) == ["H178"]


async def test_a_late_consent_is_answered_if_it_stands_and_refused_if_it_does_not(heart):
    stands = a_proposal(1)
    [first] = await heart.record(stands)
    late = [
        msgspec.structs.replace(each, is_late=True)
        for each in (stands, a_proposal(1, ago=2 * HOUR), a_proposal(2))
    ]
    assert codes(await heart.record(*late[1:], on_repeat=OnRepeat.ANSWER)) == ["H467", "H467"]
    [again] = await heart.record(late[0], on_repeat=OnRepeat.ANSWER)
    assert again.transaction_id == first.transaction_id
    async with heart.database.connection() as connection:
        assert await heart.recorder.repeated(connection, [late[2], late[0]]) == {1}
        dealer = msgspec.structs.replace(late[0], retailer_code=FIRST)
        assert not await heart.recorder.repeated(connection, [late[1]])
        assert not await heart.recorder.repeated(connection, [dealer])


# collisions


async def waits_for_a_lock(owner) -> bool:
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    return bool(await owner.fetchval(waiting))


async def decided_against(heart, owner, theirs, ours, *, is_kept: bool = True):
    """Our verdict, when theirs is under way as we read, and is done before we write."""

    async with heart.database.connection() as connection:
        under_way = connection.transaction()
        await under_way.start()
        await heart.recorder.record(
            connection, [theirs], actor=Actor.PROVIDER, on_repeat=OnRepeat.BY_RULES
        )
        task = asyncio.create_task(heart.record(ours))
        await until(lambda: waits_for_a_lock(owner))
        await (under_way.commit() if is_kept else under_way.rollback())
    [verdict] = await task
    return verdict


@pytest.mark.plain
async def test_who_meets_a_newer_record_is_decided_again(heart, owner):
    await heart.record(a_proposal(1, ago=5 * HOUR))
    verdict = await decided_against(
        heart,
        owner,
        a_proposal(1, status=Status.RET, ago=2 * HOUR),
        a_proposal(1, ago=3 * HOUR),
    )
    assert codes([verdict]) == ["H178"]
    assert await chain_of(heart, a_key(1)) == [Status.RET, Status.ONAY]


@pytest.mark.plain
async def test_who_meets_an_older_record_is_written_after_it(heart, owner):
    await heart.record(a_proposal(1, ago=5 * HOUR))
    verdict = await decided_against(
        heart,
        owner,
        a_proposal(1, status=Status.RET, ago=3 * HOUR),
        a_proposal(1, ago=2 * HOUR),
    )
    assert codes([verdict]) == ["Recorded"]
    assert await chain_of(heart, a_key(1)) == [Status.ONAY, Status.RET, Status.ONAY]


@pytest.mark.plain
async def test_dealers_go_with_the_movement_that_was_decided_again(heart, owner):
    await heart.record(a_proposal(1, ago=5 * HOUR))
    theirs, ours = (RetailerCode(66_000_001),), (RetailerCode(66_000_002), RetailerCode(66_000_003))
    verdict = await decided_against(
        heart,
        owner,
        a_proposal(1, ago=3 * HOUR, retailer_access=theirs),
        a_proposal(1, ago=2 * HOUR, retailer_access=ours),
    )
    assert codes([verdict]) == ["Recorded"]
    assert await heart.checker.may_use([a_key(1)] * 2, [theirs[0], ours[0]]) == [False, True]


@pytest.mark.plain
async def test_the_first_record_of_a_key_collides_like_any_other(heart, owner):
    verdict = await decided_against(
        heart, owner, a_proposal(1, ago=3 * HOUR), a_proposal(1, ago=2 * HOUR)
    )
    assert codes([verdict]) == ["Recorded"]
    assert await chain_of(heart, a_key(1)) == [Status.ONAY, Status.ONAY]


@pytest.mark.plain
async def test_what_was_rolled_back_decides_nothing(heart, owner):
    verdict = await decided_against(
        heart, owner, a_proposal(1, ago=2 * HOUR), a_proposal(1, ago=3 * HOUR), is_kept=False
    )
    assert codes([verdict]) == ["Recorded"]
    assert await chain_of(heart, a_key(1)) == [Status.ONAY]


@pytest.mark.plain
async def test_a_key_whose_first_movement_is_refused_is_locked_in_its_turn(heart, owner):
    """Else a bulk that comes in the order of keys and this one wait for each other."""
    low, high = a_key(1, channel=Channel.ARAMA), a_key(1)
    await heart.record(a_proposal(key=low, ago=9 * HOUR), a_proposal(key=high, ago=9 * HOUR))

    async def ours() -> list[str]:
        async with heart.database.transaction() as connection:
            verdicts = await heart.recorder.record(
                connection,
                [
                    a_proposal(key=high, ago=2 * HOUR),
                    a_proposal(key=low, ago=10 * HOUR),
                    a_proposal(key=low, status=Status.RET, ago=2 * HOUR),
                    a_proposal(key=low, ago=HOUR),
                ],
                actor=Actor.PROVIDER,
                on_repeat=OnRepeat.ANSWER,
            )
        return codes(verdicts)

    async with heart.database.transaction() as connection:

        async def theirs(key) -> list[str]:
            return codes(
                await heart.recorder.record(
                    connection,
                    [a_proposal(key=key, ago=3 * HOUR)],
                    actor=Actor.PROVIDER,
                    on_repeat=OnRepeat.BY_RULES,
                )
            )

        assert await theirs(low) == ["Recorded"]
        task = asyncio.create_task(ours())
        await until(lambda: waits_for_a_lock(owner))
        assert await theirs(high) == ["Recorded"]
    assert await task == ["Recorded", "H178", "Recorded", "Recorded"]
    assert await chain_of(heart, low) == [Status.ONAY, Status.RET, Status.ONAY, Status.ONAY]


async def test_however_many_write_one_key_each_is_answered(fresh_database, heart):
    crowd = 24
    many = await Database.open(fresh_database, role="izin_web", size_max=crowd)
    start = datetime.now(UTC) - 5 * HOUR

    async def write(writer: int) -> list[str]:
        said = []
        for turn in range(5):
            status = Status.RET if (writer + turn) % 3 == 0 else Status.ONAY
            at = start + timedelta(seconds=turn * crowd + writer)
            async with many.connection() as connection:
                said += codes(
                    await heart.recorder.record(
                        connection,
                        [a_proposal(1, status=status, consented_at=at)],
                        actor=Actor.PROVIDER,
                        on_repeat=OnRepeat.BY_RULES,
                    )
                )
        return said

    try:
        said = [code for said in await asyncio.gather(*map(write, range(crowd))) for code in said]
    finally:
        await many.close()
    assert set(said) <= {"Recorded", "H174", "H175", "H178"}
    assert said.count("Recorded") == len(await chain_of(heart, a_key(1)))
    events = [each.body for each in await every_event(heart)]
    dates = [body.consented_at for body in sorted(events, key=lambda body: body.recorded_at)]
    assert dates == sorted(set(dates)), "a record moves only forward in time"


async def test_two_bulks_over_the_same_keys_in_opposite_order_never_wait_for_each_other(heart):
    numbers = range(60)
    start = datetime.now(UTC) - 50 * HOUR

    async def bulk(order, at) -> list[str]:
        async with heart.database.transaction() as connection:
            verdicts = await heart.recorder.record(
                connection,
                [a_proposal(number, consented_at=at) for number in order],
                actor=Actor.PROVIDER,
                on_repeat=OnRepeat.BY_RULES,
            )
        return codes(verdicts)

    recorded = 0
    for turn in range(20):
        early, late = start + 2 * turn * HOUR, start + (2 * turn + 1) * HOUR
        said = await asyncio.gather(bulk(numbers, early), bulk(reversed(numbers), late))
        assert set(said[0]) <= {"Recorded", "H178"}
        assert set(said[1]) == {"Recorded"}
        recorded += sum(each.count("Recorded") for each in said)
    assert len(await every_event(heart)) == recorded


# order of ids and times


def a_stored(event_id: UUID, recorded_at: datetime) -> Current:
    return Current(
        status=Status.ONAY,
        source=Source.HS_WEB,
        consented_at=NOW - HOUR,
        recorded_at=recorded_at,
        first_recorded_at=recorded_at,
        event_id=event_id,
        version=1,
    )


@pytest.mark.parametrize("behind", [timedelta(0), HOUR], ids=["same instant", "clock put back"])
def test_a_movement_is_later_than_the_one_before_it_whatever_the_clock_says(behind):
    stored_at = NOW + behind
    for _ in range(50):
        [before] = uuid7s(1, int(stored_at.timestamp() * 1000))
        asked = Asked(0, a_proposal(1), UUID(int=1), UUID(int=2), 3, a_stored(before, stored_at))
        accepted = Accepted(status=Status.RET, source=Source.IYS_WEB, consented_at=NOW)
        [move] = make_moves([(asked, accepted)], NOW, Actor.CITIZEN)
        assert move.body.event_id > before
        assert move.body.recorded_at > stored_at


# dealers


async def dealer_count(heart) -> int:
    detail = await heart.checker.detail(a_key(1))
    return detail.retailer_count


async def test_dealers_are_replaced_together_with_the_movement_that_names_them(heart):
    first = tuple(RetailerCode(66_000_000 + n) for n in range(5))
    second = tuple(RetailerCode(66_000_003 + n) for n in range(3))
    await heart.record(a_proposal(1, ago=5 * HOUR, retailer_access=first))
    seen = set()
    done = asyncio.Event()

    async def look() -> None:
        while not done.is_set():
            seen.add(await dealer_count(heart))

    looking = asyncio.create_task(look())
    start = datetime.now(UTC) - 4 * HOUR
    for turn in range(20):
        at = start + timedelta(minutes=turn)
        access = (second, first)[turn % 2]
        await heart.record(a_proposal(1, consented_at=at, retailer_access=access))
    done.set()
    await looking
    assert seen <= {3, 5}
    assert await dealer_count(heart) == 5
    granted = await heart.checker.may_use([a_key(1)] * 2, [first[0], RetailerCode(66_000_009)])
    assert granted == [True, False]


async def test_a_movement_that_names_no_dealers_leaves_them_alone(heart):
    access = (RetailerCode(66_000_001), RetailerCode(66_000_002))
    await heart.record(a_proposal(1, ago=5 * HOUR, retailer_access=access))
    await heart.record(
        a_proposal(1, status=Status.RET, ago=4 * HOUR),
        a_proposal(2, retailer_access=access[:1]),
    )
    assert await dealer_count(heart) == 2


async def taken_by(heart) -> RetailerCode | None:
    return (await heart.checker.detail(a_key(1))).retailer_code


async def test_a_renewal_that_names_no_dealer_leaves_the_consent_to_the_one_that_took_it(heart):
    await heart.record(a_proposal(1, ago=5 * HOUR, retailer_code=FIRST))
    renewal = a_proposal(1, ago=4 * HOUR)
    [receipt] = await heart.record(renewal)
    assert await taken_by(heart) == FIRST
    again, named = await heart.record(
        renewal,
        msgspec.structs.replace(renewal, retailer_code=FIRST),
        on_repeat=OnRepeat.ANSWER,
    )
    assert again.transaction_id == receipt.transaction_id
    assert codes([named]) == ["H178"]
    await heart.record(a_proposal(1, ago=3 * HOUR, retailer_code=SECOND))
    assert await taken_by(heart) == SECOND


async def test_a_refusal_ends_what_a_dealer_took(heart):
    await heart.record(a_proposal(1, ago=5 * HOUR, retailer_code=FIRST))
    await heart.record(a_proposal(1, status=Status.RET, ago=4 * HOUR))
    assert await taken_by(heart) is None
    await heart.record(a_proposal(1, ago=3 * HOUR))
    assert await taken_by(heart) is None


@pytest.mark.plain
async def test_without_its_dealers_a_movement_is_not_recorded(heart, owner):
    await owner.execute(
        """
        create function no_dealers() returns trigger language plpgsql as
            $$ begin raise 'the disk of dealers is full' using errcode = '53100'; end $$;
        create trigger no_dealers before insert on consent_retailer
            for each statement execute function no_dealers();
        """
    )
    with pytest.raises(UnavailableError):
        await heart.record(a_proposal(1, retailer_access=(RetailerCode(66_000_001),)))
    counts = await owner.fetchrow(
        "select (select count(*) from provider_consent), (select count(*) from consent_event), "
        "(select count(*) from pending)"
    )
    assert tuple(counts) == (0, 0, 0)
