"""XLSX: checked as an archive first, then read by calamine's lazy row iterator."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from izin.files.archive import see_that_it_is_safe
from izin.files.form import Caps, Form, Kind, Row
from izin.files.headings import Columns, match_headings
from izin.files.problem import file_refused


class WorkbookRows:
    """The rows of a workbook's first visible sheet; `rows` may be gone through any number of times.

    The sheet lies in memory while it is gone through (about 0.8 KiB a row), hence the row cap.
    """

    def __init__(self, path: Path, caps: Caps) -> None:
        """See that it is safe, and read the headings. Raises FileRefusedError."""
        if path.stat().st_size > caps.xlsx_bytes_max:
            raise file_refused("IZ115", limit=f"{caps.xlsx_bytes_max // 1024**2} MiB")
        see_that_it_is_safe(path, caps)
        self.form = Form(kind=Kind.XLSX)
        self._path = path
        self.digest = self._digest()
        self._begun: Iterator[Row] | None = self._filled()
        _, headings = next(self._begun, (0, []))
        if not headings:
            raise file_refused("IZ101")
        while headings and headings[-1] == "":
            headings.pop()
        self.columns: Columns = match_headings(headings)

    def rows(self) -> Iterator[Row]:
        """Go through the data rows, blank ones left out.

        Raises  FileRefusedError: IZ117 for a file that changed since it was opened
        """
        if self._digest() != self.digest:
            raise file_refused("IZ117")
        begun, self._begun = self._begun, None
        if begun is None:
            begun = self._filled()
            next(begun)
        width = len(self.columns.headings)
        return ((line, cells[:width]) for line, cells in begun)

    def _filled(self) -> Iterator[Row]:
        with _as_damaged(), CalamineWorkbook.from_path(self._path) as workbook:
            sheet = _first_visible(workbook)
            if sheet.start is None:
                return
            for line, cells in enumerate(sheet.iter_rows(), start=1):
                if any(cell != "" for cell in cells):
                    yield line, [""] * sheet.start[1] + cells

    def _digest(self) -> bytes:
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()


def _first_visible(workbook: CalamineWorkbook) -> CalamineSheet:
    for sheet in workbook.sheets_metadata:
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible:
            return workbook.get_sheet_by_name(sheet.name)
    raise file_refused("IZ101")


@contextmanager
def _as_damaged() -> Iterator[None]:
    try:
        yield
    except python_calamine.CalamineError as error:
        raise file_refused("IZ114") from error
    except BaseException as error:
        # A panic of the reader is no Exception, and it is the file's fault, not the process's.
        if type(error).__name__ != "PanicException":
            raise
        raise file_refused("IZ114") from error
