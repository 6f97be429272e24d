"""How many addresses a company has: what is kept is what a plain count of its records gives."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from builders.counting import assert_counted, plainly
from builders.heart import Heart, a_key, a_proposal, email, phone
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_BRAND_CODE,
    OTHER_IYS_CODE,
    Given,
)

from izin.access.transfer import transfer_brand
from izin.consent import rebuild
from izin.consent.addresses import write_addresses
from izin.consent.event import Actor
from izin.consent.figures import Tally
from izin.consent.project import Projector, bodies_between
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.ledger.sequence import FencedError, Sequencer
from izin.subscription import walk as walking
from izin.subscription.count import AddressCount, address_count
from izin.subscription.walk import Walker

pytest_plugins = ("builders.heart",)

SECOND, THEIR_SECOND = BrandCode(731003), BrandCode(841003)
BRANDS = {
    BRAND_CODE: (IYS_CODE, IYS_CODE),
    SECOND: (IYS_CODE, IYS_CODE),
    OTHER_BRAND_CODE: (OTHER_IYS_CODE, OTHER_IYS_CODE),
    THEIR_SECOND: (OTHER_IYS_CODE, OTHER_IYS_CODE),
}


@pytest.fixture
async def brands(given: Given):
    for code in (IYS_CODE, OTHER_IYS_CODE):
        await given.provider(code)
    for brand, (whose, _) in BRANDS.items():
        await given.brand(brand, of=whose)
    return dict(BRANDS)


@pytest.fixture
def walker(heart) -> Walker:
    return Walker(heart.keeper_database, heart.keeper_keyring)


async def counted(heart: Heart, owner=IYS_CODE) -> AddressCount:
    async with heart.keeper_database.connection() as connection:
        return await address_count(connection, heart.keyring.pseudonyms, owner, ())


async def check(heart: Heart, brands) -> None:
    async with heart.keeper_database.connection() as connection:
        await assert_counted(connection, heart.keyring.pseudonyms, brands)


def an_email(name="ayse", **facts):
    return a_key(channel=Channel.EPOSTA, address=email(name), **facts)


async def record(heart: Heart, *proposals, **facts) -> None:
    await heart.record(*proposals, **facts)
    await heart.number_and_project()


async def test_nothing_recorded_is_nothing_counted(heart):
    assert await counted(heart) == AddressCount(0, 0)


async def test_a_phone_counts_once_in_every_channel_type_and_brand(heart, brands):
    keys = [
        a_key(1, brand_code=brand, channel=channel, recipient_type=kind)
        for brand in (BRAND_CODE, SECOND)
        for channel in (Channel.ARAMA, Channel.MESAJ)
        for kind in RecipientType
    ]
    await record(heart, *(a_proposal(key=key) for key in keys))
    assert await counted(heart) == AddressCount(phones=1, emails=0)
    for place, key in enumerate(keys):
        assert await counted(heart) == AddressCount(phones=1, emails=0)
        ago = timedelta(minutes=30 - place)
        await record(heart, a_proposal(key=key, status=Status.RET, ago=ago))
    assert await counted(heart) == AddressCount()


async def test_the_greater_of_phones_and_emails_is_what_counts(heart, brands):
    await record(heart, *(a_proposal(n) for n in range(3)), a_proposal(key=an_email()))
    found = await counted(heart)
    assert (found, found.addresses) == (AddressCount(phones=3, emails=1), 3)


async def test_a_refusal_takes_away_and_a_consent_brings_back(heart, brands):
    await record(heart, a_proposal(1))
    await record(heart, a_proposal(1, ago=timedelta(minutes=50)))  # renewed
    assert (await counted(heart)).phones == 1
    citizens = a_proposal(1, status=Status.RET, source=Source.IYS_WEB, consented_at=None)
    await record(heart, citizens, actor=Actor.CITIZEN)
    assert (await counted(heart)).phones == 0
    again = msgspec.structs.replace(citizens, status=Status.ONAY)
    await record(heart, again, actor=Actor.CITIZEN)
    assert (await counted(heart)).phones == 1


async def test_of_several_movements_at_once_the_last_decides(heart, brands):
    await heart.record(a_proposal(1), a_proposal(2))
    await heart.record(a_proposal(1, status=Status.RET, ago=timedelta(minutes=9)))
    await heart.record(a_proposal(2, status=Status.RET, ago=timedelta(minutes=9)))
    await record(heart, a_proposal(2, ago=timedelta(minutes=8)))
    assert (await counted(heart)).phones == 1


async def test_companies_do_not_share_an_address(heart, brands):
    theirs = a_key(1, iys_code=OTHER_IYS_CODE, brand_code=OTHER_BRAND_CODE)
    await record(heart, a_proposal(1), a_proposal(key=theirs))
    assert (await counted(heart)).phones == (await counted(heart, OTHER_IYS_CODE)).phones == 1
    await check(heart, brands)


async def test_the_same_stretch_counted_twice_changes_nothing(heart, brands):
    """What a keeper did whose commit was not heard of is done again."""
    await record(heart, *(a_proposal(n) for n in range(5)))
    await record(heart, a_proposal(2, status=Status.RET, ago=timedelta(minutes=5)))
    for _ in range(2):
        async with heart.keeper_database.transaction() as connection:
            found = await bodies_between(connection, heart.keeper_keyring, 0, 6)
            tally = Tally(0)
            tally.add(6, heart.keeper_keyring, found.bodies)
            await write_addresses(connection, heart.keeper_keyring, tally.addresses)
    assert (await counted(heart)).phones == 4
    await check(heart, brands)


async def test_a_count_that_breaks_off_leaves_nothing_behind(heart, brands):
    await heart.record(*(a_proposal(n) for n in range(5)))
    async with heart.keeper_database.connection() as lease:
        sequencer = Sequencer(heart.keeper_database)
        assert await sequencer.begin(lease)
        await sequencer.number()
        await heart.projector.project(sequencer.epoch)
        stranger = Projector(heart.keeper_database, heart.keeper_keyring)
        with pytest.raises(FencedError):  # at its last statement
            await stranger.count(sequencer.epoch - 1)
        assert (await counted(heart)).phones == 0
        await stranger.count(sequencer.epoch)
        await lease.execute("select pg_advisory_unlock_all()")
    assert (await counted(heart)).phones == 5


async def forget(heart: Heart, owner) -> None:
    """As it is after an upgrade: records without a count."""
    await owner.execute("truncate counted_address, counted_brand, address_figure")


@pytest.mark.parametrize("rows", [1, 3, 1000])
async def test_what_was_there_before_is_gone_through_in_bites(
    heart, brands, walker, owner, monkeypatch, rows
):
    monkeypatch.setattr(walking, "WALKED_ROWS", rows)
    for n in range(7):
        await heart.record(a_proposal(n), a_proposal(key=a_key(n, brand_code=SECOND)))
    await record(heart, a_proposal(1, status=Status.RET, ago=timedelta(minutes=5)))
    await forget(heart, owner)
    assert await walker.walk() == 14
    assert (await counted(heart)).phones == 7
    await check(heart, brands)
    assert await walker.walk() == 0


async def test_what_moves_while_the_walk_goes_on_counts_as_it_ends(
    heart, brands, walker, owner, monkeypatch
):
    monkeypatch.setattr(walking, "WALKED_ROWS", 2)
    await record(heart, *(a_proposal(n) for n in range(40)))
    await forget(heart, owner)

    async def move() -> None:
        for n in range(0, 40, 2):
            await heart.record(a_proposal(n, status=Status.RET, ago=timedelta(minutes=5)))
            await heart.number_and_project()

    walked, _ = await asyncio.gather(walker.walk(), move())
    assert walked == 40
    assert (await counted(heart)).phones == 20
    await check(heart, brands)


async def moved(heart: Heart, brands, code, to, operator_database) -> None:
    tagged = brands[code][1]
    await transfer_brand(operator_database, code, to, by=OPERATOR)
    brands[code] = to, tagged


async def test_a_moved_brands_addresses_go_with_it(heart, brands, walker, operator_database):
    await record(
        heart,
        *(a_proposal(n) for n in range(3)),
        *(a_proposal(key=a_key(n, brand_code=SECOND)) for n in range(2, 7)),
    )
    await walker.walk()
    assert (await counted(heart)).phones == 7
    await moved(heart, brands, SECOND, OTHER_IYS_CODE, operator_database)
    await walker.walk()
    assert (await counted(heart)).phones == 3
    await check(heart, brands)
    later = a_key(9, iys_code=OTHER_IYS_CODE, brand_code=SECOND, tagged_for=IYS_CODE)
    await record(heart, a_proposal(key=later))
    refused = msgspec.structs.replace(later, address=phone(2))
    await record(heart, a_proposal(key=refused, status=Status.RET, ago=timedelta(minutes=5)))
    await check(heart, brands)
    await moved(heart, brands, SECOND, IYS_CODE, operator_database)
    await walker.walk()
    assert (await counted(heart)).phones == 8
    await check(heart, brands)


KINDS = list(RecipientType)


@pytest.fixture
def small_bites(monkeypatch):
    monkeypatch.setattr(walking, "WALKED_ROWS", 7)


def a_step(rng: random.Random, brands, at: datetime):
    brand = rng.choice(list(brands))
    whose, tagged = brands[brand]
    channel = rng.choice(list(Channel))
    number = rng.randrange(12)
    address = email(f"kisi{number}") if channel is Channel.EPOSTA else phone(number)
    key = a_key(
        iys_code=whose,
        brand_code=brand,
        channel=channel,
        recipient_type=rng.choice(KINDS),
        address=address,
        tagged_for=None if tagged == whose else tagged,
    )
    return a_proposal(key=key, status=rng.choice(list(Status)), consented_at=at)


@pytest.mark.parametrize("seed", range(6))
async def test_a_random_history_is_counted_as_it_stands(
    heart, brands, operator_database, owner, seed, small_bites
):
    """Movements, moves of brands, walks, a count that is lost, all in any order."""
    walker = Walker(heart.keeper_database, heart.keeper_keyring)
    rng = random.Random(seed)
    at = datetime.now(UTC) - timedelta(days=20)
    for step in range(25):
        whens = (at + timedelta(hours=step, seconds=rng.randrange(3000)) for _ in range(12))
        await heart.record(*(a_step(rng, brands, when) for when in whens))
        match rng.randrange(6):
            case 0:
                code = rng.choice([SECOND, THEIR_SECOND])
                to = ({IYS_CODE, OTHER_IYS_CODE} - {brands[code][0]}).pop()
                await moved(heart, brands, code, IysCode(to), operator_database)
            case 1:
                await walker.walk()
            case 2:
                await asyncio.gather(
                    Walker(heart.keeper_database, heart.keeper_keyring).walk(),
                    heart.number_and_project(),
                )
            case 3 if step == 12:
                await forget(heart, owner)
            case _:
                await heart.number_and_project()
    await heart.number_and_project()
    await Walker(heart.keeper_database, heart.keeper_keyring).walk()
    await check(heart, brands)
    async with heart.keeper_database.connection() as connection:
        everything = await plainly(connection, heart.keyring.pseudonyms, brands)
    assert everything.phones > 5


WRONG = {
    "a row that is gone": "delete from counted_address where tag in (select tag {two})",
    "a record too many": "update counted_address set records = records || '\\x0011223344556677'"
    " where tag in (select tag {two})",
    "none of its records": "update counted_address set records = '\\x0011223344556677'"
    " where tag in (select tag {two})",
}


@pytest.fixture
async def lived(heart, brands, walker) -> Heart:
    """Some phones of two brands, of which one has refused."""
    await heart.record(*(a_proposal(n) for n in range(6)))
    await heart.record(a_proposal(key=a_key(1, brand_code=SECOND)), a_proposal(key=an_email()))
    await record(heart, a_proposal(2, status=Status.RET, ago=timedelta(minutes=5)))
    await walker.walk()
    return heart


async def compared(heart: Heart) -> tuple[int, int, int, int]:
    report = await rebuild.check(heart.keeper_database, heart.keeper_keyring, lambda *_: None)
    assert report.differences == (
        report.addresses_differing + report.addresses_surplus + report.address_figures_differing
    )
    return (
        report.addresses_differing,
        report.addresses_surplus,
        report.address_figures_differing,
        report.moved,
    )


async def test_a_rebuild_finds_nothing_where_nothing_is_wrong(lived):
    assert await compared(lived) == (0, 0, 0, 0)


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_rebuild_finds_what_is_not_counted_right_and_mends_it(lived, brands, owner, wrong):
    phones = "select pool from counted_address group by pool order by count(*) desc limit 1"
    rows = f"select tag from counted_address where pool = ({phones}) order by tag limit 2"
    two = f"from ({rows}) as t"
    await owner.execute(WRONG[wrong].format(two=two))
    is_gone = wrong == "a row that is gone"
    assert await compared(lived) == (2, 0, (1 if is_gone else 0), 0)
    await rebuild.write(lived.keeper_database, lived.keeper_keyring, lambda *_: None)
    assert await compared(lived) == (0, 0, 0, 0)
    await check(lived, brands)


async def test_a_rebuild_puts_figures_right(lived, brands, owner):
    await owner.execute("update address_figure set addresses = addresses + 3")
    assert await compared(lived) == (0, 0, 2, 0)
    report = await rebuild.write(lived.keeper_database, lived.keeper_keyring, lambda *_: None)
    assert report.written == 2
    await check(lived, brands)


async def test_a_rebuild_tells_of_addresses_that_nobody_has(lived, owner):
    await owner.execute(
        "insert into counted_address select gen_random_uuid(), pool, bucket, records"
        " from counted_address limit 1"
    )
    assert await compared(lived) == (0, 1, 1, 0)


async def test_what_is_not_counted_yet_is_no_difference(lived):
    await lived.record(a_proposal(1, status=Status.RET, ago=timedelta(minutes=5)))
    await lived.record(a_proposal(77))
    assert (await compared(lived))[:3] == (0, 0, 0)


async def test_what_is_counted_in_the_midst_is_no_surplus(lived, monkeypatch):
    for number in range(80, 85):
        await lived.record(a_proposal(number))
    async with lived.keeper_database.connection() as lease:
        sequencer = Sequencer(lived.keeper_database)
        assert await sequencer.begin(lease)
        while await sequencer.number():
            pass
        while await lived.projector.project(sequencer.epoch):
            pass
        await lease.execute("select pg_advisory_unlock_all()")
    real = rebuild.row_count

    async def late(connection, idx) -> int:
        await lived.number_and_project()  # the count catches up
        return await real(connection, idx)

    monkeypatch.setattr(rebuild, "row_count", late)
    assert (await compared(lived))[:3] == (0, 0, 0)


async def test_a_brand_that_is_gone_through_just_now_is_left(lived, owner, brands):
    await forget(lived, owner)
    assert (await compared(lived))[:3] == (0, 0, 0)
    await lived.record(a_proposal(88))
    await lived.number_and_project()  # its brand is known now, and not whole
    report = await rebuild.write(lived.keeper_database, lived.keeper_keyring, lambda *_: None)
    assert report.differences == 0
    await Walker(lived.keeper_database, lived.keeper_keyring).walk()
    await check(lived, brands)
    assert await compared(lived) == (0, 0, 0, 0)
