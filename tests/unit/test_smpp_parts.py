"""Long messages in parts: nothing that was acknowledged is lost, nothing grows without a bound."""

import asyncio

import msgspec
import pytest
from builders.operator import comes, settings_for

from izin.simulator.deliveries import written
from izin.smpp.message import read_message, user_data
from izin.smpp.parts import NOT_NOW, TAKEN, Parts

SENDER, TO = "+905991234567", "3338"
TEXT = "RET " * 50
LATER = float("inf")


class Ear:
    """Keeps what it is told, and answers what it was given to answer."""

    def __init__(self) -> None:
        self.heard = []
        self.answers = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def told(self, incoming):
        answer = self.answers.pop(0) if self.answers else TAKEN
        await self.may_answer.wait()
        if answer == TAKEN:
            self.heard.append(incoming)
        return answer


@pytest.fixture
def ear() -> Ear:
    return Ear()


def parts_for(ear: Ear, **facts) -> Parts:
    known = {"hold_seconds": 0.05, "parts_seconds": 60.0}
    return Parts(settings_for(1, **known | facts), ear.told)


def arrivals(text: str = TEXT, mark: int = 7, sender: str = SENDER):
    messages = [read_message(body) for body in written(sender, TO, text, mark)]
    datas = [user_data(message) for message in messages]
    return [(message, data, data.part) for message, data in zip(messages, datas, strict=True)]


async def test_a_part_is_answered_with_the_whole(ear):
    parts = parts_for(ear, hold_seconds=20)
    first, second = arrivals()
    waiting = asyncio.create_task(parts.take(*first))
    await asyncio.sleep(0)
    assert not waiting.done()
    assert await parts.take(*second) == TAKEN
    assert await waiting == TAKEN
    assert [each.text for each in ear.heard] == [TEXT]


async def test_the_order_of_parts_is_their_own(ear):
    parts = parts_for(ear)
    first, second = arrivals()
    await asyncio.gather(parts.take(*second), parts.take(*first))
    assert [(each.text, each.is_whole) for each in ear.heard] == [(TEXT, True)]


async def test_an_operator_that_sends_one_at_a_time_is_not_kept_waiting(ear):
    parts = parts_for(ear)
    assert [await parts.take(*each) for each in arrivals()] == [TAKEN, TAKEN]
    assert [each.text for each in ear.heard] == [TEXT]


async def test_what_was_not_heard_is_answered_so_that_all_is_sent_again(ear):
    ear.answers = [NOT_NOW]
    parts = parts_for(ear, hold_seconds=20)
    first, second = arrivals()
    found = await asyncio.gather(parts.take(*first), parts.take(*second))
    assert found == [NOT_NOW, NOT_NOW]
    found = await asyncio.gather(parts.take(*first), parts.take(*second))
    assert found == [TAKEN, TAKEN]
    assert [each.text for each in ear.heard] == [TEXT]


async def test_what_fails_as_the_wait_ends_is_not_acknowledged():
    ear = Ear()
    ear.answers = [NOT_NOW]
    parts = parts_for(ear, hold_seconds=0)  # the wait ends while the other part is told
    first, second = arrivals()
    assert await asyncio.gather(parts.take(*first), parts.take(*second)) == [NOT_NOW, NOT_NOW]


async def test_a_part_that_was_acknowledged_alone_outlives_a_failure(ear):
    ear.answers = [NOT_NOW]
    parts = parts_for(ear)
    first, second = arrivals()
    assert await parts.take(*first) == TAKEN  # the operator has forgotten it
    assert await parts.take(*second) == NOT_NOW
    assert await parts.take(*second) == TAKEN
    assert [each.text for each in ear.heard] == [TEXT]


async def test_what_never_becomes_whole_is_heard_as_far_as_it_came(ear):
    ear.answers = [NOT_NOW]
    parts = parts_for(ear)
    first, _ = arrivals()
    await parts.take(*first)
    await parts.expire(LATER)  # not heard for now
    await parts.expire(LATER)
    [heard] = ear.heard
    assert not heard.is_whole
    assert TEXT.startswith(heard.text)


async def test_nothing_is_heard_before_its_time_nor_twice(ear):
    parts = parts_for(ear)
    first, second = arrivals()
    await parts.take(*first)
    await parts.expire(0.0)
    assert ear.heard == []
    await parts.take(*second)
    await parts.expire(LATER)
    assert len(ear.heard) == 1


async def test_a_part_whose_answer_was_lost_is_acknowledged_and_not_heard_again(ear):
    parts = parts_for(ear)
    first, second = arrivals()
    await asyncio.gather(parts.take(*first), parts.take(*second))
    assert await parts.take(*second) == TAKEN
    await parts.expire(LATER)
    await parts.expire(LATER)
    assert len(ear.heard) == 1


