"""What the voice platform has to say next, and what it waits for."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.callcentre.menu import MENU, OVER, Step, Voice
from izin.callcentre.scripts import voice_texts
from izin.i18n.catalogue import Language

IN_EVERY_LANGUAGE = frozenset(("language", "no_line", "line_busy"))
"""Texts that are said before anybody has chosen a language."""


class Then(StrEnum):
    """What the platform does when all is said."""

    LISTEN = "LISTEN"
    AGENT = "AGENT"  # it puts the caller through
    HANG_UP = "HANG_UP"


class Speech(msgspec.Struct, frozen=True):
    """A text in the language in which it is said."""

    language: Language
    text: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to the voice platform. It prints no text: a brand may stand there.

    call    the call's id, for the next input; None where there is none
    step    where the call is
    keys    single keys that lead on
    digits  the shortest and the longest number that may be keyed in; None: none is asked for
    turn    is given back with the input: where the call has moved since, that moves it no more
    """

    call: UUID | None
    step: Step
    say: tuple[Speech, ...]
    then: Then
    keys: str = ""
    digits: tuple[int, int] | None = None
    turn: int = 0

    def __repr__(self) -> str:
        """Leave call and texts out."""
        return f"Said({self.step}, {self.then})"


def said(
    voice: Voice, says: Sequence[str], values: Mapping[str, str], call: UUID | None = None
) -> Said:
    """Put texts into words, and say what is waited for."""
    asks = MENU[voice.step]
    is_over = voice.step in OVER
    over = Then.AGENT if voice.step is Step.AGENT else Then.HANG_UP
    return Said(
        call=call,
        step=voice.step,
        say=tuple(each for name in says for each in _speeches(name, voice.language, values)),
        then=over if is_over else Then.LISTEN,
        keys="".join(asks.keys),
        digits=asks.digits,
        turn=voice.turn,
    )


def _speeches(name: str, language: Language, values: Mapping[str, str]) -> list[Speech]:
    languages = tuple(Language) if name in IN_EVERY_LANGUAGE else (language,)
    return [Speech(each, voice_texts()[name].said(each, values)) for each in languages]


def signs(text: str) -> str:
    """Spell a number out, group by group, as a voice reads it: ``7 Q 4 M, 2 X K D``."""
    return ", ".join(" ".join(group) for group in text.split("-"))
