"""A page of facts as PDF, typeset by Typst; its fonts come with it, Turkish letters too."""

from collections.abc import Sequence
from functools import cache
from importlib import resources

import msgspec
import typst


def record_pdf(title: str, rows: Sequence[tuple[str, str]], foot: str) -> bytes:
    """Set a table of names and values.

    Cost    some 100 ms of a core: call it beside the loop
    """
    inputs = {"title": title, "foot": foot, "rows": msgspec.json.encode(rows).decode()}
    made: bytes = typst.compile(_template(), sys_inputs=inputs)
    return made


@cache
def _template() -> bytes:
    return resources.files(__package__).joinpath("record.typ").read_bytes()
