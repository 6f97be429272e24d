"""Pass one: what is wrong with the rows, in groups, in an error file, in bounded memory."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from builders.sheets import (
    BRAND_CODE,
    ELEVEN,
    GOOD,
    HEADINGS,
    a_check,
    a_csv,
    a_reader,
    a_row,
    a_text,
    a_workbook,
    phone,
)

from izin.consent.model import Proposal
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.files.check import check
from izin.files.errorfile import open_error_file
from izin.files.form import Form, Kind
from izin.files.open import open_rows
from izin.files.problem import CellProblem, FileRefusedError
from izin.files.repeats import KeyLog
from izin.files.row import _CACHED_MAX
from izin.files.words import (
    about_cell,
    about_group,
    about_ignored,
    about_repeats,
    advice,
    book,
)
from izin.i18n import catalogue
from izin.i18n.catalogue import Language

SLIDES = """iysCode;brandCode;consentDate;type;recipientType;recipient;source;status
731001;731002;15 Nisan 2019 11.00;Mesaj;Bireysel;+905990001010;Fiziksel İmza;Onay
731001;731002;8 Mart 2020 09.00;Arama;Bireysel;+905990002020;Elektronik ortam;Onay
731001;731002;30 Temmuz 2018 19.00;Eposta;Bireysel;deneme@posta.example;Elektronik ortam;Onay
"""


def verdicts(path, **context):
    source = open_rows(path)
    reader = a_reader(source, a_check(**context))
    return [reader.read(line, cells)[1] for line, cells in source.rows()]


def problems(path, **context) -> list[tuple[int, str, str, str]]:
    return [
        (each.line, each.heading, each.found, each.code)
        for verdict in verdicts(path, **context)
        if not isinstance(verdict, Proposal)
        for each in verdict
    ]


def test_the_presentations_three_records_are_read_as_they_stand(tmp_path) -> None:
    for encoding in ("utf-8", "cp1254"):
        by_signature, by_web, by_mail = verdicts(a_text(tmp_path, SLIDES, encoding))
        assert by_signature.source is Source.HS_ISLAK_IMZA
        assert by_signature.consented_at == datetime(2019, 4, 15, 8, tzinfo=UTC)
        assert by_signature.key.channel is Channel.MESAJ
        assert by_web.source is by_mail.source is Source.HS_EORTAM
        assert by_web.consented_at == datetime(2020, 3, 8, 6, tzinfo=UTC)
        assert by_mail.key.address.clear == "deneme@posta.example"
        assert by_mail.consented_at == datetime(2018, 7, 30, 16, tzinfo=UTC)
        assert {each.status for each in (by_signature, by_web, by_mail)} == {Status.ONAY}
        assert by_mail.key.brand_code == BRAND_CODE


def test_a_workbook_and_a_csv_of_the_same_rows_propose_the_same(tmp_path) -> None:
    typed = a_row(alici=5990000001, izin_tarihi=ELEVEN, marka_kodu=BRAND_CODE)
    assert verdicts(a_workbook(tmp_path, HEADINGS, typed)) == verdicts(a_csv(tmp_path, GOOD))


def test_dealers_are_read(tmp_path) -> None:
    text = ";".join([*HEADINGS, "bayi_erisimi"]) + "\n"
    text += ";".join(map(str, [*a_row(bayi_kodu="66438915"), "66438915, 66438916"]))
    (proposal,) = verdicts(a_text(tmp_path, text))
    assert proposal.retailer_code == 66438915
    assert proposal.retailer_access == (66438915, 66438916)


def test_every_problem_of_a_row_is_told_at_once(tmp_path) -> None:
    path = a_csv(tmp_path, a_row(alici="0532 12", durum="Belki", kaynak="", izin_tarihi="dün"))
    assert sorted(problems(path)) == [
        (2, "alici", "0532 12", "H121"),
        (2, "durum", "Belki", "H115"),
        (2, "izin_tarihi", "dün", "H158"),
        (2, "kaynak", "", "H113"),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kanal": "Faks"}, ("kanal", "Faks", "H117")),
        ({"kanal": "", "alici": "yok"}, ("alici", "yok", "H122")),
        ({"kanal": "Faks", "alici": "yok"}, ("alici", "yok", "H122")),
        ({"kanal": ""}, ("kanal", "", "H111")),
        ({"alici": ""}, ("alici", "", "H114")),
        ({"alici": "0800 123 45 6"}, ("alici", "0800 123 45 6", "H121")),
        ({"alici": "+90 599 000 00 00 11 22"}, ("alici", "+90 599 000 00 00 11 22", "H160")),
        ({"kanal": "Eposta"}, ("alici", "0599 000 00 01", "H120")),
        ({"izin_tarihi": "31.04.2019"}, ("izin_tarihi", "31.04.2019", "H157")),
        ({"izin_tarihi": "30.04.2015"}, ("izin_tarihi", "30.04.2015", "H156")),
        ({"izin_tarihi": "01.01.2119"}, ("izin_tarihi", "01.01.2119", "H162")),
        ({"kaynak": "2015 öncesi"}, ("izin_tarihi", "15.04.2019 11:00", "H155")),
        ({"kaynak": "HS_KARAR"}, ("durum", "Onay", "H408")),
        ({"kaynak": "IYS_WEB"}, ("kaynak", "IYS_WEB", "H119")),
        ({"alici_tipi": "Kişi", "izin_tarihi": ""}, ("alici_tipi", "Kişi", "H116")),
        ({"marka_kodu": "731003"}, ("marka_kodu", "731003", "IZ230")),
        ({"bayi_kodu": "yedi"}, ("bayi_kodu", "yedi", "IZ011")),
    ],
)
def test_a_bad_cell_is_pointed_at_with_its_code(tmp_path, changes, expected) -> None:
    first, *_ = problems(a_csv(tmp_path, a_row(**changes)))
    assert first == (2, *expected)


def test_a_row_of_another_width_is_that_row_s_problem(tmp_path) -> None:
    rows = [";".join(GOOD), "0599;Bireysel", ";".join([*GOOD, "x"]), ";".join(GOOD)]
    path = a_text(tmp_path, "\n".join([";".join(HEADINGS), *rows]))
    assert problems(path) == [
        (3, "", "0599 | Bireysel", "IZ208"),
        (4, "", " | ".join([*GOOD, "x"]), "IZ208"),
    ]
    (group,) = summary_of(path).groups
    assert (group.count, group.lines) == (2, [3, 4])
    _, out = with_errors(path)
    assert [cells[:9] for _, cells in open_rows(out).rows()] == [
        ["0599", "Bireysel", "", "", "", "", "", "", "3"],
        [*GOOD, "4"],
    ]


def test_a_cell_of_any_length_is_its_row_s_problem_where_it_is_read(tmp_path) -> None:
    long = "x" * 200_000
    text = "\n".join(
        [";".join([*HEADINGS, "Not"]), ";".join([*GOOD, long]), ";".join([long, *GOOD[1:], ""])]
    )
    ((line, heading, found, code),) = problems(a_text(tmp_path, text))
    assert (line, heading, found, code) == (3, "alici", "x" * 1000, "H121")


def test_a_brand_or_company_of_somebody_else_is_refused(tmp_path) -> None:
    path = a_text(tmp_path, SLIDES.replace("731001", "731009"))
    assert {(heading, code) for _, heading, _, code in problems(path)} == {("iysCode", "IZ231")}


def test_a_late_consent_is_refused_as_the_api_refuses_it(tmp_path) -> None:
    path = a_csv(tmp_path, GOOD)
    earliest = datetime(2026, 2, 6, tzinfo=UTC)
    assert problems(path, earliest=earliest) == [(2, "izin_tarihi", "15.04.2019 11:00", "H467")]


def test_a_merchant_needs_neither_date_nor_source(tmp_path) -> None:
    (proposal,) = verdicts(a_csv(tmp_path, a_row(alici_tipi="Tacir", izin_tarihi="", kaynak="")))
    assert proposal.key.recipient_type is RecipientType.TACIR
    assert proposal.source is proposal.consented_at is None


def test_a_problem_prints_nothing_that_was_found(tmp_path) -> None:
    ((problem,),) = verdicts(a_csv(tmp_path, a_row(alici="0532 12")))
    assert "0532" not in repr(problem)


def test_more_dates_than_are_remembered_are_all_read(tmp_path) -> None:
    first = datetime.fromisoformat("2016-01-01T00:00:00")
    dates = [f"{first + timedelta(minutes=37 * number):%d.%m.%Y %H:%M}" for number in range(5000)]
    proposals = verdicts(a_csv(tmp_path, *(a_row(izin_tarihi=date) for date in dates)))
    assert len({proposal.consented_at for proposal in proposals}) == 5000 > _CACHED_MAX


# groups


def summary_of(path, *, rows_done: int = 0):
    source = open_rows(path)
    return check(source, a_reader(source), None, rows_done=rows_done)


def test_problems_of_one_kind_are_one_group_with_its_first_lines(tmp_path) -> None:
    bad_phones = [a_row(alici=f"0532 {number}") for number in range(5)]
    path = a_csv(tmp_path, a_row(durum="Belki"), *bad_phones, GOOD)
    summary = summary_of(path)
    assert (summary.rows, summary.good, summary.bad) == (7, 1, 6)
    assert [(group.example.heading, group.count, group.lines) for group in summary.groups] == [
        ("alici", 5, [3, 4, 5]),
        ("durum", 1, [2]),
    ]
    assert all(group.example.found == "" for group in summary.groups)


def test_rows_that_an_earlier_run_dealt_with_are_not_judged_again(tmp_path) -> None:
    summary = summary_of(a_csv(tmp_path, a_row(alici="0532"), GOOD, GOOD), rows_done=1)
    assert (summary.rows, summary.good, summary.bad) == (3, 2, 0)


def test_repeats_are_a_warning(tmp_path) -> None:
    again = a_row(alici="+90 599 000 00 01", alici_tipi="")
    summary = summary_of(a_csv(tmp_path, GOOD, a_row(kanal="Arama"), again, GOOD))
    assert (summary.good, summary.bad) == (4, 0)
    assert (summary.repeats.count, summary.repeats.lines) == (2, (4, 5))


def test_repeats_are_counted_exactly_over_many_rows() -> None:
    with KeyLog() as keys:
        for line in range(200_000):
            keys.add(line, (str(line % 199_990),))
        found = keys.repeats()
    assert (found.count, found.lines) == (10, (199_990, 199_991, 199_992))


def test_a_file_of_headings_only_is_an_error_never_a_success(tmp_path) -> None:
    for path in (a_csv(tmp_path), a_workbook(tmp_path, HEADINGS)):
        with pytest.raises(FileRefusedError) as caught:
            summary_of(path)
        assert caught.value.refused[0].code == "IZ202"


def test_ignored_columns_are_listed(tmp_path) -> None:
    text = ";".join([*HEADINGS, "Not", "Şehir"]) + "\n" + ";".join([*GOOD, "x", "y"])
    assert summary_of(a_text(tmp_path, text)).ignored_headings == ("Not", "Şehir")


# the error file


def with_errors(path, **form):
    source = open_rows(path)
    out = path.with_name("hatalar" + path.suffix)
    with open_error_file(out, source, Language.TR) as errors:
        check(source, a_reader(source), errors)
    return source, out


@pytest.mark.parametrize(
    "form",
    [
        Form(),
        Form(separator=",", encoding="cp1254"),
        Form(separator="\t", encoding="utf-16"),
        Form(separator=",", encoding="utf-8", says_sep=True),
        Form(kind=Kind.XLSX),
    ],
)
def test_the_error_file_has_the_form_and_the_rows_of_its_file(tmp_path, form) -> None:
    rows = [GOOD, a_row(alici="0532 12", kaynak="Çarşı"), a_row(izin_tarihi="=1+1")]
    if form.kind is Kind.XLSX:
        path = a_workbook(tmp_path, HEADINGS, *rows[:2], a_row(alici=5.5e9, izin_tarihi=43570.5))
    else:
        path = a_csv(tmp_path, *rows, form=form)
    source, out = with_errors(path)
    errors = open_rows(out)
    assert errors.form == source.form
    assert errors.columns.headings[:8] == tuple(HEADINGS)
    original = dict(source.rows())
    refused = [cells for _, cells in errors.rows()]
    assert [cells[:8] for cells in refused] == [original[3], original[4]]
    assert [cells[8:10] for cells in refused] == [["3", "alici | kaynak"], ["4", "izin_tarihi"]]
    assert [cells[11] for cells in refused] == ["H121 | H119", "H158"]
    assert out.stat().st_mode & 0o077 == 0


def test_a_mended_error_file_is_loaded_as_it_is(tmp_path) -> None:
    _, out = with_errors(a_csv(tmp_path, a_row(alici="0532 12"), GOOD))
    mended = tmp_path / "duzeltilmis.csv"
    mended.write_bytes(out.read_bytes().replace(b"0532 12;", b"0599 000 00 02;", 1))
    out.unlink()
    (proposal,) = verdicts(mended)
    assert proposal.key.address.clear == "+905990000002"
    again, out = with_errors(mended)
    assert again.columns.ignored == ()
    assert not out.exists()


def test_without_errors_there_is_no_error_file(tmp_path) -> None:
    _, out = with_errors(a_csv(tmp_path, GOOD))
    assert not out.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["izinler.csv"]


def test_a_broken_off_error_file_leaves_the_old_one(tmp_path) -> None:
    path = a_csv(tmp_path, a_row(alici="0532 12"))
    source, out = with_errors(path)
    old = out.read_bytes()
    with pytest.raises(KeyError), open_error_file(out, source, Language.TR):
        raise KeyError
    assert out.read_bytes() == old
    assert len(list(tmp_path.iterdir())) == 2


# words


def test_a_row_is_told_where_what_was_found_what_was_expected_and_how_to_mend_it(tmp_path) -> None:
    ((problem,),) = verdicts(a_csv(tmp_path, *[GOOD] * 40, a_row(alici="0532 12")))[40:]
    assert about_cell(problem, Language.TR).startswith(
        "42. satır, alici: '0532 12' bulundu. 10 haneli numara bekleniyor, örneğin 0599 123 45 67."
    )
    assert about_cell(problem, Language.TR).endswith("(H121)")
    assert about_cell(problem, Language.EN).startswith("Row 42, alici: found '0532 12'.")


def test_a_group_tells_no_address(tmp_path) -> None:
    (group,) = summary_of(a_csv(tmp_path, a_row(alici="0532 12"))).groups
    for language in Language:
        told = about_group(group.example, group.count, group.lines, language)
        assert "0532" not in told
        assert "H121" in told


def test_empty_cells_and_whole_rows_have_their_words() -> None:
    empty = CellProblem(line=2, field="type", heading="kanal", found="", code="H111", key="H111")
    assert about_cell(empty, Language.TR).startswith("2. satır, kanal: boş hücre. Kanal zorunlu.")
    row = CellProblem(line=2, field="", heading="", found="", code="H999", key="H999")
    assert about_cell(row, Language.EN).startswith("Row 2: The row was refused with code H999.")


def test_warnings_have_their_words() -> None:
    assert "3, 4" in about_repeats(2, [3, 4], Language.TR)
    assert about_ignored(["Not"], Language.EN) == "Columns that are not read: Not."


def test_both_languages_name_the_same_facts() -> None:
    words = book()
    for section in (words.where, words.note, words.file):
        for sentence in section.values():
            assert places(sentence.tr) == places(sentence.en)
    for each in words.cell.values():
        assert [*map(places, each.tr)] == [*map(places, each.en)]


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_key_of_a_cell_has_words_that_need_no_other_facts() -> None:
    for key in book().cell:
        named = ("expected", "limit", "most", "retailerCode", "field", "fields")
        facts = tuple((name, "731002") for name in named)
        problem = CellProblem(
            line=2, field="type", heading="kanal", found="x", code=key, key=key, facts=facts
        )
        for language in Language:
            assert all(part and "{" not in part for part in advice(problem, language))


def test_codes_of_cells_are_codes_of_the_contract() -> None:
    ours = {key for key in book().cell if re.fullmatch(r"H[0-9]{3}", key)}
    assert ours <= set(catalogue.codes())


# memory and time


_MEASURE = """
import resource, sys
from pathlib import Path
from builders.sheets import a_reader
from izin.files.check import check
from izin.files.errorfile import open_error_file
from izin.files.open import open_rows
from izin.i18n.catalogue import Language
path = Path(sys.argv[1])
source = open_rows(path)
with open_error_file(path.with_suffix(".hata.csv"), source, Language.TR) as errors:
    summary = check(source, a_reader(source), errors)
print(summary.rows, summary.bad, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def rss_mib_of_checking(folder, count: int) -> int:
    path = folder / f"{count}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(";".join(HEADINGS) + "\n")
        for number in range(count):
            bad = number % 10 == 0
            date = f"{1 + number % 28:02d}.04.2019 {number % 24:02d}:{number // 24 % 60:02d}"
            row = a_row(alici="0532 12" if bad else phone(number), izin_tarihi=date)
            file.write(";".join(map(str, row)) + "\n")
    told = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path)],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    rows, bad, mib = map(int, told.stdout.split())
    assert (rows, bad) == (count, count // 10)
    return mib


def test_memory_does_not_grow_with_the_rows(tmp_path) -> None:
    """Ten thousand rows and fifteen times as many; measured in processes of their own."""
    assert rss_mib_of_checking(tmp_path, 150_000) - rss_mib_of_checking(tmp_path, 10_000) < 4


def test_a_summary_can_be_shown_as_it_is(tmp_path) -> None:
    summary = summary_of(a_csv(tmp_path, a_row(alici="0532 12")))
    assert b"0532" not in msgspec.json.encode(summary)
