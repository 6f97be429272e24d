"""What is shown: names in letters of every telephone, and signs that nobody sees."""

import re
import unicodedata

_PLAIN = str.maketrans(
    {"ı": "i", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "’": "'"}
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ð": "d", "Ð": "D", "ə": "e", "Ə": "E"}
)
_NOT_SHOWN = re.compile(r"[^A-Za-z0-9 &'()+!-]+", re.ASCII)
_CUT = ".."


def shown(name: str) -> str:
    """Write a brand's name in plain letters; nothing in it makes a link or a second line."""
    apart = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(_NOT_SHOWN.sub(" ", bare).split()) or "Marka"


def unseen_in(text: str, *, lines: bool = False) -> tuple[int, str] | None:
    """Find the first sign that prints nothing, or turns round what stands beside it.

    Takes   lines: whether lines may be broken
    Gives   its place, from 1, and its name: ``U+202E``; None where every sign is seen
    """
    if text.isprintable():
        return None
    for place, sign in enumerate(text, 1):
        if not (sign.isprintable() or (lines and sign == "\n")):
            return place, f"U+{ord(sign):04X}"
    return None


def cut(name: str, room: int) -> str:
    """Cut a name to its room, and show that it was cut."""
    if len(name) <= room:
        return name
    return name[: max(0, room - len(_CUT))].rstrip() + _CUT
