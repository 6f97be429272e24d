"""What a message is, and what may become of it."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from izin.core.address import Address, AddressKind


class Medium(StrEnum):
    """How it goes."""

    SMS = "SMS"
    EMAIL = "EMAIL"


class MessageState(StrEnum):
    """What has become of it. Only one that waits has still its content."""

    WAITING = "WAITING"
    SENT = "SENT"  # a supplier has taken it
    DELIVERED = "DELIVERED"
    UNDELIVERED = "UNDELIVERED"  # the supplier has given it up
    REFUSED = "REFUSED"  # no supplier takes it
    EXPIRED = "EXPIRED"  # nobody could send it while it was of use


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent, to whom. It prints neither.

    subject      of a mail; empty of a text
    unsubscribe  where one click refuses further mails like this one; None: there is no such click
    """

    to: Address
    subject: str = ""
    body: str
    unsubscribe: str | None = None

    @property
    def medium(self) -> Medium:
        """How it goes."""
        return Medium.SMS if self.to.kind is AddressKind.PHONE else Medium.EMAIL

    def __repr__(self) -> str:
        """Leave out to whom, and what."""
        return f"Rendered({self.medium})"


class Wake(msgspec.Struct, frozen=True):
    """A job, by its name and with its payload; the courier leaves those that policies.py names."""

    job: str
    payload: bytes


class Sent(msgspec.Struct, frozen=True):
    """Which supplier took a message, and what it calls it; None where it gives no name."""

    supplier: str
    ref: str | None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a supplier says later of what it took."""

    supplier: str
    ref: str
    is_delivered: bool
    at: datetime


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a message.

    ended_at     when we learnt what became of it · supplier_at: when that was, by its supplier
    """

    message_id: UUID
    state: MessageState
    words: str
    words_version: int
    sent_at: datetime | None
    ended_at: datetime | None
    supplier_at: datetime | None


class Supplier(Protocol):
    """Whoever carries messages: an operator, a mail server."""

    @property
    def name(self) -> str:
        """By which it stands in the registry's rows."""
        ...

    async def send(self, message_id: UUID, rendered: Rendered) -> str | None:
        """Hand a message over; give what the supplier calls it.

        Raises  UnavailableError: not now · UndeliverableError: never
        """
        ...
