"""The body of submit_sm and deliver_sm, read without losing what the library would not take.

The library's own reader refuses an empty text (a receipt that has all in its optional parameters),
a parameter that is not ASCII and a part that ends within a character.
Source: SMPP 3.4, 4.4.1, 4.6.1, 5.3; 3GPP TS 23.040 9.2.3.24
"""

import struct
from collections.abc import Iterator, Mapping

import msgspec
from aiosmpplib.state import (
    MESSAGE_PAYLOAD,
    SAR_MSG_REF_NUM,
    SAR_SEGMENT_SEQNUM,
    SAR_TOTAL_SEGMENTS,
    TON,
)

HAS_HEADER = 0x40
"""In esm_class: the user data begins with a header."""

_PART, _PART_16 = 0x00, 0x08
_SINGLE_SHIFT, _LOCKING_SHIFT = 0x24, 0x25
_TURKISH = b"\x01"
_TLV = struct.Struct("!HH")
_SERVICE_MAX, _ADDRESS_MAX, _TIME_MAX = 6, 21, 17
_NATIONAL_DIGITS, _WITH_COUNTRY = 10, 12


class MalformedError(ValueError):
    """Not the body of a message; it names nothing of it."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One submit_sm or deliver_sm; `octets` are the user data, wherever they stood."""

    source: str
    source_ton: int
    destination: str
    destination_ton: int
    esm_class: int
    registered_delivery: int
    coding: int
    octets: bytes
    extras: Mapping[int, bytes]

    def __repr__(self) -> str:
        """Show nothing of whom and what."""
        return "Message(…)"


class Part(msgspec.Struct, frozen=True):
    """Which part of a long message it is: the sender's mark, how many there are, from 1."""

    mark: int
    total: int
    index: int


class UserData(msgspec.Struct, frozen=True, kw_only=True):
    """The octets of the text, and what its header says of them. It prints nothing."""

    octets: bytes
    part: Part | None
    has_locking: bool
    has_single: bool

    def __repr__(self) -> str:
        """Show nothing of the text."""
        return "UserData(…)"


class _Octets:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, count: int) -> bytes:
        taken = self._body[self._at : self._at + count]
        if len(taken) != count:
            raise MalformedError
        self._at += count
        return taken

    def number(self) -> int:
        return self.take(1)[0]

    def text(self, size_max: int) -> str:
        end = self._body.find(0, self._at, self._at + size_max)
        if end < 0:
            raise MalformedError
        found = self._body[self._at : end].decode("latin_1")
        self._at = end + 1
        return found

    def extras(self) -> Iterator[tuple[int, bytes]]:
        while self._at < len(self._body):
            tag, size = _TLV.unpack(self.take(_TLV.size))
            yield tag, self.take(size)


def read_message(body: bytes) -> Message:
    """Read a body.

    Raises  MalformedError
    """
    octets = _Octets(body)
    octets.text(_SERVICE_MAX)
    source_ton, _, source = octets.number(), octets.number(), octets.text(_ADDRESS_MAX)
    ton, _, destination = octets.number(), octets.number(), octets.text(_ADDRESS_MAX)
    esm_class, _, _ = octets.take(3)
    octets.text(_TIME_MAX)
    octets.text(_TIME_MAX)
    registered, _, coding, _ = octets.take(4)
    short = octets.take(octets.number())
    extras = dict(octets.extras())
    return Message(
        source=source,
        source_ton=source_ton,
        destination=destination,
        destination_ton=ton,
        esm_class=esm_class,
        registered_delivery=registered,
        coding=coding,
        octets=extras.get(MESSAGE_PAYLOAD, b"") or short,
        extras=extras,
    )


def user_data(message: Message) -> UserData:
    """Part the text from its header; without one, a part may be told in optional parameters."""
    if not message.esm_class & HAS_HEADER or not message.octets:
        part = _told_part(message.extras)
        return UserData(octets=message.octets, part=part, has_locking=False, has_single=False)
    end = 1 + message.octets[0]
    elements = dict(_elements(message.octets[1:end]))
    return UserData(
        octets=message.octets[end:],
        part=_part(elements),
        has_locking=elements.get(_LOCKING_SHIFT) == _TURKISH,
        has_single=elements.get(_SINGLE_SHIFT) == _TURKISH,
    )


def part_header(part: Part) -> bytes:
    """Write the header of a part of a long message.

    Takes   part: its mark of one octet
    """
    return bytes((5, _PART, 3, part.mark, part.total, part.index))


def number_of(digits: str, ton: int) -> str:
    """A number as the registry writes it: +90… where it is one, else as it came.

    A name is no number, though it be of digits alone: whoever may choose one could choose another's
    number. It is given between quotation marks, so that nobody takes it for one.
    """
    if ton == TON.ALPHANUMERIC:
        return f'"{digits}"'
    bare = digits.removeprefix("+")
    if not (bare.isascii() and bare.isdigit()):
        return digits
    if ton == TON.INTERNATIONAL or digits != bare:
        return "+" + bare
    if len(bare) == _WITH_COUNTRY and bare.startswith("90"):
        return "+" + bare
    national = bare.removeprefix("0")
    if len(national) == _NATIONAL_DIGITS:
        return "+90" + national
    return digits


def _elements(header: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 <= len(header):
        name, size = header[at], header[at + 1]
        yield name, header[at + 2 : at + 2 + size]
        at += 2 + size


def _part(elements: Mapping[int, bytes]) -> Part | None:
    for name, mark_size in ((_PART, 1), (_PART_16, 2)):
        element = elements.get(name, b"")
        if len(element) == mark_size + 2:
            total, index = element[mark_size:]
            return _sound(Part(int.from_bytes(element[:mark_size]), total, index))
    return None


def _told_part(extras: Mapping[int, bytes]) -> Part | None:
    tags = (SAR_MSG_REF_NUM, SAR_TOTAL_SEGMENTS, SAR_SEGMENT_SEQNUM)
    if not all(tag in extras for tag in tags):
        return None
    return _sound(Part(*(int.from_bytes(extras[tag]) for tag in tags)))


def _sound(part: Part) -> Part | None:
    return part if 1 <= part.index <= part.total and part.total > 1 else None
