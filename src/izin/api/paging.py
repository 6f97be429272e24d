"""`limit` and `offset` as the contract reads them."""

from collections.abc import Mapping

from izin.core.errors import Refused

_OFFSET_MAX = 1_000_000
_DIGITS_MAX = 9


def read_limit(
    query: Mapping[str, str], at_most: int, refused: list[Refused], *, invalid: str = "H182"
) -> int:
    """Read how many are wanted; the maximum by default. Faults go into `refused`.

    Takes   invalid: the code of what is no number, which not all operations share
    Source  consentsHistory: H182 invalid, H186 too many, H187 zero
    """
    text = query.get("limit")
    if text is None:
        return at_most
    number = whole_number(text)
    code = invalid if number is None else "H187" if number == 0 else None
    if number is not None and number > at_most:
        code = "H186"
    if code is not None:
        refused.append(Refused(code=code, location=("limit",), value=_echo(text)))
    return number or at_most


def read_offset(query: Mapping[str, str], refused: list[Refused], *, invalid: str = "H183") -> int:
    """Read how many are passed over; none by default. Source: consentsHistory, H183."""
    text = query.get("offset")
    if text is None:
        return 0
    number = whole_number(text)
    if number is None or number > _OFFSET_MAX:
        refused.append(Refused(code=invalid, location=("offset",), value=_echo(text)))
    return number or 0


def whole_number(text: str) -> int | None:
    """Read decimal digits; None for whatever else a text may be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX else None


def _echo(text: str) -> int | str:
    return text if whole_number(text.removeprefix("-")) is None else int(text)
