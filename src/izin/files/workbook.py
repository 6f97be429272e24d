"""XLSX: checked as an archive first, then read by calamine's lazy row iterator."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from izin.files.archive import see_that_it_is_safe
from izin.files.form import Caps, Cell, Form, Kind, Row
from izin.files.headings import Columns, Vocabulary, match_headings
from izin.files.problem import FileRefusedError, file_refused


class WorkbookRows:
    """The rows of a workbook's one sheet; `rows` may be gone through again and again.

    The sheet lies in memory while it is gone through (about 0.8 KiB a row), hence the row cap.
    """

    def __init__(self, path: Path, caps: Caps, vocabulary: Vocabulary) -> None:
        """See that it is safe, and read the headings. Raises FileRefusedError."""
        if path.stat().st_size > caps.xlsx_bytes_max:
            raise file_refused("IZ215", limit=f"{caps.xlsx_bytes_max // 1024**2} MiB")
        see_that_it_is_safe(path, caps)
        self.form = Form(kind=Kind.XLSX)
        self._path = path
        self.digest = self._digest()
        self._vocabulary = vocabulary
        self.sheets, headings = self._chosen()
        while headings and headings[-1] == "":
            headings.pop()
        self.columns: Columns = match_headings(headings, vocabulary)

    def _chosen(self) -> tuple[tuple[str, ...], list[Cell]]:
        """Find the sheet to read, with its headings: a cover or a legend is none."""
        heads = {name: list(islice(self._filled(name), 2)) for name in self._visible()}
        filled = [name for name, head in heads.items() if head]
        if not filled:
            raise file_refused("IZ201")
        fitting = [name for name in filled if self._is_headed(heads[name])]
        if len(fitting) > 1:
            raise file_refused("IZ221", sheets=", ".join(fitting))
        chosen = (fitting or filled)[0]
        others = (name for name in filled if name != chosen)
        return (chosen, *others), heads[chosen][0][1]

    def _is_headed(self, head: list[Row]) -> bool:
        """Do the headings that are looked for stand first, and something below them?"""
        try:
            match_headings(head[0][1], self._vocabulary)
        except FileRefusedError:
            return False
        return len(head) > 1

    def _visible(self) -> list[str]:
        with _as_damaged(), CalamineWorkbook.from_path(self._path) as workbook:
            shown = (SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)
            return [
                each.name for each in workbook.sheets_metadata if (each.typ, each.visible) == shown
            ]

    def rows(self) -> Iterator[Row]:
        """Go through the data rows, blank ones left out.

        Raises  FileRefusedError: IZ217 for a file that changed since it was opened
        """
        if self._digest() != self.digest:
            raise file_refused("IZ217")
        width = len(self.columns.headings)
        filled = self._filled(self.sheets[0])
        return ((line, cells[:width]) for line, cells in islice(filled, 1, None))

    def _filled(self, name: str) -> Iterator[Row]:
        with _as_damaged(), CalamineWorkbook.from_path(self._path) as workbook:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.start is None:
                return
            for line, cells in enumerate(sheet.iter_rows(), start=1):
                if any(cell != "" for cell in cells):
                    yield line, [""] * sheet.start[1] + cells

    def _digest(self) -> bytes:
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()


@contextmanager
def _as_damaged() -> Iterator[None]:
    try:
        yield
    except python_calamine.CalamineError as error:
        raise file_refused("IZ214") from error
    except BaseException as error:
        # A panic of the reader is no Exception, and it is the file's fault, not the process's.
        if type(error).__name__ != "PanicException":
            raise
        raise file_refused("IZ214") from error
