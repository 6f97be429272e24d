"""A consent's dealers change beside its movements: nothing else moves, no feed shows it."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from builders.heart import Heart, a_key, a_proposal
from builders.parties import BRAND_CODE

from izin.consent import access
from izin.consent.access import Change, change_dealers
from izin.consent.event import Actor, Moved, decode_body
from izin.consent.history import history
from izin.consent.listing import Wanted, list_consents
from izin.consent.rebuild import check, write
from izin.consent.record import OnRepeat
from izin.consent.rules import add_dealers, override_dealers, remove_all_dealers, remove_dealers
from izin.core.codes import RetailerCode
from izin.core.errors import UnavailableError
from izin.core.terms import Channel, Side, Source, Status
from izin.feed.pull import FeedWindow, Reader, pull

pytest_plugins = ("builders.heart",)

HOUR = timedelta(hours=1)
ONE, TWO, THREE, FOUR = (RetailerCode(66_000_001 + n) for n in range(4))


def add(*codes: RetailerCode) -> Change:
    return partial(add_dealers, codes=frozenset(codes))


def override(*codes: RetailerCode) -> Change:
    return partial(override_dealers, codes=frozenset(codes))


def remove(*codes: RetailerCode) -> Change:
    return partial(remove_dealers, codes=frozenset(codes))


async def change(heart: Heart, how: Change, *numbers: int):
    async with heart.database.connection() as connection:
        keys = [a_key(number) for number in numbers or (1,)]
        return await change_dealers(connection, heart.keyring, keys, how)


async def users(heart: Heart, number: int = 1) -> set[RetailerCode]:
    codes = [ONE, TWO, THREE, FOUR]
    may = await heart.checker.may_use([a_key(number)] * 4, codes)
    return {code for code, yes in zip(codes, may, strict=True) if yes}


async def look(heart: Heart):
    return await check(heart.keeper_database, heart.keeper_keyring, lambda *_: None)


@pytest.mark.parametrize(
    ("how", "listed", "taker"),
    [
        (add(THREE), {ONE, TWO, THREE}, ONE),
        (add(TWO, FOUR), {ONE, TWO, FOUR}, ONE),
        (override(THREE), {THREE}, None),
        (remove(TWO), {ONE}, ONE),
        (remove(ONE, THREE), {TWO}, ONE),
        (remove_all_dealers, set(), ONE),
    ],
    ids=["one more", "one known, one new", "others only", "one less", "the taker", "none"],
)
async def test_a_consent_has_the_dealers_that_it_was_given(heart, how, listed, taker):
    await heart.record(a_proposal(1, retailer_code=ONE, retailer_access=(ONE, TWO)))
    before = await heart.checker.detail(a_key(1))
    [changed] = await change(heart, how)
    assert changed is not None
    after = await heart.checker.detail(a_key(1))
    assert (await users(heart), after.retailer_code) == (listed, taker)
    assert after.retailer_count == len(listed)
    for name in ("status", "source", "consented_at", "first_recorded_at", "transaction_id"):
        assert getattr(after, name) == getattr(before, name)
    await heart.number_and_project()
    assert (await look(heart)).differences == 0


async def test_many_consents_change_together_and_one_that_is_not_there_is_said(heart):
    await heart.record(a_proposal(1), a_proposal(3, retailer_access=(TWO,)))
    first, missing, third = await change(heart, add(ONE), 1, 2, 3)
    assert missing is None
    assert None not in (first, third)
    assert (await users(heart, 1), await users(heart, 3)) == ({ONE}, {ONE, TWO})


@pytest.mark.parametrize("how", [add(ONE), override(ONE, TWO), remove(THREE)])
async def test_what_stands_already_makes_no_event(heart, owner, how):
    await heart.record(a_proposal(1, retailer_access=(ONE, TWO)))
    assert await change(heart, how) == await change(heart, how)
    assert await owner.fetchval("select count(*) from consent_event") == 1


async def test_a_change_is_in_nobody_s_feed_and_in_no_history(heart, owner):
    await heart.record(a_proposal(1))
    await change(heart, add(ONE))
    await heart.record(a_proposal(1, status=Status.RET, ago=timedelta(minutes=5)))
    await change(heart, add(TWO))
    await heart.number_and_project()
    sides = await owner.fetch("select side from entry order by idx")
    assert [row["side"] for row in sides] == ["HS", "ACCESS", "HS", "ACCESS"]
    now = datetime.now(UTC)
    async with heart.database.connection() as connection:
        for side, count in ((Side.HS, 2), (Side.IYS, 0)):
            reader = Reader(brand_code=BRAND_CODE, side=side, after_idx=0, limit=9, now=now)
            changes = await pull(connection, heart.keyring, reader, FeedWindow())
            assert len(changes.movements) == count
        past = await history(connection, heart.keyring, a_key(1), offset=0, limit=9)
    assert [each.status for each in past.movements] == [Status.RET, Status.ONAY]
    assert past.total_count == 2


async def test_its_event_names_what_stands_and_is_chained_beside_the_movements(heart, owner):
    await heart.record(a_proposal(1, ago=3 * HOUR))
    [first] = await change(heart, add(ONE))
    await heart.record(a_proposal(1, ago=2 * HOUR))
    [second] = await change(heart, add(TWO))
    rows = await owner.fetch("select * from consent_event order by event_id")
    moved, one, renewed, two = rows
    assert [row["event_id"] for row in (one, two)] == [first.event_id, second.event_id]
    assert [row["previous_event_id"] for row in rows] == [
        None,
        moved["event_id"],
        moved["event_id"],
        one["event_id"],
    ]
    opener = await heart.keyring.openers([two["body_sealed"]])
    place = ("consent_event", "body_sealed", two["event_id"].bytes)
    body = decode_body(opener.open(two["body_sealed"], *place))
    assert body.moved == Moved(renewed["event_id"], renewed["recorded_at"])
    assert (body.retailer_access, body.side) == ((ONE, TWO), Side.ACCESS)


async def test_a_movement_that_names_dealers_replaces_those_that_were_given(heart):
    await heart.record(a_proposal(1, ago=3 * HOUR))
    await change(heart, add(ONE, TWO))
    await heart.record(a_proposal(1, ago=2 * HOUR, retailer_access=(THREE,)))
    assert await users(heart) == {THREE}
    await heart.record(a_proposal(1, ago=HOUR))
    await change(heart, add(FOUR))
    assert await users(heart) == {THREE, FOUR}
    await heart.number_and_project()
    assert (await look(heart)).differences == 0


async def test_a_repeated_movement_is_known_after_its_dealers_changed(heart):
    proposal = a_proposal(1, retailer_access=(ONE,))
    [recorded] = await heart.record(proposal)
    await change(heart, override(TWO))
    [again] = await heart.record(proposal, on_repeat=OnRepeat.ANSWER)
    assert again.transaction_id == recorded.transaction_id
    assert await users(heart) == {TWO}


async def test_an_overridden_dealer_does_not_come_back_with_a_renewal(heart):
    await heart.record(a_proposal(1, ago=3 * HOUR, retailer_code=ONE))
    await change(heart, override(TWO))
    await heart.record(a_proposal(1, ago=2 * HOUR))
    assert (await heart.checker.detail(a_key(1))).retailer_code is None


async def test_of_many_at_once_none_is_lost(heart):
    """Additions, movements and questions meet over five records."""
    numbers = list(range(5))
    await heart.record(*(a_proposal(n, ago=9 * HOUR) for n in numbers))
    codes = [RetailerCode(66_100_000 + n) for n in range(24)]
    start = datetime.now(UTC) - 8 * HOUR

    async def give(code: RetailerCode) -> None:
        order = random.sample(numbers, len(numbers))
        while True:
            try:
                await change(heart, add(code), *order)
            except UnavailableError:
                continue
            return

    async def renew(turn: int) -> None:
        at = start + timedelta(minutes=turn)
        await heart.record(*(a_proposal(n, consented_at=at) for n in numbers))

    async with asyncio.timeout(60):
        await asyncio.gather(*map(give, codes), *map(renew, range(12)))
    for number in numbers:
        may = await heart.checker.may_use([a_key(number)] * len(codes), codes)
        assert all(may)
    await heart.number_and_project()
    report = await look(heart)
    assert (report.differences, report.unjudged) == (0, 0)


async def test_all_or_none_of_a_call_s_consents_change(heart, owner):
    await heart.record(a_proposal(1), a_proposal(2))
    async with owner.transaction():
        await owner.execute("update provider_consent set version = version + 1")
        waiting = asyncio.create_task(change(heart, add(ONE), 1, 2))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done
    await waiting
    assert await users(heart, 1) == await users(heart, 2) == {ONE}


async def test_a_consent_that_moves_under_every_try_is_said_and_left(heart, owner, monkeypatch):
    await heart.record(a_proposal(1))

    async def moved(*_: object) -> int:
        return 0

    monkeypatch.setattr(access.store, "change_access", moved)
    with pytest.raises(UnavailableError):
        await change(heart, add(ONE))
    assert await owner.fetchval("select count(*) from consent_event") == 1
    assert await users(heart) == set()


# the citizens' view and the rebuild


async def test_a_citizen_sees_the_movement_and_who_took_it_still(heart, owner):
    await heart.record(a_proposal(1, retailer_code=ONE))
    await heart.number_and_project()
    before = await owner.fetchrow("select * from citizen_consent")
    await change(heart, override(TWO))
    await heart.number_and_project()
    after = await owner.fetchrow("select * from citizen_consent")
    assert await owner.fetchval("select count(*) from citizen_consent") == 1
    assert before["slot"] == after["slot"]
    assert before["sealed"] != after["sealed"]
    figures = await owner.fetch("select approvals, rejections from brand_figure")
    assert [tuple(row) for row in figures] == [(1, 0)]


@pytest.fixture
async def dealt(heart) -> Heart:
    """A consent whose dealers changed, that moved and changed again, and one beside it."""
    await heart.record(a_proposal(1, ago=3 * HOUR, retailer_code=ONE), a_proposal(2))
    await change(heart, add(ONE, TWO), 1, 2)
    await heart.record(
        a_proposal(1, status=Status.RET, source=Source.IYS_WEB, consented_at=None),
        actor=Actor.CITIZEN,
    )
    await change(heart, override(THREE), 1)
    await heart.number_and_project()
    return heart


SPOILS = {
    "access_id": "update provider_consent set access_id = null",
    "an older access_id": "update provider_consent set access_id = (select event_id "
    "from entry where side = 'ACCESS' order by idx limit 1)",
    "access_count": "update provider_consent set access_count = 7",
    "version": "update provider_consent set version = 1",
    "taker": "update provider_consent set retailer_siv = null where retailer_siv is not null",
    "dealers": "delete from consent_retailer",
    "record": "delete from provider_consent",
    "citizens' rows": "delete from citizen_consent",
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
async def test_what_was_spoilt_is_found_and_put_back(dealt, owner, spoil):
    if "retailer_siv" in spoil:
        await dealt.record(a_proposal(2, ago=timedelta(minutes=2), retailer_code=ONE))
        await change(dealt, add(FOUR), 2)
        await dealt.number_and_project()
    columns = ("event_id", "access_id", "access_count", "version", "retailer_siv", "status")
    wanted = f"select tag, {', '.join(columns)} from provider_consent order by tag"
    before = await owner.fetch(wanted)
    await owner.execute(spoil)
    assert (await look(dealt)).differences > 0
    await write(dealt.keeper_database, dealt.keeper_keyring, lambda *_: None)
    assert (await look(dealt)).differences == 0
    assert await owner.fetch(wanted) == before


async def test_a_change_not_projected_yet_is_no_difference(dealt):
    await change(dealt, add(FOUR), 1, 2)
    report = await look(dealt)
    assert report.differences == 0
    assert report.moved > 0


@pytest.mark.parametrize("which", ["first", "last"])
async def test_a_change_that_was_altered_is_told(dealt, owner, which):
    order = "" if which == "first" else "desc"
    await owner.execute(
        "update consent_event set commitment = '\\x00' where event_id = (select event_id "
        f"from entry where side = 'ACCESS' order by idx {order} limit 1)"
    )
    assert (await look(dealt)).altered == 1


async def test_a_change_that_is_out_of_its_chain_is_told(dealt, owner):
    await owner.execute(
        "update consent_event set previous_event_id = gen_random_uuid() "
        "where event_id = "
        "(select event_id from entry where side = 'ACCESS' order by idx desc limit 1)"
    )
    assert (await look(dealt)).unlinked == 1


async def test_random_changes_leave_both_views_equal(heart):
    rng = random.Random(7)
    codes = [ONE, TWO, THREE, FOUR]
    hows = [add, override, remove]
    at = datetime.now(UTC) - 200 * HOUR
    for step in range(60):
        some = rng.sample(range(8), 3)
        at += HOUR
        if rng.random() < 0.5:
            access = tuple(rng.sample(codes, 2)) if rng.random() < 0.5 else None
            status = rng.choice(list(Status))
            await heart.record(
                *(
                    a_proposal(n, status=status, consented_at=at, retailer_access=access)
                    for n in some
                )
            )
        else:
            how = rng.choice(hows)(*rng.sample(codes, rng.randrange(1, 4)))
            await change(heart, rng.choice([how, remove_all_dealers]), *some)
        if step % 7 == 0:
            await heart.number_and_project()
            report = await look(heart)
            assert (report.differences, report.unjudged, report.moved) == (0, 0, 0)


# one dealer's list


async def listed(heart: Heart, dealer: RetailerCode, **facts: object) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    after = None
    async with heart.database.connection() as connection:
        while True:
            wanted = Wanted(brand_code=BRAND_CODE, dealer=dealer, after=after, **facts)
            page = await list_consents(connection, heart.keyring, wanted)
            found += [(each.recipient, each.channel) for each in page.items]
            after = page.next
            if after is None:
                return found


@pytest.mark.parametrize("limit", [1, 2, 1000])
@pytest.mark.parametrize("scanned", [1, 3, 5000])
async def test_a_dealer_s_list_has_what_it_took_and_what_it_may_use(
    heart, monkeypatch, limit, scanned
):
    monkeypatch.setattr("izin.consent.listing.SCAN_ROWS", scanned)
    calls = [a_key(n, channel=Channel.ARAMA) for n in range(10, 14)]
    await heart.record(
        *(a_proposal(n, retailer_code=ONE) for n in range(5)),
        *(a_proposal(n, retailer_access=(ONE, TWO)) for n in range(5, 10)),
        *(a_proposal(key=key, retailer_code=ONE, retailer_access=(ONE,)) for key in calls),
        *(a_proposal(n, retailer_access=(TWO,)) for n in range(20, 25)),
    )
    expected = {(a_key(n).address.clear, "MESAJ") for n in range(10)}
    expected |= {(key.address.clear, "ARAMA") for key in calls}
    found = await listed(heart, ONE, limit=limit)
    assert len(found) == len(expected)
    assert set(found) == expected
    only = await listed(heart, ONE, limit=limit, channel=Channel.ARAMA)
    assert set(only) == {(key.address.clear, "ARAMA") for key in calls}
    assert await listed(heart, THREE, limit=limit) == []
