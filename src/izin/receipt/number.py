"""How a receipt's number is written and read: sixteen signs of five bits, and one that checks them.

The signs are Crockford's: no I, L, O and U, so that nothing is taken for another. The check is a
remainder over the field of 32 elements: one wrong sign, or any two that changed places, is told, so
a slip of the pen is never taken for a forgery.
"""

from izin.core.turkish import search_key

BITS = 80
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {sign: value for value, sign in enumerate(_SIGNS)}
_TAKEN_FOR = str.maketrans("OIL", "011")
_SIGN_BITS, _SIGN_COUNT = 5, BITS // 5
_GROUP = 4
_TEXT_MAX = 64


def written(bits: int) -> str:
    """Write 80 bits in groups of four, the check at the end: ``7Q4M-2XKD-03VB-9TRC-H``."""
    values = [
        bits >> _SIGN_BITS * place & len(_SIGNS) - 1 for place in reversed(range(_SIGN_COUNT))
    ]
    signs = "".join(_SIGNS[value] for value in (*values, _doubled(_remainder(values))))
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def read(text: str) -> str | None:
    """Read what somebody typed, with or without groups, in any case.

    Gives   the number as `written` writes it; None for what is none: a slip
    Cost    some 10 µs; longer texts are not looked at
    """
    if len(text) > _TEXT_MAX:
        return None
    signs = [each for each in search_key(text).upper().translate(_TAKEN_FOR) if each.isalnum()]
    values = [_VALUE[each] for each in signs if each in _VALUE]
    if not len(values) == len(signs) == _SIGN_COUNT + 1 or _remainder(values):
        return None
    bits = 0
    for value in values[:-1]:
        bits = bits << _SIGN_BITS | value
    return written(bits)


def _remainder(values: list[int]) -> int:
    remainder = 0
    for value in values:
        remainder = _doubled(remainder) ^ value
    return remainder


def _doubled(value: int) -> int:
    """Times x in the field of 32 elements: modulo x⁵ + x² + 1, whose powers run through all 31."""
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled
