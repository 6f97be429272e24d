"""One key for all names that people take for one another.

Names are of Latin letters only: what looks like an A and is none cannot be written at all.
"""

import unicodedata

from izin.core.turkish import search_key

_OTHER_LATIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ə": "e"}
)
_ALIKE = str.maketrans({"0": "o", "1": "i", "l": "i", "5": "s"})
PAIRS = (("rn", "m"), ("vv", "w"))
"""Two letters that look like one, and which."""


def likeness(name: str) -> str | None:
    """Fold a name to what the eye keeps of it.

    Gives   letters a–z and digits; None if the name has letters or digits of another script, or
            none at all
    """
    folded = search_key(name).translate(_OTHER_LATIN)
    letters = [each for each in folded if unicodedata.category(each)[0] in "LN"]
    if not letters or not all(map(str.isascii, letters)):
        return None
    alike = "".join(letters).translate(_ALIKE)
    for pair, one in PAIRS:
        alike = alike.replace(pair, one)
    return alike
