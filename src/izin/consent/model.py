"""What a consent is, what may be proposed, and what comes back."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.codes import BrandCode, IysCode, RetailerCode, TransactionId
from izin.core.errors import Refused
from izin.core.terms import Channel, RecipientType, Source, Status


class ConsentKey(msgspec.Struct, frozen=True):
    """The identity of a record. Source: contract, rule 1."""

    iys_code: IysCode
    brand_code: BrandCode
    channel: Channel
    recipient_type: RecipientType
    address: Address


class Origin(msgspec.Struct, frozen=True):
    """Which row of which batch request a proposal came from; a retry is recognised by it."""

    request_id: UUID
    sub_request_id: UUID


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A movement that somebody asks for.

    consented_at and source are None only for a merchant's first record (contract, rule 13); a
    citizen's movement needs no date of its own, `accept` dates it.
    is_late: a refusal older than three business days, recorded nevertheless (contract, rule 9).
    """

    key: ConsentKey
    status: Status
    source: Source | None
    consented_at: datetime | None
    retailer_code: RetailerCode | None = None
    retailer_access: tuple[RetailerCode, ...] | None = None
    origin: Origin | None = None
    is_late: bool = False


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """The stored record of a key, as the provider's view has it."""

    status: Status
    source: Source | None
    consented_at: datetime | None
    recorded_at: datetime
    first_recorded_at: datetime
    event_id: UUID
    version: int


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What the record of the key becomes: final values, to be sealed and written as they are."""

    status: Status
    source: Source | None
    consented_at: datetime | None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A movement that is durable."""

    transaction_id: TransactionId
    recorded_at: datetime


class Repeated(msgspec.Struct, frozen=True, kw_only=True):
    """The same movement was recorded before: its own receipt, and the request it came in by."""

    transaction_id: TransactionId
    recorded_at: datetime
    origin: Origin | None


Verdict = Recorded | Repeated | Refused
"""What `record` answers for each proposal."""


class Decision(StrEnum):
    """May this be sent? UNKNOWN means: do not send."""

    ALLOWED = "ALLOWED"
    DENIED = "DENIED"
    UNKNOWN = "UNKNOWN"
