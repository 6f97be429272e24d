"""What is asked: a thousand at once, one at a time, a file; and what one look-up costs."""

import asyncio
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec

from izin.cli.bench import baseline, starlette_limit
from izin.cli.bench.figure import (
    Figure,
    Spread,
    at_least,
    at_most,
    ratio_at_least,
    ratio_at_most,
    spread,
)
from izin.cli.bench.files import phone, scattered, write_addresses
from izin.cli.bench.load import Client, Timing, request
from izin.cli.bench.registry import IYS_CODE, LOADED, Registry
from izin.cli.bench.size import Size
from izin.consent.ask import Asker, Circumstances, allowed, now_question
from izin.consent.check import Checker
from izin.consent.coalesce import Bounds
from izin.consent.model import ConsentKey
from izin.core.address import Address, parse_phone
from izin.core.codes import BrandCode
from izin.core.terms import Channel, RecipientType

LIST = 1000
_LIST_LINES = 8
_MANY, _FEW = 64, 8
_LOOK_UPS = 3000
_SCRUBBERS = 2


async def multi_status(
    registry: Registry, size: Size, brand: BrandCode = LOADED, rows: int = 0
) -> list[Figure]:
    """A million questions, a thousand a call.

    Takes   rows: how many the brand has; 0 says as many as were loaded first
    """
    rows = rows or size.rows
    path = registry.path(brand, "/consents/BIREYSEL/status/MESAJ")
    numbers = [phone(number) for number in islice(scattered(rows), size.rows)]
    bodies = [
        msgspec.json.encode({"recipients": numbers[at : at + LIST]})
        for at in range(0, len(numbers), LIST)
    ]
    calls = [request("POST", path, token=registry.token, body=body) for body in bodies]
    ours: list[float] = []
    async with Client(registry.port, _LIST_LINES) as client:
        await client.run(islice(cycle(calls), 2 * _LIST_LINES))
        for _ in range(size.runs):
            timing = await client.run(iter(calls))
            ours.append(len(numbers) / timing.seconds)
    brand_ref = registry.brand_ref(brand)
    keys = await baseline.sample(registry, brand_ref, size.rows)
    limit = [len(keys) / await baseline.look_up_s(registry, keys) for _ in range(size.runs)]
    return [
        Figure(
            name=f"multi status, 1000 a call, {rows:,} consents",
            unit="addresses/s",
            ours=spread(ours),
            limit=spread(limit),
            limit_name="the same look-up in bare SQL over one connection",
            aims=(ratio_at_least(0.7), at_least(60_000)),
            note=f"{_LIST_LINES} connections, {len(numbers):,} addresses a run",
        )
    ]


async def single_status(registry: Registry, size: Size) -> list[Figure]:
    """One question a call, from many connections and from few."""
    path = registry.path(LOADED, "/consents/status")
    calls = [
        request("POST", path, token=registry.token, body=_question(number))
        for number in islice(scattered(size.rows), size.calls)
    ]
    many, few = await _timed(registry.port, calls, size, (_MANY, _FEW))
    keys = await baseline.sample(registry, registry.brand_ref(LOADED), size.calls)
    async with starlette_limit.running(registry) as port:
        constant, _ = await _timed(port, starlette_limit.constant_calls(), size, (_MANY, _FEW))
        look_up, _ = await _timed(port, starlette_limit.look_up_calls(keys), size, (_MANY, _FEW))
    beside = spread([timing.per_second for timing in look_up])
    return [
        Figure(
            name=f"single status, {_MANY} connections",
            unit="/s",
            ours=spread([timing.per_second for timing in many]),
            limit=spread([timing.per_second for timing in constant]),
            limit_name="Starlette answering a constant",
            aims=(at_least(10_000),),
        ),
        Figure(
            name=f"single status beside a look-up, {_MANY} connections",
            unit="/s",
            ours=spread([timing.per_second for timing in many]),
            limit=beside,
            limit_name="Starlette with one indexed look-up",
        ),
        _p99(f"single status, {_MANY} connections, p99", many, 25),
        _p99(f"single status, {_FEW} connections, p99", few, 5),
    ]


