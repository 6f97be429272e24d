"""Names in letters that every telephone shows and that cost one segment."""

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


def cut(name: str, room: int) -> str:
    """Cut a name to its room, and show that it was cut."""
    if len(name) <= room:
        return name
    return name[: max(0, room - len(_CUT))].rstrip() + _CUT
