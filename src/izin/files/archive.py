"""Is it safe to unpack this workbook? Asked before the reader sees it.

The reader lays a sheet out as the whole rectangle between its first and last cell, so one cell at
XFD1048576 asks for half a terabyte and ends the process. So every part is unpacked here first, in
pieces, and what it declares is compared with what it holds.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from izin.files.form import Caps
from izin.files.problem import file_refused

_PIECE = 1024 * 1024
_LOCAL_HEAD = 30
_SMALL = 64 * 1024
# A cell: formatted and empty (the reader leaves it out of its rectangle), or with its position
# where every common writer puts it, or written in any other way.
_cells = re.compile(
    rb"<(?:[\w.-]+:)?c(?:"
    rb" r=\"[A-Z]{1,3}[0-9]{1,7}\"(?: [\w:.-]+=\"[^\"<>]*\")*\s?/>"
    rb"| r=\"([A-Z]{1,3})([0-9]{1,7})\""
    rb"|([\s/>]))"
).findall
_row_number = re.compile(r"[0-9]{1,7}").fullmatch
_reference = re.compile(r"([A-Z]{1,3})([0-9]{1,7})").fullmatch


class _Extent:
    """How far a sheet reaches: the rectangle that the reader will lay out."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self.row_max = self.column_max = self.cells = self.tags = 0

    def grow(self, row: int, column: int, cells: int) -> None:
        self.row_max = max(self.row_max, row)
        self.column_max = max(self.column_max, column)
        self.cells += cells
        if self.row_max > self._caps.xlsx_rows_max + 1:
            raise file_refused("IZ213", limit=self._caps.xlsx_rows_max)
        if self.column_max > self._caps.columns_max:
            raise file_refused("IZ218", limit=self._caps.columns_max)
        if self.cells > self._caps.cells_max:
            raise _unsafe("area")

    def count_tags(self, count: int) -> None:
        self.tags += count
        if self.tags > 4 * self._caps.cells_max:
            raise _unsafe("tags")

    def see(self) -> None:
        area = self.row_max * self.column_max
        if area > self._caps.cells_max or area > _SMALL + self.cells * self._caps.spread_max:
            raise _unsafe("area")


def see_that_it_is_safe(path: Path, caps: Caps) -> None:
    """Look through a workbook's archive.

    Raises  FileRefusedError: IZ211 not a workbook · IZ212 an archive that unpacks to too much, or
            to something other than it declares · IZ213 too many rows, IZ218 columns · IZ214 damaged
    Cost    about 5 µs a row, a few MiB of memory; a bomb is refused by its directory
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _see_directory(parts, path.stat().st_size, caps)
        with path.open("rb") as file:
            for part in parts:
                _see_part(file, part, _Extent(caps))
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError) as error:
        raise file_refused("IZ214") from error


def _unsafe(why: str) -> Exception:
    return file_refused("IZ212", why=why)


def _see_directory(parts: list[zipfile.ZipInfo], size: int, caps: Caps) -> None:
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise file_refused("IZ211")
    if len(parts) > caps.entries_max or len(names) < len(parts):
        raise _unsafe("entries")
    if any(part.flag_bits & 0x1 or part.compress_type not in {0, 8} for part in parts):
        raise _unsafe("method")
    if sum(part.file_size for part in parts) > caps.unpacked_bytes_max:
        raise _unsafe("size")
    if any(part.file_size > _SMALL + caps.ratio_max * part.compress_size for part in parts):
        raise _unsafe("ratio")
    _see_no_overlap(parts, size)


def _see_no_overlap(parts: list[zipfile.ZipInfo], size: int) -> None:
    """Parts that share bytes unpack to more than the file could hold."""
    end = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < end:
            raise _unsafe("overlap")
        end = part.header_offset + _LOCAL_HEAD + len(part.orig_filename) + part.compress_size
    if end > size:
        raise _unsafe("overlap")


def _see_part(file: BinaryIO, part: zipfile.ZipInfo, extent: _Extent) -> None:
    """Any part may be a sheet: the workbook says which, and it may say anything."""
    for piece in _whole_tags(_unpacked(file, part)):
        if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
            raise _unsafe("entities")
        extent.count_tags(piece.count(b"<"))
        if not _see_cells(piece, extent):
            _see_slowly(file, part, extent)
            break
    extent.see()


def _unpacked(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack by the stream itself, and stop when it holds more than its part declared."""
    file.seek(part.header_offset)
    head = file.read(_LOCAL_HEAD)
    file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
    at, left, got = file.tell(), part.compress_size, 0
    unpack = zlib.decompressobj(-15) if part.compress_type else None
    while left > 0:
        file.seek(at)
        packed = file.read(min(left, _SMALL))
        if not packed:
            raise zipfile.BadZipFile
        at, left = at + len(packed), left - len(packed)
        if unpack is not None and unpack.eof:
            raise zipfile.BadZipFile
        for piece in _pieces(packed, unpack):
            got += len(piece)
            if got > part.file_size:
                raise _unsafe("size")
            yield piece
    rest = unpack.flush() if unpack is not None else b""  # what a full piece held back
    yield rest
    if got + len(rest) != part.file_size:
        raise zipfile.BadZipFile


def _pieces(packed: bytes, unpack: "zlib._Decompress | None") -> Iterator[bytes]:
    if unpack is None:
        yield packed
        return
    while packed:
        yield unpack.decompress(packed, _PIECE)
        packed = unpack.unconsumed_tail


def _whole_tags(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Cut before a tag, never inside one; a picture has none."""
    rest = b""
    for piece in pieces:
        joined = rest + piece
        cut = joined.rfind(b"<")
        if cut <= 0 or len(joined) - cut > _PIECE:
            cut = len(joined)
        yield joined[:cut]
        rest = joined[cut:]
    yield rest


def _see_cells(piece: bytes, extent: _Extent) -> bool:
    """Read positions fast; False if one is not written the common way."""
    cells = _cells(piece)
    if any(odd for _, _, odd in cells):
        return False
    columns = {column for column, _, _ in cells} - {b""}
    if columns:
        widest = max(_column(name.decode()) for name in columns)
        rows = {row for _, row, _ in cells} - {b""}
        extent.grow(max(map(int, rows)), widest, len(cells))
    return True


def _see_slowly(file: BinaryIO, part: zipfile.ZipInfo, extent: _Extent) -> None:
    """Read positions as XML has them, where a cell without one follows the cell before it."""
    here = [0, 0]

    def start(name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        given = attributes.get("r")
        if kind == "row":
            found = _row_number(given or str(here[0] + 1))
            here[:] = [int(_held(found)[0]), 0]
        elif kind == "c" and given is None:
            here[1] += 1
            extent.grow(here[0], here[1], 1)
        elif kind == "c":
            found = _held(_reference(given or ""))
            here[1] = _column(found[1])
            extent.grow(int(found[2]), here[1], 1)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    for piece in _unpacked(file, part):
        parser.Parse(piece)
    parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature


def _held(found: re.Match[str] | None) -> re.Match[str]:
    """A position that is no position: what the reader would make of it is not to be guessed."""
    if found is None:
        raise zipfile.BadZipFile
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
