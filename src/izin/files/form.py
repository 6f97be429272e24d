"""How a file is written: kind, separator, encoding; and how much of one is read at most."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias

import msgspec

Cell: TypeAlias = str | int | float | bool | datetime | date | time | timedelta
"""What a cell holds: always text in CSV, what the spreadsheet made of it in XLSX; "" is empty."""

Row: TypeAlias = tuple[int, list[Cell]]
"""Line as a spreadsheet shows it (the headings are 1, blank rows count), and the cells."""

MIB = 1024 * 1024


class Kind(StrEnum):
    """The two kinds of file."""

    CSV = "csv"
    XLSX = "xlsx"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader found and a writer repeats.

    encoding      name of a codec; "utf-8-sig" and "utf-16" write a byte order mark
    says_sep      whether the first line is ``sep=;``
    is_for_excel  text that a spreadsheet would run as a formula is written so that it cannot;
                  False is the CSV for machines
    """

    kind: Kind = Kind.CSV
    separator: str = ";"
    encoding: str = "utf-8-sig"
    says_sep: bool = False
    is_for_excel: bool = True


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """What is too much. A spreadsheet lies in memory while it is read, a CSV never does.

    row_bytes_max    characters of one CSV row, quoted line ends included
    cells_max        cells of a sheet, counted in the rectangle that it spans (32 bytes each)
    spread_max       how many times more cells the rectangle may have than the sheet fills
    ratio_max        how many times more bytes a part may unpack to; real sheets stay under 30
    """

    csv_bytes_max: int = 8 * 1024 * MIB
    csv_rows_max: int = 50_000_000
    row_bytes_max: int = MIB
    xlsx_bytes_max: int = 256 * MIB
    xlsx_rows_max: int = 1_000_000
    columns_max: int = 200
    entries_max: int = 500
    unpacked_bytes_max: int = 512 * MIB
    ratio_max: int = 100
    cells_max: int = 16_000_000
    spread_max: int = 50


CAPS = Caps()
