"""Write rows as CSV or XLSX so that no spreadsheet runs them and they read back as they were."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from izin.files.cells import text_of
from izin.files.form import Cell, Form, Kind
from izin.files.problem import file_refused

XLSX_ROWS_MAX = 1_048_576
_is_phone = re.compile(r"\+[0-9]{7,15}").fullmatch
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class RowWriter(Protocol):
    """Takes rows one by one and holds none of them."""

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row."""
        ...

    def close(self) -> None:
        """Finish the file; the stream stays open."""
        ...


def row_writer(stream: BinaryIO, form: Form) -> RowWriter:
    """Begin a file of the given form."""
    return CsvRows(stream, form) if form.kind is Kind.CSV else XlsxRows(stream)


class CsvRows:
    """CSV as Turkish spreadsheets read it: `;`, CRLF, a byte order mark, or as the form says."""

    def __init__(self, stream: BinaryIO, form: Form) -> None:
        """Begin; characters that the form's encoding does not have become ``?``."""
        self._text = io.TextIOWrapper(
            stream, form.encoding, errors="replace", newline="", write_through=False
        )
        self._writer = csv.writer(self._text, delimiter=form.separator, lineterminator="\r\n")
        self._as_written = harmless if form.is_for_excel else text_of
        if form.says_sep:
            self._text.write(f"sep={form.separator}\r\n")

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row."""
        self._writer.writerow(map(self._as_written, cells))

    def close(self) -> None:
        """Write what is buffered; the stream stays open."""
        self._text.flush()
        self._text.detach()


def harmless(cell: Cell) -> str:
    """Give a cell as text that no spreadsheet takes for a formula; the reader takes it all back.

    Gives   +90532… as 0532…, other countries' numbers with 00, any other risky text behind ``'``
    Source  OWASP, CSV injection
    """
    text = text_of(cell) if not isinstance(cell, str) else cell
    if not text.startswith(_RISKY):
        return text
    if _is_phone(text):
        return "0" + text[3:] if text.startswith("+90") else "00" + text[1:]
    return "'" + text


class XlsxRows:
    """One sheet; text is written as text, whatever it begins with."""

    def __init__(self, stream: BinaryIO) -> None:
        """Begin; rows go to a temporary file as they come."""
        self._book = xlsxwriter.Workbook(
            stream,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "nan_inf_to_errors": True,
            },
        )
        self._sheet: Worksheet = self._book.add_worksheet()
        self._moment = self._book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
        self._day = self._book.add_format({"num_format": "dd.mm.yyyy"})
        self._rows = 0

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row. Raises FileRefusedError IZ220 past the sheet's last."""
        if self._rows >= XLSX_ROWS_MAX:
            raise file_refused("IZ220", limit=XLSX_ROWS_MAX)
        for column, cell in enumerate(cells):
            self._write(column, cell)
        self._rows += 1

    def _write(self, column: int, cell: Cell) -> None:
        at = (self._rows, column)
        if isinstance(cell, str):
            if cell:
                self._sheet.write_string(*at, cell)
        elif isinstance(cell, datetime):
            self._sheet.write_datetime(*at, cell, self._moment)
        elif isinstance(cell, date):
            self._sheet.write_datetime(*at, cell, self._day)
        elif isinstance(cell, (int, float)):
            self._sheet.write(*at, cell)
        else:
            self._sheet.write_string(*at, text_of(cell))

    def close(self) -> None:
        """Put the workbook together; the stream stays open."""
        self._book.close()


@contextmanager
def replacing(path: Path, *, unless: Callable[[], bool] = lambda: False) -> Iterator[BinaryIO]:
    """Give a stream whose content becomes the file at `path` once all of it is written.

    Only the owner may read it: it holds addresses. An error or a kill leaves the old file there,
    and so does `unless`, which is asked at the end.
    """
    part = path.with_name(f".{path.name}.izin-part")  # nobody's own file has such a name
    try:
        number = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        error.filename = str(path)  # the one that somebody asked for
        raise
    try:
        with os.fdopen(number, "w+b") as stream:
            yield cast("BinaryIO", stream)
            stream.flush()
            os.fsync(stream.fileno())
        if unless():
            part.unlink()
        else:
            part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def written(rows: Iterable[Sequence[Cell]], form: Form) -> bytes:
    """Give a small file as bytes: the empty template, an example."""
    stream = io.BytesIO()
    writer = row_writer(stream, form)
    for row in rows:
        writer.row(row)
    writer.close()
    return stream.getvalue()
