"""Jobs: left with their cause, done once, put back, given up."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from builders.heart import a_proposal, until
from builders.parties import BRAND_CODE

from izin.consent import batch
from izin.consent.record import OnRepeat, Recorder
from izin.core.errors import UnavailableError
from izin.core.terms import Status
from izin.queue import store
from izin.queue.queue import Job, Queue, Turn


class Ledger:
    """A handler that keeps what it was given; it waits, or fails, if it is told to."""

    def __init__(self) -> None:
        self.done: list[bytes] = []
        self.began = asyncio.Event()
        self.let = asyncio.Event()
        self.let.set()
        self.error: Exception | None = None

    async def __call__(self, connection, payload: bytes) -> None:
        self.began.set()
        await self.let.wait()
        if self.error is not None:
            raise self.error
        self.done.append(payload)


class ShortLease(Queue):
    """Its claims are over as soon as they are made."""

    LEASE_S = 0.0


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def queue(keeper_database, ledger) -> Queue:
    return Queue(keeper_database, {"note": ledger})


@pytest.fixture
def hasty(keeper_database, ledger) -> Queue:
    return ShortLease(keeper_database, {"note": ledger})


async def leave(database, payload: bytes = b"1", once_key: str | None = None) -> None:
    async with database.transaction() as connection:
        await store.put(connection, "note", payload, once_key)


async def jobs_left(owner) -> int:
    return await owner.fetchval("select count(*) from job")


async def test_a_job_is_done_once_and_gone(database, queue, ledger, owner):
    await leave(database)
    [job] = await queue.claim(5)
    assert (job.name, job.payload, job.attempts) == ("note", b"1", 1)
    assert await queue.claim(5) == []
    await queue.work(job)
    assert ledger.done == [b"1"]
    assert await jobs_left(owner) == 0


async def test_a_job_goes_with_the_transaction_that_left_it(database, queue):
    async with database.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await store.put(connection, "note", b"1", None)
        await transaction.rollback()
    assert await queue.claim(5) == []


async def test_a_job_with_a_once_key_waits_once(database, queue):
    for _ in range(3):
        await leave(database, once_key="same")
    assert len(await queue.claim(5)) == 1


async def leave_in_lane(database, payload: bytes, lane: int, kind: str) -> None:
    turn = Turn(lane, leads=kind in ("consents", "both"), follows=kind in ("refusals", "both"))
    async with database.transaction() as connection:
        await store.put(connection, "note", payload, None, turn)


async def claims(queue: Queue) -> list[bytes]:
    """All that may be begun now."""
    return [job.payload for job in await queue.claim(10)]


async def test_what_follows_waits_until_what_leads_has_committed(database, queue, ledger):
    for payload, kind in ((b"1", "consents"), (b"2", "refusals"), (b"3", "both")):
        await leave_in_lane(database, payload, 1, kind)
    [first] = await queue.claim(10)
    assert first.payload == b"1"
    assert await claims(queue) == []
    ledger.let.clear()
    working = asyncio.create_task(queue.work(first))
    await ledger.began.wait()  # taken off already, in a transaction that goes on
    assert await claims(queue) == []
    ledger.let.set()
    await working
    # the refusals lead nobody
    assert await claims(queue) == [b"2", b"3"]


async def test_what_follows_waits_for_no_later_job_and_for_no_other_lane(database, queue):
    for payload, lane, kind in (
        (b"1", 1, "consents"),
        (b"2", 2, "refusals"),
        (b"3", 2, "consents"),
        (b"4", 2, "refusals"),
        (b"5", 3, "both"),
    ):
        await leave_in_lane(database, payload, lane, kind)
    assert sorted(await claims(queue)) == [b"1", b"2", b"3", b"5"]
    assert await claims(queue) == []


async def test_what_only_follows_is_found_before_all_that_waits_after_trouble_too(
    database, queue, ledger
):
    for number in range(5):
        await leave_in_lane(database, b"consents", 10 + number, "consents")
    await leave_in_lane(database, b"refusals", 1, "refusals")
    [job] = await queue.claim(1, only_following=True)
    assert job.payload == b"refusals"
    ledger.error = UnavailableError("cut off")
    await queue.work(job)
    ledger.error = None

    async def is_back() -> bool:
        return [job.payload for job in await queue.claim(1, only_following=True)] == [b"refusals"]

    await until(is_back)


async def test_nothing_waits_for_what_cannot_be_done(database, queue, ledger, owner):
    await leave_in_lane(database, b"consents", 1, "consents")
    await leave_in_lane(database, b"refusals", 1, "refusals")
    ledger.error = UnavailableError("a row is locked")
    for turn in range(2):
        await owner.execute("update job set run_at = now()")
        [job] = await queue.claim(10)
        assert (job.payload, job.attempts) == (b"consents", turn + 1)
        await queue.work(job)
    await owner.execute("update job set run_at = now() where payload = 'consents'")
    assert await claims(queue) == [b"consents"]  # for the third time
    assert await claims(queue) == [b"refusals"]


async def test_a_place_for_what_only_follows_takes_nothing_else(database, queue):
    await leave_in_lane(database, b"1", 1, "consents")
    await leave_in_lane(database, b"2", 2, "both")
    await leave(database, b"3")
    assert await queue.claim(10, only_following=True) == []
    await leave_in_lane(database, b"4", 2, "refusals")
    assert await queue.claim(10, only_following=True) == []
    await leave_in_lane(database, b"5", 3, "refusals")
    assert [job.payload for job in await queue.claim(10, only_following=True)] == [b"5"]


async def test_what_follows_does_not_wait_for_a_dead_letter(database, queue, owner):
    await leave_in_lane(database, b"1", 1, "consents")
    await owner.execute("update job set failed_at = now(), run_at = now() + interval '1 hour'")
    await leave_in_lane(database, b"2", 1, "refusals")
    assert await claims(queue) == [b"2"]


async def test_a_job_bears_a_locked_row_for_a_second_and_comes_back(
    keeper_database, database, owner
):
    class Wants(Ledger):
        async def __call__(self, connection, payload: bytes) -> None:
            await connection.execute("select from provider_consent")
            await connection.execute("select pg_advisory_xact_lock(7)")
            await super().__call__(connection, payload)

    wants = Wants()
    queue = Queue(keeper_database, {"note": wants})
    await leave(database)
    await owner.execute("select pg_advisory_lock(7)")
    [job] = await queue.claim(1)
    await queue.work(job)
    assert wants.done == []
    await owner.execute("select pg_advisory_unlock(7)")

    async def is_done() -> bool:
        for job in await queue.claim(1):
            await queue.work(job)
        return wants.done == [b"1"]

    await until(is_done)


async def test_workers_that_claim_together_share_the_jobs(database, queue):
    for number in range(20):
        await leave(database, b"%d" % number)
    claimed = await asyncio.gather(*(queue.claim(3) for _ in range(8)))
    taken = [job.payload for jobs in claimed for job in jobs]
    assert len(taken) == len(set(taken))
    assert len(taken) + len(await queue.claim(20)) == 20


async def test_a_slow_worker_keeps_its_job_beyond_the_lease(database, hasty, ledger, owner):
    ledger.let.clear()
    await leave(database)
    [job] = await hasty.claim(1)
    working = asyncio.create_task(hasty.work(job))
    await ledger.began.wait()
    assert await hasty.claim(1) == []
    ledger.let.set()
    await working
    assert ledger.done == [b"1"]
    assert await jobs_left(owner) == 0


async def test_who_comes_back_after_his_lease_does_nothing_again(database, hasty, ledger):
    await leave(database)
    [late] = await hasty.claim(1)
    [second] = await hasty.claim(1)
    await hasty.work(second)
    await hasty.work(late)
    assert ledger.done == [b"1"]


async def test_a_late_failure_does_not_take_the_job_from_its_new_worker(
    database, hasty, queue, ledger, owner
):
    ledger.error = ValueError("no")
    await leave(database)
    [late] = await hasty.claim(1)
    [second] = await queue.claim(1)
    await hasty.work(late)
    assert await owner.fetchval("select claimed_until > now() from job")
    ledger.error = None
    await queue.work(second)
    assert ledger.done == [b"1"]


async def test_a_job_that_the_database_keeps_from_being_done_is_never_given_up(
    database, queue, ledger, owner
):
    ledger.error = UnavailableError("no room")
    await leave(database)
    for _ in range(Queue.ATTEMPTS_MAX + 3):
        await owner.execute("update job set run_at = now()")
        [job] = await queue.claim(1)
        await queue.work(job)
    wait_s = "select extract(epoch from run_at - now()) from job where failed_at is null"
    assert await owner.fetchval(wait_s) <= Queue.TROUBLE_S
    ledger.error = None
    await owner.execute("update job set run_at = now()")
    await queue.work((await queue.claim(1))[0])
    assert ledger.done == [b"1"]


async def test_a_job_that_fails_is_put_back_later_and_later_and_in_the_end_given_up(
    database, queue, ledger, owner
):
    ledger.error = ValueError("no")
    await leave(database)
    pauses = []
    for _ in range(Queue.ATTEMPTS_MAX):
        [job] = await queue.claim(1)
        await queue.work(job)
        pauses.append(await owner.fetchval("select run_at - now() from job"))
        assert await queue.claim(1) == []
        await owner.execute("update job set run_at = now()")
    assert pauses[:-1] == sorted(pauses[:-1])
    assert pauses[-2] > timedelta(seconds=10)
    async with queue._database.connection() as connection:
        [buried] = await store.buried(connection, 10)
    assert (buried["name"], buried["failure"]) == ("note", "ValueError")
    assert ledger.done == []


async def test_a_job_given_up_is_tried_once_an_hour(database, queue, ledger, owner):
    ledger.error = ValueError("no")
    await leave(database)
    for _ in range(Queue.ATTEMPTS_MAX + 3):
        [job] = await queue.claim(1)
        await queue.work(job)
        rest = await owner.fetchval("select run_at - now() from job")
        await owner.execute("update job set run_at = now()")
    assert timedelta(minutes=59) < rest <= timedelta(hours=1)
    ledger.error = None
    [job] = await queue.claim(1)
    await queue.work(job)
    assert ledger.done == [b"1"]
    assert await owner.fetchval("select count(*) from job") == 0


async def test_a_job_that_ended_all_its_workers_is_given_up_unseen(hasty, database, ledger, owner):
    await leave(database)
    for _ in range(Queue.ATTEMPTS_MAX):
        await hasty.claim(1)
    [job] = await hasty.claim(1)
    await hasty.work(job)
    assert await owner.fetchval("select failure from job") == "WorkerLost"
    assert not ledger.began.is_set()
    await owner.execute("update job set run_at = now()")
    [job] = await hasty.claim(1)
    await hasty.work(job)
    assert ledger.began.is_set()


async def test_a_worker_without_the_handler_leaves_the_job_alone(database, keeper_database, owner):
    await leave(database)
    unknowing = Queue(keeper_database, {})
    assert await unknowing.claim(1) == []
    assert await owner.fetchval("select attempts = 0 and claimed_until is null from job")


async def test_the_effect_of_a_job_that_fails_is_undone(database, keeper_database, owner):
    async def half(connection, payload: bytes) -> None:
        await store.put(connection, "other", b"", None)
        raise ValueError

    await leave(database)
    queue = Queue(keeper_database, {"note": half})
    [job] = await queue.claim(1)
    await queue.work(job)
    assert await owner.fetch("select name from job") == [("note",)]


# batches


async def submitted(heart, *proposals, on_repeat: OnRepeat = OnRepeat.BY_RULES) -> Job:
    async with heart.database.transaction() as connection:
        await batch.submit(connection, heart.keyring, list(proposals), on_repeat)
    queue = ShortLease(heart.keeper_database, {batch.JOB: Ledger()})
    [job] = await queue.claim(1)
    return job


def worker(heart) -> Queue:
    work = batch.BatchWork(heart.keyring, Recorder(heart.keyring))
    return ShortLease(heart.keeper_database, {batch.JOB: work})


async def results(heart, owner) -> list[batch.Result]:
    """Of the newest request."""
    async with heart.database.connection() as connection:
        found = await batch.results_of(
            connection,
            heart.keyring,
            await owner.fetchval("select request_id from batch order by created_at desc limit 1"),
            BRAND_CODE,
            datetime.now(UTC),
        )
    assert found is not None
    return found


async def test_a_batch_that_two_workers_hold_is_worked_through_once(heart, owner):
    queue = worker(heart)
    first = await submitted(heart, *(a_proposal(number) for number in range(50)))
    [second] = await queue.claim(1)
    await asyncio.gather(queue.work(first), queue.work(second))
    assert await owner.fetchval("select count(*) from consent_event") == 50
    assert [each.refused_code for each in await results(heart, owner)] == [None] * 50


async def test_a_row_of_a_batch_waits_and_then_has_its_own_result(heart, owner):
    row, refused = a_proposal(1), a_proposal(2, status=Status.RET)
    job = await submitted(heart, row, refused)
    assert [each.transaction_id for each in await results(heart, owner)] == [None, None]
    await worker(heart).work(job)
    first, second = await results(heart, owner)
    assert (first.transaction_id is None, first.refused_code) == (False, None)
    assert (second.transaction_id, second.refused_code) == (None, "H175")
    await worker(heart).work(await submitted(heart, row, on_repeat=OnRepeat.ANSWER))
    [again] = await results(heart, owner)
    assert again.transaction_id == first.transaction_id
    assert again.original.sub_request_id == first.sub_request_id


async def test_a_request_that_has_its_results_is_not_worked_through_again(heart, owner):
    job = await submitted(heart, a_proposal(1))
    await worker(heart).work(job)
    before = await results(heart, owner)
    async with heart.keeper_database.transaction() as connection:
        await worker(heart)._handlers[batch.JOB](connection, job.payload)
    assert await results(heart, owner) == before


async def test_a_request_is_shown_to_its_own_brand_only(heart, owner):
    await submitted(heart, a_proposal(1))
    request_id = await owner.fetchval("select request_id from batch")
    async with heart.database.connection() as connection:
        for number, brand_code in ((request_id, BRAND_CODE + 1), (uuid4(), BRAND_CODE)):
            assert (
                await batch.results_of(
                    connection, heart.keyring, number, brand_code, datetime.now(UTC)
                )
                is None
            )


async def test_old_requests_are_forgotten_in_bounded_bites(heart, owner):
    for number in range(3):
        await submitted(heart, a_proposal(number))
    await owner.execute(
        "update batch set created_at = created_at - interval '61 days', results_sealed = 'x'"
        " where request_id <> (select max(request_id::text)::uuid from batch)"
    )

    async def left_are(count: int) -> bool:
        async with heart.keeper_database.connection() as connection:
            await batch.forget_old_batches(connection, datetime.now(UTC))
        return await owner.fetchval("select count(*) from batch") == count

    await until(lambda: left_are(1), seconds=5)


async def test_a_request_whose_work_is_not_done_is_never_forgotten(heart, owner):
    await submitted(heart, a_proposal(1))
    await owner.execute("update batch set created_at = created_at - interval '61 days'")
    async with heart.keeper_database.connection() as connection:
        await batch.forget_old_batches(connection, datetime.now(UTC))
    assert await owner.fetchval("select count(*) from batch") == 1


async def test_jobs_of_the_version_before_count_as_mixed(database, queue):
    async with database.transaction() as connection:
        await connection.execute("insert into job (name, payload, lane) values ('note', '1', 1)")
    await leave_in_lane(database, b"2", 1, "refusals")
    assert await claims(queue) == [b"1"]
