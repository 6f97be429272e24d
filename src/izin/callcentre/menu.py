"""The voice menu: where a call is and what is keyed in give where it goes and what is said.

No record is named by voice, only counts and the brand that the caller has keyed in: whoever has a
number now may not hear its former owner's list. Nothing is approved here.

Source  rules 3.9; security T14
"""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from izin.i18n.catalogue import Language
from izin.proof.model import DIGITS, Purpose

CODE_DIGITS = DIGITS[Purpose.CALL]
BRAND_DIGITS_MAX = 12
"""More digits than any brand's code has are no brand's code."""

TRIES = 3
"""A call ends at so many wrong codes."""


class Step(StrEnum):
    """Where a call is."""

    LANGUAGE = "LANGUAGE"
    CODE = "CODE"
    MAIN = "MAIN"
    BRAND = "BRAND"
    CONFIRM_BRAND = "CONFIRM_BRAND"
    CONFIRM_ALL = "CONFIRM_ALL"
    AGENT = "AGENT"
    ENDED = "ENDED"


class Task(StrEnum):
    """What the registry has to do before the call goes on; `went` takes how it went."""

    CHECK_CODE = "CHECK_CODE"
    FIND_BRAND = "FIND_BRAND"
    REFUSE_BRAND = "REFUSE_BRAND"
    REFUSE_ALL = "REFUSE_ALL"


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """How far a call is. It prints no brand."""

    step: Step = Step.LANGUAGE
    language: Language = Language.TR
    wrong: int = 0
    brand: str = ""

    def __repr__(self) -> str:
        """Leave the brand out."""
        return f"Voice({self.step})"


class Move(NamedTuple):
    """Where a call goes and which text is said; or what has to be done first. It prints no code."""

    voice: Voice
    says: str
    task: Task | None = None
    keyed: str = ""

    def __repr__(self) -> str:
        """Leave out what was keyed in: it may be a code."""
        return f"Move({self.voice!r}, {self.says!r}, {self.task})"


SAID = {
    Step.LANGUAGE: "language",
    Step.CODE: "code",
    Step.MAIN: "main",
    Step.BRAND: "brand",
    Step.CONFIRM_BRAND: "confirm_brand",
    Step.CONFIRM_ALL: "confirm_all",
    Step.AGENT: "agent",
    Step.ENDED: "locked",
}
"""The text of each step, by its name in `voice.toml`."""

_LANGUAGES = {"1": Language.TR, "2": Language.EN}
_NEXT = {
    (Step.MAIN, "1"): Step.BRAND,
    (Step.MAIN, "2"): Step.CONFIRM_ALL,
    (Step.MAIN, "9"): Step.MAIN,
    (Step.MAIN, "0"): Step.AGENT,
    (Step.BRAND, "0"): Step.MAIN,
    (Step.CONFIRM_BRAND, "2"): Step.MAIN,
    (Step.CONFIRM_ALL, "2"): Step.MAIN,
}
_CONFIRMED = {Step.CONFIRM_BRAND: Task.REFUSE_BRAND, Step.CONFIRM_ALL: Task.REFUSE_ALL}
_LOOKED_UP = {Step.CODE: Task.CHECK_CODE, Step.BRAND: Task.FIND_BRAND}
_LENGTHS = {
    Step.CODE: range(CODE_DIGITS, CODE_DIGITS + 1),
    Step.BRAND: range(1, BRAND_DIGITS_MAX + 1),
}


def keyed(voice: Voice, digits: str) -> Move:
    """Take what a caller keyed in, "" for nothing. What is not asked for says the step again."""
    if voice.step is Step.LANGUAGE and digits in _LANGUAGES:
        return _to(voice, Step.CODE, language=_LANGUAGES[digits])
    if (voice.step, digits) in _NEXT:
        return _to(voice, _NEXT[voice.step, digits], brand="")
    if voice.step in _LOOKED_UP and _is_number(digits, _LENGTHS[voice.step]):
        return Move(voice, "", _LOOKED_UP[voice.step], digits)
    if voice.step in _CONFIRMED and digits == "1":
        return Move(voice, "", _CONFIRMED[voice.step], voice.brand)
    return Move(voice, SAID[voice.step])


def went(move: Move, *, is_well: bool) -> Move:
    """Go on after a task. Raises ValueError where there was none."""
    voice = move.voice
    match move.task:
        case Task.CHECK_CODE:
            return _to(voice, Step.MAIN) if is_well else _wrong(voice)
        case Task.FIND_BRAND if is_well:
            return _to(voice, Step.CONFIRM_BRAND, brand=move.keyed)
        case Task.FIND_BRAND:
            return Move(voice, "unknown_brand")
        case Task.REFUSE_BRAND | Task.REFUSE_ALL:
            there = msgspec.structs.replace(voice, step=Step.MAIN, brand="")
            return Move(there, "refused" if is_well else "main")
    raise ValueError("the move had no task")


def _wrong(voice: Voice) -> Move:
    counted = msgspec.structs.replace(voice, wrong=voice.wrong + 1)
    return _to(counted, Step.ENDED) if counted.wrong >= TRIES else Move(counted, "wrong_code")


def _to(voice: Voice, step: Step, **new: object) -> Move:
    return Move(msgspec.structs.replace(voice, step=step, **new), SAID[step])


def _is_number(digits: str, lengths: range) -> bool:
    return len(digits) in lengths and digits.isascii() and digits.isdigit()
