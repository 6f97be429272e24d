"""What people and spreadsheets write in a cell, and what the wire makes of it."""

from datetime import date, datetime, time, timedelta

import pytest

from izin.core.terms import PROVIDER_SOURCES
from izin.core.turkish import fold
from izin.files import cells
from izin.files.dates import wire_date
from izin.files.problem import Fault
from izin.files.vocabulary import SOURCES

A_MOMENT = datetime.fromisoformat("2019-04-15T11:00:05")
ALMOST_ELEVEN = datetime.fromisoformat("2019-04-15T10:59:59.999999")


@pytest.mark.parametrize(
    "cell",
    [
        "0599 123 45 67",
        "05991234567",
        "5991234567",
        "599 123 4567",
        "+90 (599) 123 45 67",
        "+905991234567",
        "905991234567",
        "00905991234567",
        "+90 0599 123 45 67",
        "0 (599) 123-45-67",
        "0599.123.45.67",
        "'+905991234567",
        "\u202a+90 599 123 45 67\u202c",
        "  0599\u00a0123\u00a045\u00a067 ",
        5991234567.0,
        5991234567,
        905991234567.0,
    ],
)
def test_every_turkish_writing_of_a_phone_is_one_number(cell) -> None:
    assert cells.phone(cell) == "+905991234567"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("+49 30 901820", "+4930901820"),
        ("0049 30 901820", "+4930901820"),
        ("0212 123 45 67", "+902121234567"),
    ],
)
def test_other_phones_keep_their_country(cell, number) -> None:
    assert cells.phone(cell) == number


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("0599 12", "phone"),
        ("444 1 234", "phone"),
        ("yok", "phone"),
        ("٠٥٩٩١٢٣٤٥٦٧", "phone"),
        ("0599 123 45 67 / 0599 123 45 68", "phone"),
        (5991234567.5, "phone"),
        (True, "phone"),
        ("5,99123E+09", "phone_scientific"),
        ("ayse@posta.example", "phone_is_email"),
    ],
)
def test_what_is_no_phone_is_explained(cell, key) -> None:
    fault = cells.phone(cell)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.key) == ("H121", key)


def test_an_email_loses_its_blanks_and_the_apostrophe_only() -> None:
    assert cells.email(" Ayse@Posta.example\u00a0") == "Ayse@Posta.example"
    assert cells.email("'-ayse@posta.example") == "-ayse@posta.example"
    assert cells.email("  ") is None
    assert cells.email(5991234567.0) == Fault("H120", "email")


@pytest.mark.parametrize(
    ("cell", "wire"),
    [
        ("15 Nisan 2019 11.00", "2019-04-15 11:00:00"),
        ("8 Mart 2020 09.00", "2020-03-08 09:00:00"),
        ("30 Temmuz 2018 19.00", "2018-07-30 19:00:00"),
        ("1 AĞUSTOS 2019", "2019-08-01 00:00:00"),
        ("1 agustos 2019 saat 9:05", "2019-08-01 09:05:00"),
        ("15 Nis. 2019", "2019-04-15 00:00:00"),
        ("15 ARALIK 2019 23:59:59", "2019-12-15 23:59:59"),
        ("15.04.2019 11:00", "2019-04-15 11:00:00"),
        ("15.04.2019 11.00:05", "2019-04-15 11:00:05"),
        ("15/4/2019", "2019-04-15 00:00:00"),
        ("5-4-2019  9:00", "2019-04-05 09:00:00"),
        ("2019-04-15", "2019-04-15 00:00:00"),
        ("2019-04-15T11:00", "2019-04-15 11:00:00"),
        ("2019-04-15T11:00:00.250", "2019-04-15 11:00:00"),
        ("2019-04-15T08:00:00Z", "2019-04-15 11:00:00"),
        ("2019-04-15T10:00:00+02:00", "2019-04-15 11:00:00"),
        ("2019/04/15 11:00", "2019-04-15 11:00:00"),
        (" 2019-04-15 11:00:00 ", "2019-04-15 11:00:00"),
        (A_MOMENT, "2019-04-15 11:00:05"),
        (ALMOST_ELEVEN, "2019-04-15 11:00:00"),
        (date(2019, 4, 15), "2019-04-15 00:00:00"),
        ("", None),
        ("  ", None),
    ],
)
def test_a_date_is_read_as_people_and_spreadsheets_write_it(cell, wire) -> None:
    assert wire_date(cell) == wire


@pytest.mark.parametrize(
    ("cell", "code", "key"),
    [
        (43570.4583, "H158", "date_serial"),
        (43570.0, "H158", "date_serial"),
        ("43570", "H158", "date_serial"),
        ("43570,4583", "H158", "date_serial"),
        ("15.04.19", "H158", "date_short_year"),
        ("dün", "H158", "date"),
        ("15 Sonbahar 2019", "H158", "date"),
        ("20190415", "H158", "date"),
        ("15.04.2019 11", "H158", "date"),
        (True, "H158", "date"),
        (time(11, 0), "H158", "date"),
        (timedelta(hours=11), "H158", "date"),
        ("2019-13-45T08:00:00Z", "H157", "H157"),
        ("0001-01-01T00:00:00+05:00", "H157", "H157"),
    ],
)
def test_what_is_no_date_is_explained(cell, code, key) -> None:
    assert wire_date(cell) == Fault(code, key)


