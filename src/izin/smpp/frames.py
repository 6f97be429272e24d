"""The frame of a PDU: length, command, status, sequence and a body that nobody prints.

Header and status are read here and not by the library, which knows neither a status of an
operator's own nor a bound on the length. Source: SMPP 3.4, 3.2, 5.1
"""

import struct
from asyncio import StreamReader

import msgspec
from aiosmpplib.protocol import SmppMessage
from aiosmpplib.state import SmppCommand, SmppCommandStatus

HEADER_BYTES = 16
FRAME_BYTES_MAX = 70_000
"""A message of 64 KB in its optional parameter, and all that stands around it."""

RESPONSE = 0x8000_0000
SEQUENCE_MAX = 0x7FFF_FFFF
_HEADER = struct.Struct("!IIII")


class BrokenFrameError(Exception):
    """A length that cannot be: where the next PDU begins is not known any more."""


class Frame(msgspec.Struct, frozen=True):
    """One PDU as it came, its body unread."""

    command: int
    status: int
    sequence: int
    body: bytes

    def __repr__(self) -> str:
        """Leave the body out: addresses and texts are in it."""
        return f"Frame({self.command:#x}, {self.status:#x}, {self.sequence})"


async def read_frame(reader: StreamReader) -> Frame:
    """Give the next PDU.

    Raises  BrokenFrameError; EOFError or OSError where the connection ends
    Cost    at most FRAME_BYTES_MAX of memory: the length is looked at before the body is taken in
    """
    head = await reader.readexactly(HEADER_BYTES)
    length, command, status, sequence = _HEADER.unpack(head)
    if not HEADER_BYTES <= length <= FRAME_BYTES_MAX:
        raise BrokenFrameError
    body = await reader.readexactly(length - HEADER_BYTES)
    return Frame(command, status, sequence, body)


def frame_bytes(frame: Frame) -> bytes:
    """Write a PDU."""
    length = HEADER_BYTES + len(frame.body)
    return _HEADER.pack(length, frame.command, frame.status, frame.sequence) + frame.body


def body_of(message: SmppMessage) -> bytes:
    """Let the library write a body; the header is ours."""
    pdu: bytes = message.pdu()
    return pdu[HEADER_BYTES:]


def status_name(status: int) -> str:
    """Name a status as the specification does; one of the operator's own by its number."""
    try:
        return str(SmppCommandStatus(status).name)
    except ValueError:
        return f"{status:#010x}"


def is_known(command: int) -> bool:
    """Is there such a command?"""
    return command in SmppCommand._value2member_map_
