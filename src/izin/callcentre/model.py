"""A call: whose it is, how far it is, and when it ends by itself."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.audit.model import Principal
from izin.callcentre.menu import Voice
from izin.citizen.model import Opened, since_of
from izin.core.address import Address, AddressKind
from izin.i18n.catalogue import Language

LIFE = timedelta(minutes=20)
"""A call ends by itself so long after it began; what is typed by then can still be sent."""

NOTE_MAX = 500
WRAP_UP = timedelta(hours=12)
"""For how long a call that ended by itself may still be noted on."""

KEPT = timedelta(days=3 * 365)
"""For how long is known who changed what in which call, as with the consents themselves."""


class Ended(StrEnum):
    """How a call has ended."""

    WRAPPED = "WRAPPED"  # the agent said so
    MENU = "MENU"  # the voice menu came to an end
    LATE = "LATE"  # by itself


class Caller(msgspec.Struct, frozen=True, array_like=True):
    """Who calls, as long as the call is open. Sealed; new fields at the end. It prints nothing.

    proof_id  by which code he is checked; None: none was sent yet
    voice     how far he is in the voice menu; None: an agent speaks with him
    since_at  since when a number is his; the day of it is kept beside
    tenure    in whose hands the number was when he was checked; None: nobody's of late
    """

    clear: str
    kind: AddressKind
    language: Language
    proof_id: UUID | None
    since_day: date | None = None
    voice: Voice | None = None
    since_at: datetime | None = None
    tenure: UUID | None = None

    def __repr__(self) -> str:
        """Leave the address out."""
        return "Caller(…)"

    @property
    def address(self) -> Address:
        """Where the code went."""
        return Address(self.clear, self.kind)

    @property
    def opened(self) -> Opened:
        """What the code has opened."""
        opened = Opened(self.clear, self.kind, by_code=True, is_answered=True, tenure=self.tenure)
        return opened.being_hers(self.since)

    @property
    def since(self) -> datetime | None:
        """Since when the number is his; None: from the beginning."""
        return since_of(self.since_day, self.since_at)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """An open call.

    by          the agent who has it, or the registry's voice menu
    is_changed  whether something of the caller's was changed in it
    was         the caller as he lies sealed in the row
    """

    call_id: UUID
    by: Principal
    caller: Caller
    is_identified: bool
    is_changed: bool
    started_at: datetime
    good_until: datetime
    was: bytes

    @property
    def name(self) -> str:
        """What agent and caller call it."""
        return name_of(self.call_id)


class Unnoted(msgspec.Struct, frozen=True):
    """A call that ended by itself before its agent wrote a note."""

    call_id: UUID
    ended_at: datetime

    @property
    def name(self) -> str:
        """What its agent calls it."""
        return name_of(self.call_id)


def name_of(call_id: UUID) -> str:
    """The end of a call's id, which is the random part of it."""
    return call_id.hex[-8:].upper()
