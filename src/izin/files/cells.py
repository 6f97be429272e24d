"""One cell to one value of the wire. Files may write as people do; the API may not.

Every function takes a cell and gives the value, None for an empty cell, or a `Fault`.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeAlias

from izin.core.turkish import fold
from izin.files.form import Cell
from izin.files.problem import Fault
from izin.files.vocabulary import CHANNELS, RECIPIENT_TYPES, SOURCES, STATUSES

WireValue: TypeAlias = str | int | list[int]
Convert: TypeAlias = Callable[[Cell], WireValue | Fault | None]

# What people put between the digits, and the invisible marks that copying from a contact leaves.
_BETWEEN_DIGITS = str.maketrans("", "", "' \t\u00a0()-./–‑\u200e\u202a\u202c")
_turkish = re.compile(r"(?:(?:\+|00)?90)?0?([1-9][0-9]{9})").fullmatch
_foreign = re.compile(r"(?:\+|00)([1-9][0-9]{6,15})").fullmatch
_is_scientific = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]{1,2}").fullmatch
_BETWEEN_CODES = re.compile(r"[\s,;|]+")

_CODE_DIGITS_MAX = 8

_NO_PHONE = Fault("H121", "phone")
_PHONE_IS_EMAIL = Fault("H121", "phone_is_email")
_SCIENTIFIC = Fault("H121", "phone_scientific")
_NO_EMAIL = Fault("H120", "email")
_NO_RETAILER = Fault("IZ011", "retailer")


def text_of(cell: Cell) -> str:
    """Give a cell as text: whole numbers without ``.0``, a date as the wire writes it."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float):
        return str(int(cell)) if math.isfinite(cell) and cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.strftime("%Y-%m-%d")
    return str(cell)


def phone(cell: Cell) -> str | Fault | None:
    """Read a phone number in any Turkish writing as E.164; if it exists, the row's check asks.

    Takes   "0532 123 45 67", "532…", "+90 (532) …", "90532…", "0090…", 5321234567.0; of other
            countries with + or 00. Ten digits without a prefix are a Turkish number
    """
    text = cell if isinstance(cell, str) else text_of(cell)
    digits = text.translate(_BETWEEN_DIGITS)
    if found := _turkish(digits):
        return "+90" + found[1]
    if found := _foreign(digits):
        return "+" + found[1]
    text = text.strip()
    if not text:
        return None
    if "@" in text:
        return _PHONE_IS_EMAIL
    return _SCIENTIFIC if _is_scientific(text) else _NO_PHONE


def email(cell: Cell) -> str | Fault | None:
    """Take the blanks off an e-mail address; whether it is one, the row's check asks."""
    if not isinstance(cell, str):
        return _NO_EMAIL
    return unquoted(cell) or None


def unquoted(text: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell."""
    text = text.strip()
    return text[1:] if text.startswith(("'+", "'-", "'=", "'@")) else text


def a_word_of(words: dict[str, str], code: str, key: str) -> Convert:
    """Make the reader of a closed vocabulary: spellings in, the wire's word out."""
    fault = Fault(code, key)

    def word(cell: Cell) -> str | Fault | None:
        text = text_of(cell)
        return (words.get(fold(text)) or fault) if text else None

    return word


channel = a_word_of(CHANNELS, "H117", "channel")
status = a_word_of(STATUSES, "H115", "status")
recipient_type = a_word_of(RECIPIENT_TYPES, "H116", "recipient_type")
source = a_word_of(SOURCES, "H119", "source")


def retailer_code(cell: Cell) -> int | Fault | None:
    """Read a dealer's number."""
    text = text_of(cell)
    if not text:
        return None
    return int(text) if _is_code(text) else _NO_RETAILER


def retailer_access(cell: Cell) -> list[int] | Fault | None:
    """Read dealers' numbers with commas, semicolons, bars or blanks between them."""
    codes = [code for code in _BETWEEN_CODES.split(text_of(cell)) if code]
    if not codes:
        return None
    return [int(code) for code in codes] if all(map(_is_code, codes)) else _NO_RETAILER


def the_number(expected: int, code: str) -> Convert:
    """Make the reader of a column that may only repeat what is known: the brand, the company."""
    fault = Fault(code, code, (("expected", str(expected)),))

    def number(cell: Cell) -> Fault | None:
        text = text_of(cell)
        return None if not text or text == str(expected) else fault

    return number


def _is_code(text: str) -> bool:
    return len(text) <= _CODE_DIGITS_MAX and text.isascii() and text.isdigit()
