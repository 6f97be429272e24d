"""The operator is slow, full, deaf or gone: no message is said to be sent that was not."""

import asyncio
import logging
import random
from collections import Counter
from itertools import pairwise

import pytest
from builders.operator import (
    AYSE,
    MEHMET,
    PASSWORD,
    SHORT_NUMBER,
    SYSTEM_ID,
    Listener,
    comes,
    linked,
    operator,
    running,
    settings_for,
)
from builders.raw_smpp import (
    DELIVER,
    ENQUIRE,
    RESPONSE,
    SUBMIT,
    UNBIND,
    go_on,
    pdu,
    raw_client,
    raw_operator,
)

from izin.core.errors import UnavailableError
from izin.simulator.deliveries import written
from izin.simulator.faults import Fault
from izin.smpp.link import Link
from izin.smpp.model import SubmitRefusedError, UncertainError
from izin.smpp.pace import Pace


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.DROPPED_TAKEN])
async def test_a_submit_that_the_line_broke_in_is_uncertain_and_the_link_comes_back(fault):
    async with operator() as smsc, linked(smsc) as link:
        smsc.faults.order(fault)
        with pytest.raises(UncertainError):
            await link.submit(AYSE, "first", 1)
        await comes(lambda: link.is_bound)
        await link.submit(AYSE, "second", 2)
        taken = ["first"] if fault is Fault.DROPPED_TAKEN else []
        assert [each.text for each in smsc.inbox(AYSE.clear)] == [*taken, "second"]


async def test_all_that_waits_is_uncertain_when_the_line_breaks():
    async with operator() as smsc, linked(smsc, window=5) as link:
        smsc.faults.order(Fault.SILENT, 5)
        waiting = [asyncio.create_task(link.submit(AYSE, f"{n}", n)) for n in range(5)]
        await comes(lambda: len(smsc.inbox(AYSE.clear)) == 5)
        smsc.drop()
        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in found] == [UncertainError] * 5


async def test_a_message_of_which_a_part_was_taken_is_uncertain():
    async def talk(raw):
        _, _, sequence, _ = await raw.next_of(SUBMIT)
        await raw.send(pdu(SUBMIT | RESPONSE, sequence, body=b"id\0"))
        _, _, sequence, _ = await raw.next_of(SUBMIT)
        await raw.send(pdu(SUBMIT | RESPONSE, sequence, status=0x08))
        await go_on(raw)

    async with raw_operator(talk) as liar, running(liar.port) as link:
        await comes(lambda: link.is_bound)
        with pytest.raises(UncertainError, match="only a part"):
            await link.submit(AYSE, "a" * 200, 1)


async def test_an_answer_that_never_comes_is_waited_for_only_so_long():
    async with operator() as smsc, linked(smsc, answer_seconds=0.05) as link:
        smsc.faults.order(Fault.SILENT)
        with pytest.raises(UncertainError):
            await link.submit(AYSE, "a", 1)
        assert await link.submit(AYSE, "b", 2)


async def test_an_answer_that_comes_late_is_no_answer_to_the_next_message():
    async with (
        operator(late_seconds=0.1) as smsc,
        linked(smsc, answer_seconds=0.05) as link,
    ):
        smsc.faults.order(Fault.LATE)
        with pytest.raises(UncertainError):
            await link.submit(AYSE, "late", 1)
        smsc.faults.order(Fault.SILENT)
        with pytest.raises(UncertainError):
            await link.submit(AYSE, "silent", 2)


async def test_an_answer_that_comes_late_enough_counts():
    async with operator(late_seconds=0.05) as smsc, linked(smsc) as link:
        smsc.faults.order(Fault.LATE)
        assert await link.submit(AYSE, "a", 1)


async def test_what_cannot_be_taken_now_has_not_gone_out():
    async with operator() as smsc, linked(smsc) as link:
        smsc.faults.order(Fault.BROKEN)
        with pytest.raises(UnavailableError, match="ESME_RSYSERR") as raised:
            await link.submit(AYSE, "a", 1)
        assert not isinstance(raised.value, UncertainError)
        assert smsc.inbox(AYSE.clear) == ()


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.QUEUE_FULL])
async def test_a_throttled_message_is_tried_again_after_a_pause(fault):
    async with operator() as smsc, linked(smsc) as link:
        smsc.faults.order(fault, 3)
        begun_at = asyncio.get_running_loop().time()
        assert await link.submit(AYSE, "a", 1)
        assert asyncio.get_running_loop().time() - begun_at >= 3 * 0.01
        assert len(smsc.inbox(AYSE.clear)) == 1


