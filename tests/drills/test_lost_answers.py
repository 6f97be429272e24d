"""One answer of twenty is lost after all was recorded; who sends again adds nothing.

``DRILL_CALLS`` is how many calls; without it a million, which takes an hour and more.
"""

import os
from random import Random
from time import perf_counter

import pytest
import uvloop
from builders.acknowledged import Clients, is_right
from builders.lines import report, until_true
from builders.served import served

CALLS = "DRILL_CALLS"
LOST_SHARE = 0.05
CALLS_A_SECOND_MIN = 100


async def loses_answers(folder, calls: int) -> None:
    random = Random(26)  # which ones is all the same
    async with served(folder / "var") as registry:
        clients = Clients(registry, is_lost=lambda: random.random() < LOST_SHARE)
        began = perf_counter()
        clients.begin()

        async def are_enough() -> bool:
            return clients.told.calls >= calls

        await until_true(are_enough, seconds=30 + calls / CALLS_A_SECOND_MIN)
        await clients.end()
        await clients.read_results()
        told = clients.told
        report(
            f"\n{told.calls:,} calls in {perf_counter() - began:.0f} s, {told.retries:,} of them"
            f" sent again: {len(told.receipts):,} movements, {len(told.batches):,} batches"
        )
        assert told.retries >= calls * LOST_SHARE / 2
        await is_right(registry, told)


def test_who_sends_again_after_a_lost_answer_adds_nothing(quick_folder):
    uvloop.run(loses_answers(quick_folder, 1000))


@pytest.mark.drill
def test_a_million_calls_of_which_one_answer_of_twenty_is_lost_are_recorded_once(quick_folder):
    uvloop.run(loses_answers(quick_folder, int(os.environ.get(CALLS, "1000000"))))