@pytest.mark.parametrize(
    ("convert", "spellings", "wire"),
    [
        (cells.channel, ["Mesaj", "SMS", "MESAJ", "mesaj ", "Kısa Mesaj"], "MESAJ"),
        (cells.channel, ["Eposta", "E-posta", "EPOSTA", "e posta", "E-Mail"], "EPOSTA"),
        (cells.channel, ["Arama", "ARAMA"], "ARAMA"),
        (cells.status, ["Onay", "ONAY", "onaylı"], "ONAY"),
        (cells.status, ["Ret", "RET", "Red"], "RET"),
        (cells.recipient_type, ["Bireysel", "BİREYSEL", "bıreysel"], "BIREYSEL"),
        (cells.recipient_type, ["Tacir", "TACİR", "Esnaf"], "TACIR"),
        (cells.source, ["Fiziksel İmza", "Islak imza", "HS_ISLAK_IMZA"], "HS_ISLAK_IMZA"),
        (cells.source, ["Fiziksel ortam", "fiziksel ortam"], "HS_FIZIKSEL_ORTAM"),
        (cells.source, ["Elektronik ortam", "E-ortam"], "HS_EORTAM"),
        (cells.source, ["Sosyal medya"], "HS_SOSYAL_MEDYA"),
        (cells.source, ["Çağrı merkezi", "CAGRI MERKEZI"], "HS_CAGRI_MERKEZI"),
        (cells.source, ["2015", 2015.0, "1 Mayıs 2015 öncesi"], "HS_2015"),
    ],
)
def test_words_become_codes(convert, spellings, wire) -> None:
    assert {convert(spelling) for spelling in spellings} == {wire}


@pytest.mark.parametrize(
    ("convert", "cell", "code"),
    [
        (cells.channel, "Faks", "H117"),
        (cells.status, "Belki", "H115"),
        (cells.recipient_type, "Kişi", "H116"),
        (cells.source, "IYS_WEB", "H119"),
        (cells.source, 43570.0, "H119"),
        (cells.retailer_code, "bayi-7", "IZ011"),
        (cells.retailer_code, "123456789", "IZ011"),
        (cells.retailer_access, "12345678, yedi", "IZ011"),
    ],
)
def test_a_word_that_means_nothing_keeps_the_contracts_code(convert, cell, code) -> None:
    fault = convert(cell)
    assert isinstance(fault, Fault)
    assert fault.code == code


def test_every_source_of_a_provider_is_reached_by_its_code_and_by_its_words() -> None:
    assert set(SOURCES.values()) == {source.value for source in PROVIDER_SOURCES}
    for source in PROVIDER_SOURCES:
        assert SOURCES[fold(source.value)] == source.value
        assert SOURCES[fold(source.value.removeprefix("HS_").replace("_", " "))] == source.value


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Web sitesi", "HS_WEB"),
        ("Islak imza", "HS_ISLAK_IMZA"),
        ("Çağrı merkezi", "HS_CAGRI_MERKEZI"),
        ("Elektronik ortam", "HS_EORTAM"),
        ("Fiziksel ortam", "HS_FIZIKSEL_ORTAM"),
        ("Mesaj", "HS_MESAJ"),
        ("E-posta", "HS_EPOSTA"),
        ("Mobil uygulama", "HS_MOBIL"),
        ("Sosyal medya", "HS_SOSYAL_MEDYA"),
        ("Etkinlik", "HS_ETKINLIK"),
        ("ATM", "HS_ATM"),
        ("1 Mayıs 2015 öncesi", "HS_2015"),
        ("Firma kararı", "HS_KARAR"),
    ],
)
def test_a_source_is_read_under_the_label_that_people_see(label, code) -> None:
    assert cells.source(label) == code


def test_dealers_numbers_are_numbers() -> None:
    assert cells.retailer_code("66438915") == 66438915
    assert cells.retailer_code(66438915.0) == 66438915
    assert cells.retailer_code("") is None
    assert cells.retailer_access("66438915; 66438916|66438917") == [66438915, 66438916, 66438917]
    assert cells.retailer_access(" ") is None


def test_a_column_that_repeats_what_is_known_may_say_nothing_else() -> None:
    brand = cells.the_number(731002, "IZ230")
    assert brand("731002") is brand(731002.0) is brand("") is None
    assert brand("731003") == Fault("IZ230", "IZ230", (("expected", "731002"),))


@pytest.mark.parametrize("convert", [cells.channel, cells.status, cells.source, cells.phone])
def test_an_empty_cell_is_no_value(convert) -> None:
    assert convert("") is None
    assert convert(" \u00a0") is None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1.0, "1"),
        (1.5, "1.5"),
        (float("inf"), "inf"),
        (ALMOST_ELEVEN.replace(microsecond=0), "2019-04-15 10:59:59"),
        (date(2019, 4, 15), "2019-04-15"),
        (time(11, 0), "11:00:00"),
    ],
)
def test_a_cell_has_one_text(cell, text) -> None:
    assert cells.text_of(cell) == text
