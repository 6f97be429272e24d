"""The voice menu: where a call is and what is keyed in give where it goes and what is said.

No record is named by voice, only counts and the brand that the caller has keyed in: whoever has a
number now may not hear its former owner's list. Nothing is approved here.

To a fixed line no code can be sent: it has steps of its own, which refuse calls to it by the
platform's word alone and tell nothing but a count.

Source  rules 3.9; security T14
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from izin.i18n.catalogue import Language
from izin.proof.model import DIGITS, Purpose

CODE_DIGITS = DIGITS[Purpose.CALL]
BRAND_DIGITS_MAX = 12
"""More digits than any brand's number has are no brand's number."""

TRIES = 3
"""A call ends at so many wrong codes, however many were sent."""


class Step(StrEnum):
    """Where a call is."""

    LANGUAGE = "LANGUAGE"
    CODE = "CODE"
    MAIN = "MAIN"
    BRAND = "BRAND"
    CONFIRM_BRAND = "CONFIRM_BRAND"
    CONFIRM_ALL = "CONFIRM_ALL"
    NOTHING = "NOTHING"
    LINE_LANGUAGE = "LINE_LANGUAGE"
    LINE_MAIN = "LINE_MAIN"
    LINE_BRAND = "LINE_BRAND"
    LINE_CONFIRM_BRAND = "LINE_CONFIRM_BRAND"
    LINE_CONFIRM_ALL = "LINE_CONFIRM_ALL"
    LINE_NOTHING = "LINE_NOTHING"
    LINE_RECEIPT = "LINE_RECEIPT"
    AGENT = "AGENT"
    ENDED = "ENDED"


class Task(StrEnum):
    """What the registry has to do before the call goes on; `went` takes how it went."""

    SEND_CODE = "SEND_CODE"
    CHECK_CODE = "CHECK_CODE"
    FIND_BRAND = "FIND_BRAND"
    REFUSE_BRAND = "REFUSE_BRAND"
    REFUSE_ALL = "REFUSE_ALL"


class Asks(NamedTuple):
    """What a step waits for: a key of these, or a number of so many digits.

    keys    where each leads, or what is done first
    task    what is done with a number
    """

    says: str
    keys: Mapping[str, Step | Task] = MappingProxyType({})
    digits: tuple[int, int] | None = None
    task: Task | None = None


MENU: Mapping[Step, Asks] = MappingProxyType(
    {
        Step.LANGUAGE: Asks("language", {"1": Task.SEND_CODE, "2": Task.SEND_CODE}),
        Step.CODE: Asks("code", {"0": Task.SEND_CODE}, (CODE_DIGITS, CODE_DIGITS), Task.CHECK_CODE),
        Step.MAIN: Asks(
            "main", {"1": Step.BRAND, "2": Step.CONFIRM_ALL, "9": Step.MAIN, "0": Step.AGENT}
        ),
        Step.BRAND: Asks("brand", {"0": Step.MAIN}, (1, BRAND_DIGITS_MAX), Task.FIND_BRAND),
        Step.CONFIRM_BRAND: Asks("confirm_brand", {"1": Task.REFUSE_BRAND, "2": Step.MAIN}),
        Step.CONFIRM_ALL: Asks("confirm_all", {"1": Task.REFUSE_ALL, "2": Step.MAIN}),
        Step.NOTHING: Asks("nothing", {"9": Step.MAIN, "0": Step.AGENT}),
        Step.LINE_LANGUAGE: Asks("language", {"1": Step.LINE_MAIN, "2": Step.LINE_MAIN}),
        Step.LINE_MAIN: Asks(
            "line_main",
            {
                "1": Step.LINE_BRAND,
                "2": Step.LINE_CONFIRM_ALL,
                "9": Step.LINE_MAIN,
                "0": Step.AGENT,
            },
        ),
        Step.LINE_BRAND: Asks(
            "brand", {"0": Step.LINE_MAIN}, (1, BRAND_DIGITS_MAX), Task.FIND_BRAND
        ),
        Step.LINE_CONFIRM_BRAND: Asks(
            "line_confirm_brand", {"1": Task.REFUSE_BRAND, "2": Step.LINE_MAIN}
        ),
        Step.LINE_CONFIRM_ALL: Asks(
            "line_confirm_all", {"1": Task.REFUSE_ALL, "2": Step.LINE_MAIN}
        ),
        Step.LINE_NOTHING: Asks("line_nothing", {"9": Step.LINE_CONFIRM_ALL, "0": Step.AGENT}),
        Step.LINE_RECEIPT: Asks("line_refused", {"9": Step.LINE_RECEIPT, "1": Step.LINE_MAIN}),
        Step.AGENT: Asks("agent"),
        Step.ENDED: Asks("locked"),
    }
)
"""The whole menu: each step with its text in `i18n/voice.toml`, and what leads on."""

LANGUAGES = {"1": Language.TR, "2": Language.EN}
OVER = frozenset((Step.AGENT, Step.ENDED))
READ_BEFORE = frozenset(
    (Step.CONFIRM_BRAND, Step.CONFIRM_ALL, Step.LINE_CONFIRM_BRAND, Step.LINE_CONFIRM_ALL)
)
"""Steps whose text is heard before a change: which one is kept with it."""

_CONFIRMED_AT = {Step.BRAND: Step.CONFIRM_BRAND, Step.LINE_BRAND: Step.LINE_CONFIRM_BRAND}
_MAIN_OF = {
    Step.CONFIRM_BRAND: Step.MAIN,
    Step.CONFIRM_ALL: Step.MAIN,
    Step.LINE_CONFIRM_BRAND: Step.LINE_MAIN,
    Step.LINE_CONFIRM_ALL: Step.LINE_MAIN,
}
_HOMES = frozenset((Step.MAIN, Step.NOTHING, Step.LINE_MAIN))
"""Where a call comes back to after a change."""

_WITH_NOTHING: Mapping[Step, Step] = MappingProxyType(
    {
        Step.MAIN: Step.NOTHING,
        Step.CONFIRM_ALL: Step.NOTHING,
        Step.LINE_CONFIRM_ALL: Step.LINE_NOTHING,
    }
)
COUNTED = frozenset(_WITH_NOTHING)
"""Steps that say how many consents stand: where none does there is nothing to refuse."""


class Voice(msgspec.Struct, frozen=True, array_like=True):
    """How far a call is; stored sealed, new fields at the end. It prints no brand.

    wrong    how many codes were not right
    brand    the number that was keyed in, of a brand that there is
    heard    the text, with its version, that was said before a change
    receipt  of the last change
    after    the text that said what came of it: said again with the step, until the call goes on
    turn     how often the call has moved, by which an input that comes late is known
    """

    step: Step = Step.LANGUAGE
    language: Language = Language.TR
    wrong: int = 0
    brand: str = ""
    heard: str = ""
    receipt: str = ""
    after: str = ""
    turn: int = 0

    def __repr__(self) -> str:
        """Leave brand and receipt out."""
        return f"Voice({self.step})"


class Move(NamedTuple):
    """Where a call goes and which texts are said; or what is done first. It prints no code."""

    voice: Voice
    says: tuple[str, ...]
    task: Task | None = None
    number: str = ""

    def __repr__(self) -> str:
        """Leave out what was keyed in: it may be a code."""
        return f"Move({self.voice!r}, {self.says!r}, {self.task})"


def keyed(voice: Voice, digits: str) -> Move:
    """Take what a caller keyed in, "" for nothing. What is not asked for says the step again."""
    asks = MENU[voice.step]
    leads = asks.keys.get(digits)
    if leads is not None and asks.says == "language":
        voice = msgspec.structs.replace(voice, language=LANGUAGES[digits])
    if isinstance(leads, Step):
        after = voice.after if leads in _HOMES else ""
        return _to(msgspec.structs.replace(voice, brand="", after=after), leads)
    if leads is not None:
        return Move(voice, (), leads)
    if asks.task is not None and asks.digits is not None and _is_number(digits, *asks.digits):
        return Move(voice, (), asks.task, digits)
    return again(voice)


def again(voice: Voice) -> Move:
    """Say the step again, and before it what came of a change that led there."""
    says = MENU[voice.step].says
    return Move(voice, (voice.after, says) if voice.after else (says,))


def counted(move: Move, count: int) -> Move:
    """Go on knowing how many consents stand: with none of them no refusal is offered."""
    step = move.voice.step
    if count or step not in COUNTED:
        return move
    return again(msgspec.structs.replace(move.voice, step=_WITH_NOTHING[step]))


def went(move: Move, *, is_well: bool) -> Move:
    """Go on after a task. Raises ValueError where there was none."""
    voice = move.voice
    match move.task:
        case Task.SEND_CODE:
            return _to(voice, Step.CODE) if is_well else _to(voice, Step.ENDED, "no_code")
        case Task.CHECK_CODE:
            return _to(voice, Step.MAIN) if is_well else _wrong(voice)
        case Task.FIND_BRAND if is_well:
            found = msgspec.structs.replace(voice, brand=move.number)
            return _to(found, _CONFIRMED_AT[voice.step])
        case Task.FIND_BRAND:
            return Move(voice, ("unknown_brand",))
        case Task.REFUSE_BRAND | Task.REFUSE_ALL:
            return _refused(msgspec.structs.replace(voice, brand="", heard=""), is_well=is_well)
    raise ValueError("the move had no task")


def _refused(voice: Voice, *, is_well: bool) -> Move:
    main = _MAIN_OF[voice.step]
    if is_well and main is Step.LINE_MAIN:
        return _to(voice, Step.LINE_RECEIPT)
    after = "refused" if is_well else "none_stood"
    return again(msgspec.structs.replace(voice, step=main, after=after))


def _wrong(voice: Voice) -> Move:
    more = msgspec.structs.replace(voice, wrong=voice.wrong + 1)
    return _to(more, Step.ENDED) if more.wrong >= TRIES else Move(more, ("wrong_code",))


def _to(voice: Voice, step: Step, says: str = "") -> Move:
    there = msgspec.structs.replace(voice, step=step)
    return Move(there, (says,)) if says else again(there)


def _is_number(digits: str, shortest: int, longest: int) -> bool:
    return shortest <= len(digits) <= longest and digits.isascii() and digits.isdigit()
