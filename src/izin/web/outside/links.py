"""What a telephone and a mail program do with an address in a text: it can be clicked."""

import re
from collections.abc import Iterator


def pieces(text: str, origin: str) -> Iterator[tuple[str, str]]:
    """Take a text apart: pieces of it, each with where it leads, "" for most.

    Takes   origin: of the registry's own pages; what leads elsewhere is left a text
    """
    at = 0
    for found in re.finditer(rf"{re.escape(origin)}/[A-Za-z0-9/_~-]*", text):
        yield text[at : found.start()], ""
        yield found[0], found[0]
        at = found.end()
    yield text[at:], ""
