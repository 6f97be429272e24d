"""How soon a movement is seen: from the sending of an add until the changes show it."""

import asyncio
from itertools import count, islice
from time import perf_counter

import msgspec

from izin.cli.bench.figure import Figure, at_least, at_most, spread
from izin.cli.bench.load import Client, request
from izin.cli.bench.recording import adds_of
from izin.cli.bench.registry import FRESH, Registry
from izin.cli.bench.size import Size

PACE = 2000
_PACE_KEPT = 0.95
_LINES = 32
_POLL_S = 0.05
_SHARES = (0.5, 0.99)
_SEEN_S_MAX = 120.0


class _Receipt(msgspec.Struct, rename="camel"):
    transaction_id: str


class _Page(msgspec.Struct):
    after: str
    list: list[_Receipt]


_read_receipt = msgspec.json.Decoder(_Receipt).decode
_read_page = msgspec.json.Decoder(_Page).decode


async def freshness(registry: Registry, size: Size) -> list[Figure]:
    """A steady pace of single adds, and a reader of the changes beside them."""
    numbers = count()
    reader = _Reader(registry)
    late_ms: tuple[list[float], ...] = tuple([] for _ in _SHARES)
    per_second: list[float] = []
    for _ in range(size.runs):
        adds = list(adds_of(registry, FRESH, islice(numbers, int(PACE * size.seconds))))
        waits_s, reached = await _run(registry, adds, reader)
        for found, share in zip(late_ms, _SHARES, strict=True):
            found.append(waits_s[int(len(waits_s) * share)] * 1000)
        per_second.append(reached)
    half, nearly_all = map(spread, late_ms)
    kept = spread(per_second).median >= PACE * _PACE_KEPT
    return [
        Figure(
            name="commit to visible in changes, p50", unit="ms", ours=half, aims=(at_most(500),)
        ),
        Figure(
            name="commit to visible in changes, p99",
            unit="ms",
            ours=nearly_all,
            aims=(at_most(1000),),
            is_due=kept,
            note=(
                "from the sending of an add, which is before its commit; read every"
                f" {_POLL_S * 1000:.0f} ms, under the adds of the next line"
            ),
        ),
        Figure(
            name="single adds while the changes are read",
            unit="/s",
            ours=spread(per_second),
            aims=(at_least(PACE * _PACE_KEPT),),
            note=f"{PACE:,} a second are offered over {_LINES} connections",
        ),
    ]


async def _run(
    registry: Registry, adds: list[bytes], reader: "_Reader"
) -> tuple[list[float], float]:
    """Give the waits in order of length, and how many were added a second."""
    sent_at: dict[str, float] = {}

    def heard(body: bytes, at: float) -> None:
        sent_at[_read_receipt(body).transaction_id] = at

    async with Client(registry.port, _LINES) as writers, Client(registry.port, 1) as line:
        adding = asyncio.create_task(writers.pace(iter(adds), PACE, heard=heard))
        seen_at: dict[str, float] = {}
        async with asyncio.timeout(_SEEN_S_MAX):
            while not adding.done() or len(seen_at) < len(sent_at):
                await asyncio.sleep(_POLL_S)
                await reader.read(line, seen_at)
            timing = await adding
    waits = sorted(seen_at[each] - at for each, at in sent_at.items())
    return waits, timing.per_second


class _Reader:
    """Follows the changes of one brand."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._after = ""

    async def read(self, line: Client, seen_at: dict[str, float]) -> None:
        """Read what is new, and note when each movement was seen."""
        path = self._registry.path(FRESH, f"/consents/changes?source=HS&limit=1000{self._after}")
        body = await line.ask(request("GET", path, token=self._registry.token), status=b"20")
        now = perf_counter()
        if body:
            page = _read_page(body)
            self._after = f"&after={page.after}"
            seen_at.update((each.transaction_id, now) for each in page.list)
