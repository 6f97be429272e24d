"""What the door accepts as a body."""

import json
import sys
import time

import pytest

from izin.api.body import DEPTH_MAX, decode_form, decode_json, decode_json_or_form
from izin.core.errors import RefusalError

ROW = {
    "recipient": "+905991234567",
    "type": "MESAJ",
    "source": "HS_WEB",
    "status": "ONAY",
    "consentDate": "2025-06-16 15:41:00",
    "recipientType": "BIREYSEL",
    "retailerCode": 55550127,
    "retailerAccess": [55550127, 55550128],
}


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"nul",
        b"{'a':1}",
        b'{"a":1,}',
        b"[1,]",
        b'{"a":1} {"a":2}',
        b'{"a":1}x',
        b"{a:1}",
        b"01",
        b"+1",
        b".5",
        b'"\t"',
        b'"\\x41"',
        b"/* a */ 1",
    ],
)
def test_what_is_not_json_is_refused(raw):
    with pytest.raises(RefusalError) as refusal:
        decode_json(raw)
    assert [each.code for each in refusal.value.refused] == ["H014"]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"status":"ONAY","status":"RET"}',
        b'[{"a":{"b":1,"b":1}}]',
        b'{"status":1,"st\\u0061tus":2}',
    ],
)
def test_a_repeated_key_is_refused_at_any_depth(raw):
    with pytest.raises(RefusalError):
        decode_json(raw)


@pytest.mark.parametrize("raw", [b"NaN", b"[Infinity]", b'{"a":-Infinity}', b"1e999", b"[-1e400]"])
def test_numbers_that_no_other_reader_has_are_refused(raw):
    with pytest.raises(RefusalError):
        decode_json(raw)


@pytest.mark.parametrize(
    "raw", [b"9" * 19, b"[" + b"9" * 5000 + b"]", b'{"a":-' + b"1" * 18 + b"}"]
)
def test_an_integer_past_eighteen_digits_is_refused(raw):
    with pytest.raises(RefusalError):
        decode_json(raw)


@pytest.mark.parametrize(
    "raw", [rb'"\ud800"', rb'{"\uDFFF":1}', rb'["ok",{"a":"x\udbffy"}]', rb'"\udc00\ud800"']
)
def test_half_a_surrogate_pair_is_refused(raw):
    with pytest.raises(RefusalError):
        decode_json(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [(rb'"\ud83d\ude00"', "😀"), (rb'"\\ud800"', "\\ud800"), ('"İ"'.encode(), "İ")],
)
def test_whole_pairs_and_escaped_backslashes_are_text(raw, value):
    assert decode_json(raw) == value


@pytest.mark.parametrize(
    "raw", [b'"\xff"', b'"\xed\xa0\x80"', '"İ"'.encode("utf-16"), b'"\xc0\xaf"']
)
def test_other_encodings_are_refused(raw):
    with pytest.raises(RefusalError):
        decode_json(raw)


def test_one_byte_order_mark_is_passed_over_and_two_are_not():
    assert decode_json(b'\xef\xbb\xbf{"a":1}') == {"a": 1}
    with pytest.raises(RefusalError):
        decode_json(b'\xef\xbb\xbf\xef\xbb\xbf{"a":1}')


@pytest.mark.parametrize("depth", [DEPTH_MAX + 1, 900, 5_000, 200_000])
def test_nesting_past_the_bound_is_refused_however_deep(depth):
    with pytest.raises(RefusalError):
        decode_json(nested(depth))
    with pytest.raises(RefusalError):
        decode_json(b'{"a":' * depth + b"1" + b"}" * depth)


def test_nesting_up_to_the_bound_is_read():
    assert decode_json(nested(DEPTH_MAX)) == json.loads(nested(DEPTH_MAX))
    assert decode_json(b"7") == 7


@pytest.mark.drill
@pytest.mark.skipif(sys.gettrace() is not None, reason="a tracer is what would be timed")
def test_a_full_batch_is_read_in_a_few_milliseconds():
    raw = json.dumps([ROW | {"recipient": f"+90599{n:07d}"} for n in range(1000)]).encode()
    spent = []
    for _ in range(15):
        started = time.process_time()
        rows = decode_json(raw)
        spent.append(time.process_time() - started)
    assert len(rows) == 1000
    assert min(spent) < 0.006


def test_a_form_is_read_with_blanks_kept():
    raw = b"username=a%40b.example&password=&grant_type=pass+word%C4%B0"
    assert decode_form(raw) == {
        "username": "a@b.example",
        "password": "",
        "grant_type": "pass wordİ",
    }


@pytest.mark.parametrize(
    "raw", [b"a=1&a=2", b"a", b"a=%ff", b"\xc4\xb0=1", b"&".join(b"f%d=1" % n for n in range(65))]
)
def test_a_form_with_two_meanings_is_refused(raw):
    with pytest.raises(RefusalError) as refusal:
        decode_form(raw)
    assert refusal.value.refused[0].code == "H014"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b' {"grant_type":"password"}', {"grant_type": "password"}),
        (b"grant_type=password", {"grant_type": "password"}),
        (b"[]", []),
    ],
)
def test_the_token_calls_body_is_read_by_what_it_is(raw, value):
    assert decode_json_or_form(raw) == value
