"""Files of consents as companies have them: say only what matters."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from builders.watch import used

from izin.consent.intake import IntakeContext, parse_consent
from izin.core.codes import BrandCode, IysCode
from izin.files.form import Cell, Form
from izin.files.headings import TEMPLATE
from izin.files.open import RowSource, open_rows
from izin.files.row import Parse, RowReader
from izin.files.write import written

IYS_CODE, BRAND_CODE = IysCode(731001), BrandCode(731002)
HEADINGS = list(TEMPLATE.values())
ELEVEN = datetime.fromisoformat("2019-04-15T11:00:00")
"""As a date cell holds it: without a zone."""

GOOD = ["0599 000 00 01", "Bireysel", "Mesaj", "Onay", "15.04.2019 11:00", "HS_WEB", "", ""]


def a_row(**changes: Cell) -> list[Cell]:
    """A good row of the template; `izin_tarihi="dün"` spoils a cell."""
    cells: dict[str, Cell] = dict(zip(HEADINGS, GOOD, strict=True))
    assert changes.keys() <= cells.keys()
    return list((cells | changes).values())


def phone(number: int) -> str:
    """An invented person's phone as people write it."""
    used(f"+90599{number:07d}")
    return f"0599 {number // 10000:03d} {number // 100 % 100:02d} {number % 100:02d}"


def a_check(*, earliest: datetime | None = None) -> Parse:
    """The API's own check of a row, for a provider that still loads what it had."""
    context = IntakeContext(
        iys_code=IYS_CODE,
        brand_code=BRAND_CODE,
        now=datetime.now(UTC),
        earliest_registrable=earliest,
        sandbox=True,
    )
    return lambda row: parse_consent(row, context)


def a_reader(source: RowSource, parse: Parse | None = None) -> RowReader:
    return RowReader(source.columns, parse or a_check(), brand_code=BRAND_CODE, iys_code=IYS_CODE)


def a_text(folder: Path, text: str, encoding: str = "utf-8", name: str = "izinler.csv") -> Path:
    """A file of this very text."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def a_csv(folder: Path, *rows: Sequence[Cell], form: Form | None = None) -> Path:
    """A CSV of the template with these rows."""
    path = folder / "izinler.csv"
    path.write_bytes(written([HEADINGS, *rows], form or Form()))
    return path


def a_workbook(folder: Path, *rows: Sequence[Cell], skip: tuple[int, int] = (0, 0)) -> Path:
    """A workbook as Excel writes one: typed cells, its first cell wherever one likes."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                at = (number + skip[0], column + skip[1])
                if isinstance(cell, datetime):
                    sheet.write_datetime(*at, cell, moment)
                elif cell != "":
                    sheet.write(*at, cell)
    path = folder / "izinler.xlsx"
    path.write_bytes(stream.getvalue())
    return path


def all_rows(path: Path) -> list[list[Cell]]:
    return [cells for _, cells in open_rows(path).rows()]
