"""A page of facts as PDF, typeset by Typst; its fonts come with it, Turkish letters too.

Typst is loaded when somebody asks for one: 40 MB that most processes never need.
"""

from collections.abc import Sequence
from functools import cache
from importlib import resources

import msgspec


def record_pdf(
    title: str,
    rows: Sequence[tuple[str, str]],
    foot: str,
    language: str = "tr",
    *,
    marks: Sequence[str] = (),
) -> bytes:
    """Set a table of names and values.

    Takes   language: in which it is read aloud: tr, en · marks: words in plain letters that stand
            in the file as they are, as its keywords, for programs
    Cost    some 100 ms of a core: call it beside the loop
    """
    import typst  # noqa: PLC0415 -- as above

    inputs = {"title": title, "foot": foot, "rows": msgspec.json.encode(rows).decode()}
    inputs |= {"lang": language, "marks": msgspec.json.encode(marks).decode()}
    made: bytes = typst.compile(_template(), sys_inputs=inputs)
    return made


@cache
def _template() -> bytes:
    return resources.files(__package__).joinpath("record.typ").read_bytes()
