"""A file of dealers: how its cells are read, and what is told of those that do not fit."""

import zipfile

import pytest
from builders.dealer_sheets import HEADINGS, a_dealer_row
from builders.dealers import a_mersis, a_tckn
from builders.sheets import a_text, a_workbook

from izin.core.provinces import PROVINCES
from izin.files.dealer_import import read_dealers
from izin.files.dealers import CAPS_OF_DEALERS, DealerReader
from izin.files.form import Form
from izin.files.problem import CellProblem, FileRefusedError
from izin.files.words import advice
from izin.files.write import written
from izin.i18n.catalogue import Language
from izin.retailer.intake import Entry, parse_retailer
from izin.retailer.model import RetailerStatus


def read(tmp_path, *rows, form: Form | None = None):
    path = tmp_path / "bayiler.csv"
    path.write_bytes(written([HEADINGS, *rows], form or Form()))
    return [each.verdict for each in read_dealers(path, sandbox=True).rows]


def test_a_row_is_what_the_api_takes(tmp_path):
    [entry] = read(tmp_path, a_dealer_row(7, bayi_durumu="Pasif"))
    body = {
        "title": "Kurgu Ticaret 7",
        "name": "Deneme Kişi",
        "tckn": a_tckn(7),
        "city": {"code": "34", "name": "İstanbul"},
        "town": {"code": "1", "name": "Kadıköy"},
        "tin": a_dealer_row(7)[5],
        "mersis": a_mersis(7),
        "alias": "Çarşı",
        "mobile": "+905990000007",
        "status": "passive",
    }
    assert entry == parse_retailer(body, sandbox=True)
    assert entry.facts.status is RetailerStatus.PASSIVE


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1254", "utf-16"])
def test_any_separator_and_encoding_that_consents_may_have(tmp_path, separator, encoding):
    form = Form(separator=separator, encoding=encoding)
    [entry] = read(tmp_path, a_dealer_row(1), form=form)
    assert isinstance(entry, Entry)


@pytest.mark.parametrize(("il", "ilce"), [("34", "Kadıköy"), ("ISTANBUL", "kadikoy"), ("34", "1")])
def test_places_are_read_by_name_and_by_code(tmp_path, il, ilce):
    code = str(next(c for c, name in PROVINCES[34].towns.items() if name == "Kadıköy"))
    [entry] = read(tmp_path, a_dealer_row(1, il=il, ilce=code if ilce == "1" else ilce))
    assert (entry.facts.city_code, entry.facts.town_code) == (34, int(code))


def test_numbers_of_a_workbook_have_their_first_noughts_back(tmp_path):
    row = a_dealer_row(3)
    row[2], row[5], row[6] = (float(str(row[place])) for place in (2, 5, 6))
    path = a_workbook(tmp_path, HEADINGS, row)
    [read_row] = read_dealers(path, sandbox=True).rows
    assert read_row.verdict.facts.mersis == a_mersis(3)
    assert read_row.verdict.person.tin == a_dealer_row(3)[5]


BAD = [
    ({"unvan": ""}, "unvan", "H214"),
    ({"unvan": "=cmd|' /C calc'!A0"}, "unvan", "H229"),
    ({"unvan": "A" * 256}, "unvan", "H017"),
    ({"ad_soyad": ""}, "ad_soyad", "H215"),
    ({"tckn": ""}, "tckn", "H216"),
    ({"tckn": "12345678901"}, "tckn", "H225"),
    ({"tckn": "1234"}, "tckn", "H226"),
    ({"il": ""}, "il", "H217"),
    ({"il": "Atlantis"}, "il", "H016"),
    ({"il": "99"}, "il", "H016"),
    ({"ilce": ""}, "ilce", "H220"),
    ({"ilce": "Çankaya"}, "ilce", "H016"),
    ({"vkn": ""}, "vkn", "H288"),
    ({"vkn": "1234567891"}, "vkn", "H243"),
    ({"vkn": "12"}, "vkn", "H244"),
    ({"mersis": "0123456789100015"}, "mersis", "H227"),
    ({"mersis": "1,23457E+14"}, "mersis", "H228"),
    ({"cep": "12"}, "cep", "H224"),
    ({"bayi_durumu": "belki"}, "bayi_durumu", "H201"),
]


@pytest.mark.parametrize(("changes", "heading", "code"), BAD)
def test_what_does_not_fit_is_told_with_its_place_and_how_to_mend_it(
    tmp_path, changes, heading, code
):
    [problems] = read(tmp_path, a_dealer_row(1, **changes))
    [problem] = problems
    assert (problem.line, problem.heading, problem.code) == (2, heading, code)
    assert problem.found == str(changes[heading])
    other = advice(_with(problem, key="nobody's"), Language.TR)
    assert advice(problem, Language.TR) != other, "it has words of its own"


def _with(problem: CellProblem, **changes: str) -> CellProblem:
    return CellProblem(**{n: getattr(problem, n) for n in problem.__struct_fields__} | changes)


def test_a_row_with_several_faults_tells_all_in_the_order_of_the_columns(tmp_path):
    [problems] = read(tmp_path, a_dealer_row(1, tckn="1", il="Atlantis", cep="x"))
    assert [each.code for each in problems] == ["H226", "H016", "H224"]


def test_a_row_that_is_cut_short_is_told(tmp_path):
    path = a_text(tmp_path, ";".join(HEADINGS) + "\r\n" + ";".join(a_dealer_row(1)[:4]))
    [row] = read_dealers(path, sandbox=True).rows
    assert [each.code for each in row.verdict] == ["IZ208"]


def hostile(tmp_path, content: bytes) -> str:
    path = tmp_path / "bayiler.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefusedError) as caught:
        read_dealers(path, sandbox=True)
    return caught.value.refused[0].code


GOOD = written([HEADINGS, a_dealer_row(1)], Form())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "IZ201"),
        (written([HEADINGS], Form()), "IZ202"),
        (b"unvan;tckn\r\na;b\r\n", "IZ203"),
        (GOOD + b"\0", "IZ205"),
        (GOOD + b"x" * 10 * 1024 * 1024, "IZ210"),
        (GOOD + b'"open' + b"\r\nx" * 100_000, "IZ210"),
        (GOOD * 20_000, "IZ213"),
        (GOOD + b" " * CAPS_OF_DEALERS.csv_bytes_max, "IZ215"),
        (b"PK\x03\x04 no workbook", "IZ214"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "IZ211"),
    ],
)
def test_a_hostile_file_is_refused_whole(tmp_path, content, code):
    assert hostile(tmp_path, content) == code


def test_a_workbook_that_is_cut_off_is_refused_whole(tmp_path):
    whole = a_workbook(tmp_path, HEADINGS, a_dealer_row(1)).read_bytes()
    assert hostile(tmp_path, whole[: len(whole) // 2]) == "IZ214"


def test_a_workbook_that_unpacks_to_too_much_is_refused_whole(tmp_path):
    path = a_workbook(tmp_path, HEADINGS, a_dealer_row(1))
    with zipfile.ZipFile(path, "a", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(80 * 1024 * 1024))
    assert hostile(tmp_path, path.read_bytes()) == "IZ212"


def test_who_stands_for_a_dealer_is_not_printed(tmp_path):
    path = a_text(tmp_path, GOOD.decode("utf-8-sig"))
    file = read_dealers(path, sandbox=True)
    assert a_tckn(1) not in repr(file.rows)
    assert isinstance(file.reader, DealerReader)
