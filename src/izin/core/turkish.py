"""Casing, searching and sorting of Turkish text; and lower case for machine text.

`str.lower` and `str.upper` know one i too few: ``"İ".lower()`` is two characters long, and
``"I".lower()`` is not ``"ı"``. The same result on every machine, whatever its locale.
"""

import re
import unicodedata

_LOWER_I = str.maketrans({"İ": "i", "I": "ı"})
_UPPER_I = str.maketrans({"i": "İ", "ı": "I"})
_ONE_I = str.maketrans("İIı", "iii")
_A_TO_Z = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_DOTTED_I = re.compile("[iıİ]\u0307++")
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")

_ALPHABET = "aâbcçdefgğhıiîjklmnoöpqrsştuüûvwxyz"
_RANK = str.maketrans({letter: chr(0x100 + rank) for rank, letter in enumerate(_ALPHABET)})


def ascii_lower(text: str) -> str:
    """Machine text in lower case: A–Z only, every other character as it is."""
    return text.lower() if text.isascii() else text.translate(_A_TO_Z)


def lower(text: str) -> str:
    """People's text in lower case: I becomes ı, İ becomes i."""
    return _composed(_composed(text).translate(_LOWER_I).lower())


def upper(text: str) -> str:
    """People's text in capitals: i becomes İ, ı becomes I."""
    return _composed(_composed(text).translate(_UPPER_I).upper())


def search_key(text: str) -> str:
    """One key for all the ways in which people write the same words.

    Gives   lower case without marks, all four i's as one; blanks kept
    """
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_ONE_I)
    apart = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """One key for all spellings of a heading or a word: E-Posta, EPOSTA and "e posta" are one.

    Gives   the search key's letters and digits, nothing between them
    """
    return _NEITHER_LETTER_NOR_DIGIT.sub("", search_key(text))


def sort_key(text: str) -> str:
    """A key that sorts by the Turkish alphabet when compared character by character."""
    return lower(text).translate(_RANK)


def _composed(text: str) -> str:
    """Letters and their marks as one; an i that carries further dots is an i."""
    return _DOTTED_I.sub(_without_dots, unicodedata.normalize("NFC", text))


def _without_dots(match: re.Match[str]) -> str:
    return "İ" if match[0][0] == "İ" else "i"
