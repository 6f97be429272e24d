"""Two readers never see two different bodies."""

import json
import math

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from izin.api.body import decode_form, decode_json
from izin.core.errors import RefusalError

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17) + 1, 10**18 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=12)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)

PIECES = st.lists(
    st.sampled_from(
        [
            "{", "}", "[", "]", ":", ",", '"a"', '"b"', '"\\u0061"', "1", "-0", "1.5", "1e9",
            "1e999", "NaN", "null", "true", '"\\ud800"', '"\\ud83d\\ude00"', " ", "\ufeff",
            "9" * 20, "\n", "'",
        ]
    ),
    max_size=14,
)  # fmt: skip


def outcome(read, raw):
    """What was read, and the codes with which it was refused."""
    try:
        return read(raw), []
    except RefusalError as error:
        return None, [each.code for each in error.refused]


def two_readers(raw: bytes) -> tuple[object, object]:
    """The standard library taking the first of repeated keys, and another library the last."""
    first = json.loads(
        raw.decode("utf-8-sig"), object_pairs_hook=lambda pairs: dict(reversed(pairs))
    )
    return first, msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))


def is_same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-15)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[k], other[k]) for k in one)
    return type(one) is type(other) and one == other


@given(VALUES)
def test_what_is_written_as_json_is_read_back(value):
    assert is_same(decode_json(json.dumps(value).encode()), value)
    assert is_same(decode_json(json.dumps(value, ensure_ascii=False).encode()), value)


@given(PIECES.map(lambda pieces: "".join(pieces).encode()) | st.binary(max_size=24))
@example(b'{"a":1,"a":2}')
@example(b'{"a":1,"\\u0061":2}')
@example(b'\xef\xbb\xbf{"a":[1]}')
def test_what_is_accepted_has_one_meaning(raw):
    value, refused = outcome(decode_json, raw)
    if refused:
        assert refused == ["H014"]
        return
    first, last = two_readers(raw)
    assert is_same(value, first)
    assert is_same(value, last)
    assert is_same(decode_json(msgspec.json.encode(value)), value)


@given(st.binary(max_size=40))
def test_no_bytes_at_all_break_the_reader_of_forms(raw):
    fields, refused = outcome(decode_form, raw)
    if refused:
        assert refused == ["H014"]
    else:
        assert all(isinstance(text, str) for pair in fields.items() for text in pair)
