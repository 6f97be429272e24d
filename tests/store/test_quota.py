"""Past the limit of a package without excess no new address comes in; all else always does."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from builders.clock import FakeClock
from builders.heart import Heart, a_key, a_proposal, email, phone
from builders.parties import IYS_CODE

from izin.consent.quota import FORGOTTEN_S, READ_AGAIN_S, Bounds, Quotas
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.subscription.model import Package, Subscribed

pytest_plugins = ("builders.heart",)

NOW = datetime.now(UTC)


def bounds(limit: int | None) -> Bounds:
    each = Subscribed(
        subscription_id=uuid4(),
        iys_code=IYS_CODE,
        package=Package.ILETI_5,
        level=1,
        starts_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=364),
        address_limit=limit or 0,
        may_exceed=False,
    )
    return Bounds(lambda _: None if limit is None else each, lambda _: {IYS_CODE})


class Door:
    """Looks at consents before it records them."""

    def __init__(self, heart: Heart, limit: int | None, clock: FakeClock) -> None:
        self.heart = heart
        self.clock = clock
        self.quotas = Quotas(bounds(limit), heart.keyring, clock_s=clock.seconds)

    async def over(self, *proposals) -> list[int]:
        async with self.heart.database.connection() as connection:
            return sorted(await self.quotas.over(connection, proposals))

    async def take(self, *proposals) -> list[int]:
        """Give the places of those refused; record the others."""
        over = await self.over(*proposals)
        passing = [each for place, each in enumerate(proposals) if place not in over]
        await self.heart.record(*passing)
        return over


@pytest.fixture
def door(heart, clock):
    return lambda limit: Door(heart, limit, clock)


async def test_without_a_bound_there_is_nothing_to_look_at(door):
    quotas = door(None).quotas
    assert not quotas.may_be_over([a_proposal(1)])
    assert door(3).quotas.may_be_over([a_proposal(1)])
    assert not door(3).quotas.may_be_over([a_proposal(1, status=Status.RET)])
    assert await door(None).over(*(a_proposal(n) for n in range(9))) == []


async def test_the_last_that_fits_comes_in_and_no_other(door):
    it = door(3)
    assert await it.take(*(a_proposal(n) for n in range(5))) == [3, 4]
    assert await it.take(a_proposal(9)) == [0]


@pytest.mark.parametrize("is_counted", [False, True])
async def test_what_is_no_new_address_always_passes(door, heart, is_counted):
    it = door(2)
    await it.take(a_proposal(1), a_proposal(2))
    if is_counted:
        await heart.number_and_project()
    assert await it.over(a_proposal(3)) == [0]
    renewal = a_proposal(1, ago=timedelta(minutes=5))
    other_channel = a_proposal(key=a_key(2, channel=Channel.ARAMA))
    other_type = a_proposal(key=a_key(2, recipient_type=RecipientType.TACIR))
    refusal = a_proposal(2, status=Status.RET, ago=timedelta(minutes=5))
    unknown = a_proposal(8, status=Status.RET)
    citizens = a_proposal(7, source=Source.IYS_WEB, consented_at=None)
    passing = (renewal, other_channel, other_type, refusal, unknown, citizens)
    assert await it.over(*passing) == []
    assert await it.over(a_proposal(4), *passing, a_proposal(5)) == [0, 7]


async def test_a_fresh_process_knows_what_is_recorded_and_not_counted(door, heart):
    """A retry of what came in just now is no new address, whoever let it in."""
    await door(2).take(a_proposal(1), a_proposal(2))
    await heart.number_and_project()
    stranger = door(2)
    await heart.record(a_proposal(3))
    assert await stranger.over(a_proposal(3), a_proposal(4)) == [1]


async def test_a_refusal_makes_room_once_it_is_counted(door, heart):
    it = door(2)
    await it.take(a_proposal(1), a_proposal(2))
    await heart.number_and_project()
    await heart.record(a_proposal(1, status=Status.RET, ago=timedelta(minutes=5)))
    assert await it.over(a_proposal(3)) == [0]
    await heart.number_and_project()
    assert await it.over(a_proposal(3)) == []


async def test_calls_at_the_same_moment_share_what_they_let_in(door, heart, clock):
    it = door(40)
    await it.take(*(a_proposal(n) for n in range(30)))
    await heart.number_and_project()
    clock.forward(READ_AGAIN_S + 1)
    over = await asyncio.gather(*(it.over(a_proposal(100 + n)) for n in range(15)))
    assert sum(map(len, over)) == 5


async def test_phones_and_emails_are_measured_apart(door):
    it = door(2)
    emails = [
        a_proposal(key=a_key(channel=Channel.EPOSTA, address=email(f"kisi{n}"))) for n in range(3)
    ]
    assert await it.take(a_proposal(1), *emails[:2]) == []
    assert await it.take(emails[2]) == [0]
    assert await it.over(a_proposal(2)) == [0]  # full is full


async def test_what_was_let_in_and_never_came_is_forgotten(door, clock):
    it = door(1)
    assert await it.over(a_proposal(1)) == []  # and refused by a rule, say
    clock.forward(READ_AGAIN_S + 1)
    assert await it.over(a_proposal(2)) == [0]
    clock.forward(FORGOTTEN_S)
    assert await it.over(a_proposal(2)) == []


@pytest.mark.parametrize("channel", [Channel.MESAJ, Channel.EPOSTA])
async def test_the_limit_holds_though_nothing_is_counted_for_a_while(door, heart, clock, channel):
    """While the keeper stands still, what came in goes on filling the package."""

    def one(number):
        address = email(f"kisi{number}") if channel is Channel.EPOSTA else phone(number)
        return a_proposal(key=a_key(channel=channel, address=address))

    it = door(3)
    assert await it.take(*(one(n) for n in range(3))) == []
    for _ in range(3):
        clock.forward(FORGOTTEN_S + READ_AGAIN_S + 1)
        assert await it.take(one(7)) == [0]
    await heart.number_and_project()
    assert await it.take(one(7)) == [0]
    gone = a_proposal(key=one(1).key, status=Status.RET, ago=timedelta(minutes=5))
    await heart.record(gone)
    await heart.number_and_project()
    clock.forward(READ_AGAIN_S + 1)
    assert await it.take(one(7)) == []
