"""Every job of the benchmark runs, small: its figures say nothing, its working does."""

import pytest

from izin.cli.bench.plan import JOBS, Measuring
from izin.cli.bench.size import Size

LINES = {
    "import of 2,000 rows from CSV",
    "import of 2,000 rows to everything current",
    "import, peak memory",
    "multi status, 1000 a call, 2,000 consents",
    "multi status, 1000 a call, 3,000 consents",
    "single status, 64 connections",
    "single status beside a look-up, 64 connections",
    "single status, 64 connections, p99",
    "single status, 8 connections, p99",
    "single add, 8 connections, durable",
    "batch add over HTTP to everything current",
    "scrub of 2,000 addresses",
    "commit to visible in changes, p50",
    "commit to visible in changes, p99",
    "single adds while the changes are read",
    "cost of one look-up, 2,000 rows, p50",
    "cost of one look-up, 3,000 rows, p50",
}


@pytest.mark.drill
async def test_every_job_gives_its_figures_and_the_limits_say_how_they_were_taken(tmp_path):
    size = Size(rows=2000, rows_large=3000, runs=1, seconds=0.5)
    told: list[str] = []
    measuring = Measuring(tmp_path / "bench", size, frozenset(JOBS), told.append)
    figures = await measuring.run()
    assert {figure.name for figure in figures} == LINES
    assert all(figure.ours.median > 0 for figure in figures)
    assert all(figure.limit is None or figure.limit.median > 0 for figure in figures)
    assert "fsync = on" in measuring.context
    assert "synchronous_commit = on" in measuring.context
    assert "Index Scan using provider_consent_pkey" in measuring.context
    assert "insert into citizen_consent" in measuring.context
    assert told
