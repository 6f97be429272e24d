"""Hostile workbooks: none is unpacked, laid out or believed."""

import io
import os
import resource
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter
from builders.sheets import GOOD, HEADINGS, a_workbook, all_rows

from izin.files.form import CAPS, Caps, Cell
from izin.files.open import open_rows
from izin.files.problem import FileRefusedError
from izin.files.words import about_sheets
from izin.i18n.catalogue import Language

SHEET = "xl/worksheets/sheet1.xml"


def why_not(path: Path, caps: Caps = CAPS) -> tuple[str, dict[str, str]]:
    with pytest.raises(FileRefusedError) as caught:
        open_rows(path, caps)
    refused = caught.value.refused[0]
    return refused.code, dict(refused.facts)


def with_part(path: Path, name: str, content: bytes, **zip_options: int) -> Path:
    """The same workbook with one part replaced or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    options = {"compression": zipfile.ZIP_DEFLATED} | zip_options
    with zipfile.ZipFile(path, "w", **options) as archive:
        for part, old in (parts | {name: content}).items():
            archive.writestr(part, old if part != name else content)
    return path


def a_sheet(rows: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<worksheet xmlns="http://schemas.openxmlformats.org/'
        f'spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


def a_line(number: int, cells: list[str], *, cell: str = '<c r="{at}" t="inlineStr">') -> str:
    shown = "".join(
        cell.format(at=f"{chr(65 + column)}{number}") + f"<is><t>{text}</t></is></c>"
        for column, text in enumerate(cells)
    )
    return f'<row r="{number}">{shown}</row>'


@pytest.fixture
def book(tmp_path) -> Path:
    return a_workbook(tmp_path, HEADINGS, GOOD)


def test_a_bomb_is_refused_by_its_directory(book) -> None:
    with_part(book, "xl/media/image1.png", bytes(300 * 1024**2), compresslevel=9)
    assert book.stat().st_size < 512 * 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    assert why_not(book) == ("IZ212", {"why": "ratio"})
    assert time.perf_counter() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_part_that_holds_more_than_it_declares_is_refused(book) -> None:
    """The reader would unpack to the end of the stream, whatever the directory says."""
    with_part(book, "xl/media/image1.png", bytes(8 * 1024**2))
    content = bytearray(book.read_bytes())
    at = content.rindex(b"xl/media/image1.png") - 46
    struct.pack_into("<L", content, at + 24, 1000)
    book.write_bytes(content)
    assert why_not(book) == ("IZ212", {"why": "size"})


def test_a_part_that_holds_less_than_it_declares_is_damaged(book) -> None:
    with_part(book, "xl/media/image1.png", bytes(1000))
    content = bytearray(book.read_bytes())
    at = content.rindex(b"xl/media/image1.png") - 46
    struct.pack_into("<L", content, at + 24, 1001)
    book.write_bytes(content)
    assert why_not(book)[0] == "IZ214"


def test_all_parts_together_have_a_cap(book) -> None:
    assert why_not(book, Caps(unpacked_bytes_max=1000)) == ("IZ212", {"why": "size"})


def test_parts_that_share_bytes_are_refused(book) -> None:
    with_part(book, "xl/media/image1.png", b"x" * 5000, compression=zipfile.ZIP_STORED)
    content = bytearray(book.read_bytes())
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    book.write_bytes(content)
    assert why_not(book) == ("IZ212", {"why": "overlap"})


def test_too_many_parts_are_refused(book) -> None:
    assert why_not(book, Caps(entries_max=3)) == ("IZ212", {"why": "entries"})


def test_a_method_that_the_check_cannot_unpack_is_refused(book) -> None:
    with_part(book, "xl/media/image1.png", b"x" * 5000, compression=zipfile.ZIP_BZIP2)
    assert why_not(book) == ("IZ212", {"why": "method"})


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="GG900000"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="GG900000"><v>1</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c><c r='GG900000'><v>1</v></c></row>",
        '<row r="900000"><c><v>1</v></c></row><row r="1"><c r="G&#71;1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="GG900000" x="/>"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><x:c xmlns:x="x" r="GG900000"><v>1</v></x:c></row>',
    ],
)
def test_two_cells_far_apart_do_not_lay_out_a_continent(book, rows) -> None:
    with_part(book, SHEET, a_sheet(rows))
    assert why_not(book) == ("IZ212", {"why": "area"})


def test_the_last_cell_that_excel_has_is_too_far(book) -> None:
    with_part(book, SHEET, a_sheet('<row r="1"><c r="XFD1048576"><v>1</v></c></row>'))
    assert why_not(book)[0] == "IZ213"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A12345678"><v>1</v></c></row>',
        '<row r="1"><c r="AAAA1"><v>1</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="99999999"><c><v>1</v></c></row>',
        '<row r="²"><c><v>1</v></c></row>',
    ],
)
def test_a_position_that_no_sheet_has_is_not_guessed_at(book, rows) -> None:
    with_part(book, SHEET, a_sheet(rows))
    assert why_not(book)[0] == "IZ214"


def test_any_part_may_be_the_sheet(book) -> None:
    """The workbook's own list of relations says where the sheet lies."""
    far = a_sheet('<row r="1"><c r="A1"><v>1</v></c><c r="GG900000"><v>1</v></c></row>')
    relations = "xl/_rels/workbook.xml.rels"
    with zipfile.ZipFile(book) as archive:
        there = archive.read(relations).replace(b"worksheets/sheet1.xml", b"media/image1.png")
    with_part(with_part(book, "xl/media/image1.png", far), relations, there)
    assert why_not(book) == ("IZ212", {"why": "area"})