async def test_pauses_grow_until_one_helps():
    pace = Pace(rate_per_second=1e6)
    now = asyncio.get_running_loop().time

    async def pause_s() -> float:
        begun_at = now()
        for _ in range(3):  # of one window: all were written before the pause
            pace.pause(0.02)
        await pace.turn(begun_at + 10)
        return now() - begun_at

    assert [await pause_s() >= 0.02 * times for times in (1, 2, 4, 8)] == [True] * 4
    pace.helped()
    assert await pause_s() < 8 * 0.02, "a short one again"


async def test_a_message_is_not_throttled_for_ever():
    async with operator() as smsc, linked(smsc, wait_seconds=0.1) as link:
        smsc.faults.order(Fault.THROTTLED, 1000)
        with pytest.raises(UnavailableError) as raised:
            await link.submit(AYSE, "a", 1)
        assert not isinstance(raised.value, UncertainError)
        smsc.faults.clear()
        assert await link.submit(AYSE, "b", 2)
        assert [each.text for each in smsc.inbox(AYSE.clear)] == ["b"]


async def test_one_who_is_throttled_slows_all_down():
    async with operator() as smsc, linked(smsc, throttle_seconds=0.2, window=5) as link:
        smsc.faults.order(Fault.THROTTLED)
        begun_at = asyncio.get_running_loop().time()
        first = asyncio.create_task(link.submit(AYSE, "first", 1))
        await comes(lambda: link._pace._not_before > begun_at)
        await link.submit(AYSE, "second", 2)
        assert asyncio.get_running_loop().time() - begun_at >= 0.2
        await first


async def test_no_more_is_written_in_a_second_than_was_agreed():
    async with operator() as smsc, linked(smsc, rate_per_second=100.0) as link:
        begun_at = asyncio.get_running_loop().time()
        await asyncio.gather(*(link.submit(AYSE, f"{n}", n) for n in range(10)))
        assert asyncio.get_running_loop().time() - begun_at >= 9 / 100


async def test_who_would_wait_too_long_for_the_rate_is_sent_away_at_once():
    async with operator() as smsc, linked(smsc, rate_per_second=2.0, wait_seconds=0.4) as link:
        found = await asyncio.gather(
            *(link.submit(AYSE, f"{n}", n) for n in range(5)), return_exceptions=True
        )
        assert [type(each) for each in found] == [tuple] + [UnavailableError] * 4
        assert len(smsc.inbox(AYSE.clear)) == 1


async def test_so_many_submits_wait_for_an_answer_and_no_more():
    unanswered = []

    async def talk(raw):
        while True:
            command, _, sequence, _ = await raw.receive()
            if command != SUBMIT:
                await raw.send(pdu(command | RESPONSE, sequence))
                continue
            unanswered.append(sequence)
            if len(unanswered) == 3 and may_answer.is_set():
                while unanswered:
                    await raw.send(pdu(SUBMIT | RESPONSE, unanswered.pop(), body=b"id\0"))

    may_answer = asyncio.Event()
    facts = {"window": 3, "wait_seconds": 0.2, "answer_seconds": 1.0}
    async with raw_operator(talk) as slow, running(slow.port, **facts) as link:
        await comes(lambda: link.is_bound)
        waiting = [asyncio.create_task(link.submit(AYSE, f"{n}", n)) for n in range(3)]
        await comes(lambda: len(unanswered) == 3)
        with pytest.raises(UnavailableError, match="too many messages"):
            await link.submit(AYSE, "one more", 9)
        assert len(unanswered) == 3
        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in found] == [UncertainError] * 3
        unanswered.clear()
        may_answer.set()
        assert len(await asyncio.gather(*(link.submit(AYSE, f"{n}", n) for n in range(6)))) == 6


async def test_an_operator_that_answers_no_enquiry_is_left_and_bound_anew():
    async with (
        operator() as smsc,
        linked(smsc, enquire_seconds=0.02, answer_seconds=0.3) as link,
    ):
        smsc.faults.order(Fault.DEAF)
        await comes(lambda: not link.is_bound)
        await comes(lambda: link.is_bound)
        assert await link.submit(AYSE, "a", 1)


async def test_a_quiet_link_stays_bound_by_its_enquiries():
    asked = Counter()

    async def talk(raw):
        while True:
            command, _, sequence, _ = await raw.receive()
            asked[command] += 1
            await raw.send(pdu(command | RESPONSE, sequence))

    async with raw_operator(talk) as quiet, running(quiet.port, enquire_seconds=0.01) as link:
        await comes(lambda: asked[ENQUIRE] > 20)
        assert link.is_bound
        assert quiet.bound_count == 1