async def test_a_part_that_comes_after_the_rest_was_heard_is_heard_too(ear):
    parts = parts_for(ear)
    first, second = arrivals()
    await parts.take(*first)
    await parts.expire(LATER)
    assert await parts.take(*second) == TAKEN
    await parts.expire(LATER)
    assert "".join(each.text for each in ear.heard) == TEXT


async def test_a_part_that_comes_while_the_rest_is_being_heard_is_sent_again(ear):
    parts = parts_for(ear)
    first, second = arrivals()
    await parts.take(*first)
    ear.may_answer.clear()
    hearing = asyncio.create_task(parts.expire(LATER))
    await asyncio.sleep(0)
    assert await parts.take(*second) == NOT_NOW
    ear.may_answer.set()
    await hearing
    await parts.take(*second)
    await parts.expire(LATER)
    assert "".join(each.text for each in ear.heard) == TEXT


async def test_a_mark_that_is_used_anew_mixes_no_two_messages(ear):
    parts = parts_for(ear)
    first, second = arrivals()
    other_first, other_second = arrivals("ONAY " * 40)
    await parts.take(*first)
    assert await parts.take(*other_first) == NOT_NOW
    await parts.take(*second)
    await asyncio.gather(parts.take(*other_first), parts.take(*other_second))
    assert [each.text for each in ear.heard] == [TEXT, "ONAY " * 40]


async def test_two_senders_with_one_mark_are_two_messages(ear):
    parts = parts_for(ear)
    mine, theirs = arrivals(), arrivals("ONAY " * 40, sender="+905990000001")
    await asyncio.gather(*(parts.take(*each) for each in (*mine, *theirs)))
    assert sorted(each.text for each in ear.heard) == ["ONAY " * 40, TEXT]


async def test_there_is_no_room_for_ever_more_messages(ear):
    parts = parts_for(ear, parts_max=2)
    begun = [arrivals(mark=mark)[0] for mark in range(3)]
    assert [await parts.take(*each) for each in begun] == [TAKEN, TAKEN, NOT_NOW]
    assert await parts.take(*arrivals(mark=0)[1]) == TAKEN  # what was heard makes room
    assert await parts.take(*begun[2]) == TAKEN


async def test_there_is_no_room_for_ever_more_octets(ear):
    parts = parts_for(ear, parts_bytes_max=160)
    assert await parts.take(*arrivals(mark=1)[0]) == TAKEN
    assert await parts.take(*arrivals(mark=2)[0]) == NOT_NOW
    await parts.expire(LATER)
    await parts.expire(LATER)
    assert await parts.take(*arrivals(mark=2)[0]) == TAKEN


async def test_what_was_heard_makes_room_for_what_comes(ear):
    parts = parts_for(ear, parts_bytes_max=240)
    for mark in range(3):
        found = await asyncio.gather(*(parts.take(*each) for each in arrivals(mark=mark)))
        assert found == [TAKEN, TAKEN]
    assert len(ear.heard) == 3


async def test_a_pair_that_was_cut_by_the_sender_is_read_whole(ear):
    parts = parts_for(ear)
    text = "😀" * 40
    octets = text.encode("utf-16-be")
    (message, data, part), (_, _, other) = arrivals("ş" * 80)
    cut = type(data)
    halves = [
        cut(octets=each, part=named, has_locking=False, has_single=False)
        for each, named in ((octets[:130], part), (octets[130:], other))
    ]
    await asyncio.gather(*(parts.take(message, half, half.part) for half in halves))
    assert [each.text for each in ear.heard] == [text]


async def test_whoever_is_cut_off_while_hearing_leaves_all_to_the_operator(ear):
    parts = parts_for(ear, hold_seconds=20)
    first, second = arrivals()
    ear.may_answer.clear()
    waiting = asyncio.create_task(parts.take(*first))
    await asyncio.sleep(0)
    hearing = asyncio.create_task(parts.take(*second))
    await asyncio.sleep(0)
    hearing.cancel()
    await comes(waiting.done)
    assert waiting.result() == NOT_NOW


async def test_each_part_is_read_by_the_tables_that_it_names_itself(ear):
    """A telephone that needs a Turkish letter in one part only names the table there."""
    parts = parts_for(ear)

    def part(index: int, octets: bytes, shift: bytes = b""):
        header = bytes((0, 3, 7, 2, index)) + shift
        [body] = written(SENDER, TO, "x", 7)
        head, _ = body[:-2], body[-2:]
        data = bytes((len(header),)) + header + octets
        message = read_message(bytearray(head) + bytes((len(data),)) + data)
        return msgspec.structs.replace(message, esm_class=0x40)

    messages = [part(1, b"RET \x1bS"), part(2, b"\x1bSans", bytes((0x24, 1, 1)))]
    for message in messages:
        data = user_data(message)
        await parts.take(message, data, data.part)
    assert [each.text for each in ear.heard] == ["RET SŞans"]