def test_bytes_after_the_end_of_a_part_are_damage(book) -> None:
    with_part(book, "xl/media/image1.png", bytes(200_000) + os.urandom(200_000))
    content = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as archive:
        part = archive.getinfo("xl/media/image1.png")
    at = part.header_offset + 30 + len(part.filename)
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    short = packed.compress(bytes(400_000)) + packed.flush()
    content[at : at + len(short)] = short
    book.write_bytes(content)
    assert why_not(book)[0] == "IZ214"


def test_formatted_cells_without_content_do_not_count(book) -> None:
    rows = a_line(1, HEADINGS) + a_line(2, GOOD) + '<row r="1048576"><c r="A1048576" s="1"/></row>'
    with_part(book, SHEET, a_sheet(rows))
    assert all_rows(book) == [GOOD]


@pytest.mark.parametrize(
    "cell", ["<c r='{at}' t='inlineStr'>", '<c t="inlineStr">', '<c t="inlineStr" r="{at}">']
)
def test_cells_written_in_other_ways_are_read_all_the_same(book, cell) -> None:
    rows = a_line(1, HEADINGS, cell=cell) + a_line(2, GOOD, cell=cell)
    with_part(book, SHEET, a_sheet(rows))
    assert all_rows(book) == [GOOD]


@pytest.mark.parametrize("rows", ["", "<row r='1'><c r='A1'><v>1</v></c></row>"])
def test_entities_are_refused_before_anybody_expands_them(book, rows) -> None:
    head = '<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with_part(book, SHEET, a_sheet(rows, head))
    assert why_not(book) == ("IZ212", {"why": "entities"})


def test_a_part_of_nothing_but_tags_is_refused(book) -> None:
    with_part(book, "xl/sharedStrings.xml", b"<si/>" * 1_000_000)
    assert why_not(book, Caps(cells_max=200_000, ratio_max=1100)) == ("IZ212", {"why": "tags"})


@pytest.mark.parametrize(
    "sheet", [b"<worksheet><sheetData><row", b"", b"\xff\xfe<\x00c\x00", b"<c <c r='A1'>"]
)
def test_a_damaged_sheet_is_named_as_such(book, sheet) -> None:
    with_part(book, SHEET, sheet)
    assert why_not(book)[0] in {"IZ201", "IZ214"}