async def test_the_operators_own_enquiries_are_answered():
    answered = []

    async def talk(raw):
        await raw.send(pdu(ENQUIRE, 5))
        answered.append(await raw.receive())
        await go_on(raw)

    async with raw_operator(talk) as asks, running(asks.port):
        await comes(lambda: bool(answered))
    assert answered == [(ENQUIRE | RESPONSE, 0, 5, b"")]


async def test_an_operator_that_unbinds_is_bound_anew():
    answered = []

    async def talk(raw):
        if not answered:
            await raw.send(pdu(UNBIND, 5))
            answered.append(await raw.receive())
            assert await raw.is_at_its_end()
        await go_on(raw)

    async with raw_operator(talk) as leaves, running(leaves.port) as link:
        await comes(lambda: leaves.bound_count == 2 and link.is_bound)
    assert answered == [(UNBIND | RESPONSE, 0, 5, b"")]


async def test_the_pauses_between_attempts_grow_to_a_bound():
    begun = []

    async def talk(raw):
        begun.append(asyncio.get_running_loop().time())

    facts = {"pause_seconds_min": 0.02, "pause_seconds_max": 0.08}
    async with raw_operator(talk) as leaves, running(leaves.port, **facts):
        await comes(lambda: len(begun) > 5)
    pauses = [later - earlier for earlier, later in pairwise(begun)]
    assert pauses[0] >= 0.02
    assert pauses[1] >= 0.04
    assert all(pause >= 0.08 for pause in pauses[2:])


async def test_who_cannot_be_heard_now_is_sent_away_and_heard_later():
    may_end = asyncio.Event()
    listener = Listener()

    async def hear(incoming):
        await may_end.wait()
        listener.heard.append(incoming)

    listener.hear = hear
    async with operator() as smsc, linked(smsc, listener, incoming_max=1) as link:
        writing = [
            asyncio.create_task(smsc.write(each.clear, SHORT_NUMBER, "RET"))
            for each in (AYSE, MEHMET)
        ]
        await comes(lambda: len(link._listening) == 1)
        await link.submit(AYSE, "the link goes on", 1)
        may_end.set()
        assert await asyncio.gather(*writing) == [True, True]
        assert {each.sender for each in listener.heard} == {AYSE.clear, MEHMET.clear}


async def test_a_long_message_that_never_becomes_whole_is_heard_in_its_time():
    listener = Listener()
    facts = {"hold_seconds": 0.01, "parts_seconds": 0.05}
    async with operator() as smsc, linked(smsc, listener, **facts):
        first, _ = written(AYSE.clear, SHORT_NUMBER, "RET " * 50, 1)
        assert await smsc._deliver(first)
        await comes(lambda: bool(listener.heard))
        assert not listener.heard[0].is_whole


async def test_a_receipt_that_names_no_message_is_sent_away_for_good():
    answers = []
    [body] = written(AYSE.clear, SHORT_NUMBER, "stat:DELIVRD", 1)
    receipt = body.replace(SHORT_NUMBER.encode() + b"\0\0", SHORT_NUMBER.encode() + b"\0\4")

    async def talk(raw):
        await raw.send(pdu(DELIVER, 5, body=receipt))
        answers.append(await raw.receive())
        await go_on(raw)

    listener = Listener()
    async with raw_operator(talk) as liar, running(liar.port, listener):
        await comes(lambda: bool(answers))
    assert answers == [(DELIVER | RESPONSE, 0x66, 5, b"\0")]
    assert listener.calls == 0


async def test_who_already_waits_for_his_turn_is_sent_away_by_a_long_pause():
    pace = Pace(10.0)
    until = asyncio.get_running_loop().time() + 0.5
    await pace.turn(until)
    waiting = asyncio.create_task(pace.turn(until))
    await asyncio.sleep(0)
    pace.pause(60)
    with pytest.raises(UnavailableError, match="asked for a pause"):
        await waiting


async def test_whoever_hears_for_too_long_is_told_again():
    listener = Listener()

    async def hear(incoming):
        listener.calls += 1
        if listener.calls == 1:
            await asyncio.Event().wait()
        listener.heard.append(incoming)

    listener.hear = hear
    async with operator() as smsc, linked(smsc, listener, hear_seconds=0.05):
        assert await smsc.write(AYSE.clear, SHORT_NUMBER, "RET")
        assert (listener.calls, len(listener.heard)) == (2, 1)


