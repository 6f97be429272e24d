"""The octets of a text: written in the default alphabet or UCS-2, read in what an operator sends.

Source: 3GPP TS 23.038 6.2.1 and A.3 (Turkish), SMPP 3.4 5.2.19
"""

from collections.abc import Mapping
from types import MappingProxyType

from aiosmpplib.codec import (
    GSM_BASIC_DECODE_MAP,
    GSM_BASIC_ENCODE_MAP,
    GSM_EXTENDED_DECODE_MAP,
    GSM_EXTENDED_ENCODE_MAP,
)

from izin.smpp.segments import is_gsm

CODING_GSM, CODING_UCS2 = 0, 8
ESCAPE = 0x1B
UNREADABLE = "\N{REPLACEMENT CHARACTER}"

_OTHER_CODINGS: Mapping[int, str] = MappingProxyType(
    {1: "ascii", 3: "latin_1", 6: "iso8859_5", 7: "iso8859_8"}
)

_CLASSED, _WAITING_UCS2 = range(1, 4), 0xE

_TURKISH_SINGLE = {0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş"}
_TURKISH_LOCKING = {
    0x04: "€",
    0x07: "ı",
    0x0B: "Ğ",
    0x0C: "ğ",
    0x1C: "Ş",
    0x1D: "ş",
    0x40: "İ",
    0x60: "ç",
}
_BASIC: Mapping[int, str] = MappingProxyType(dict(GSM_BASIC_DECODE_MAP))
_EXTENSION: Mapping[int, str] = MappingProxyType(dict(GSM_EXTENDED_DECODE_MAP))
_TURKISH_BASIC: Mapping[int, str] = MappingProxyType({**_BASIC, **_TURKISH_LOCKING})
_TURKISH_EXTENSION: Mapping[int, str] = MappingProxyType({**_EXTENSION, **_TURKISH_SINGLE})


def coding_of(text: str) -> int:
    """Which coding does the text go in?"""
    return CODING_GSM if is_gsm(text) else CODING_UCS2


def octets_of(text: str, coding: int) -> bytes:
    """Write a text, a septet to an octet, in the coding that all of it goes in."""
    if coding == CODING_UCS2:
        return text.encode("utf-16-be")
    octets = bytearray()
    for char in text:
        code = GSM_BASIC_ENCODE_MAP.get(char)
        octets += bytes((ESCAPE, GSM_EXTENDED_ENCODE_MAP[char])) if code is None else bytes((code,))
    return bytes(octets)


def text_of(octets: bytes, coding: int, *, locking: bool = False, single: bool = False) -> str:
    """Read a text; what cannot be read is a mark in it, so that nothing stops the rest.

    Takes   locking, single: whether the header of the user data names the Turkish tables
    """
    if _is_ucs2(coding):
        return octets.decode("utf-16-be", errors="replace")
    if coding in _OTHER_CODINGS:
        return octets.decode(_OTHER_CODINGS[coding], errors="replace")
    basic = _TURKISH_BASIC if locking else _BASIC
    extension = _TURKISH_EXTENSION if single else _EXTENSION
    return _from_septets(octets, basic, extension)


def _is_ucs2(coding: int) -> bool:
    # with a class of message the alphabet is in two bits; another group: a message is waiting
    group, alphabet = coding >> 4, coding & 0x0C
    is_classed = group in _CLASSED and alphabet == CODING_UCS2
    return coding == CODING_UCS2 or is_classed or group == _WAITING_UCS2


def _from_septets(octets: bytes, basic: Mapping[int, str], extension: Mapping[int, str]) -> str:
    chars: list[str] = []
    is_escaped = False
    for octet in octets:
        if octet == ESCAPE and not is_escaped:
            is_escaped = True
            continue
        plain = basic.get(octet, UNREADABLE)
        # a code without a place in the extension is what it is in the basic table
        chars.append(extension.get(octet, plain) if is_escaped else plain)
        is_escaped = False
    return "".join(chars)
