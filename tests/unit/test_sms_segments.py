"""What a text takes by SMS: the operator's bill and the telephone's screen depend on it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.smpp.alphabet import (
    CODING_GSM,
    CODING_UCS2,
    ESCAPE,
    coding_of,
    octets_of,
    text_of,
)
from izin.smpp.segments import (
    BASIC,
    EXTENSION,
    SEGMENTS_MAX,
    SEPTETS_ALONE,
    SEPTETS_IN_PARTS,
    UNITS_ALONE,
    UNITS_IN_PARTS,
    can_be_sent,
    is_gsm,
    is_one_segment,
    room_left,
    segment_count,
    split,
)

GSM_TEXTS = st.text(st.sampled_from(sorted(BASIC | EXTENSION)), max_size=700)
TEXTS = st.one_of(GSM_TEXTS, st.text(max_size=400), st.text("ş😀a", max_size=400))


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("€" * 152, 2),  # 76 of two septets in each part, one septet left over
        ("€" * 153, 3),
        ("ş" * 70, 1),
        ("ş" * 71, 2),
        ("ş" * 134, 2),
        ("ş" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),  # 33 pairs in each part, one unit left over
        ("😀" * 67, 3),
        ("Ç" * 160, 1),  # the capital is in the default alphabet
        ("ç" * 71, 2),  # the small letter is not
    ],
)
def test_a_text_takes_so_many_segments(text, segments):
    assert segment_count(text) == segments


@pytest.mark.parametrize(
    ("text", "left"),
    [("a" * 155, 0), ("a" * 156, -1), ("ş" * 65, 0), ("ş" * 66, -1), ("€" * 77, 1), ("", 155)],
)
def test_what_the_operator_appends_has_to_fit_too(text, left):
    assert room_left(text) == left
    assert is_one_segment(text) is (left >= 0)


def test_what_is_appended_can_be_of_another_length():
    assert is_one_segment("a" * 160, suffix=0)
    assert not is_one_segment("a" * 160, suffix=1)


@given(TEXTS)
def test_parts_are_the_text_and_each_fits(text):
    parts = split(text)
    assert "".join(parts) == text
    coding = coding_of(text)
    alone, in_parts = (
        (SEPTETS_ALONE, SEPTETS_IN_PARTS)
        if coding == CODING_GSM
        else (UNITS_ALONE * 2, UNITS_IN_PARTS * 2)
    )
    room = alone if len(parts) == 1 else in_parts
    assert all(len(octets_of(part, coding)) <= room for part in parts)


@given(TEXTS)
def test_no_part_could_have_taken_more(text):
    parts = split(text)
    coding = coding_of(text)
    room = SEPTETS_IN_PARTS if coding == CODING_GSM else UNITS_IN_PARTS * 2
    for part, following in pairwise(parts):
        assert len(octets_of(part + following[0], coding)) > room


@given(TEXTS)
def test_no_character_is_cut(text):
    coding = coding_of(text)
    for part in split(text):
        octets = octets_of(part, coding)
        assert text_of(octets, coding) == part
        assert coding == CODING_UCS2 or not octets.endswith(bytes((ESCAPE,)))


@given(TEXTS)
def test_one_segment_stays_one_with_what_is_appended(text):
    suffix = " B001"
    assert is_one_segment(text) is (segment_count(text + suffix) == 1)


def test_the_default_alphabet_is_whole():
    assert len(BASIC) == 127  # 128 places, one of them the escape
    assert sorted(EXTENSION) == sorted("\f^{}\\[~]|€")
    assert is_gsm("Içten ÖÜöü £$@".replace("ç", "Ç"))
    assert not is_gsm("ı")


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("a", True),
        ("", False),
        ("\ud83d", False),
        ("a" * SEPTETS_IN_PARTS * SEGMENTS_MAX, True),
        ("a" * SEPTETS_IN_PARTS * SEGMENTS_MAX + "a", False),
    ],
)
def test_some_texts_cannot_be_sent(text, can):
    assert can_be_sent(text) is can
