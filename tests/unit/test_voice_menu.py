"""The voice menu: nothing unasked moves a call on, and no brand is said before the code."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.callcentre.line import read_line
from izin.callcentre.menu import (
    COUNTED,
    MENU,
    OVER,
    TRIES,
    Move,
    Step,
    Task,
    Voice,
    again,
    counted,
    keyed,
    went,
)
from izin.callcentre.said import IN_EVERY_LANGUAGE, Then, said, signs
from izin.callcentre.scripts import voice_texts
from izin.i18n.catalogue import Language
from izin.i18n.letters import letter
from izin.smpp.segments import is_gsm, is_one_segment

_KEYS = (
    "",
    "0",
    "1",
    "2",
    "9",
    "*",
    "#",
    "123456",
    "١٢٣٤٥٦",
    "12345",
    "1234567",
    "' or 1",
    "7" * 13,
)
_NUMBERS = ("1", "2", "9", "12345", "123456", "1234567")
_MOVES = {
    (Step.MAIN, "0"): Step.AGENT,
    (Step.MAIN, "1"): Step.BRAND,
    (Step.MAIN, "2"): Step.CONFIRM_ALL,
    (Step.BRAND, "0"): Step.MAIN,
    (Step.CONFIRM_BRAND, "2"): Step.MAIN,
    (Step.CONFIRM_ALL, "2"): Step.MAIN,
    (Step.NOTHING, "9"): Step.MAIN,
    (Step.NOTHING, "0"): Step.AGENT,
    (Step.LINE_LANGUAGE, "1"): Step.LINE_MAIN,
    (Step.LINE_LANGUAGE, "2"): Step.LINE_MAIN,
    (Step.LINE_MAIN, "0"): Step.AGENT,
    (Step.LINE_MAIN, "1"): Step.LINE_BRAND,
    (Step.LINE_MAIN, "2"): Step.LINE_CONFIRM_ALL,
    (Step.LINE_BRAND, "0"): Step.LINE_MAIN,
    (Step.LINE_CONFIRM_BRAND, "2"): Step.LINE_MAIN,
    (Step.LINE_CONFIRM_ALL, "2"): Step.LINE_MAIN,
    (Step.LINE_NOTHING, "9"): Step.LINE_CONFIRM_ALL,
    (Step.LINE_NOTHING, "0"): Step.AGENT,
    (Step.LINE_RECEIPT, "1"): Step.LINE_MAIN,
}
_TASKS = {
    (Step.LANGUAGE, "1"): Task.SEND_CODE,
    (Step.LANGUAGE, "2"): Task.SEND_CODE,
    (Step.CODE, "0"): Task.SEND_CODE,
    (Step.CODE, "123456"): Task.CHECK_CODE,
    **{(Step.BRAND, each): Task.FIND_BRAND for each in _NUMBERS},
    (Step.CONFIRM_BRAND, "1"): Task.REFUSE_BRAND,
    (Step.CONFIRM_ALL, "1"): Task.REFUSE_ALL,
    **{(Step.LINE_BRAND, each): Task.FIND_BRAND for each in _NUMBERS},
    (Step.LINE_CONFIRM_BRAND, "1"): Task.REFUSE_BRAND,
    (Step.LINE_CONFIRM_ALL, "1"): Task.REFUSE_ALL,
}
_BEFORE_THE_CODE = {"language", "no_code", "code", "wrong_code", "locked"}


@pytest.mark.parametrize(("step", "digits"), list(product(Step, _KEYS)))
def test_only_what_is_asked_for_moves_a_call(step: Step, digits: str) -> None:
    move = keyed(Voice(step=step), digits)
    assert move.voice.step is _MOVES.get((step, digits), step)
    assert move.task is _TASKS.get((step, digits))
    assert (move.says == ()) is (move.task is not None)


@given(st.lists(st.tuples(st.text(max_size=8) | st.sampled_from(_KEYS), st.booleans())))
def test_no_way_without_the_right_code_says_a_brand_or_a_count(calls) -> None:
    voice = Voice()
    for digits, is_well in calls:
        move = keyed(voice, digits)
        if move.task is not None:
            assert move.task in (Task.SEND_CODE, Task.CHECK_CODE)
            move = went(move, is_well=is_well and move.task is Task.SEND_CODE)
        assert set(move.says) <= _BEFORE_THE_CODE
        voice = move.voice
    assert voice.wrong <= TRIES


@given(st.lists(st.tuples(st.sampled_from(_KEYS), st.booleans())))
def test_no_way_of_a_fixed_line_asks_for_a_code_or_leads_where_one_was_asked(calls) -> None:
    voice = Voice(step=Step.LINE_LANGUAGE)
    for digits, is_well in calls:
        move = keyed(voice, digits)
        if move.task is not None:
            assert move.task not in (Task.SEND_CODE, Task.CHECK_CODE)
            move = went(move, is_well=is_well)
        voice = move.voice
        assert voice.step.startswith("LINE_") or voice.step is Step.AGENT


def test_a_fixed_line_hears_its_receipt_as_often_as_it_asks() -> None:
    asked = keyed(Voice(step=Step.LINE_CONFIRM_ALL, language=Language.EN), "1")
    done = went(asked, is_well=True)
    assert (done.says, done.voice.step) == (("line_refused",), Step.LINE_RECEIPT)
    voice = done.voice
    for _ in range(2):
        again = keyed(voice, "9")
        assert again == Move(voice, ("line_refused",))
        voice = again.voice
    assert went(asked, is_well=False).says == ("none_stood", "line_main")
    first = keyed(Voice(step=Step.LINE_LANGUAGE), "2").voice
    assert (first.step, first.language) == (Step.LINE_MAIN, Language.EN)


def test_what_is_said_before_the_code_has_no_place_for_anybody() -> None:
    for name in _BEFORE_THE_CODE | {"no_line", "line_busy", "line_main"}:
        assert "{" not in voice_texts()[name].tr + voice_texts()[name].en


def test_the_third_wrong_code_ends_the_call_however_many_were_sent() -> None:
    voice = went(keyed(Voice(), "2"), is_well=True).voice
    assert voice.language is Language.EN
    told = []
    for _ in range(TRIES):
        voice = went(keyed(voice, "0"), is_well=True).voice
        move = went(keyed(voice, "123456"), is_well=False)
        told += move.says
        voice = move.voice
    assert told == ["wrong_code", "wrong_code", "locked"]
    assert keyed(voice, "123456") == Move(voice, ("locked",))


def test_a_number_that_gets_no_code_is_told_so() -> None:
    move = went(keyed(Voice(), "1"), is_well=False)
    assert (move.says, move.voice.step) == (("no_code",), Step.ENDED)


def test_one_brand_is_refused_by_what_was_keyed_in() -> None:
    voice = keyed(Voice(step=Step.MAIN), "1").voice
    asked = keyed(voice, "654321")
    assert went(asked, is_well=False).says == ("unknown_brand",)
    found = went(asked, is_well=True)
    assert (found.says, found.voice.brand) == (("confirm_brand",), "654321")
    done = keyed(found.voice, "1")
    after = went(done, is_well=True)
    assert (after.says, after.voice) == (
        ("refused", "main"),
        Voice(step=Step.MAIN, after="refused"),
    )
    assert went(done, is_well=False).says == ("none_stood", "main")
    assert keyed(found.voice, "2").voice.brand == ""
    assert "654321" not in repr((asked, found, done, after))


def test_what_came_of_a_change_is_said_again_until_the_call_goes_on() -> None:
    done = went(keyed(Voice(step=Step.CONFIRM_ALL), "1"), is_well=True)
    for digits in ("", "9", "777"):
        assert keyed(done.voice, digits).says == ("refused", "main")
    empty = counted(done, 0)
    assert (empty.says, empty.voice.step) == (("refused", "nothing"), Step.NOTHING)
    assert keyed(empty.voice, "9").says == ("refused", "main")
    on = keyed(done.voice, "1").voice
    assert keyed(on, "0") == Move(Voice(step=Step.MAIN), ("main",))


def test_where_nothing_stands_no_refusal_is_offered() -> None:
    for step in Step:
        move = again(Voice(step=step))
        assert counted(move, 1) == move
        without = counted(move, 0)
        assert (without == move) is (step not in COUNTED)
        if step in COUNTED:
            keys = MENU[without.voice.step].keys
            assert set(keys) == {"9", "0"}
            assert keys["0"] is Step.AGENT
    for name in ("nothing", "line_nothing"):
        assert "reddetmek için" not in voice_texts()[name].tr
        assert "to refuse" not in voice_texts()[name].en.replace("left to refuse", "")


def test_a_task_that_was_not_asked_for_goes_nowhere() -> None:
    with pytest.raises(ValueError, match="no task"):
        went(Move(Voice(), ("language",)), is_well=True)


def test_each_text_is_there_and_only_what_is_confirmed_names_a_brand() -> None:
    texts = voice_texts()
    assert {asks.says for asks in MENU.values()} <= set(texts)
    named = {name for name, text in texts.items() if "{brand}" in text.tr + text.en}
    assert named == {"confirm_brand", "line_confirm_brand"}
    values = {"count": "2", "brand": "Gül", "code": "654, 321", "receipt": "1"}
    for text, language in product(texts.values(), Language):
        assert "{" not in text.said(language, values)


def test_the_platform_is_told_what_to_wait_for() -> None:
    first = said(Voice(), ("language",), {})
    assert [each.language for each in first.say] == list(Language)
    assert (first.then, first.keys, first.digits) == (Then.LISTEN, "12", None)
    code = said(Voice(step=Step.CODE, language=Language.EN), ("code",), {})
    assert (code.keys, code.digits) == ("0", (6, 6))
    assert [each.language for each in code.say] == [Language.EN]
    ends = {step: said(Voice(step=step), (), {}).then for step in OVER}
    assert ends == {Step.AGENT: Then.AGENT, Step.ENDED: Then.HANG_UP}
    assert set(IN_EVERY_LANGUAGE) <= set(voice_texts())
    assert signs("7Q4M-2XKD-H") == "7 Q 4 M, 2 X K D, H"


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("05990000001", "+905990000001"),
        ("905990000001", "+905990000001"),
        ("tel:+90-599-000-00-01", "+905990000001"),
        ("tel:+905990000001;phone-context=x", "+905990000001"),
        ("SIP:%2B905990000001@10.0.0.1:5060;user=phone", "+905990000001"),
        ("", None),
        ("anonymous", None),
        ("sip:anonymous@anonymous.invalid", None),
        ("undefined", None),
        ("02120000001", "+902120000001"),
        ("tel:+90-850-000-00-01", "+908500000001"),
        ("4440001", None),
        ("904440001", None),
        ("3338", None),
        ("+4915112345678", None),
        ("٠٥٩٩٠٠٠٠٠٠١", None),
        ("0599000000100000000000", None),
        ("x" * 256, None),
    ],
)
def test_a_line_is_read_in_every_form_of_a_network(text: str, clear: str | None) -> None:
    line = read_line(text, sandbox=True)
    assert (line and line.clear) == clear


@pytest.mark.parametrize(
    "words", ["voice_code", "call_refused", "call_refused_all", "call_refusing_all", "call_changed"]
)
@pytest.mark.parametrize("language", list(Language))
def test_what_comes_by_text_is_one_segment(words: str, language: Language) -> None:
    receipt = "7Q4M-2XKD-03VB-9TRC-H"
    values = {"code": "123456", "brand": "B" * 20, "count": "100000", "receipt": receipt}
    longest = {Language.TR: "arama (tacir)", Language.EN: "texts (merchant)"}[language]
    values |= {"url": "https://izinkaydi.example/acts", "way": longest, "to": "ONAY"}
    body = letter(words, language, values, is_sms=True).body
    assert body.isascii()
    assert is_gsm(body)
    assert is_one_segment(body)
