"""How a text goes by SMS: its alphabet, how many segments it takes, where it is cut.

Source: 3GPP TS 23.038 (alphabets), 3GPP TS 23.040 9.2.3.24.1 (concatenation)
"""

from collections.abc import Iterator

from aiosmpplib.codec import GSM_BASIC_ENCODE_MAP, GSM_EXTENDED_ENCODE_MAP

BASIC = frozenset(GSM_BASIC_ENCODE_MAP)
"""Characters of one septet."""

EXTENSION = frozenset(GSM_EXTENDED_ENCODE_MAP)
"""Characters of two septets, which are never parted."""

SEPTETS_ALONE, SEPTETS_IN_PARTS = 160, 153
UNITS_ALONE, UNITS_IN_PARTS = 70, 67

SEGMENTS_MAX = 255
"""The count is one octet."""

SUFFIX_UNITS = 5
"""A blank and four characters, which the operator appends."""

_BEYOND_ONE_UNIT = 0xFFFF
_SURROGATES = range(0xD800, 0xE000)


def is_gsm(text: str) -> bool:
    """Does the default alphabet have every character, so that 160 fit?"""
    return all(char in BASIC or char in EXTENSION for char in text)


def can_be_sent(text: str) -> bool:
    """Is it a text at all: something, no half of a character, no more than can be counted?"""
    is_whole = not any(ord(char) in _SURROGATES for char in text)
    return bool(text) and is_whole and segment_count(text) <= SEGMENTS_MAX


def unit_count(text: str) -> int:
    """How long is it: in septets where the default alphabet has it, else in UTF-16 units?"""
    return sum(_units(text, has_gsm=is_gsm(text)))


def segment_count(text: str) -> int:
    """How many segments does the text take? The empty one takes one."""
    return len(split(text))


def split(text: str) -> tuple[str, ...]:
    """Cut a text into what each segment carries; together they are the text.

    Takes   text without halves of surrogate pairs
    Gives   at least one part; an extension character or a surrogate pair is in one of them whole
    Cost    one pass
    """
    has_gsm = is_gsm(text)
    alone, in_parts = _room(has_gsm=has_gsm)
    if sum(_units(text, has_gsm=has_gsm)) <= alone:
        return (text,)
    parts: list[str] = []
    start = used = 0
    for place, units in enumerate(_units(text, has_gsm=has_gsm)):
        if used + units > in_parts:
            parts.append(text[start:place])
            start, used = place, 0
        used += units
    return (*parts, text[start:])


def room_left(text: str, suffix: int = SUFFIX_UNITS) -> int:
    """How much more fits into one segment with what the operator appends; below 0: too much.

    Takes   suffix: its length in characters that every alphabet has as one unit
    """
    alone, _ = _room(has_gsm=is_gsm(text))
    return alone - suffix - unit_count(text)


def is_one_segment(text: str, suffix: int = SUFFIX_UNITS) -> bool:
    """Does the text go as one segment, also after the operator has appended its suffix?"""
    return room_left(text, suffix) >= 0


def _room(*, has_gsm: bool) -> tuple[int, int]:
    return (SEPTETS_ALONE, SEPTETS_IN_PARTS) if has_gsm else (UNITS_ALONE, UNITS_IN_PARTS)


def _units(text: str, *, has_gsm: bool) -> Iterator[int]:
    if has_gsm:
        return (2 if char in EXTENSION else 1 for char in text)
    return (2 if ord(char) > _BEYOND_ONE_UNIT else 1 for char in text)
