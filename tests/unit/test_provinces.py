"""Provinces and districts, found by any spelling of their names."""

import pytest

from izin.core.provinces import PROVINCES, province_named, town_named


def test_there_are_81_provinces_and_a_code_is_one_districts():
    codes = [code for province in PROVINCES.values() for code in province.towns]
    assert (len(PROVINCES), len(set(codes))) == (81, len(codes))


def test_every_province_and_district_is_found_by_its_own_name():
    for province in PROVINCES.values():
        assert province_named(province.name) is province
        for code, name in province.towns.items():
            assert town_named(province, name) == code


@pytest.mark.parametrize("name", ["İstanbul", "ISTANBUL", "istanbul", "İSTANBUL", " istanbul "])
def test_a_province_is_found_in_any_spelling(name):
    assert province_named(name) is PROVINCES[34]


def test_a_district_is_found_without_its_provinces_name():
    adiyaman = PROVINCES[2]
    assert adiyaman.towns[town_named(adiyaman, "merkez")] == "Adıyaman Merkez"
    assert town_named(adiyaman, "Gölbaşı") == town_named(adiyaman, "Gölbaşı / Adıyaman")


def test_a_district_of_another_province_is_not_found():
    assert town_named(PROVINCES[34], "Seyhan") is None
    assert province_named("Atlantis") is None
