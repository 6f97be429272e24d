"""``izin bench``."""

from pathlib import Path
from typing import Annotated

import typer
import uvloop

from izin.cli.bench.load import AnswerError
from izin.cli.bench.plan import JOBS, Measuring
from izin.cli.bench.size import Size
from izin.cli.bench.table import HEADINGS, has_marks, put_into, results_of, rows_of, write_results
from izin.cli.screen import AsJson, CannotError, In, screen
from izin.i18n.catalogue import Language

app = typer.Typer(add_completion=False)

_FOLDER = Path("var", "bench")
_RESULTS = Path("bench", "results.json")

Rows = Annotated[int, typer.Option(help="Consents to load and ask about.", min=1000, max=10**7)]
Large = Annotated[int, typer.Option(help="Consents of a large registry besides.", min=0, max=10**7)]
Runs = Annotated[int, typer.Option(help="Runs of each measurement.", min=1)]
Seconds = Annotated[float, typer.Option(help="Of a run that is measured by time.", min=0.1)]
Only = Annotated[list[str] | None, typer.Option(help=f"One of {', '.join(JOBS)}; repeatable.")]
Markdown = Annotated[
    Path | None,
    typer.Option(help="Page whose marked table is written anew.", exists=True, dir_okay=False),
]


@app.command()
def bench_command(
    *,
    rows: Rows = 1_000_000,
    rows_large: Large = 0,
    runs: Runs = 3,
    seconds: Seconds = 3.0,
    only: Only = None,
    markdown: Markdown = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Load a million consents, answer a million questions, and print how fast.

    Works in var/bench, which is emptied before and after; figures go to bench/results.json as well.
    """
    with screen(as_json, lang) as to:
        wanted = frozenset(only or JOBS)
        unknown = wanted - set(JOBS)
        if unknown:
            raise CannotError("no_job", jobs=", ".join(sorted(unknown)))
        if markdown is not None and only:
            raise CannotError("part_of_page", file=markdown)
        if markdown is not None and not has_marks(markdown):
            raise CannotError("no_marks", file=markdown)
        size = Size(rows=rows, rows_large=rows_large, runs=runs, seconds=seconds)
        measuring = Measuring(_FOLDER, size, wanted, to.say)
        try:
            figures = uvloop.run(measuring.run())
        except AnswerError as error:
            raise CannotError("no_figures", why=error) from error
        write_results(_RESULTS, figures, is_part=bool(only))
        if markdown is not None:
            put_into(markdown, figures)
        to.say(measuring.context)
        to.show(HEADINGS, rows_of(figures))
        to.give(results_of(figures))
