"""The rows that were refused, as they came, each with what is wrong and how to mend it.

Mended in place it is loaded as it is: the columns that were added are not read.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from izin.files.form import Cell
from izin.files.headings import ERROR_HEADINGS
from izin.files.open import RowSource
from izin.files.problem import CellProblem
from izin.files.words import advice
from izin.files.write import RowWriter, replacing, row_writer
from izin.i18n.catalogue import Language

_BETWEEN = " | "
_FOUND_MAX = 1000
"""Characters: a sheet's cell takes 32,767, and all that was found stands in the original column."""


class ErrorFile:
    """Takes refused rows one by one, in the form of the file they came from."""

    def __init__(self, writer: RowWriter, source: RowSource, language: Language) -> None:
        """Begin with the headings; callers use `open_error_file`."""
        self._writer = writer
        self._kept = source.columns.kept
        self._language = language
        self.rows = 0
        headings = [source.columns.headings[index] for index in self._kept]
        writer.row([*headings, *ERROR_HEADINGS])

    def add(self, line: int, cells: Sequence[Cell], problems: Sequence[CellProblem]) -> None:
        """Write one refused row; several problems stand side by side in each added column."""
        original = [cells[index] for index in self._kept]
        advices = [advice(problem, self._language) for problem in problems]
        added = (
            str(line),
            _BETWEEN.join(problem.heading for problem in problems),
            _BETWEEN.join(problem.found[:_FOUND_MAX] for problem in problems),
            _BETWEEN.join(problem.code for problem in problems),
            _BETWEEN.join(expected for expected, _ in advices),
            _BETWEEN.join(mend for _, mend in advices),
        )
        self._writer.row([*original, *added])
        self.rows += 1


@contextmanager
def open_error_file(path: Path, source: RowSource, language: Language) -> Iterator[ErrorFile]:
    """Write a new error file; it is there once the block ended well, if a row was added."""
    with replacing(path) as stream:
        writer = row_writer(stream, source.form)
        errors = ErrorFile(writer, source, language)
        try:
            yield errors
        finally:
            writer.close()
    if not errors.rows:
        path.unlink()
