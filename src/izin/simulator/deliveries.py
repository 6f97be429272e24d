"""What the simulator sends: bodies of deliver_sm, written by the specification.

Not by the library: its message has no empty text, and a receipt may have no other.
Source: SMPP 3.4, 4.6.1, appendix B
"""

import struct
from datetime import datetime
from enum import StrEnum

from aiosmpplib.state import MESSAGE_STATE, NPI, RECEIPTED_MESSAGE_ID, TON

from izin.core.clock import IYS_TIME
from izin.smpp.alphabet import coding_of, octets_of
from izin.smpp.message import HAS_HEADER, Part, part_header
from izin.smpp.model import ReceiptState
from izin.smpp.segments import split

_RECEIPT = 0x04
_TLV = struct.Struct("!HH")
_STATES = {
    ReceiptState.ENROUTE: 1,
    ReceiptState.DELIVERED: 2,
    ReceiptState.EXPIRED: 3,
    ReceiptState.DELETED: 4,
    ReceiptState.UNDELIVERABLE: 5,
    ReceiptState.ACCEPTED: 6,
    ReceiptState.UNKNOWN: 7,
    ReceiptState.REJECTED: 8,
}


class ReceiptForm(StrEnum):
    """How an operator writes its receipts."""

    TEXT = "text"
    PARAMETERS = "parameters"
    BOTH = "both"


def written(sender: str, to: str, text: str, mark: int) -> tuple[bytes, ...]:
    """Write what a person has typed, in as many parts as it takes.

    Takes   mark: by which the parts are known for one message, 0 to 255
    """
    parts = split(text)
    coding = coding_of(text)
    if len(parts) == 1:
        return (_body(sender, to, octets_of(text, coding), coding=coding),)
    return tuple(
        _body(
            sender,
            to,
            part_header(Part(mark, len(parts), index)) + octets_of(part, coding),
            coding=coding,
            esm_class=HAS_HEADER,
        )
        for index, part in enumerate(parts, start=1)
    )


def receipt(
    sender: str, to: str, operator_id: str, state: ReceiptState, at: datetime, form: ReceiptForm
) -> bytes:
    """Write what became of a message, from the telephone to who had sent it."""
    text = extras = b""
    if form is not ReceiptForm.PARAMETERS:
        text = _receipt_text(operator_id, state, at)
    if form is not ReceiptForm.TEXT:
        extras = _extra(RECEIPTED_MESSAGE_ID, operator_id.encode() + b"\0")
        extras += _extra(MESSAGE_STATE, bytes((_STATES[state],)))
    return _body(sender, to, text, esm_class=_RECEIPT) + extras


def _receipt_text(operator_id: str, state: ReceiptState, at: datetime) -> bytes:
    minute = at.astimezone(IYS_TIME).strftime("%y%m%d%H%M")
    delivered = int(state is ReceiptState.DELIVERED)
    return (
        f"id:{operator_id} sub:001 dlvrd:{delivered:03} submit date:{minute} "
        f"done date:{minute} stat:{state} err:000 text:"
    ).encode()


def _body(sender: str, to: str, octets: bytes, *, coding: int = 0, esm_class: int = 0) -> bytes:
    times = replace_and_receipt = b"\0\0"
    return b"".join(
        (
            b"\0",
            bytes((TON.INTERNATIONAL, NPI.ISDN)),
            sender.removeprefix("+").encode() + b"\0",
            bytes((TON.UNKNOWN, NPI.UNKNOWN)),
            to.removeprefix("+").encode() + b"\0",
            bytes((esm_class, 0, 0)),
            times,
            replace_and_receipt,
            bytes((coding, 0, len(octets))),
            octets,
        )
    )


def _extra(tag: int, value: bytes) -> bytes:
    return _TLV.pack(tag, len(value)) + value
