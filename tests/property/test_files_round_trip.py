"""Whatever stands in the cells, what is written is read back, and nothing ends the process."""

import csv
import io
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from builders.sheets import BRAND_CODE, HEADINGS, IYS_CODE, a_check, a_reader
from hypothesis import given
from hypothesis import strategies as st

from izin.consent.model import Proposal
from izin.core.clock import IYS_TIME, wire_time
from izin.core.terms import PROVIDER_SOURCES
from izin.files import cells
from izin.files.dates import wire_date
from izin.files.form import Form, Kind
from izin.files.open import open_rows
from izin.files.problem import CellProblem, FileRefusedError
from izin.files.row import RowReader
from izin.files.words import about_cell
from izin.files.write import harmless, written
from izin.i18n.catalogue import Language

# Excel's own line: no control characters but tab and line ends; a CSV drops nothing else.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)
RISKY = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "'", '"', ";", ""]), TEXT)
CSV_FORMS = st.builds(
    Form,
    separator=st.sampled_from([";", ",", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    says_sep=st.booleans(),
)
ROWS = st.lists(
    st.lists(RISKY, min_size=8, max_size=8).map(lambda row: ["x" + row[0], *row[1:]]),
    min_size=1,
    max_size=5,
)


def reread(content: bytes) -> list[list[object]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dosya"
        path.write_bytes(content)
        return [row for _, row in open_rows(path).rows()]


@given(ROWS, CSV_FORMS)
def test_a_csv_gives_back_what_was_written(rows, form) -> None:
    read = reread(written([HEADINGS, *rows], form))
    assert read == [[harmless(cell) for cell in row] for row in rows]


@given(ROWS)
def test_a_workbook_gives_back_what_was_written(rows) -> None:
    read = reread(written([HEADINGS, *rows], Form(kind=Kind.XLSX)))
    assert [row[:8] for row in read] == rows


@given(st.lists(RISKY, min_size=1), CSV_FORMS)
def test_no_written_cell_begins_like_a_formula(row, form) -> None:
    content = written([row], form).decode(form.encoding)
    body = content.split("\r\n", 1)[1] if form.says_sep else content
    (read,) = csv.reader(io.StringIO(body, newline=""), delimiter=form.separator)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in read)


@given(
    number=st.integers(0, 9_999_999),
    instant=st.datetimes(datetime(2015, 5, 2), datetime(2025, 1, 1)),  # noqa: DTZ001 - wall clocks
    source=st.sampled_from([source for source in PROVIDER_SOURCES if "2015" not in source]),
    form=CSV_FORMS | st.just(Form(kind=Kind.XLSX)),
)
def test_a_good_row_survives_every_form(number, instant, source, form) -> None:
    at = instant.replace(microsecond=0, tzinfo=IYS_TIME)
    status = "RET" if source == "HS_KARAR" else "ONAY"
    row = [f"+90599{number:07d}", "BIREYSEL", "MESAJ", status, wire_time(at), source.value, "", ""]
    ((*read,),) = reread(written([HEADINGS, row], form))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dosya"
        path.write_bytes(written([HEADINGS, row], form))
        reader = a_reader(open_rows(path))
    proposal = reader.read(2, read)[1]
    assert isinstance(proposal, Proposal)
    assert proposal.key.address.clear == row[0]
    assert proposal.consented_at == at
    assert (proposal.status, proposal.source) == (status, source)


@given(
    st.integers(2_000_000_000, 5_999_999_999).filter(lambda number: number // 10**9 in {2, 3, 5})
)
def test_a_phone_as_excel_keeps_it_is_the_phone_as_people_write_it(number) -> None:
    text = str(number)
    spaced = f"0{text[:3]} {text[3:6]} {text[6:8]} {text[8:]}"
    assert cells.phone(float(number)) == cells.phone(spaced) == f"+90{number}"
    assert cells.phone(harmless(f"+90{number}")) == f"+90{number}"


@given(st.datetimes(datetime(2015, 5, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - wall clocks
def test_a_date_cell_and_its_text_are_one_date(instant) -> None:
    whole = (instant + timedelta(milliseconds=500)).replace(microsecond=0)
    wire = f"{whole:%Y-%m-%d %H:%M:%S}"
    assert wire_date(instant) == wire
    assert wire_date(f"{whole:%d.%m.%Y %H:%M:%S}") == wire
    assert wire_date(f"{whole:%d.%m.%Y %H.%M.%S}") == wire
    assert wire_date(whole.isoformat()) == wire


CELLS = st.one_of(
    TEXT,
    st.floats(),
    st.integers(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.sampled_from(["Mesaj", "Eposta", "Onay", "Ret", "Tacir", "HS_WEB", "0599 000 00 01"]),
)


@given(st.lists(CELLS, min_size=8, max_size=8))
def test_every_row_is_a_proposal_or_problems_that_have_words(row) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dosya"
        path.write_bytes(written([HEADINGS, ["x"] * 8], Form()))
        columns = open_rows(path).columns
    reader = RowReader(columns, a_check(), brand_code=BRAND_CODE, iys_code=IYS_CODE)
    verdict = reader.read(2, row)[1]
    if isinstance(verdict, Proposal):
        return
    assert verdict
    for problem in verdict:
        assert isinstance(problem, CellProblem)
        for language in Language:
            assert about_cell(problem, language).endswith(f"({problem.code})")


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_rows_or_a_refusal(content, begins_well) -> None:
    head = ";".join(HEADINGS).encode() + b"\n" if begins_well else b""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dosya"
        path.write_bytes(head + content)
        try:
            source = open_rows(path)
            rows = list(source.rows())
        except FileRefusedError:
            return
        reader = a_reader(source)
        for line, cells in rows:
            assert reader.read(line, cells)[1], "no row is passed over in silence"
