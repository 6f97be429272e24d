"""Import a file of dealers: read all of it, enter what is right, give back what is not."""

import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID

import msgspec

from izin.files.check import Group, groups_of
from izin.files.dealers import CAPS_OF_DEALERS, DEALERS, DealerReader, DealerRow
from izin.files.errorfile import Mark, open_error_file, see_that_it_may_be_written
from izin.files.open import RowSource, open_rows
from izin.files.problem import CellProblem, file_refused
from izin.i18n.catalogue import Language
from izin.retailer.enter_list import Listed
from izin.retailer.intake import Entry

EnterList = Callable[[Sequence[Entry]], Awaitable[Sequence[Listed]]]
"""`izin.retailer.enter_list` for one brand."""

RefusedRow = tuple[DealerRow, tuple[CellProblem, ...]]


class DealerFile(msgspec.Struct, frozen=True):
    """A file of dealers, read whole."""

    source: RowSource
    reader: DealerReader
    rows: list[DealerRow]


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `already`: dealers that were there with the same facts."""

    rows: int
    entered: int
    already: int
    refused: list[RefusedRow]
    ignored_headings: tuple[str, ...] = ()

    def groups(self) -> tuple[Group, ...]:
        """What is wrong, by kind."""
        return groups_of(problems for _, problems in self.refused)


class DealerOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be imported, and where what is refused goes.

    folder  the registry's own, in which a load knows its own error files
    tag_of  a file's keyed tag of its SHA-256
    """

    path: Path
    error_path: Path
    folder: Path
    tag_of: Callable[[bytes], UUID]
    sandbox: bool
    language: Language = Language.TR


def read_dealers(path: Path, *, sandbox: bool) -> DealerFile:
    """Read a CSV or XLSX file of dealers; nothing of it is entered.

    Raises  FileRefusedError: it cannot be read, or not to its end; IZ202 it has no rows
    Cost    50 µs a row, at most 10,000 of them
    """
    source = open_rows(path, CAPS_OF_DEALERS, DEALERS)
    reader = DealerReader(source.columns, sandbox=sandbox)
    rows = [reader.read(line, cells) for line, cells in source.rows()]
    if not rows:
        raise file_refused("IZ202")
    return DealerFile(source, reader, rows)


def read_dealers_of(content: bytes, *, sandbox: bool) -> DealerFile:
    """Read a CSV of dealers that came over the wire; it never lies on a disk.

    Raises  as `read_dealers`; IZ211 it is no CSV
    """
    if content.startswith(b"PK"):
        raise file_refused("IZ211")
    number = os.memfd_create("dealers", os.MFD_CLOEXEC)
    try:
        with open(number, "wb", closefd=False) as stream:
            stream.write(content)
        return read_dealers(Path(f"/proc/self/fd/{number}"), sandbox=sandbox)
    finally:
        os.close(number)


async def enter_dealers(file: DealerFile, enter: EnterList) -> Entered:
    """Enter the dealers of a file that was read, and say which rows were refused for what."""
    good = [(row, row.verdict) for row in file.rows if isinstance(row.verdict, Entry)]
    listed = await enter([entry for _, entry in good]) if good else ()
    refused = [(row, row.verdict) for row in file.rows if not isinstance(row.verdict, Entry)]
    for (row, _), told in zip(good, listed, strict=True):
        if told.refused:
            problem = file.reader.problem
            refused.append((row, tuple(problem(row.line, row.cells, e) for e in told.refused)))
    refused.sort(key=lambda each: each[0].line)
    return Entered(
        rows=len(file.rows),
        entered=sum(each.is_new for each in listed),
        already=sum(each.code is not None and not each.is_new for each in listed),
        refused=refused,
        ignored_headings=file.source.columns.ignored,
    )


async def import_dealers(order: DealerOrder, enter: EnterList) -> Entered:
    """Enter the dealers of a file; rows that are refused go to the error file, to be mended there.

    The same file a second time adds nothing: a dealer that is there with the same facts stays.

    Raises  FileRefusedError: as `read_dealers`, or an error file would take another's place; then
            nothing is entered · as `enter_list`
    """
    file = read_dealers(order.path, sandbox=order.sandbox)
    mark = Mark(order.folder, f"dealers {order.tag_of(file.source.digest)}", order.tag_of)
    see_that_it_may_be_written(order.error_path, order.path, mark)
    done = await enter_dealers(file, enter)
    if done.refused:
        with open_error_file(order.error_path, file.source, order.language) as errors:
            for row, problems in done.refused:
                errors.add(row.line, row.cells, problems)
        mark.put(order.error_path)
    return done
