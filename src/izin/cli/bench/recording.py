"""What is recorded: one at a time, in batches, from a file; and when it is seen in the changes."""

import asyncio
import re
import sys
from collections.abc import Iterable
from itertools import count, islice
from pathlib import Path
from time import perf_counter

import msgspec

from izin.cli.bench import baseline
from izin.cli.bench.figure import Figure, at_least, at_most, ratio_at_least, spread
from izin.cli.bench.files import consented, phone, scattered, write_consents
from izin.cli.bench.load import Client, request
from izin.cli.bench.registry import BATCHES, LOADED, SINGLES, Registry
from izin.cli.bench.size import Size
from izin.core.codes import BrandCode
from izin.wiring.launch import environment_of

LIST = 1000
_SINGLE_LINES = 8
_BATCH_LINES = 4
_MEMORY_POLL_S = 0.1
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def _row(number: int) -> dict[str, str]:
    return {
        "recipient": phone(number),
        "type": "MESAJ",
        "recipientType": "BIREYSEL",
        "source": "HS_WEB",
        "status": "ONAY",
        "consentDate": consented(number),
    }


def adds_of(registry: Registry, brand: BrandCode, numbers: Iterable[int]) -> Iterable[bytes]:
    """Calls that add one movement of each number."""
    path = registry.path(brand, "/consents")
    encode = msgspec.json.encode
    return (
        request("POST", path, token=registry.token, body=encode(_row(number))) for number in numbers
    )


async def single_add(registry: Registry, size: Size) -> list[Figure]:
    """One durable movement a call."""
    numbers = count()
    ours: list[float] = []
    async with Client(registry.port, _SINGLE_LINES) as client:
        for _ in range(size.runs):
            prepared = list(adds_of(registry, SINGLES, islice(numbers, size.calls)))
            timing = await client.run(size.for_a_run(prepared))
            ours.append(timing.per_second)
    await registry.until_settled()
    width = await _width(registry)
    limit = [
        await asyncio.to_thread(
            baseline.insert_per_second,
            registry,
            width,
            clients=_SINGLE_LINES,
            seconds=max(1, int(size.seconds)),
        )
        for _ in range(size.runs)
    ]
    return [
        Figure(
            name=f"single add, {_SINGLE_LINES} connections, durable",
            unit="/s",
            ours=spread(ours),
            limit=spread(limit),
            limit_name="pgbench inserting one such row",
            aims=(ratio_at_least(0.4),),
        )
    ]


async def _width(registry: Registry) -> baseline.Widths:
    return await baseline.widths(registry, registry.brand_ref(LOADED))


async def batch_add(registry: Registry, size: Size) -> list[Figure]:
    """Batches over HTTP, until the last row is numbered and in both views."""
    path = registry.path(BATCHES, "/consents/request")
    numbers = count()
    ours: list[float] = []
    async with Client(registry.port, _BATCH_LINES) as client:
        for _ in range(size.runs):
            rows = [_row(number) for number in islice(numbers, size.batch_rows)]
            bodies = [msgspec.json.encode(rows[at : at + LIST]) for at in range(0, len(rows), LIST)]
            calls = [request("POST", path, token=registry.token, body=body) for body in bodies]
            before = await registry.current()
            began = perf_counter()
            await client.run(iter(calls), status=b"202")
            await registry.until_current(before + len(rows))
            ours.append(len(rows) / (perf_counter() - began))
    writer = baseline.Writer(registry.limits, await _width(registry))
    limit = [size.batch_rows / await writer.write_s(size.batch_rows) for _ in range(size.runs)]
    return [
        Figure(
            name="batch add over HTTP to everything current",
            unit="consents/s",
            ours=spread(ours),
            limit=spread(limit),
            limit_name="the same rows by set-based SQL",
            aims=(at_least(8000), ratio_at_least(0.5)),
            note=f"{size.batch_rows:,} rows a run, {_BATCH_LINES} connections",
        )
    ]


class Imported(msgspec.Struct, frozen=True):
    """One load of a file: until the command ended, and until everything stood in both views."""

    seconds: float
    current_s: float
    peak_mb: float


async def import_rows(registry: Registry, brand: BrandCode, rows: int) -> Imported:
    """Load a file by the command that an operator uses."""
    path = registry.folder / f"consents-{brand}.csv"
    write_consents(path, scattered(rows))
    before = await registry.current()
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "izin", "import", str(path), "--brand", str(brand), "--json"),
        env=environment_of(registry.settings, registry.server.url),
        stdout=asyncio.subprocess.DEVNULL,
    )
    peak_mb = await _peak_mb(process)
    seconds = perf_counter() - began
    assert process.returncode == 0, "the import recorded every row"
    await registry.until_current(before + rows)
    path.unlink()
    return Imported(seconds, perf_counter() - began, peak_mb)


async def _peak_mb(process: asyncio.subprocess.Process) -> float:
    """Wait for a process, and give the most memory it held; 0 where the system does not say."""
    peak_kb = 0
    ended = asyncio.create_task(process.wait())
    status = Path("/proc", str(process.pid), "status")
    while not ended.done():
        peak_kb = max(peak_kb, _peak_kb(status))
        await asyncio.wait({ended}, timeout=_MEMORY_POLL_S)
    return peak_kb / 1024


def _peak_kb(status: Path) -> int:
    try:
        found = _PEAK.search(status.read_text("ascii"))
    except OSError:  # the process has ended, or this system has no such file
        return 0
    return int(found[1]) if found else 0


def import_figures(size: Size, loads: list[Imported], limit_s: list[float]) -> list[Figure]:
    """The lines of the import."""
    limit, limit_name = spread(limit_s), "the same rows by set-based SQL"
    aim_s = 100 * size.rows / 1_000_000
    return [
        Figure(
            name=f"import of {size.rows:,} rows from CSV",
            unit="s",
            ours=spread([load.seconds for load in loads]),
            limit=limit,
            limit_name=limit_name,
            aims=(at_most(aim_s),),
            note="until the command ends; the rows are durable",
        ),
        Figure(
            name=f"import of {size.rows:,} rows to everything current",
            unit="s",
            ours=spread([load.current_s for load in loads]),
            limit=limit,
            limit_name=limit_name,
            note="until every row is numbered and in both views",
        ),
        Figure(
            name="import, peak memory",
            unit="MB",
            ours=spread([load.peak_mb for load in loads]),
            aims=(at_most(300),),
        ),
    ]


async def import_limit_s(registry: Registry, rows: int) -> float:
    """Write as many ready rows by SQL alone."""
    return await baseline.Writer(registry.limits, await _width(registry)).write_s(rows)
