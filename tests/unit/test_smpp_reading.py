"""What an operator may write, and how it is read."""

from datetime import UTC, datetime

import pytest
from builders.clock import NOON
from builders.operator import AYSE, settings_for
from hypothesis import given
from hypothesis import strategies as st

from izin.core.clock import IYS_TIME
from izin.core.errors import StartRefusedError
from izin.simulator.deliveries import ReceiptForm, receipt, written
from izin.smpp.alphabet import UNREADABLE, text_of
from izin.smpp.frames import Frame, status_name
from izin.smpp.message import (
    MalformedError,
    Message,
    Part,
    number_of,
    read_message,
    user_data,
)
from izin.smpp.model import Incoming, LinkSettings, ReceiptState
from izin.smpp.outgoing import bind_body, submit_bodies
from izin.smpp.parts import incoming_of
from izin.smpp.receipts import is_receipt, receipt_of

SENDER, TO = "+905991234567", "3338"


def a_message(**facts) -> Message:
    known = {
        "source": "905991234567",
        "source_ton": 1,
        "destination": TO,
        "destination_ton": 0,
        "esm_class": 0,
        "registered_delivery": 0,
        "coding": 0,
        "octets": b"",
        "extras": {},
    }
    return Message(**known | facts)


def read(**facts) -> str:
    message = a_message(**facts)
    return incoming_of(message, [user_data(message)]).text


@pytest.mark.parametrize(
    ("coding", "octets", "text"),
    [
        (0, b"RET \x00\x1b\x65", "RET @€"),
        (0, b"a\x1b\x1bb", "a\N{REPLACEMENT CHARACTER}b"),
        (0, b"a\xff", "a\N{REPLACEMENT CHARACTER}"),
        (0, b"a\x1b", "a"),
        (0, b"\x1bA", "A"),  # no such place in the extension: the basic one
        (1, b"RET", "RET"),
        (3, "ÇÖ".encode("latin_1"), "ÇÖ"),
        (8, "şı😀".encode("utf-16-be"), "şı😀"),
        (8, b"\x00R\x00", "R\N{REPLACEMENT CHARACTER}"),
        (0x18, "ş".encode("utf-16-be"), "ş"),
        (0x10, b"RET", "RET"),
        (0xE0, "ş".encode("utf-16-be"), "ş"),
        (0xF1, b"RET", "RET"),
        (0xC0, b"RET", "RET"),
    ],
)
def test_a_text_is_read_in_the_coding_it_names(coding, octets, text):
    assert read(coding=coding, octets=octets) == text


def test_a_text_is_read_by_the_turkish_tables_that_its_header_names():
    single = bytes((3, 0x24, 1, 1))
    assert read(esm_class=0x40, octets=single + b"RET \x1b\x53ans") == "RET Şans"
    locking = bytes((3, 0x25, 1, 1))
    assert read(esm_class=0x40, octets=locking + b"\x40\x1d\x07") == "İşı"
    assert read(octets=b"\x1b\x53") == "S"  # none named: the ordinary ones


def test_a_text_may_stand_in_the_payload():
    [body] = written(SENDER, TO, "", 1)
    message = read_message(body + b"\x04\x24\x01\x2c" + b"x" * 300)
    assert incoming_of(message, [user_data(message)]).text == "x" * 300


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ({"esm_class": 0x40, "octets": bytes((5, 0, 3, 7, 2, 1)) + b"a"}, Part(7, 2, 1)),
        ({"esm_class": 0x40, "octets": bytes((6, 8, 4, 1, 7, 2, 1)) + b"a"}, Part(263, 2, 1)),
        (
            {"extras": {0x020C: b"\1\7", 0x020E: b"\2", 0x020F: b"\1"}, "octets": b"a"},
            Part(263, 2, 1),
        ),
        ({"esm_class": 0x40, "octets": bytes((5, 0, 3, 7, 2, 3)) + b"a"}, None),
        ({"esm_class": 0x40, "octets": bytes((5, 0, 3, 7, 1, 1)) + b"a"}, None),
        ({"esm_class": 0x40, "octets": bytes((5, 0, 3, 7, 2, 0)) + b"a"}, None),
        ({"esm_class": 0x40, "octets": b"\xff\0"}, None),
        ({"esm_class": 0x40, "octets": b""}, None),
        ({"octets": b"a"}, None),
    ],
)
def test_a_part_is_known_by_its_header_or_its_parameters(facts, part):
    assert user_data(a_message(**facts)).part == part


@pytest.mark.parametrize("text", ["RET", "a" * 500, "ş" * 200, "😀" * 100, "^" * 200])
def test_what_is_written_is_read(text):
    messages = [read_message(body) for body in written(SENDER, TO, text, 9)]
    found = incoming_of(messages[0], [user_data(each) for each in messages])
    assert found == Incoming(sender=SENDER, receiver=TO, text=text)


@given(st.binary(max_size=200))
def test_any_body_is_read_or_malformed(body):
    try:
        message = read_message(body)
    except MalformedError:
        return
    incoming_of(message, [user_data(message)])
    receipt_of(message, NOON)


