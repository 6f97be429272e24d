"""A commitment fixes every field of an event and shows none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.vault.commitment import SALTS_BYTES, canonical_json, commit, draw_salts

SALTS = bytes(range(64))
BODY = {"v": 1, "status": "ONAY", "source": None}
ADDRESS = "+905990000001"
EXACT = 2**53 - 1

names = st.text(st.characters(max_codepoint=127), max_size=8)
values = st.none() | st.integers(-EXACT, EXACT) | st.text(max_size=30)
bodies = st.dictionaries(names, values, max_size=6)

_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def _string(text):
    """RFC 8785, 3.2.2.2, written out."""
    escaped = (_SHORT.get(ord(c)) or (f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in text)
    return '"' + "".join(escaped) + '"'


def _value(value):
    return _string(value) if isinstance(value, str) else json.dumps(value)


@given(bodies)
def test_the_body_has_the_one_form_of_the_standard(body):
    ordered = sorted(body, key=lambda name: name.encode("utf-16-be"))
    expected = "{" + ",".join(f"{_string(n)}:{_value(body[n])}" for n in ordered) + "}"
    assert canonical_json(body).decode() == expected


def test_every_character_below_a_thousand_is_spelled_as_the_standard_says():
    text = "".join(map(chr, range(1000))) + "\u2028\u2029\ufeff\U0001f600"
    assert canonical_json({"a": text}).decode() == f'{{"a":{_string(text)}}}'


@pytest.mark.parametrize(
    "body",
    [{"ö": 1}, {"a": 1.0}, {"a": 2**53}, {"a": -(2**53)}, {"a": ["x"]}, {"a": b"x"}],
    ids=str,
)
def test_what_writers_would_spell_differently_is_refused(body):
    with pytest.raises(ValueError, match=r"^$"):
        canonical_json(body)


def test_the_order_of_fields_does_not_matter():
    turned = dict(reversed(BODY.items()))
    assert commit(turned, ADDRESS, SALTS) == commit(BODY, ADDRESS, SALTS)


@pytest.mark.parametrize(
    ("body", "address", "salts"),
    [
        ({**BODY, "status": "RET"}, ADDRESS, SALTS),
        ({**BODY, "source": "HS_WEB"}, ADDRESS, SALTS),
        ({**BODY, "more": None}, ADDRESS, SALTS),
        (BODY, "+905990000002", SALTS),
        (BODY, ADDRESS, b"\1" + SALTS[1:]),
        (BODY, ADDRESS, SALTS[:-1] + b"\1"),
    ],
)
def test_each_part_moves_the_commitment(body, address, salts):
    assert commit(body, address, salts) != commit(BODY, ADDRESS, SALTS)
    assert len(commit(body, address, salts)) == 32


@pytest.mark.parametrize("salts", [b"", SALTS[:63], SALTS + b"\0"])
def test_it_takes_two_whole_salts(salts):
    with pytest.raises(ValueError, match=r"^$"):
        commit(BODY, ADDRESS, salts)


def test_the_recipients_place_cannot_be_taken_by_a_field():
    with pytest.raises(ValueError, match=r"^$"):
        commit({**BODY, "C_rcpt": "00"}, ADDRESS, SALTS)


def test_salts_are_drawn_in_one_go_and_never_twice():
    drawn = draw_salts(100)
    assert {len(salts) for salts in drawn} == {SALTS_BYTES}
    assert len({half for salts in drawn for half in (salts[:32], salts[32:])}) == 200
    assert draw_salts(0) == []
