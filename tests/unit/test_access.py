"""What a subscription holds back, and how passwords are kept from the loop."""

import asyncio

import pytest
from builders.parties import IYS_CODE

from izin.access.authority import held_by, lapsed
from izin.core.errors import RefusalError, UnavailableError
from izin.member.passwords import Passwords
from izin.provider.model import Provider, Subscription


def a_provider(**facts):
    return Provider(iys_code=IYS_CODE, title="Firma A.Ş.", **facts)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, None),
        ({"subscription": Subscription.PAUSED}, "H520"),
        ({"subscription": Subscription.EXPIRED}, "H520"),
        ({"has_api": False}, "H586"),
        ({"has_api": False, "subscription": Subscription.EXPIRED}, "H520"),
    ],
)
def test_a_subscription_may_hold_everything_back_but_a_ret(facts, code):
    held = held_by(a_provider(**facts))
    assert (held and held.code) == code


def test_a_file_needs_no_api_in_the_plan():
    assert lapsed(a_provider(has_api=False)) is None
    held = lapsed(a_provider(subscription=Subscription.PAUSED, has_api=False))
    assert held is not None
    assert held.code == "H520"


@pytest.mark.parametrize(
    ("subscription", "code"), [(Subscription.CLOSED, "H521"), (Subscription.NONE, "H524")]
)
def test_without_a_subscription_nothing_passes(subscription, code):
    with pytest.raises(RefusalError) as caught:
        held_by(a_provider(subscription=subscription))
    assert [refused.code for refused in caught.value.refused] == [code]


@pytest.fixture
def narrow():
    bench = Passwords(at_once=1, waiting_max=2)
    yield bench
    bench.close()


async def test_a_password_matches_its_own_hash_only(narrow):
    stored = await narrow.hashed("Sessiz-Kavak-31")
    assert "Kavak" not in stored
    assert await narrow.matches(stored, "Sessiz-Kavak-31")
    assert not await narrow.matches(stored, "Sessiz-Kavak-32")
    assert not await narrow.matches(None, "Sessiz-Kavak-31")


async def test_the_loop_runs_on_while_a_password_is_checked(slow_passwords, narrow):
    checking = asyncio.ensure_future(narrow.matches(None, "Sessiz-Kavak-31"))
    turns = 0
    while not checking.done():
        await asyncio.sleep(0)  # each pass is one turn of the loop
        turns += 1
    # Had it run in the loop, it would have been done at the second turn.
    assert turns > 10


async def test_who_comes_when_too_many_wait_is_told_to_come_again(narrow):
    waiting = [asyncio.ensure_future(narrow.matches(None, "x")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError):
        await narrow.matches(None, "x")
    assert await asyncio.gather(*waiting) == [False, False]
    assert not await narrow.matches(None, "x")


async def test_who_gives_up_leaves_his_place(narrow):
    waiting = [asyncio.ensure_future(narrow.matches(None, "x")) for _ in range(2)]
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert not await narrow.matches(None, "x")
