"""The words of the errors."""

import string

import pytest

from izin.core.errors import Refused
from izin.i18n import catalogue
from izin.i18n.catalogue import Language


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


EVERY_SENTENCE = {**catalogue.codes(), **catalogue.oauth_keys()}


@pytest.mark.parametrize("key", EVERY_SENTENCE)
def test_both_languages_say_it_with_the_same_places(key):
    words = EVERY_SENTENCE[key]
    assert places(words.tr) == places(words.en)
    assert all(name.isidentifier() for name in places(words.tr))
    assert words.tr.endswith(".")
    assert words.en.endswith(".")
    assert words.tr != words.en


@pytest.mark.parametrize("key", catalogue.expected())
def test_what_was_expected_fits_into_a_sentence_of_either_language(key):
    words = catalogue.expected()[key]
    assert places(words.tr) == places(words.en)
    assert not words.tr.endswith(".")
    assert not words.en.endswith(".")
    if key != "truth":
        assert words.tr != words.en


def test_every_status_is_an_error_of_http():
    assert {words.status for words in catalogue.codes().values()} <= {
        400, 401, 403, 404, 405, 408, 409, 413, 414, 415, 422, 429, 431, 500, 503,
    }  # fmt: skip


def test_the_token_call_speaks_oauths_words():
    assert {words.error for words in catalogue.oauth_keys().values()} <= {
        "invalid_request",
        "invalid_grant",
        "unsupported_grant_type",
        *("invalid_client", "invalid_target", "invalid_dpop_proof", "use_dpop_nonce"),
    }


def test_an_element_shows_only_what_is_given():
    assert set(catalogue.render(Refused(code="H351"), Language.TR)) == {"code", "message"}


def test_an_element_shows_place_value_and_row():
    refused = Refused(code="H193", location=("recipients", 3), value=None, index=0)
    shown = catalogue.render(refused, Language.EN)
    assert shown["location"] == ("recipients", 3)
    assert shown["value"] is None
    assert shown["index"] == 0


@pytest.mark.parametrize(
    ("refused", "part"),
    [
        (Refused(code="H524", facts=(("iysCode", "525252"),)), "number 525252"),
        (Refused(code="H267", location=("retailerCode",)), "retailerCode cannot be"),
        (Refused(code="H267", location=("x",), facts=(("field", "y"),)), "y cannot be"),
        (Refused(code="H118", location=("rows", 3)), "rows is not"),
        (Refused(code="H524"), "number ?"),
    ],
)
def test_facts_fill_the_places_and_a_missing_one_does_not_stop_the_answer(refused, part):
    assert part in catalogue.message(refused, Language.EN)


def test_a_callers_braces_stay_text():
    refused = Refused(code="H118", location=("{code.__class__}",))
    assert "{code.__class__}" in catalogue.message(refused, Language.TR)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "tr"),
        ("", "tr"),
        ("en", "en"),
        ("EN-us", "en"),
        ("tr-TR,tr;q=0.9,en;q=0.8", "tr"),
        ("en-US,en;q=0.9,tr;q=0.8", "en"),
        ("tr;q=0.2, en;q=0.3", "en"),
        ("en;q=0", "tr"),
        ("de, en;q=0.1", "en"),
        ("english", "tr"),
        ("en;q=nan", "tr"),
        ("*", "tr"),
        ("en" + "," * 300, "tr"),
    ],
)
def test_turkish_is_spoken_unless_english_is_preferred(header, language):
    assert catalogue.language_of(header) == language
