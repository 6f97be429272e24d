"""The table on the screen, in the page on performance, and in results.json."""

import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from typing import Any

import msgspec

from izin.cli.bench.figure import Figure, Spread

BEGIN, END = "<!-- figures: written by `izin bench --markdown` -->", "<!-- end of figures -->"
_MARK = {True: "yes", False: "no", None: "–"}
HEADINGS = ("job", "ours", "limit", "ratio", "aim", "reached")


def _number(value: float) -> str:
    if value >= 1000:  # noqa: PLR2004  # more digits than anybody reads
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _spread(found: Spread | None, unit: str = "") -> str:
    if found is None:
        return "–"
    between = "" if found.runs == 1 else f" ({_number(found.least)} to {_number(found.most)})"
    return f"{_number(found.median)} {unit}".rstrip() + between


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        _spread(figure.ours, figure.unit),
        _spread(figure.limit) + (f": {figure.limit_name}" if figure.limit else ""),
        "–" if figure.ratio is None else f"{figure.ratio:.2f}",
        figure.aim or "–",
        _MARK[figure.reached],
    )


def rows_of(figures: Iterable[Figure]) -> list[tuple[tuple[str, ...], str]]:
    """The table's rows for the screen, each with its style."""
    style = {True: "green", False: "yellow", None: ""}
    return [(_cells(figure), style[figure.reached]) for figure in figures]


def results_of(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """What results.json holds: one object a line of the table."""
    return [
        {
            "name": figure.name,
            "ours": figure.ours.median,
            "limit": None if figure.limit is None else figure.limit.median,
            "ratio": figure.ratio,
            "unit": figure.unit,
            "aim": figure.aim,
            "reached": figure.reached,
            "ours_spread": [figure.ours.least, figure.ours.most],
            "limit_spread": None
            if figure.limit is None
            else [figure.limit.least, figure.limit.most],
            "limit_name": figure.limit_name,
            "runs": figure.ours.runs,
            "note": figure.note,
        }
        for figure in figures
    ]


def write_results(path: Path, figures: Sequence[Figure], *, is_part: bool) -> None:
    """Write results.json; a part that is measured anew leaves the other parts as they were."""
    measured = {each["name"]: each for each in results_of(figures)}
    kept = msgspec.json.decode(path.read_bytes()) if is_part and path.exists() else []
    found = [measured.pop(each["name"], each) for each in kept] + list(measured.values())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


def markdown_of(figures: Iterable[Figure], at: datetime) -> str:
    """The table for the page, with when and where it was measured."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *map(_cells, figures)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    notes = [f"- {figure.name}: {figure.note}." for figure in figures if figure.note]
    return "\n".join([f"Measured on {at:%Y-%m-%d}, {machine()}.", "", *lines, "", *notes])


def machine() -> str:
    """Where it was measured."""
    return f"{cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def has_marks(page: Path) -> bool:
    """Does a page say where the figures stand?"""
    text = page.read_text("utf-8")
    return BEGIN in text and END in text.partition(BEGIN)[2]


def put_into(page: Path, figures: Sequence[Figure]) -> None:
    """Put the table between the marks of a page that has them."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    said = markdown_of(figures, datetime.now(UTC))
    page.write_text(f"{before}{BEGIN}\n{said}\n{END}{after}", "utf-8")