def test_a_cut_off_workbook_is_damaged(book) -> None:
    content = book.read_bytes()
    for length in range(8, len(content), 97):
        book.write_bytes(content[:length])
        assert why_not(book)[0] in {"IZ214", "IZ211"}


def test_flipped_bytes_never_end_the_process(book) -> None:
    content = book.read_bytes()
    for at in range(4, len(content), 61):
        spoiled = bytearray(content)
        spoiled[at] ^= 0xFF
        book.write_bytes(spoiled)
        try:
            rows = list(open_rows(book).rows())
        except FileRefusedError:
            continue
        assert len(rows) <= 1


def test_a_workbook_in_a_workbook_is_only_a_part(book) -> None:
    with_part(book, "xl/embeddings/book1.xlsx", book.read_bytes())
    assert all_rows(book) == [GOOD]


def test_parts_may_be_stored_as_they_are(book) -> None:
    with_part(book, "xl/media/image1.png", b"x" * 5000, compression=zipfile.ZIP_STORED)
    assert all_rows(book) == [GOOD]


def test_a_workbook_without_a_sheet_that_is_shown_is_empty(book) -> None:
    with zipfile.ZipFile(book) as archive:
        shown = archive.read("xl/workbook.xml")
    with_part(book, "xl/workbook.xml", shown.replace(b"<sheet ", b'<sheet state="hidden" '))
    assert why_not(book)[0] == "IZ201"


def test_cells_beside_the_headings_are_not_read(tmp_path) -> None:
    assert all_rows(a_workbook(tmp_path, HEADINGS, [*GOOD, "", "not"])) == [GOOD]


def test_more_cells_than_are_held_are_refused(book) -> None:
    with_part(book, SHEET, a_sheet('<row r="1">' + "<c/>" * 100 + "</row>"))
    assert why_not(book, Caps(cells_max=50)) == ("IZ212", {"why": "area"})


def a_book(folder: Path, **sheets: list[list[Cell]]) -> Path:
    path = folder / "sayfalar.xlsx"
    with xlsxwriter.Workbook(path) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_consents_on_two_sheets_are_not_half_of_them_loaded(tmp_path) -> None:
    path = a_book(tmp_path, ocak=[HEADINGS, GOOD], not_=[["x"]], mart=[HEADINGS, GOOD])
    assert why_not(path) == ("IZ221", {"sheets": "ocak, mart"})


def test_a_cover_is_passed_over_and_told(tmp_path) -> None:
    sheets = {"kapak": [["Firma A.Ş."], ["İzinler"]], "izinler": [HEADINGS, GOOD], "bos": []}
    source = open_rows(a_book(tmp_path, **sheets, sablon=[HEADINGS]))
    assert [cells for _, cells in source.rows()] == [GOOD]
    assert source.sheets == ("izinler", "kapak", "sablon")
    assert about_sheets(source.sheets, Language.EN) == (
        "The sheet 'izinler' was read; sheets that are not: kapak, sablon."
    )


def test_sheets_of_which_none_has_consents_are_judged_by_the_first(tmp_path) -> None:
    code, facts = why_not(a_book(tmp_path, bir=[["alici"], ["x"]], iki=[["y"]]))
    assert (code, "kanal" in facts["missing"]) == ("IZ203", True)
    assert why_not(a_book(tmp_path, bir=[], iki=[]))[0] == "IZ201"


def test_a_hidden_first_sheet_is_passed_over(tmp_path) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        made.add_worksheet("gizli").write(0, 0, "x")
        shown = made.add_worksheet("izinler")
        shown.write_row(0, 0, HEADINGS)
        shown.write_row(1, 0, GOOD)
        shown.activate()
        made.worksheets()[0].hide()
    path = tmp_path / "iki.xlsx"
    path.write_bytes(stream.getvalue())
    assert all_rows(path) == [GOOD]
