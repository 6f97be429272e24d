"""Dealers as a company enters them; persons' numbers are of a range in which nobody was born."""

from typing import Any

_FIRST = 100_000_000


def a_tckn(number: int = 1) -> str:
    """A number with good check digits: one of the first that there could ever have been."""
    digits = [int(each) for each in str(_FIRST + number)]
    odd, even = sum(digits[0::2]), sum(digits[1::2])
    tenth = (7 * odd - even) % 10
    return f"{_FIRST + number}{tenth}{(odd + even + tenth) % 10}"


def a_vkn(number: int = 1) -> str:
    """A taxpayer's number with a good check digit."""
    text = f"{number:09d}"
    return next(text + str(check) for check in range(10) if _is_check(text, check))


def _is_check(text: str, check: int) -> bool:
    total = 0
    for place, digit in zip(range(9, 0, -1), map(int, text), strict=True):
        moved = (digit + place) % 10
        weighed = moved * 2**place % 9
        total += 9 if moved and not weighed else weighed
    return (total + check) % 10 == 0


def a_mersis(number: int = 1) -> str:
    """A trade registry's number of such a taxpayer."""
    return f"0{a_vkn(number)}00015"


def a_dealer(number: int = 1, **fields: Any) -> dict[str, Any]:
    """The body of createRetailer; a field set to None is left out."""
    body = {
        "title": f"Kurgu Ticaret {number}",
        "name": "Deneme Kişi",
        "tckn": a_tckn(number),
        "city": {"code": "34", "name": "İstanbul"},
        "town": {"code": "01", "name": "Kadıköy"},
        "tin": a_vkn(number),
        "mersis": a_mersis(number),
        "alias": "Çarşı Mağazası",
        "mobile": f"+90599{number:07d}",
    } | fields
    return {name: value for name, value in body.items() if value is not None}
