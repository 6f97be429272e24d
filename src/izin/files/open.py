"""Open a file, whatever it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from izin.files.delimited import DelimitedRows
from izin.files.form import CAPS, Caps, Form, Row
from izin.files.headings import CONSENTS, Columns, Vocabulary
from izin.files.problem import file_refused
from izin.files.workbook import WorkbookRows

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (_OLD_EXCEL, b"PK\x05\x06", b"%PDF", b"\x1f\x8b", b"{\\rtf", b"<html", b"<!DOC", b"<?xml")


class RowSource(Protocol):
    """A file: its headings, its rows as often as they are asked for, its hash.

    sheets  of a workbook: the one that is read, then those with something in them that are not
    """

    form: Form
    columns: Columns
    digest: bytes
    sheets: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Go through the data rows with their lines. Raises FileRefusedError."""
        ...


def open_rows(path: Path, caps: Caps = CAPS, vocabulary: Vocabulary = CONSENTS) -> RowSource:
    """Open a CSV or XLSX file; its content says which, not its name.

    Raises  FileRefusedError with one of IZ201 to IZ218, here or while the rows are gone through
    Cost    one pass over the bytes for the hash and the encoding
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_ZIP):
        return WorkbookRows(path, caps, vocabulary)
    if head.startswith(_OTHERS):
        raise file_refused("IZ211")
    return DelimitedRows(path, caps, vocabulary)