@given(st.data())
def test_a_body_that_was_cut_is_malformed_or_shorter(data):
    [body] = written(SENDER, TO, "RET", 1)
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    with pytest.raises(MalformedError):
        read_message(cut)


@pytest.mark.parametrize(
    ("digits", "ton", "number"),
    [
        ("905991234567", 1, "+905991234567"),
        ("905991234567", 0, "+905991234567"),
        ("+905991234567", 0, "+905991234567"),
        ("05991234567", 0, "+905991234567"),
        ("5991234567", 2, "+905991234567"),
        ("3338", 0, "3338"),
        ("3338", 3, "3338"),
        ("BANKA", 5, '"BANKA"'),
        ("905991234567", 5, '"905991234567"'),  # a name that whoever sends may choose
        ("", 0, ""),
        ("٣٣٣٨", 1, "٣٣٣٨"),
    ],
)
def test_a_number_is_written_as_the_registry_writes_it(digits, ton, number):
    assert number_of(digits, ton) == number


@pytest.mark.parametrize("form", ReceiptForm)
@pytest.mark.parametrize("state", ReceiptState)
def test_a_receipt_is_read_in_each_form(form, state):
    done_at = datetime(2026, 2, 11, 9, 30, tzinfo=UTC)
    message = read_message(receipt(SENDER, TO, "0a1b", state, done_at, form))
    found = receipt_of(message, NOON)
    assert is_receipt(message)
    assert (found.operator_id, found.state) == ("0a1b", state)
    assert found.at == (NOON if form is ReceiptForm.PARAMETERS else done_at)


@pytest.mark.parametrize(
    ("text", "state", "at"),
    [
        (b"ID:7 Stat:delivrd DONE DATE:2602111230", ReceiptState.DELIVERED, (12, 30)),
        (b"id:7 stat:SKIPPED err:0A3", ReceiptState.UNKNOWN, None),
        (b"id:7 done date:9999999999 stat:UNDELIV", ReceiptState.UNDELIVERABLE, None),
        (b"id:7 done date:260211123059 stat:EXPIRED", ReceiptState.EXPIRED, (12, 30)),
        (b"id:7", ReceiptState.UNKNOWN, None),
    ],
)
def test_a_receipt_of_another_hand_is_read(text, state, at):
    found = receipt_of(a_message(esm_class=4, octets=text), NOON)
    assert found.operator_id == "7"
    assert found.state == state
    assert found.at == (NOON if at is None else datetime(2026, 2, 11, *at, tzinfo=IYS_TIME))


def test_a_receipt_without_a_name_is_none():
    assert receipt_of(a_message(esm_class=4, octets=b"stat:DELIVRD"), NOON) is None


def test_what_is_on_the_way_is_told_by_a_receipt_too():
    assert is_receipt(a_message(esm_class=0x20))
    assert not is_receipt(a_message(esm_class=0x40))


def test_a_status_of_the_operators_own_has_its_number_for_a_name():
    assert status_name(0x58) == "ESME_RTHROTTLED"
    assert status_name(0x401) == "0x00000401"


@pytest.mark.parametrize(
    "wrong",
    [
        {"system_id": "x" * 16},
        {"password": "x" * 9},
        {"password": "şifre"},
        {"sender": ""},
        {"sender": "x" * 21},
        {"sender": "İZİN"},
        {"system_type": "x" * 13},
    ],
)
def test_settings_that_no_operator_could_take_are_refused_at_the_start(wrong):
    with pytest.raises(StartRefusedError, match="The operator's link") as raised:
        bind_body(settings_for(1, **wrong))
    assert not any(str(value) and str(value) in str(raised.value) for value in wrong.values())


@pytest.mark.parametrize(
    ("sender", "written_as"),
    [
        ("3338", b"\0\0" + b"3338\0"),
        ("IZIN", b"\5\0IZIN\0"),
        ("+905990003338", b"\1\1" + b"905990003338\0"),
    ],
)
def test_a_sender_is_a_number_or_a_name(sender, written_as):
    [body] = submit_bodies(settings_for(1, sender=sender), AYSE, "a", 7)
    assert body.startswith(b"\0" + written_as + b"\1\1" + b"905991234567\0")
    assert body.endswith(b"\1a" + b"\x02\x04\0\2\0\7")  # the text, and the reference


def test_nothing_prints_what_it_holds():
    canary = "canary-5991234567"
    message = a_message(source=canary, octets=canary.encode())
    settings = LinkSettings(host="h", port=1, system_id=canary, password=canary, sender=canary)
    values = [
        message,
        user_data(message),
        Incoming(sender=canary, receiver=canary, text=canary),
        Frame(1, 0, 1, canary.encode()),
        settings,
    ]
    assert [each for each in values if canary in f"{each!r}{each}"] == []


def test_half_a_character_is_a_mark():
    assert text_of(b"\xd8\x3d", 8) == UNREADABLE
