"""The jobs in their order: the loads first, for the questions need what they load."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from izin.cli.bench import questions, recording
from izin.cli.bench.baseline import described
from izin.cli.bench.figure import Figure, Spread
from izin.cli.bench.freshness import freshness
from izin.cli.bench.recording import Imported, import_rows
from izin.cli.bench.registry import LARGE, LOADED, SMALL, Registry, running
from izin.cli.bench.size import Size
from izin.core.codes import BrandCode

Job = Callable[[Registry, Size], Awaitable[list[Figure]]]
Told = Callable[[str], None]

_ON_LOADED: dict[str, Job] = {
    "multi": questions.multi_status,
    "single": questions.single_status,
    "add": recording.single_add,
    "batch": recording.batch_add,
    "scrub": questions.scrub,
    "fresh": freshness,
}
JOBS = ("import", "look-up", *_ON_LOADED)
"""What can be measured, in this order."""

FEW_ROWS = 10_000


class Measuring:
    """One session: registries that come and go in a folder, and what was found."""

    def __init__(self, folder: Path, size: Size, wanted: frozenset[str], told: Told) -> None:
        """Take a folder on a disk, for durability is measured; it is emptied."""
        self._folder = folder
        self._size = size
        self._wanted = wanted
        self._told = told
        self._loads: list[Imported] = []
        self._limit_s: list[float] = []
        self._look_ups: list[tuple[int, Spread]] = []
        self.context = ""

    async def run(self) -> list[Figure]:
        """Measure what is wanted of JOBS."""
        if "import" in self._wanted:
            for _ in range(self._size.runs - 1):
                async with running(self._folder) as registry:
                    await self._load(registry)
        async with running(self._folder) as registry:
            return await self._run(registry)

    async def _run(self, registry: Registry) -> list[Figure]:
        if "look-up" in self._wanted:
            await import_rows(registry, SMALL, FEW_ROWS)
            await self._look_up(registry, SMALL, FEW_ROWS)
        await self._load(registry)
        found: list[Figure] = []
        if "import" in self._wanted:
            found += recording.import_figures(self._size, self._loads, self._limit_s)
        if "look-up" in self._wanted:
            await self._look_up(registry, LOADED, self._size.rows)
        for name, job in _ON_LOADED.items():
            if name in self._wanted:
                self._told(name)
                found += await job(registry, self._size)
        if self._size.rows_large:
            found += await self._large(registry)
        if "look-up" in self._wanted:
            found += questions.look_up_growth(self._look_ups)
        self.context = await described(registry, registry.brand_ref(LOADED))
        return found

    async def _load(self, registry: Registry) -> None:
        self._told(f"load of {self._size.rows:,} consents into an empty registry")
        self._loads.append(await import_rows(registry, LOADED, self._size.rows))
        if "import" in self._wanted:
            self._limit_s.append(await recording.import_limit_s(registry, self._size.rows))

    async def _look_up(self, registry: Registry, brand: BrandCode, rows: int) -> None:
        self._told(f"look-ups among {rows:,} rows")
        self._look_ups.append((rows, await questions.look_up_ms(registry, brand, rows, self._size)))

    async def _large(self, registry: Registry) -> list[Figure]:
        rows = self._size.rows_large
        self._told(f"load of {rows:,} consents more")
        await import_rows(registry, LARGE, rows)
        if "look-up" in self._wanted:
            await self._look_up(registry, LARGE, rows)
        if "multi" not in self._wanted:
            return []
        return await questions.multi_status(registry, self._size, LARGE, rows)
