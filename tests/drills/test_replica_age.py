"""How young a replica provably is, and how soon it shows a refusal, while others write."""

import asyncio
from itertools import count
from statistics import median
from time import perf_counter, process_time

import pytest
from builders.heart import a_proposal
from builders.lines import report
from builders.replica import Pair, a_pair

from izin.core.terms import Source, Status
from izin.storage.replica import LOOKS_PER_AGE

AGE_S_MAX = 0.8
SECONDS = 30.0
WRITERS = 6
SAMPLE_EACH_S = 0.05
LOOKS = 100


class Measured:
    """What was seen while others wrote."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.ages_s: list[float] = []
        self.unproved = 0
        self.shown_s: list[float] = []
        self.old_yes_s: list[float] = []
        self.written = 0
        self._people = count(1)
        self._ends = perf_counter() + SECONDS

    @property
    def _goes_on(self) -> bool:
        return perf_counter() < self._ends

    async def write(self) -> None:
        while self._goes_on:
            await self.pair.elsewhere(a_proposal(next(self._people)))
            self.written += 1

    async def sample(self) -> None:
        while self._goes_on:
            proof = self.pair.replica.proof()
            if proof is None:
                self.unproved += 1
            else:
                self.ages_s.append(self.pair.replica.clock_s() - proof.since_s)
            await asyncio.sleep(SAMPLE_EACH_S)

    async def refuse(self) -> None:
        """Another process records a refusal; this one asks until it knows."""
        while self._goes_on:
            number = next(self._people)
            await self.pair.elsewhere(a_proposal(number))
            await self.pair.elsewhere(
                a_proposal(number, status=Status.RET, source=Source.IYS_WEB, consented_at=None)
            )
            acknowledged = perf_counter()
            while True:
                asked = perf_counter()
                if await self.pair.status(number) is Status.RET:
                    break
                self.old_yes_s.append(asked - acknowledged)
            self.shown_s.append(perf_counter() - acknowledged)

    async def cost_of_a_look_s(self) -> float:
        began = process_time()
        for _ in range(LOOKS):
            await self.pair.replica.look()
        return (process_time() - began) / LOOKS


@pytest.mark.drill
async def test_a_replica_stays_young_while_others_write(quick_folder):
    async with a_pair(quick_folder, replica_age_s_max=AGE_S_MAX) as pair:
        seen = Measured(pair)
        writers = [seen.write() for _ in range(WRITERS)]
        await asyncio.gather(seen.sample(), seen.refuse(), *writers)
        core_share = await seen.cost_of_a_look_s() * LOOKS_PER_AGE / AGE_S_MAX
    samples = len(seen.ages_s) + seen.unproved
    age, shown = seen.ages_s, [took * 1000 for took in seen.shown_s]
    report(
        f"\n{seen.written / SECONDS:,.0f} writes a second; the proof was {median(age):.2f} s old in"
        f" the middle, {max(age):.2f} s at most, missing in {seen.unproved} of {samples} samples"
        f"\n  {len(shown):,} refusals recorded elsewhere showed after {median(shown):.1f} ms in the"
        f" middle, {max(shown):.1f} ms at most"
        f"\n  keeping the proof costs {core_share:.2%} of a core"
    )
    assert max(seen.old_yes_s, default=0.0) < AGE_S_MAX
    assert seen.unproved < samples / 10
