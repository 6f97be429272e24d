"""Names that people take for one another have one key; what no Turk can write has none."""

import pytest

from izin.core.lookalike import likeness


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IŞIK", "ışık"),
        ("İzmir Çayı", "izmir cayi"),
        ("Moda 10", "MODA IO"),
        ("Güneş-Gıda", "gunes gida"),
        ("Örnek", "ömek"),
        ("Vvalide", "walide"),
        ("Straße", "STRASSE"),
        ("Fıstık®", "FISTIK"),
        ("Ｆａｂｒｉｋａ", "fabrika"),
        ("Søren", "soren"),
        ("l55", "İSS"),
    ],
)
def test_names_that_look_alike_have_one_key(one, other):
    assert likeness(one) == likeness(other) is not None


@pytest.mark.parametrize(
    ("one", "other"), [("Marka 1", "Marka 2"), ("Ada", "Ava"), ("Deniz", "Denizli")]
)
def test_names_that_differ_have_two(one, other):
    assert likeness(one) != likeness(other)


@pytest.mark.parametrize(
    "name",
    ["Аda", "Ada Ω", "٣ Nokta", "漢字", "", " - ", "…", "A\u200bда"],
    ids=["Cyrillic A", "Greek", "Arabic digit", "Han", "empty", "signs", "dots", "hidden"],
)
def test_what_is_not_latin_has_none(name):
    assert likeness(name) is None


def test_what_cannot_be_seen_counts_for_nothing():
    assert likeness("A\u200bda\u2060") == likeness("Ada")
