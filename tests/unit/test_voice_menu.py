"""The voice menu: nothing unasked moves a call on, and no brand is said before the code."""

import tomllib
from importlib import resources
from itertools import product

import msgspec
import pytest

from izin.callcentre.menu import SAID, TRIES, Move, Step, Task, Voice, keyed, went
from izin.callcentre.scripts import Script
from izin.i18n.catalogue import Language

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
    (Step.LANGUAGE, "1"): Step.CODE,
    (Step.LANGUAGE, "2"): Step.CODE,
    (Step.MAIN, "0"): Step.AGENT,
    (Step.MAIN, "1"): Step.BRAND,
    (Step.MAIN, "2"): Step.CONFIRM_ALL,
    (Step.BRAND, "0"): Step.MAIN,
    (Step.CONFIRM_BRAND, "2"): Step.MAIN,
    (Step.CONFIRM_ALL, "2"): Step.MAIN,
}
_TASKS = {
    (Step.CODE, "123456"): Task.CHECK_CODE,
    **{(Step.BRAND, each): Task.FIND_BRAND for each in _NUMBERS},
    (Step.CONFIRM_BRAND, "1"): Task.REFUSE_BRAND,
    (Step.CONFIRM_ALL, "1"): Task.REFUSE_ALL,
}


@pytest.mark.parametrize(("step", "digits"), list(product(Step, _KEYS)))
def test_only_what_is_asked_for_moves_a_call(step: Step, digits: str) -> None:
    move = keyed(Voice(step=step), digits)
    assert move.voice.step is _MOVES.get((step, digits), step)
    assert move.task is _TASKS.get((step, digits))


def test_no_way_without_the_code_leads_to_a_brand() -> None:
    """Every step that can be reached while each code is wrong."""
    seen: set[Voice] = set()
    waiting = [Voice()]
    said: set[str] = set()
    while waiting:
        voice = waiting.pop()
        if voice in seen:
            continue
        seen.add(voice)
        for digits in _KEYS:
            move = keyed(voice, digits)
            if move.task is not None:
                assert move.task is Task.CHECK_CODE
                move = went(move, is_well=False)
            said.add(move.says)
            waiting.append(move.voice)
    assert {voice.step for voice in seen} == {Step.LANGUAGE, Step.CODE, Step.ENDED}
    assert said == {"language", "code", "wrong_code", "locked"}


def test_the_third_wrong_code_ends_the_call() -> None:
    voice = keyed(Voice(), "2").voice
    said = []
    for _ in range(TRIES):
        move = went(keyed(voice, "123456"), is_well=False)
        said.append(move.says)
        voice = move.voice
    assert said == ["wrong_code", "wrong_code", "locked"]
    assert keyed(voice, "123456").task is None


def test_one_brand_is_refused_by_what_was_keyed_in() -> None:
    voice = went(keyed(keyed(Voice(), "1").voice, "123456"), is_well=True).voice
    asked = keyed(keyed(voice, "1").voice, "654321")
    assert went(asked, is_well=False).says == "unknown_brand"
    found = went(asked, is_well=True)
    assert found.says == "confirm_brand"
    done = keyed(found.voice, "1")
    assert (done.task, done.keyed) == (Task.REFUSE_BRAND, "654321")
    after = went(done, is_well=True)
    assert (after.says, after.voice) == ("refused", Voice(step=Step.MAIN))
    assert "654321" not in repr((asked, found, done))


def test_a_task_that_was_not_asked_for_goes_nowhere() -> None:
    with pytest.raises(ValueError, match="no task"):
        went(Move(Voice(), "language"), is_well=True)


def test_each_text_is_there_and_only_one_names_a_brand() -> None:
    source = resources.files("izin.i18n").joinpath("voice.toml").read_text("utf-8")
    texts = msgspec.convert(tomllib.loads(source), dict[str, Script])
    assert set(SAID.values()) <= set(texts)
    named = {name for name, text in texts.items() if "{brand}" in text.tr + text.en}
    assert named == {"confirm_brand"}
    values = {"count": "2", "brand": "Gül", "code": "654321", "receipt": "1"}
    for text in texts.values():
        for language in Language:
            assert "{" not in text.said(language, values)