def _p99(name: str, timings: list[Timing], aim_ms: float) -> Figure:
    return Figure(
        name=name,
        unit="ms",
        ours=spread([timing.percentile_ms(0.99) for timing in timings]),
        aims=(at_most(aim_ms),),
    )


async def _timed(
    port: int, calls: list[bytes], size: Size, line_counts: tuple[int, ...]
) -> list[list[Timing]]:
    """Some runs for each number of connections."""
    found = []
    for count in line_counts:
        async with Client(port, count) as client:
            await client.run(islice(cycle(calls), 4 * count))
            found.append([await client.run(size.for_a_run(cycle(calls))) for _ in range(size.runs)])
    return found


def _question(number: int) -> bytes:
    return msgspec.json.encode(
        {"recipient": phone(number), "type": "MESAJ", "recipientType": "BIREYSEL"}
    )


async def scrub(registry: Registry, size: Size) -> list[Figure]:
    """A file of addresses against a brand, in lists of a thousand, without HTTP."""
    asked, kept = registry.folder / "addresses.txt", registry.folder / "allowed.txt"
    write_addresses(asked, scattered(size.rows))
    checker = Checker(registry.parts.database, registry.parts.keyring, Bounds())
    ours = [await _scrub_s(checker, asked, kept) for _ in range(size.runs)]
    brand_ref = registry.brand_ref(LOADED)
    limit = await baseline.hash_join_s(registry, brand_ref, size.runs, size.rows)
    return [
        Figure(
            name=f"scrub of {size.rows:,} addresses",
            unit="s",
            ours=spread(ours),
            limit=spread(limit),
            limit_name="a hash join in SQL of ready tags",
            aims=(at_most(12 * size.rows / 1_000_000),),
        )
    ]


async def _scrub_s(checker: Checker, asked: Path, kept: Path) -> float:
    began = perf_counter()
    with asked.open(encoding="ascii") as addresses, kept.open("w", encoding="ascii") as out:
        lists = iter(lambda: list(islice(addresses, LIST)), [])

        async def work() -> None:
            for texts in lists:
                keys = [_key(text.rstrip(), LOADED) for text in texts]
                answers = await allowed(checker, keys, _around(keys[0]))
                out.writelines(text for text, yes in zip(texts, answers, strict=True) if yes)

        async with asyncio.TaskGroup() as group:
            for _ in range(_SCRUBBERS):
                group.create_task(work())
    return perf_counter() - began


def _around(key: ConsentKey) -> Circumstances:
    asker = Asker(is_sender_registered=True, is_brand_active=True)
    return Circumstances(question=now_question(key, datetime.now(UTC)), facts=asker.facts())


def _key(text: str, brand: BrandCode) -> ConsentKey:
    address = parse_phone(text, sandbox=True)
    assert isinstance(address, Address), "the measurement's own numbers are numbers"
    return ConsentKey(IYS_CODE, brand, Channel.MESAJ, RecipientType.BIREYSEL, address)


async def look_up_ms(registry: Registry, brand: BrandCode, rows: int, size: Size) -> Spread:
    """The median time of one look-up among so many records, over one connection."""
    checker = Checker(registry.parts.database, registry.parts.keyring, Bounds())
    runs: list[float] = []
    numbers = cycle(scattered(rows))  # others in each run: what was asked before is in memory
    for _ in range(size.runs):
        taken: list[float] = []
        for number in islice(numbers, _LOOK_UPS):
            key = _key(phone(number), brand)
            began = perf_counter()
            await checker.standing(key)
            taken.append(perf_counter() - began)
        runs.append(median(taken) * 1000)
    return spread(runs)


def look_up_growth(measured: list[tuple[int, Spread]]) -> list[Figure]:
    """How the cost of one look-up grows with what is stored; the first is compared with."""
    (fewest, base), *others = measured
    return [
        Figure(
            name=f"cost of one look-up, {rows:,} rows, p50",
            unit="ms",
            ours=found,
            limit=base,
            limit_name=f"the same at {fewest:,} rows",
            aims=(ratio_at_most(1.3),),
        )
        for rows, found in others
    ]
