"""The numbers by which the state knows persons and companies, with their check digits.

TCKN   11 digits, a person's; held in a type that never prints it
VKN    10 digits, a taxpayer's
MERSİS 16 digits, a trade registry's; after a leading 0 a VKN follows
"""

import re

import msgspec

_TCKN_DIGITS = 11
_VKN_DIGITS = 10
MERSIS_DIGITS = 16
_BRANCH_DIGITS = 5

_is_digits = re.compile(r"[0-9]+", re.ASCII).fullmatch


class Tckn(msgspec.Struct, frozen=True):
    """A person's number. It prints itself masked; `clear` is for sealing and its own company."""

    clear: str

    def __str__(self) -> str:
        """Show nothing to tell a person by."""
        return "***********"

    def __repr__(self) -> str:
        """Show as little as `str`."""
        return f"Tckn({self})"

    def __format__(self, spec: str) -> str:
        """Format the masked form."""
        return format(str(self), spec)

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Keep a pretty printer from the field."""
        return [("masked", str(self))]


def is_tckn(text: str) -> bool:
    """Are these eleven digits with both check digits of a person's number?"""
    if len(text) != _TCKN_DIGITS or not _is_digits(text) or text[0] == "0":
        return False
    *digits, tenth, eleventh = map(int, text)
    odd, even = sum(digits[0::2]), sum(digits[1::2])
    return tenth == (7 * odd - even) % 10 and eleventh == (odd + even + tenth) % 10


def is_vkn(text: str) -> bool:
    """Are these ten digits with the check digit of a taxpayer's number?"""
    if len(text) != _VKN_DIGITS or not _is_digits(text):
        return False
    *digits, check = map(int, text)
    return check == -sum(map(_vkn_weight, digits, range(9, 0, -1))) % 10


def _vkn_weight(digit: int, place: int) -> int:
    """Weigh a digit by two to the power of its place, in the ring of nine without its nought."""
    moved = (digit + place) % 10
    return moved and ((moved << place) % 9 or 9)


def is_tin(text: str) -> bool:
    """Is this a taxpayer's number, of a company or of a person?"""
    return is_vkn(text) or is_tckn(text)


def is_mersis(text: str) -> bool:
    """Are these sixteen digits, and those of a VKN after a leading nought?

    Source  contract 1.11, H227
    """
    if len(text) != MERSIS_DIGITS or not _is_digits(text):
        return False
    return text[0] != "0" or is_vkn(text[1 : 1 + _VKN_DIGITS])


def shown_mersis(mersis: str | None) -> str | None:
    """A company's number; a tradesman's begins with his own, and its end alone is shown."""
    if mersis is None or mersis.startswith("0"):
        return mersis
    return "•" * (len(mersis) - _BRANCH_DIGITS) + mersis[-_BRANCH_DIGITS:]
