"""CSV as Turkish spreadsheets write it, read as a stream."""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from izin.files.encoding import survey
from izin.files.form import CAPS, Caps, Cell, Form, Row
from izin.files.headings import Columns, Vocabulary, match_headings
from izin.files.problem import FileRefusedError, file_refused

_SEPARATORS = (";", ",", "\t", "|")
_says_sep = re.compile(r'"?sep=([;,\t|])"?[\r\n]*').fullmatch
_HEAD_LINES_MAX = 20
csv.field_size_limit(CAPS.row_bytes_max)  # a long cell is its row's affair, not the file's
_quoted = re.compile(r'"[^"]*"')


class DelimitedRows:
    """The rows of a CSV file; `rows` may be gone through any number of times."""

    sheets: tuple[str, ...] = ()

    def __init__(self, path: Path, caps: Caps, vocabulary: Vocabulary) -> None:
        """Survey the whole file and read its headings. Raises FileRefusedError."""
        found = survey(path, caps)
        self.digest = found.digest
        self._path = path
        self._caps = caps
        self._stamp = _stamp(path)
        self.form = self._form(found.encoding)
        self._heading_line, headings = self._headings()
        self.columns: Columns = match_headings(headings, vocabulary)

    def rows(self) -> Iterator[Row]:
        """Go through the data rows, blank ones left out.

        Gives   a row that is longer or shorter than the headings as it is
        Raises  FileRefusedError: IZ209 for broken quoting, IZ210 for a row without an end, IZ213
                for too many rows, IZ217 for a file that changed since it was opened
        Cost    1 µs a row; memory of one row
        """
        if _stamp(self._path) != self._stamp:
            raise file_refused("IZ217")
        width, most = len(self.columns.headings), self._caps.csv_rows_max + self._heading_line
        for line, cells in self._records():
            if line <= self._heading_line:
                continue
            if line > most:
                raise file_refused("IZ213", limit=self._caps.csv_rows_max)
            if not any(cells):
                continue
            yield line, cells if len(cells) == width else self._fitted(cells)  # type: ignore[misc]  # text is a Cell

    def _fitted(self, cells: list[str]) -> list[str]:
        """Allow empty cells too many, and trailing optional ones too few."""
        width = len(self.columns.headings)
        if any(cells[width:]) or len(cells) < self.columns.must_reach():
            return cells
        return cells[:width] + [""] * (width - len(cells))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        budget = [self._caps.row_bytes_max]
        line = 0
        with self._open() as text:
            reader = csv.reader(_bounded(text, budget), delimiter=self.form.separator, strict=True)
            try:
                for line, cells in enumerate(reader, start=1):
                    yield line, cells
                    budget[0] = self._caps.row_bytes_max
            except csv.Error as error:
                raise _of_csv(error, line + 1) from error

    def _open(self) -> TextIO:
        text = self._path.open(encoding=self.form.encoding, newline="")
        if self.form.says_sep:
            text.readline()
        return text

    def _form(self, encoding: str) -> Form:
        with self._path.open(encoding=encoding, newline="") as text:
            head = list(islice(text, _HEAD_LINES_MAX))
        if said := _says_sep(head[0]):
            return Form(separator=said[1], encoding=encoding, says_sep=True)
        bare = _quoted.sub("", next((line for line in head if line.strip()), ""))
        return Form(separator=max(_SEPARATORS, key=bare.count), encoding=encoding)

    def _headings(self) -> tuple[int, list[Cell]]:
        for line, cells in self._records():
            if any(cells):
                return line, list(cells)
        raise file_refused("IZ201")


def _bounded(text: TextIO, budget: list[int]) -> Iterator[str]:
    """Stop a row that goes on over line ends: a quote that is never closed eats the whole file."""
    for line in text:
        budget[0] -= len(line)
        if budget[0] < 0:
            raise csv.Error("row too long")
        yield line


def _of_csv(error: csv.Error, line: int) -> FileRefusedError:
    """Tell too long from badly quoted: the reader has one error for everything."""
    text = str(error)
    is_long = "too long" in text or "field limit" in text
    return file_refused("IZ210" if is_long else "IZ209", line=line)


def _stamp(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
