"""The ordered number: nothing missed, doubled, out of order or left out, whoever writes or dies."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from builders.heart import Heart, a_key, a_proposal
from builders.parties import BRAND_CODE

from izin.consent.event import Actor
from izin.consent.model import Recorded
from izin.consent.opened import open_bodies
from izin.consent.project import Projector, decode_citizen
from izin.consent.record import OnRepeat
from izin.core.errors import UnavailableError
from izin.core.terms import Channel, Side, Source, Status
from izin.feed.pull import STANDSTILL_S, Changes, FeedWindow, Reader, pull
from izin.ledger.sequence import FencedError, Sequencer
from izin.storage.database import Database

HOUR = timedelta(hours=1)
WRITERS, ROUNDS = 32, 6


async def read(heart: Heart, after: int | None, limit: int, side: Side = Side.HS) -> Changes:
    reader = Reader(
        brand_code=BRAND_CODE, side=side, after_idx=after, limit=limit, now=datetime.now(UTC)
    )
    async with heart.database.connection() as connection:
        return await pull(connection, heart.keyring, reader, FeedWindow())


async def read_all(heart: Heart, limit: int, side: Side = Side.HS) -> list[str]:
    seen: list[str] = []
    after = None
    while True:
        found = await read(heart, after, limit, side)
        if found.last_recorded_at is None:
            return seen
        seen += [each.transaction_id for each in found.movements]
        after = found.last_idx


@asynccontextmanager
async def sequencing(heart: Heart) -> AsyncIterator[Sequencer]:
    async with heart.keeper_database.connection() as lease:
        sequencer = Sequencer(heart.keeper_database)
        assert await sequencer.begin(lease)
        try:
            yield sequencer
        finally:
            await sequencer.end(lease)


async def numbers(owner) -> list[int]:
    return [row["idx"] for row in await owner.fetch("select idx from entry order by idx")]


async def head(owner) -> dict[str, int]:
    return dict(await owner.fetchrow("select * from sequence_head"))


# many writers


async def write(database: Database, heart: Heart, writer: int) -> list[str]:
    """Some rounds of one writer, each in a transaction that may take its time or be given up."""
    dice = random.Random(writer)  # a workload, not a secret
    committed: list[str] = []
    for turn in range(ROUNDS):
        at = datetime.now(UTC) - HOUR + timedelta(seconds=turn)
        own = [a_proposal(writer * 1000 + n, consented_at=at) for n in range(dice.randint(1, 3))]
        shared = a_proposal(
            999_999, consented_at=at, status=dice.choice(list(Status)), key=a_key(999_999)
        )
        async with database.connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            verdicts = await heart.recorder.record(
                connection,
                [*own, shared] if turn == writer % ROUNDS else own,
                actor=Actor.PROVIDER,
                on_repeat=OnRepeat.BY_RULES,
            )
            if dice.random() < 0.4:
                await connection.execute("select pg_sleep($1)", dice.random() * 0.08)
            if dice.random() < 0.25:
                await transaction.rollback()
                continue
            await transaction.commit()
        committed += [each.transaction_id for each in verdicts if isinstance(each, Recorded)]
    return committed


async def follow(heart: Heart, limit: int, done: asyncio.Event) -> list[str]:
    """What a reader sees who asks again and again, and once more when all is done."""
    seen: list[str] = []
    after = None
    while True:
        is_last = done.is_set()
        found = await read(heart, after, limit)
        seen += [each.transaction_id for each in found.movements]
        if found.last_recorded_at is not None:
            after = found.last_idx
        elif is_last:
            return seen
        else:
            after = found.last_idx if seen else None
            await asyncio.sleep(0)


async def test_readers_see_every_committed_movement_once_in_the_order_of_the_number(
    fresh_database, heart, owner
):
    many = await Database.open(fresh_database, role="izin_web", size_max=WRITERS)
    writing, numbered = asyncio.Event(), asyncio.Event()

    async def keep_numbering(sequencer: Sequencer) -> None:
        while True:
            is_last = writing.is_set()
            if not await sequencer.number() and is_last:
                numbered.set()
                return
            await asyncio.sleep(0)

    try:
        async with sequencing(heart) as sequencer:
            numbering = asyncio.create_task(keep_numbering(sequencer))
            readers = [asyncio.create_task(follow(heart, limit, numbered)) for limit in (3, 50)]
            written = await asyncio.gather(*(write(many, heart, n) for n in range(WRITERS)))
            writing.set()
            await numbering
            seen = [await reader for reader in readers]
    finally:
        await many.close()
    committed = [one for each in written for one in each]
    in_order = [
        row["commitment"].hex()
        for row in await owner.fetch(
            "select e.commitment from entry as n join consent_event as e using (event_id) "
            "order by n.idx"
        )
    ]
    assert len(committed) > WRITERS * 2
    assert Counter(in_order) == Counter(committed)
    assert seen == [in_order, in_order]
    assert await numbers(owner) == list(range(1, len(committed) + 1))
    assert await owner.fetchval("select count(*) from pending") == 0


async def test_movements_of_one_key_are_numbered_in_the_order_they_were_made(heart, owner):
    start = datetime.now(UTC) - 20 * HOUR
    for turn in range(20):
        await heart.record(
            *(
                a_proposal(1, status=status, consented_at=start + timedelta(seconds=turn * 2 + n))
                for n, status in enumerate((Status.ONAY, Status.RET))
            )
        )
    await heart.number_and_project()
    rows = await owner.fetch(
        "select e.event_id, e.previous_event_id from entry as n "
        "join consent_event as e using (event_id) order by n.idx"
    )
    assert len(rows) == 40
    assert [row["previous_event_id"] for row in rows[1:]] == [row["event_id"] for row in rows[:-1]]


async def test_each_side_of_the_feed_has_its_own_movements(heart):
    [onay] = await heart.record(a_proposal(1))
    [ret] = await heart.record(
        a_proposal(1, status=Status.RET, source=Source.IYS_WEB, consented_at=None),
        actor=Actor.CITIZEN,
    )
    await heart.number_and_project()
    assert await read_all(heart, 10, Side.HS) == [onay.transaction_id]
    assert await read_all(heart, 10, Side.IYS) == [ret.transaction_id]


async def test_a_reader_without_a_cursor_starts_at_his_window(heart, owner):
    await heart.record(a_proposal(1))
    await owner.execute("update pending set recorded_at = recorded_at - interval '9 days'")
    await heart.number_and_project()
    [new] = await heart.record(a_proposal(2))
    await heart.number_and_project()
    assert await read_all(heart, 10) == [new.transaction_id]
    assert len((await read(heart, 0, 10)).movements) == 2


async def test_what_is_withheld_is_not_passed_over(heart, owner):
    [old] = await heart.record(a_proposal(1))
    await owner.execute("update pending set recorded_at = recorded_at - interval '2 hours'")
    await heart.record(a_proposal(2))
    await heart.number_and_project()
    reader = Reader(
        brand_code=BRAND_CODE, side=Side.HS, after_idx=None, limit=9, now=datetime.now(UTC)
    )
    async with heart.database.connection() as connection:
        found = await pull(connection, heart.keyring, reader, FeedWindow(withheld_minutes=60))
    assert [each.transaction_id for each in found.movements] == [old.transaction_id]
    assert len((await read(heart, found.last_idx, 9)).movements) == 1


async def date_back(owner, place: int, at: datetime) -> None:
    """Have the movement at this place of those that wait be recorded at another time."""
    await owner.execute(
        "update pending set recorded_at = $2 where event_id = "
        "(select event_id from pending order by event_id offset $1 limit 1)",
        place,
        at,
    )


async def test_a_cursor_stays_before_what_is_withheld_though_older_ones_come_after(heart, owner):
    await heart.record(*(a_proposal(number) for number in range(3)))
    old = datetime.now(UTC) - 2 * HOUR
    await date_back(owner, 0, old)
    await date_back(owner, 2, old)
    await heart.number_and_project()
    reader = Reader(
        brand_code=BRAND_CODE, side=Side.HS, after_idx=None, limit=9, now=datetime.now(UTC)
    )
    async with heart.database.connection() as connection:
        found = await pull(connection, heart.keyring, reader, FeedWindow(withheld_minutes=60))
    assert (len(found.movements), found.last_idx) == (1, 1)


async def test_a_window_holds_what_was_numbered_before_its_first_hour_began(heart, owner):
    """A movement gets its number beside others, some of them recorded an hour before."""
    now = datetime.now(UTC).replace(minute=30)
    oldest = now - timedelta(days=FeedWindow().days)
    minute = timedelta(minutes=1)
    await heart.record(a_proposal(1), a_proposal(2))
    await date_back(owner, 0, oldest + minute)
    await date_back(owner, 1, oldest - HOUR)
    await heart.number_and_project()
    await heart.record(a_proposal(3))
    await date_back(owner, 0, oldest + 2 * minute)
    await heart.number_and_project()
    reader = Reader(brand_code=BRAND_CODE, side=Side.HS, after_idx=None, limit=9, now=now)
    async with heart.database.connection() as connection:
        found = await pull(connection, heart.keyring, reader, FeedWindow())
    idxs = [
        await owner.fetchval(
            "select idx from entry as n join consent_event as e using (event_id) "
            "where e.commitment = $1",
            bytes.fromhex(each.transaction_id),
        )
        for each in found.movements
    ]
    assert idxs == [1, 3]


@pytest.mark.plain
async def test_the_citizens_rows_lie_in_another_order_than_the_numbers(heart, owner):
    await heart.record(*(a_proposal(number) for number in range(64)))
    await heart.number_and_project()
    sealer = heart.keeper_keyring.citizen.sealer
    rows = await owner.fetch("select slot, bucket, sealed from citizen_consent order by ctid")
    lying = [
        decode_citizen(sealer.open(row["sealed"], row["bucket"], row["slot"].bytes)).event_id
        for row in rows
    ]
    numbered = [row["event_id"] for row in await owner.fetch("select * from entry order by idx")]
    assert set(lying) == set(numbered)
    neighbours = set(itertools.pairwise(numbered))
    kept = sum(each in neighbours for each in itertools.pairwise(lying))
    assert kept < len(numbered) // 4  # by chance one pair


async def spoil(owner, transaction_id: str) -> bytes:
    """Have a movement not open any more; give what it was."""
    receipt = bytes.fromhex(transaction_id)
    body = await owner.fetchval(
        "select body_sealed from consent_event where commitment = $1", receipt
    )
    await restore(owner, transaction_id, body[:-1])
    return body


async def restore(owner, transaction_id: str, body: bytes | None) -> None:
    receipt = bytes.fromhex(transaction_id)
    await owner.execute(
        "update consent_event set body_sealed = $2 where commitment = $1", receipt, body
    )


async def test_a_reader_never_passes_what_does_not_open(heart, owner, caplog):
    verdicts = await heart.record(*(a_proposal(number) for number in range(5)))
    await heart.number_and_project()
    whole = await read_all(heart, 10)
    assert sorted(whole) == sorted(each.transaction_id for each in verdicts)
    body = await spoil(owner, whole[2])
    found = await read(heart, None, 10)
    assert ([each.transaction_id for each in found.movements], found.last_idx) == (whole[:2], 2)
    with pytest.raises(UnavailableError) as stands_still:
        await read(heart, found.last_idx, 10)
    assert stands_still.value.retry_after_s == STANDSTILL_S
    assert "stands still at 3" in caplog.text
    await restore(owner, whole[2], body)
    rest = await read(heart, found.last_idx, 10)
    assert [each.transaction_id for each in rest.movements] == whole[2:]


async def test_a_body_that_is_gone_is_not_taken_for_an_erased_one(heart, owner):
    await heart.record(*(a_proposal(number) for number in range(3)))
    await heart.number_and_project()
    whole = await read_all(heart, 10)
    await restore(owner, whole[0], None)
    with pytest.raises(UnavailableError):
        await read(heart, None, 10)
    await owner.execute(
        "update consent_event set tag = null, brand_ref = null, channel = null, "
        "recipient_type = null where body_sealed is null"
    )
    assert await read_all(heart, 10) == whole[1:]


async def test_what_does_not_open_stops_nobody_else_s_feed(heart, owner):
    [ours] = await heart.record(a_proposal(1))
    [citizens] = await heart.record(
        a_proposal(1, status=Status.RET, source=Source.IYS_WEB, consented_at=None),
        actor=Actor.CITIZEN,
    )
    await heart.number_and_project()
    await spoil(owner, ours.transaction_id)
    assert await read_all(heart, 10, Side.IYS) == [citizens.transaction_id]


# one sequencer


async def test_of_two_sequencers_started_at_once_one_works(heart):
    database = heart.keeper_database
    async with database.connection() as one, database.connection() as other:
        first, second = Sequencer(database), Sequencer(database)
        began = await asyncio.gather(first.begin(one), second.begin(other))
        assert sorted(began) == [False, True]
        await (first.end(one) if began[0] else second.end(other))
    async with sequencing(heart) as third:
        assert third.epoch == 2


async def test_a_sequencer_that_lost_its_lease_writes_nothing(heart, owner):
    await heart.record(a_proposal(1))
    stale = Sequencer(heart.keeper_database)
    async with heart.keeper_database.connection() as lease:
        assert await stale.begin(lease)
        await stale.number()
        await stale.end(lease)
    await heart.record(*(a_proposal(number) for number in range(2, 5)))
    async with sequencing(heart) as fresh:
        with pytest.raises(FencedError):
            await stale.number()
        with pytest.raises(FencedError):
            await heart.projector.project(stale.epoch)
        assert await numbers(owner) == [1]
        assert await owner.fetchval("select count(*) from pending") == 3
        assert await owner.fetchval("select count(*) from citizen_consent") == 0
        assert await fresh.number() == 3
        assert await heart.projector.project(fresh.epoch) == 4
    assert await numbers(owner) == [1, 2, 3, 4]


async def test_a_lease_does_not_outlive_a_beginning_that_fails(heart, owner):
    await owner.execute("alter table sequence_head rename to elsewhere")
    async with heart.keeper_database.connection() as lease:
        with pytest.raises(Exception, match="sequence_head"):
            await Sequencer(heart.keeper_database).begin(lease)
    await owner.execute("alter table elsewhere rename to sequence_head")
    async with sequencing(heart) as sequencer:
        assert sequencer.epoch == 1


# crashes


async def cut_off_at(owner, table: str, condition: str) -> None:
    """From now on an update of `table` under a condition ends its own session, as a crash would."""
    await owner.execute(
        f"""
        create or replace function cut_off() returns trigger
        language plpgsql security definer as
            $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
        create trigger cut_off before update on {table} for each row
            when ({condition}) execute function cut_off();
        """
    )


async def mended(owner, table: str) -> None:
    await owner.execute(f"drop trigger cut_off on {table}")


async def test_what_was_numbered_before_a_crash_is_published_by_the_next(heart, owner):
    await heart.record(*(a_proposal(number) for number in range(3)))
    await cut_off_at(owner, "sequence_head", "new.published_idx > old.published_idx")
    async with sequencing(heart) as crashing:
        with pytest.raises(UnavailableError):
            await crashing.number()
    await mended(owner, "sequence_head")
    found = await head(owner)
    assert (found["assigned_idx"], found["published_idx"]) == (3, 0)
    assert (await read(heart, 0, 10)).movements == []
    async with sequencing(heart) as next_:
        assert await next_.number() == 0
    assert (await head(owner))["published_idx"] == 3
    assert len(await read_all(heart, 2)) == 3


async def test_a_sequencer_whose_publishing_failed_leaves_no_gap(heart, owner):
    await heart.record(a_proposal(1))
    await cut_off_at(owner, "sequence_head", "new.published_idx > old.published_idx")
    async with sequencing(heart) as crashing:
        with pytest.raises(UnavailableError):
            await crashing.number()
        await mended(owner, "sequence_head")
        await crashing.number()
        await heart.record(a_proposal(2))
        await crashing.number()
    assert await numbers(owner) == [1, 2]


async def test_a_sequencer_that_lost_count_numbers_nothing(heart, owner):
    await heart.record(a_proposal(1))
    async with sequencing(heart) as sequencer:
        await owner.execute("update sequence_head set assigned_idx = assigned_idx + 1")
        with pytest.raises(FencedError):
            await sequencer.number()
    assert await owner.fetchval("select count(*) from pending") == 1


async def test_a_crash_in_the_midst_of_numbering_leaves_nothing_of_it(heart, owner):
    await heart.record(*(a_proposal(number) for number in range(3)))
    await cut_off_at(owner, "sequence_head", "new.assigned_idx > old.assigned_idx")
    async with sequencing(heart) as crashing:
        with pytest.raises(UnavailableError):
            await crashing.number()
    await mended(owner, "sequence_head")
    assert await numbers(owner) == []
    async with sequencing(heart) as next_:
        assert await next_.number() == 3
    assert await numbers(owner) == [1, 2, 3]


async def test_the_citizens_view_and_the_figures_are_right_after_a_crash_between_chunks(
    heart, owner
):
    await lived(heart)
    await cut_off_at(owner, "sequence_head", "new.projected_idx > 2000")
    async with sequencing(heart) as sequencer:
        while await sequencer.number():
            pass
        assert await heart.projector.project(sequencer.epoch) == 2000
        with pytest.raises(UnavailableError):
            await heart.projector.project(sequencer.epoch)
    await mended(owner, "sequence_head")
    await heart.number_and_project()
    assert (await head(owner))["projected_idx"] == await owner.fetchval(
        "select max(idx) from entry"
    )
    assert await citizens_see(heart, owner) == await companies_see(heart, owner)
    assert await figures(owner) == await figures_by_counting(owner)


# figures


async def figures(owner) -> list[tuple[str, int, int]]:
    rows = await owner.fetch(
        "select channel::text, sum(approvals)::int, sum(rejections)::int from brand_figure "
        "group by channel order by channel"
    )
    return [tuple(row) for row in rows]


async def figures_by_counting(owner) -> list[tuple[str, int, int]]:
    rows = await owner.fetch(
        "select channel::text, count(*) filter (where status = 'ONAY')::int, "
        "count(*) filter (where status = 'RET')::int from provider_consent "
        "group by channel order by channel"
    )
    return [tuple(row) for row in rows]


async def project_all(heart: Heart, sequencer: Sequencer) -> None:
    while await sequencer.number():
        pass
    while await heart.projector.project(sequencer.epoch):
        pass


@pytest.mark.plain
async def test_figures_are_not_written_together_with_the_citizens_rows_they_are_about(heart, owner):
    await heart.record(a_proposal(1))
    async with sequencing(heart) as sequencer:
        await project_all(heart, sequencer)
        assert await figures(owner) == []
        assert await heart.projector.count(sequencer.epoch) == 1
        assert await heart.projector.count(sequencer.epoch) == 0
    assert await figures(owner) == [("MESAJ", 1, 0)]
    assert (
        await owner.fetchval(
            "select count(*) from brand_figure as f join citizen_consent as c on c.xmin = f.xmin"
        )
        == 0
    )


async def test_figures_that_a_crash_took_back_are_counted_once(heart, owner):
    await lived(heart)
    await cut_off_at(owner, "sequence_head", "new.counted_idx > old.counted_idx")
    async with sequencing(heart) as sequencer:
        await project_all(heart, sequencer)
        with pytest.raises(UnavailableError):
            await heart.projector.count(sequencer.epoch)
        assert await figures(owner) == []
        await mended(owner, "sequence_head")
        assert await heart.projector.count(sequencer.epoch) == 2200
        assert await heart.projector.count(sequencer.epoch) == 0
    assert await figures(owner) == await figures_by_counting(owner)


async def test_what_another_process_has_projected_is_counted_by_the_next(heart, owner):
    await lived(heart)
    async with sequencing(heart) as sequencer:
        await project_all(heart, sequencer)
    next_ = Projector(heart.keeper_database, heart.keeper_keyring)
    heart.projector = next_
    await heart.record(a_proposal(5000), a_proposal(5001, ago=2 * HOUR))
    async with sequencing(heart) as sequencer:
        await project_all(heart, sequencer)
        counted = []
        while done := await next_.count(sequencer.epoch):
            counted.append(done)
    assert counted == [2000, 200, 2]
    assert await figures(owner) == await figures_by_counting(owner)


async def test_figures_of_a_schema_that_had_no_number_of_their_own_go_on(heart, owner):
    """They moved together with the citizens' view."""
    await heart.record(*(a_proposal(number) for number in range(5)))
    await heart.number_and_project()
    await owner.execute("update sequence_head set counted_idx = null")
    await heart.record(a_proposal(5))
    heart.projector = Projector(heart.keeper_database, heart.keeper_keyring)
    await heart.number_and_project()
    assert await figures(owner) == [("MESAJ", 6, 0)]