async def test_a_link_that_stops_ends_what_it_hears_and_then_leaves():
    is_asked, may_end = asyncio.Event(), asyncio.Event()
    listener = Listener()

    async def hear(incoming):
        is_asked.set()
        await may_end.wait()
        listener.heard.append(incoming)

    listener.hear = hear
    async with operator() as smsc:
        async with linked(smsc, listener) as link:
            writing = asyncio.create_task(smsc.write(AYSE.clear, SHORT_NUMBER, "RET"))
            await is_asked.wait()
            link.stop()
            with pytest.raises(UnavailableError):
                await link.submit(AYSE, "too late", 1)
            async with raw_client(smsc.port) as other:
                for sequence in range(1, 6):  # so long that an unbind would have come and gone
                    await other.send(pdu(ENQUIRE, sequence))
                    await other.receive()
            assert link.is_bound
            may_end.set()
        assert await writing
        assert len(listener.heard) == 1


async def test_whoever_cancels_a_link_leaves_nothing_running():
    listener = Listener()
    async with operator() as smsc:
        before = asyncio.all_tasks()
        link = Link(settings_for(smsc.port), heard=listener.hear, delivered=listener.deliver)
        running_task = asyncio.create_task(link.run())
        await comes(lambda: link.is_bound)
        smsc.faults.order(Fault.SILENT)
        waiting = asyncio.create_task(link.submit(AYSE, "a", 1))
        await comes(lambda: bool(smsc.inbox(AYSE.clear)))
        running_task.cancel()
        with pytest.raises(UncertainError):
            await waiting
        await asyncio.wait({running_task})
        assert not link.is_bound
        await comes(lambda: asyncio.all_tasks() <= before)


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_goes_wrong_no_message_is_said_to_be_sent_that_was_not(seed):
    chance = random.Random(seed)
    faults = [
        *[Fault.DROPPED, Fault.DROPPED_TAKEN, Fault.SILENT, Fault.LATE] * 3,
        *[Fault.THROTTLED, Fault.QUEUE_FULL, Fault.BROKEN] * 6,
    ]
    chance.shuffle(faults)
    facts = {"answer_seconds": 0.2, "window": 4, "wait_seconds": 20.0}
    async with operator(late_seconds=0.02) as smsc, linked(smsc, **facts) as link:

        async def send(number: int) -> tuple[str, object]:
            text = f"{number} " + "a" * chance.choice((10, 200))
            await comes(lambda: link.is_bound)
            try:
                return text, await link.submit(AYSE, text, number)
            except (UnavailableError, SubmitRefusedError) as error:
                return text, error

        found = []
        for start in range(0, 120, 8):
            for fault in faults[:2]:
                smsc.faults.order(fault)
            del faults[:2]
            found += await asyncio.gather(*(send(n) for n in range(start, start + 8)))
        arrived = [each.text for each in smsc.inbox(AYSE.clear)]
        assert len(arrived) == len(set(arrived))
        for text, outcome in found:
            if isinstance(outcome, tuple):
                assert text in arrived
            elif not isinstance(outcome, UncertainError):
                assert text not in arrived
        assert {type(outcome) for _, outcome in found} >= {tuple, UncertainError}


async def test_nothing_of_whom_and_what_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    listener = Listener()
    canary = "canary " + "ş" * 80
    async with operator() as smsc, linked(smsc, listener, answer_seconds=0.1) as link:
        asyncio.get_running_loop().set_debug(True)
        listener.fails = [UnavailableError("away"), ValueError(canary)]
        for fault in (None, *Fault):
            await comes(lambda: link.is_bound)
            if fault is not None:
                smsc.faults.order(fault)
            try:
                await link.submit(AYSE, canary, 1)
            except UnavailableError:
                continue
        smsc.faults.clear()
        smsc.refuse(MEHMET.clear)
        await comes(lambda: link.is_bound)
        with pytest.raises(SubmitRefusedError):
            await link.submit(MEHMET, canary, 1)
        assert await smsc.write(AYSE.clear, SHORT_NUMBER, canary)
        async with running(smsc.port, password="canary-8") as other:
            await comes(lambda: "refused the bind" in caplog.text)
            assert not other.is_bound
    formatter = logging.Formatter("%(message)s %(args)s")
    logged = "\n".join(formatter.format(record) for record in caplog.records)
    assert "was not heard: ValueError" in logged
    for secret in ("canary", "ş", AYSE.clear[1:], MEHMET.clear[1:], PASSWORD, SYSTEM_ID):
        assert secret not in logged, secret
