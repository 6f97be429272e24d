"""How a link is set up, what comes over it, and how a message is not taken."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum

import msgspec

from izin.core.errors import UnavailableError


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How one operator is reached, and what is waited for. It prints neither name nor password.

    sender                  what messages come from: +90…, a short number or a name
    has_tls, ca_file        whether it is spoken to by TLS, and whose certificates are believed;
                            empty: the machine's
    rate_per_second         messages, each segment one
    window                  submits without an answer
    answer_seconds          for each answer of the operator
    wait_seconds            for a place in the window and for the rate, before a submit is written
    throttle_seconds        pause after the operator has said that it is too much
    enquire_seconds         between two questions whether the other side is there
    pause_seconds_min, …max between two attempts to bind, doubled each time
    incoming_max            messages and receipts that are being heard at once
    hear_seconds            for each of them; what takes longer is told again by the operator
    hold_seconds            how long the acknowledgement of a part waits for the other parts
    parts_seconds           after which what has come of a long message is all that there is
    parts_max               long messages of which parts are kept
    parts_bytes_max         octets of all kept parts
    """

    host: str
    port: int
    system_id: str
    password: str
    sender: str
    system_type: str = ""
    has_tls: bool = False
    ca_file: str = ""
    rate_per_second: float = 50.0
    window: int = 10
    answer_seconds: float = 5.0
    wait_seconds: float = 5.0
    throttle_seconds: float = 1.0
    enquire_seconds: float = 30.0
    pause_seconds_min: float = 0.5
    pause_seconds_max: float = 60.0
    incoming_max: int = 100
    hear_seconds: float = 10.0
    hold_seconds: float = 1.0
    parts_seconds: float = 120.0
    parts_max: int = 1000
    parts_bytes_max: int = 1_000_000

    def __repr__(self) -> str:
        """Leave out whom it is."""
        return f"LinkSettings({self.host}:{self.port})"


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has written. It prints nothing of it.

    sender    as the operator knows it: +90… where it says that the number is international
    receiver  the number that was written to
    is_whole  whether all parts have come in time; if not, the text is of those that have
    """

    sender: str
    receiver: str
    text: str
    is_whole: bool = True

    def __repr__(self) -> str:
        """Show nothing."""
        return "Incoming(…)"


class ReceiptState(StrEnum):
    """What became of a message, in the words of SMPP 3.4, 5.2.28 and appendix B."""

    ENROUTE = "ENROUTE"
    DELIVERED = "DELIVRD"
    EXPIRED = "EXPIRED"
    DELETED = "DELETED"
    UNDELIVERABLE = "UNDELIV"
    ACCEPTED = "ACCEPTD"
    UNKNOWN = "UNKNOWN"
    REJECTED = "REJECTD"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one segment that the operator had taken.

    at  when it came to that, to the minute, if the operator says it; else when we were told
    """

    operator_id: str
    state: ReceiptState
    at: datetime


Heard = Callable[[Incoming], Awaitable[None]]
Delivered = Callable[[Receipt], Awaitable[None]]


class UncertainError(UnavailableError):
    """The message may have gone out, whole or in part: the link was lost before all was known."""


class SubmitRefusedError(Exception):
    """The operator will never take this message; `status_name` is the operator's word for why."""

    def __init__(self, status_name: str) -> None:
        """Take the status, and nothing of the message."""
        super().__init__(status_name)
        self.status_name = status_name


class UnsendableError(ValueError):
    """No text or number that could be sent at all; it names neither."""
