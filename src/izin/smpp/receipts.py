"""What a delivery receipt says, whether it says so in its text or in its parameters.

Source: SMPP 3.4, appendix B, 5.2.28, 5.3.2.12, 5.3.2.35
"""

import re
from datetime import datetime

from aiosmpplib.state import MESSAGE_STATE, RECEIPTED_MESSAGE_ID

from izin.core.clock import IYS_TIME
from izin.smpp.message import Message
from izin.smpp.model import Receipt, ReceiptState

_KIND = 0x3C
_OF_THE_END, _ON_THE_WAY = 0x04, 0x20
_ID = re.compile(r"\bid:([!-~]{1,64})", re.ASCII | re.IGNORECASE)
_STATE = re.compile(r"\bstat:([A-Z]{1,7})", re.ASCII | re.IGNORECASE)
_DONE = re.compile(r"\bdone date:([0-9]{10})", re.ASCII | re.IGNORECASE)
_STATES = (
    ReceiptState.ENROUTE,
    ReceiptState.DELIVERED,
    ReceiptState.EXPIRED,
    ReceiptState.DELETED,
    ReceiptState.UNDELIVERABLE,
    ReceiptState.ACCEPTED,
    ReceiptState.UNKNOWN,
    ReceiptState.REJECTED,
)
"""In the order of message_state, from 1."""


def is_receipt(message: Message) -> bool:
    """Does it tell what became of a message, and is from nobody?"""
    return message.esm_class & _KIND in (_OF_THE_END, _ON_THE_WAY)


def receipt_of(message: Message, now: datetime) -> Receipt | None:
    """Read a receipt; what the parameters say goes before the text.

    Takes   now: for a receipt that does not say when
    Gives   None where it does not say which message it is about
    """
    text = message.octets.decode("latin_1")
    operator_id = _parameter_id(message) or _found(_ID, text)
    if not operator_id:
        return None
    return Receipt(
        operator_id=operator_id,
        state=_parameter_state(message) or _state_in(text),
        at=_done_at(text) or now,
    )


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def _parameter_id(message: Message) -> str:
    octets = message.extras.get(RECEIPTED_MESSAGE_ID, b"")
    return octets.rstrip(b"\0").decode("latin_1")


def _parameter_state(message: Message) -> ReceiptState | None:
    place = int.from_bytes(message.extras.get(MESSAGE_STATE, b"")) - 1
    return _STATES[place] if 0 <= place < len(_STATES) else None


def _state_in(text: str) -> ReceiptState:
    found = _found(_STATE, text).upper()
    return next((state for state in _STATES if state == found), ReceiptState.UNKNOWN)


def _done_at(text: str) -> datetime | None:
    try:
        return datetime.strptime(_found(_DONE, text), "%y%m%d%H%M").replace(tzinfo=IYS_TIME)
    except ValueError:
        return None
