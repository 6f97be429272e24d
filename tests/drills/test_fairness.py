"""One company sends seven times what all others send together: the others hardly notice.

The registry runs with the documented limits, as an operator runs it, and everybody calls from so
many network addresses that none of these passes its own. The others' times are compared with those
of the same calls a moment before, alone. The crowd of the one company is made by a process of its
own, which shares the machine.
"""

import asyncio
import gc
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import count, cycle
from multiprocessing import get_context
from pathlib import Path

import msgspec
import pytest
import uvloop
from builders.lines import Lines, Tally, report
from builders.parties import PASSWORD, Given
from builders.served import DATABASE, Served, a_wire_row

from izin.cli.bench.load import request
from izin.member.passwords import Passwords
from izin.storage.database import Database
from izin.storage.embedded import EmbeddedServer

OTHERS = 10
"""Companies that are not the one."""

TIMES = 7
PACE = 300.0
"""Of all others together, in calls a second; with the one company they are more than two cores with
the crowd's own work can answer."""

OTHERS_LINES, ONES_LINES = 130, 800
"""Connections, each from a network address of its own."""

WARM_S, SWARM_STARTS_S = 2.0, 4.0

RATIO_MAX, NOISE_MS = 1.5, 5.0
"""The others' p99 beside the one, to what it is without him; below so many milliseconds more the
difference is the machine's."""


class Size(msgspec.Struct, frozen=True):
    """How long it goes on, and what is borne."""

    seconds: float
    ratio_max: float
    error_share_max: float


DRILL = Size(seconds=30, ratio_max=RATIO_MAX, error_share_max=0.0)


class Companies(Served):
    """A registry with the one company, and others beside it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, settings={"IZIN_PROFILE": "iys"})
        self.others: list[tuple[int, str]] = []

    async def prepare(self) -> None:
        await super().prepare()
        with EmbeddedServer(self.folder / DATABASE) as server:
            operator = await Database.open(server.url, role="izin_operator")
            passwords = Passwords()
            try:
                given = Given(operator, passwords)
                for code in self.codes():
                    await given.provider(code)
                    await given.brand(code, of=code)
                    await given.api_user(f"api-{code}@firma.example", of=code)
            finally:
                passwords.close()
                await operator.close()

    @staticmethod
    def codes() -> list[int]:
        return [900_001 + 10 * number for number in range(OTHERS)]

    async def sign_in(self) -> None:
        await super().sign_in()
        async with Lines(self.port, 1) as lines:
            for code in self.codes():
                asked = {"username": f"api-{code}@firma.example", "password": PASSWORD}
                body = msgspec.json.encode(asked | {"grant_type": "password"})
                answer = await lines.ask(request("POST", "/oauth2/token", body=body))
                self.others.append((code, json.loads(answer.body)["access_token"]))

    def of_all_others(self) -> Iterator[bytes]:
        """Nine questions and an add, of each other company in turn."""
        people = count(5_000_000)
        for at, (code, token) in zip(count(), cycle(self.others), strict=False):
            brand = f"/sps/{code}/brands/{code}"
            if at // OTHERS % 10 == 0:
                row = msgspec.json.encode(a_wire_row(next(people)))
                yield request("POST", f"/v2{brand}/consents", token=token, body=row)
            else:
                asked = {"recipient": "+905990000001", "recipientType": "BIREYSEL", "type": "MESAJ"}
                body = msgspec.json.encode(asked)
                yield request("POST", f"{brand}/consents/status", token=token, body=body)

    def of_the_one(self) -> list[bytes]:
        """The same of the one company, as often as they may be sent again."""
        adds = self.adds(range(7_000_000, 7_000_100))
        asks = self.singles(range(1, 901))
        return [next(asks) if at % 10 else next(adds) for at in range(1000)]


def addresses(count: int, *, of: int) -> list[str]:
    """So many network addresses of this machine, of one group of callers."""
    return [f"127.{of}.{at // 200}.{1 + at % 200}" for at in range(count)]


def swarm(port: int, calls: list[bytes], pace: float, seconds: float) -> dict[int, int]:
    """The one company's crowd, in a process of its own; gives how often which status came."""
    tally = Tally()

    async def send() -> None:
        lines = Lines(port, ONES_LINES, sources=addresses(ONES_LINES, of=2))
        await lines.open_all()
        await lines.paced(cycle(calls), pace, seconds, tally)

    uvloop.run(send())
    return dict(tally.statuses)


async def others(registry: Companies, seconds: float) -> Tally:
    """What the others get, at a pace that the registry bears easily."""
    tally = Tally()
    async with Lines(registry.port, OTHERS_LINES, sources=addresses(OTHERS_LINES, of=1)) as lines:
        await lines.open_all()
        await lines.paced(registry.of_all_others(), PACE, WARM_S, Tally())
        unsent = await lines.paced(registry.of_all_others(), PACE, seconds, tally)
        await lines.until_idle()
    tally.statuses[0] += unsent
    return tally


async def beside_the_one(folder: Path, size: Size) -> list[str]:
    registry = Companies(folder / "var")
    await registry.prepare()
    try:
        await registry.start()
        return await compared(registry, size)
    finally:
        registry.close()


async def compared(registry: Companies, size: Size) -> list[str]:
    loop = asyncio.get_running_loop()
    alone = await others(registry, size.seconds)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as away:
        lasts_s = SWARM_STARTS_S + WARM_S + size.seconds
        crowd = (registry.port, registry.of_the_one(), TIMES * PACE, lasts_s)
        swarming = loop.run_in_executor(away, swarm, *crowd)
        await asyncio.sleep(SWARM_STARTS_S)  # it swarms for longer than is measured
        beside = await others(registry, size.seconds)
        ones = await swarming
    before, during = alone.p99_ms(), beside.p99_ms()
    report(
        f"\nothers at {PACE:,.0f}/s: p99 {before:.1f} ms alone, {during:.1f} ms beside one company"
        f" that sends {TIMES} times as much ({during / before:.2f} x)"
        f"\n  theirs {dict(beside.statuses)}, the one's {ones}"
    )
    wrong = sum(beside.statuses.values()) - beside.statuses[200]
    is_slow = during > size.ratio_max * before and during - before > NOISE_MS
    found = {
        "others waited": is_slow,
        "others were refused": wrong > size.error_share_max * beside.statuses.total(),
        "the one got nothing": not ones.get(200),
    }
    return [what for what, is_so in found.items() if is_so]


def seen(folder: Path, size: Size) -> list[str]:
    gc.freeze()  # the client is not to pause for what the tests have piled up
    try:
        return uvloop.run(beside_the_one(folder, size))
    finally:
        gc.unfreeze()


@pytest.mark.drill
def test_half_a_minute_beside_one_company_at_seven_times_all_others(tmp_path):
    assert seen(tmp_path, DRILL) == []
