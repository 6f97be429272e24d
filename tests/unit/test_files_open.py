"""Which file is it, how is it written, and what makes it unreadable."""

import os
import zipfile
from datetime import date

import pytest
import xlsxwriter
from builders.sheets import ELEVEN, GOOD, HEADINGS, a_csv, a_row, a_text, a_workbook, all_rows

from izin.files.form import CAPS, Caps, Form, Kind
from izin.files.headings import match_headings
from izin.files.open import open_rows
from izin.files.problem import FileRefusedError
from izin.files.words import about_file
from izin.i18n.catalogue import Language

TURKISH = (
    "alici;kanal;durum;izin_tarihi;kaynak\n0599 000 00 01;Mesaj;Onay;8 Ağustos 2019;Islak imza\n"
)


def code_of(path, caps: Caps = CAPS) -> str:
    """Read the whole file; give the code that it is refused with."""
    with pytest.raises(FileRefusedError) as caught:
        list(open_rows(path, caps).rows())
    for language in Language:
        assert about_file(caught.value, language).endswith(f"({caught.value.refused[0].code})")
    return caught.value.refused[0].code


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1254", "cp1254"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found_and_no_letter_is_lost(tmp_path, encoding, found) -> None:
    source = open_rows(a_text(tmp_path, TURKISH, encoding))
    assert source.form.encoding == found
    assert [cells[3] for _, cells in source.rows()] == ["8 Ağustos 2019"]


def test_the_encoding_is_decided_over_the_whole_file(tmp_path) -> None:
    head = "alici;kanal;durum;izin_tarihi;kaynak\n" + "a;b;c;d;e\n" * 200_000
    path = a_text(tmp_path, head + "a;b;c;d;ığdır\n", "cp1254")
    assert open_rows(path).form.encoding == "cp1254"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_counted_in_the_heading(tmp_path, separator) -> None:
    form = Form(separator=separator, encoding="utf-8")
    assert open_rows(a_csv(tmp_path, GOOD, form=form)).form == form


def test_the_separator_may_be_said(tmp_path) -> None:
    text = 'sep=,\r\nalici,"kanal; tür",durum,type,izin_tarihi,kaynak\r\n1,2,3,4,5,6\r\n'
    source = open_rows(a_text(tmp_path, text))
    assert (source.form.separator, source.form.says_sep) == (",", True)
    assert list(source.rows()) == [(2, ["1", "2", "3", "4", "5", "6"])]


def test_a_separator_in_quotes_does_not_count(tmp_path) -> None:
    text = 'alici;kanal;durum;izin_tarihi;kaynak;"not, 1, 2, 3, 4, 5, 6"\n1;2;3;4;5;6\n'
    assert open_rows(a_text(tmp_path, text)).form.separator == ";"


def test_lines_are_counted_as_a_spreadsheet_shows_them(tmp_path) -> None:
    text = 'alici;kanal;durum;izin_tarihi;kaynak\n\n;;;;\n1;2;3;4;"5\n5"\n1;2;3;4;6\n'
    assert [line for line, _ in open_rows(a_text(tmp_path, text)).rows()] == [4, 5]


def test_rows_can_be_gone_through_again(tmp_path) -> None:
    for path in (a_csv(tmp_path, GOOD), a_workbook(tmp_path, HEADINGS, GOOD)):
        source = open_rows(path)
        assert list(source.rows()) == list(source.rows()) != []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "IZ201"),
        ("\ufeff", "IZ201"),
        ("\n\n  \n;;;\n", "IZ201"),
        ('""\n', "IZ201"),
        ("bir;iki;üç\n1;2;3\n", "IZ203"),
        ("alici;kanal;durum\n1;2;3\n", "IZ203"),
        ("alici;telefon;kanal;durum;tarih;kaynak\n", "IZ204"),
        ("alici;kanal;durum;tarih;kaynak\n1;2;3;4\x00;5\n", "IZ205"),
        ('alici;kanal;durum;tarih;kaynak\n"1;2;3;4;5\n', "IZ209"),
        ('alici;kanal;durum;tarih;kaynak\n"1"x;2;3;4;5\n', "IZ209"),
        ('alici;kanal;durum;tarih;kaynak\n"' + "1;2;3;4;5\n" * 20_000, "IZ209"),
        ('alici;kanal;durum;tarih;kaynak\n"' + "1;2;3;4;5\n" * 200_000, "IZ210"),
        ("alici;kanal;durum;tarih;kaynak\n" + "1" * 10_000_000, "IZ210"),
        ("alici;kanal;durum;tarih;kaynak\n" + '"1\n";' * 400_000, "IZ210"),
        ("%PDF-1.7", "IZ211"),
    ],
    ids=lambda value: value[-60:],
)
def test_a_text_file_that_cannot_be_meant_is_refused_whole(tmp_path, text, code) -> None:
    assert code_of(a_text(tmp_path, text)) == code


def test_nul_is_found_in_utf_16_too(tmp_path) -> None:
    assert code_of(a_text(tmp_path, TURKISH + "a\0;b;c;d;e", "utf-16")) == "IZ205"


def test_two_encodings_in_one_file_are_not_guessed_at(tmp_path) -> None:
    path = tmp_path / "karma.csv"
    path.write_bytes(TURKISH.encode() + "0599;Mesaj;Onay;1 Ağustos 2019;imza\n".encode("cp1254"))
    assert code_of(path) == "IZ207"


