"""The rows that were refused, as they came, each with what is wrong and how to mend it.

Mended in place it is loaded as it is: the columns that were added are not read.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import msgspec

from izin.files.form import Cell
from izin.files.headings import ERROR_HEADINGS
from izin.files.journal import Entry
from izin.files.open import RowSource
from izin.files.problem import CellProblem, file_refused
from izin.files.words import advice
from izin.files.write import RowWriter, replacing, row_writer
from izin.i18n.catalogue import Language

_BETWEEN = " | "


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
        original = [cells[index] if index < len(cells) else "" for index in self._kept]
        advices = [advice(problem, self._language) for problem in problems]
        added = (
            str(line),
            _BETWEEN.join(problem.heading for problem in problems),
            _BETWEEN.join(problem.found for problem in problems),
            _BETWEEN.join(problem.code for problem in problems),
            _BETWEEN.join(expected for expected, _ in advices),
            _BETWEEN.join(mend for _, mend in advices),
        )
        self._writer.row([*original, *added])
        self.rows += 1


class Mark(msgspec.Struct, frozen=True):
    """How a load knows the error files of its own earlier runs: noted in the registry's folder.

    tag_of  a file's keyed tag of its SHA-256, which by itself tells the rows of a small file
    """

    folder: Path
    load: str
    tag_of: Callable[[bytes], UUID]

    def put(self, path: Path) -> None:
        """Note that the error file at `path` is this load's."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._note(path).write_text(self._said(path), "ascii")

    def is_on(self, path: Path) -> bool:
        """Is the file at `path` as this load wrote it?"""
        note = self._note(path)
        return note.exists() and note.read_text("ascii") == self._said(path)

    def _note(self, path: Path) -> Path:
        place = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()
        return self.folder / f"{place[:32]}.errors"

    def _said(self, path: Path) -> str:
        with path.open("rb") as file:
            return f"{self.load} {self.tag_of(hashlib.file_digest(file, 'sha256').digest())}"


def see_that_it_may_be_written(path: Path, source_path: Path, mark: Mark) -> None:
    """See that an error file would take no other file's place.

    Raises  FileRefusedError: IZ222 the file that is loaded, or one that this load did not write;
            IZ223 no folder in which one can write
    """
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        raise file_refused("IZ223", folder=path.parent)
    if path.exists() and (path.is_dir() or path.samefile(source_path) or not mark.is_on(path)):
        raise file_refused("IZ222", path=path)


@contextmanager
def open_error_file(path: Path, source: RowSource, language: Language) -> Iterator[ErrorFile]:
    """Write a new error file; it is there once the block ended well, if a row was added."""
    errors: ErrorFile
    with replacing(path, unless=lambda: not errors.rows) as stream:
        writer = row_writer(stream, source.form)
        errors = ErrorFile(writer, source, language)
        try:
            yield errors
        finally:
            writer.close()


def write_errors(errors: ErrorFile, source: RowSource, entries: Iterable[Entry]) -> None:
    """Write the rows that a journal names, which come in the order of the file.

    Cost    a pass over the file
    """
    rows = iter(source.rows())
    for entry in entries:
        cells = next(cells for line, cells in rows if line == entry.line)
        errors.add(entry.line, cells, entry.problems)