async def test_a_projector_that_lost_its_lease_counts_nothing(heart, owner):
    await heart.record(a_proposal(1))
    async with sequencing(heart) as stale:
        await project_all(heart, stale)
    async with sequencing(heart):
        with pytest.raises(FencedError):
            await heart.projector.count(stale.epoch)
    assert await figures(owner) == []


async def lived(heart: Heart) -> None:
    """More than a chunk of movements: companies' on two channels, some citizens' refusals."""
    channels = (Channel.MESAJ, Channel.ARAMA)
    await heart.record(
        *(
            a_proposal(key=a_key(number, channel=channels[number % 2]), ago=3 * HOUR)
            for number in range(1900)
        )
    )
    await heart.record(
        *(
            a_proposal(
                key=a_key(number, channel=channels[number % 2]),
                status=Status.RET,
                source=Source.IYS_WEB,
                consented_at=None,
            )
            for number in range(0, 900, 3)
        ),
        actor=Actor.CITIZEN,
    )


async def citizens_see(heart: Heart, owner) -> set[object]:
    sealer = heart.keeper_keyring.citizen.sealer
    rows = await owner.fetch("select slot, bucket, sealed from citizen_consent")
    found = [
        decode_citizen(sealer.open(row["sealed"], row["bucket"], row["slot"].bytes)) for row in rows
    ]
    return {(each.event_id, each.status, each.channel, each.consented_at) for each in found}


async def companies_see(heart: Heart, owner) -> set[object]:
    ids = [row["event_id"] for row in await owner.fetch("select event_id from provider_consent")]
    async with heart.database.connection() as connection:
        opened = await open_bodies(connection, heart.keyring, ids)
    bodies = [each.body for each in opened]
    return {(body.event_id, body.status, body.key.channel, body.consented_at) for body in bodies}