@pytest.mark.parametrize("body", [b"\x81\xfe;b;c;d;e\n", b"\xff\xfea\x00;\x00\x00\xd8"])
def test_bytes_of_no_encoding_are_refused(tmp_path, body) -> None:
    path = tmp_path / "bozuk.csv"
    path.write_bytes(body if body.startswith(b"\xff") else TURKISH.encode("ascii", "ignore") + body)
    assert code_of(path) == "IZ206"


@pytest.mark.parametrize(
    "head", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x05\x06" + bytes(18), b"<html><body>"]
)
def test_other_kinds_of_file_are_named_as_such(tmp_path, head) -> None:
    path = tmp_path / "eski.xls"
    path.write_bytes(head)
    assert code_of(path) == "IZ211"


def test_excel_may_leave_out_the_separators_of_empty_optional_cells(tmp_path) -> None:
    text = ";".join(HEADINGS) + "\n" + ";".join(GOOD[:6]) + "\n" + ";".join(GOOD) + ";;;\n"
    assert all_rows(a_text(tmp_path, text)) == [GOOD, GOOD]


def test_caps_are_caps(tmp_path) -> None:
    path = a_csv(tmp_path, GOOD, GOOD)
    assert code_of(path, Caps(csv_rows_max=1)) == "IZ213"
    assert code_of(path, Caps(csv_bytes_max=10)) == "IZ215"
    book = a_workbook(tmp_path, HEADINGS, GOOD, GOOD)
    assert code_of(book, Caps(xlsx_rows_max=1)) == "IZ213"
    assert code_of(book, Caps(xlsx_bytes_max=10)) == "IZ215"
    assert code_of(book, Caps(columns_max=3)) == "IZ218"


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path) -> None:
    for path in (a_csv(tmp_path, GOOD), a_workbook(tmp_path, HEADINGS, GOOD)):
        source = open_rows(path)
        path.write_bytes(path.read_bytes() + b"\n")
        os.utime(path, ns=(1, 1))
        with pytest.raises(FileRefusedError) as caught:
            list(source.rows())
        assert caught.value.refused[0].code == "IZ217"


# headings


def test_headings_are_read_in_any_order_and_writing() -> None:
    cells = ["İZİN TARİHİ", "Kaynak", "Alıcı Tipi", "DURUM", "Not", "E-Posta", "kanal", ""]
    columns = match_headings(cells)
    assert columns.index_by_field == {
        "consentDate": 0, "source": 1, "recipientType": 2, "status": 3, "recipient": 5, "type": 6,
    }  # fmt: skip
    assert columns.ignored == ("Not",)
    assert columns.heading("consentDate") == "İZİN TARİHİ"
    assert columns.heading("retailerCode") == "bayi_kodu"


def test_the_contracts_own_names_are_headings() -> None:
    names = [
        "iysCode", "brandCode", "consentDate", "type", "recipientType", "recipient", "source",
        "status", "retailerCode", "retailerAccess",
    ]  # fmt: skip
    assert set(match_headings(names).index_by_field) == set(names)


def test_merchants_files_need_neither_date_nor_source() -> None:
    assert match_headings(["alici", "alici_tipi", "kanal", "durum"]).ignored == ()


def test_an_error_files_own_columns_are_neither_read_nor_repeated() -> None:
    columns = match_headings(["satir", *HEADINGS, "alan", "deger", "hata_kodu", "hata", "oneri"])
    assert columns.ignored == ()
    assert columns.kept == tuple(range(1, 9))


# workbooks


def test_a_workbook_keeps_the_types_of_its_cells(tmp_path) -> None:
    row = a_row(alici=5990000001, izin_tarihi=ELEVEN, bayi_kodu=66438915)
    source = open_rows(a_workbook(tmp_path, HEADINGS, row))
    ((line, cells),) = source.rows()
    assert line == 2
    assert (cells[0], cells[4], cells[7]) == (5990000001.0, ELEVEN, 66438915.0)
    assert source.form.kind is Kind.XLSX


def test_a_sheet_may_begin_anywhere(tmp_path) -> None:
    source = open_rows(a_workbook(tmp_path, HEADINGS, GOOD, [""], GOOD, skip=(3, 2)))
    assert [line for line, _ in source.rows()] == [5, 7]
    assert [cells[2:] for _, cells in source.rows()] == [GOOD, GOOD]


def test_an_empty_sheet_is_an_empty_file(tmp_path) -> None:
    assert code_of(a_workbook(tmp_path)) == "IZ201"


def test_a_day_without_a_clock_stays_a_day(tmp_path) -> None:
    path = tmp_path / "gun.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_datetime(1, 4, date(2019, 4, 15), book.add_format({"num_format": "dd.mm.yyyy"}))
    assert all_rows(path)[0][4] == date(2019, 4, 15)


def test_a_csv_field_may_be_as_long_as_the_reader_takes(tmp_path) -> None:
    long = "x" * 200_000
    assert all_rows(a_csv(tmp_path, a_row(alici=long)))[0][0] == long


def test_a_zip_that_is_no_workbook_is_named_as_such(tmp_path) -> None:
    path = tmp_path / "belge.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert code_of(path) == "IZ211"
