"""Codes for posters: an address as squares, large enough for a camera that stands apart."""

from io import BytesIO

import segno

_ERROR, _BORDER = "m", 4
"""How much of it may be soiled (15 %), and the white that cameras need. Source: ISO 18004."""

_DOTS = 24
"""Of one square: some 9 cm of an address at 300 dots an inch."""


def svg_of(address: str) -> bytes:
    """Draw an address in lines, for any size."""
    drawn = BytesIO()
    code = segno.make(address, error=_ERROR, micro=False)
    code.save(drawn, kind="svg", border=_BORDER, omitsize=True, light="#fff")
    return drawn.getvalue()


def png_of(address: str) -> bytes:
    """Draw it in dots, for print."""
    drawn = BytesIO()
    code = segno.make(address, error=_ERROR, micro=False)
    code.save(drawn, kind="png", border=_BORDER, scale=_DOTS, dpi=300)
    return drawn.getvalue()
