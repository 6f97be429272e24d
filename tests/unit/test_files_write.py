"""What is written runs nowhere, and reads back as it was."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time

import pytest
import xlsxwriter
from builders.sheets import BRAND_CODE, ELEVEN, GOOD, HEADINGS, a_reader, all_rows

from izin.consent.model import Proposal
from izin.core.address import parse_email, parse_phone
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.files import write
from izin.files.export import ExportRow, export
from izin.files.form import Form, Kind
from izin.files.open import open_rows
from izin.files.problem import FileRefusedError
from izin.files.write import XlsxRows, harmless, replacing, row_writer, written

FORMS = [Form(), Form(separator=",", encoding="utf-8", is_for_excel=False), Form(kind=Kind.XLSX)]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("+905990000001", "05990000001"),
        ("+4930901820", "004930901820"),
        ("+1+1", "'+1+1"),
        ("=1+1", "'=1+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t=1+1"),
        ("\r=1+1", "'\r=1+1"),
        ("0599 000 00 01", "0599 000 00 01"),
        ("ayse@posta.example", "ayse@posta.example"),
        (-2.0, "'-2"),
        (5990000001.0, "5990000001"),
        ("", ""),
    ],
)
def test_no_cell_of_a_csv_is_a_formula(cell, text) -> None:
    assert harmless(cell) == text


def test_a_csv_is_written_as_turkish_spreadsheets_read_it() -> None:
    assert written([["alici", "not"], ["+905990000001", "a;b"]], Form()) == (
        b'\xef\xbb\xbfalici;not\r\n05990000001;"a;b"\r\n'
    )


def test_the_csv_for_machines_keeps_everything_as_it_is() -> None:
    form = Form(separator=",", encoding="utf-8", is_for_excel=False)
    assert written([["+905990000001", "=1+1"]], form) == b"+905990000001,=1+1\r\n"


def test_a_letter_that_the_encoding_does_not_have_does_not_stop_the_file() -> None:
    assert written([["ş→"]], Form(encoding="cp1254")) == "ş?\r\n".encode("cp1254")


def test_text_of_a_workbook_stays_text_and_numbers_stay_numbers(tmp_path) -> None:
    row = ["=1+1", 5990000001.0, ELEVEN, date(2019, 4, 15), "007", True, ""]
    path = tmp_path / "turler.xlsx"
    path.write_bytes(
        written([HEADINGS, row, ["1", "2", "3", "4", "5", time(11)]], Form(kind=Kind.XLSX))
    )
    first, second = all_rows(path)
    assert first[:7] == row
    assert second[5] == "11:00:00"


def test_a_sheet_has_a_last_row(monkeypatch) -> None:
    monkeypatch.setattr(write, "XLSX_ROWS_MAX", 2)
    writer = XlsxRows(io.BytesIO())
    writer.row(["a"])
    writer.row(["b"])
    with pytest.raises(FileRefusedError) as caught:
        writer.row(["c"])
    assert caught.value.refused[0].code == "IZ220"
    writer.close()


def test_a_writer_leaves_the_stream_open() -> None:
    for form in FORMS:
        stream = io.BytesIO()
        row_writer(stream, form).close()
        assert not stream.closed


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path) -> None:
    path = tmp_path / "disari.csv"
    with replacing(path) as stream:
        stream.write(b"one")
        assert not path.exists()
    with pytest.raises(TypeError), replacing(path) as stream:
        stream.write("text is no bytes")
    assert path.read_bytes() == b"one"
    assert [each.name for each in tmp_path.iterdir()] == ["disari.csv"]
    assert path.stat().st_mode & 0o077 == 0


async def stored() -> AsyncIterator[ExportRow]:
    texts = ["+905990000001", "+905990000002", "+4930901820", "-ayse+1@posta.example"]
    for number, text in enumerate(texts):
        is_email = "@" in text
        yield ExportRow(
            address=parse_email(text) if is_email else parse_phone(text, sandbox=True),
            recipient_type=list(RecipientType)[number % 2],
            channel=Channel.EPOSTA if is_email else Channel.ARAMA,
            status=list(Status)[number % 2],
            consented_at=None if number % 2 else datetime(2019, 4, 15, 8, tzinfo=UTC),
            source=None if number % 2 else Source.HS_WEB,
            brand_code=BRAND_CODE,
            retailer_code=66438915 if number == 2 else None,
            retailer_access=(66438915, 66438916)[:number],
        )


@pytest.mark.parametrize("form", FORMS)
async def test_an_export_can_be_imported_as_it_is(tmp_path, form) -> None:
    path = tmp_path / "disari"
    with replacing(path) as stream:
        assert await export(stored(), stream, form) == 4
    source = open_rows(path)
    assert source.form == (form if form.is_for_excel else Form(separator=",", encoding="utf-8"))
    reader = a_reader(source)
    read = [reader.read(line, cells)[1] for line, cells in source.rows()]
    assert all(isinstance(each, Proposal) for each in read)
    assert [as_exported(each) for each in read] == [row async for row in stored()]


def as_exported(proposal: Proposal) -> ExportRow:
    key = proposal.key
    return ExportRow(
        address=key.address,
        recipient_type=key.recipient_type,
        channel=key.channel,
        status=proposal.status,
        consented_at=proposal.consented_at,
        source=proposal.source,
        brand_code=key.brand_code,
        retailer_code=proposal.retailer_code,
        retailer_access=proposal.retailer_access or (),
    )


def test_a_template_can_be_filled_in(tmp_path) -> None:
    for form in FORMS:
        path = tmp_path / "sablon"
        path.write_bytes(written([HEADINGS, GOOD], form))
        assert all_rows(path) == [GOOD]


def test_formulas_of_other_files_are_read_as_their_results(tmp_path) -> None:
    path = tmp_path / "formul.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_formula(1, 0, '="0599"&"0000001"', None, "05990000001")
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    ((phone, _, channel, *_),) = all_rows(path)
    assert (phone, channel) == ("05990000001", "")
