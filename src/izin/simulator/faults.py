"""What goes wrong on order: so many times, each once."""

from collections import Counter
from enum import StrEnum


class Fault(StrEnum):
    """What may go wrong with a submit, with its receipt or with the line.

    THROTTLED, QUEUE_FULL  answered so, and not taken
    BROKEN                 answered by ESME_RSYSERR, and not taken
    DROPPED                the connection is cut before the submit is taken
    DROPPED_TAKEN          the submit is taken, and the connection cut before the answer
    LATE                   answered after the smsc's `late_seconds`
    SILENT                 taken and never answered
    UNDELIVERED            taken, and its receipt says that it reached nobody
    RECEIPT_LOST           its receipt is never sent
    DEAF                   an enquire_link is not answered
    """

    THROTTLED = "throttled"
    QUEUE_FULL = "queue full"
    BROKEN = "broken"
    DROPPED = "dropped"
    DROPPED_TAKEN = "dropped, taken"
    LATE = "late"
    SILENT = "silent"
    UNDELIVERED = "undelivered"
    RECEIPT_LOST = "receipt lost"
    DEAF = "deaf"


class Faults:
    """Those that are still to happen."""

    def __init__(self) -> None:
        """Begin without any."""
        self._left: Counter[Fault] = Counter()

    def order(self, fault: Fault, times: int = 1) -> None:
        """Let it happen so many times more."""
        self._left[fault] += times

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._left.clear()

    def happens(self, fault: Fault) -> bool:
        """Does it happen now? It is one less then."""
        if not self._left[fault]:
            return False
        self._left[fault] -= 1
        return True
