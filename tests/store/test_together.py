"""Single calls that wait are recorded together, and each gets its own verdict."""

import asyncio
from collections import Counter
from datetime import timedelta

import asyncpg
import msgspec
import pytest
from builders.heart import a_key, a_proposal, until

from izin.consent.event import Actor
from izin.consent.model import Recorded, Repeated
from izin.consent.record import OnRepeat
from izin.consent.together import LOCKED_MAX, Together
from izin.core.address import Address, AddressKind
from izin.core.errors import LockedError, Refused
from izin.core.terms import Status
from izin.storage.database import Database

HOUR = timedelta(hours=1)


@pytest.fixture
def together(heart) -> Together:
    return Together(heart.database, heart.database, heart.recorder)


async def each(together, *proposals, on_repeat=OnRepeat.BY_RULES) -> list[object]:
    calls = (together.record(proposal, on_repeat) for proposal in proposals)
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_each_call_gets_its_own_verdict(heart, together):
    await heart.record(a_proposal(7, ago=3 * HOUR))
    verdicts = await each(
        together,
        *(a_proposal(number) for number in range(5)),
        a_proposal(6, status=Status.RET),
        a_proposal(7, status=Status.RET),
    )
    assert [type(verdict) for verdict in verdicts] == [Recorded] * 5 + [Refused, Recorded]
    receipts = {verdict.transaction_id for verdict in verdicts if isinstance(verdict, Recorded)}
    assert len(receipts) == 6
    found = await heart.checker.standings([a_key(number) for number in range(8)])
    assert [None if one is None else one.status for one in found] == [
        *["ONAY"] * 5,
        *[None, None, "RET"],
    ]


@pytest.mark.plain
async def test_calls_that_wait_share_a_commit(heart, together, owner):
    await heart.record(a_proposal(1000))  # the brand's key is made with the first
    await each(together, *(a_proposal(number) for number in range(100)))
    commits = await owner.fetchval("select count(distinct xmin::text) from consent_event")
    assert commits <= 7


async def test_the_same_movement_sent_twice_at_once_is_recorded_once(heart, together, owner):
    [one, two] = await each(together, a_proposal(1), a_proposal(1), on_repeat=OnRepeat.ANSWER)
    same = a_proposal(2)
    [three, four] = await each(together, same, same, on_repeat=OnRepeat.ANSWER)
    assert isinstance(one, Recorded)
    assert isinstance(two, Refused | Recorded)  # its date is another one
    assert isinstance(four, Repeated)
    assert four.transaction_id == three.transaction_id
    assert await owner.fetchval("select count(*) from provider_consent") == 2


async def test_what_cannot_be_recorded_spoils_nobody_elses_call(heart, together):
    address = Address("\ud800@posta.example", AddressKind.EMAIL)  # no reader lets this through
    poisoned = a_proposal(0, key=msgspec.structs.replace(a_key(), address=address))
    verdicts = await each(together, a_proposal(1), poisoned, a_proposal(2))
    assert [type(verdict) for verdict in verdicts] == [Recorded, UnicodeEncodeError, Recorded]


async def test_refusals_whose_rows_are_locked_hold_up_nobody_else_s(heart, fresh_database, owner):
    people = range(1, 13)
    await heart.record(*(a_proposal(number, ago=3 * HOUR) for number in people))
    reserved = await Database.open_reserved(fresh_database, role="izin_web", size=3, lock_ms=100)
    together = Together(heart.database, reserved, heart.recorder)

    def refuse(number: int) -> asyncio.Task[object]:
        proposal = a_proposal(number, status=Status.RET)
        return asyncio.create_task(together.record(proposal, OnRepeat.BY_RULES))

    tags = await owner.fetch("select tag from provider_consent order by tag limit 4")
    async with asyncio.timeout(20):
        async with owner.transaction():
            await owner.execute(
                "select from provider_consent where tag = any ($1) for update",
                [row["tag"] for row in tags],
            )
            waiting = {refuse(number) for number in people}
            done: set[asyncio.Task[object]] = set()
            while len(done) < 10:  # whoever is free is answered while some still wait
                now_done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                done |= now_done
            assert len(waiting) == LOCKED_MAX
        done |= (await asyncio.wait(waiting))[0]
    told = Counter(type(each.exception() or each.result()) for each in done)
    assert told == {Recorded: 10, LockedError: 2}  # who finds too many waiting comes again
    await reserved.close()


async def test_what_was_recorded_before_another_s_row_was_locked_is_told(
    heart, fresh_database, owner
):
    """Both travel together; the one is written, the other's row moves and is locked again."""
    await heart.record(a_proposal(1, ago=5 * HOUR))
    [first] = await owner.fetch("select tag from provider_consent")
    await heart.record(a_proposal(2, ago=5 * HOUR))
    locked = await owner.fetchval("select tag from provider_consent where tag <> $1", first["tag"])
    reserved = await Database.open_reserved(fresh_database, role="izin_web", size=3, lock_ms=1_500)
    together = Together(heart.database, reserved, heart.recorder)
    waiting = (
        "select count(*) from pg_stat_activity"
        " where wait_event_type = 'Lock' and datname = current_database()"
    )

    async def wait(count: int) -> None:
        async def do_they() -> bool:
            await owner.execute("select pg_stat_clear_snapshot()")
            return bool(await owner.fetchval(waiting) >= count)

        await until(do_they)

    another = await asyncpg.connect(fresh_database)
    async with heart.database.connection() as moving, moving.transaction():
        await heart.recorder.record(
            moving,
            [a_proposal(2, ago=4 * HOUR)],
            actor=Actor.PROVIDER,
            on_repeat=OnRepeat.BY_RULES,
        )
        calls = [
            asyncio.create_task(
                together.record(a_proposal(number, status=Status.RET), OnRepeat.BY_RULES)
            )
            for number in (1, 2)
        ]
        await wait(1)
        holding = another.transaction()
        await holding.start()
        held = asyncio.create_task(
            another.execute("select from provider_consent where tag = $1 for update", locked)
        )
        await wait(2)
    await held
    assert isinstance(await calls[0], Recorded)
    await holding.rollback()
    assert isinstance(await calls[1], Recorded)
    assert await owner.fetchval("select count(*) from consent_event") == 5
    await another.close()
    await reserved.close()
