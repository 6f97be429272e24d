"""What a consent is, what may be proposed, and what comes back."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.codes import BrandCode, IysCode, RetailerCode, TransactionId
from izin.core.errors import Refused
from izin.core.terms import Channel, RecipientType, Source, Status


class ConsentKey(msgspec.Struct, frozen=True, omit_defaults=True):
    """The identity of a record. Source: contract, rule 1.

    tagged_for  under which company's code the brand's consents are tagged, if it moved away from
                that one
    """

    iys_code: IysCode
    brand_code: BrandCode
    channel: Channel
    recipient_type: RecipientType
    address: Address
    tagged_for: IysCode | None = None

    @property
    def tag_code(self) -> IysCode:
        """Under which company's code the record is tagged."""
        return self.tagged_for or self.iys_code


class Origin(msgspec.Struct, frozen=True):
    """Which row of which batch request a proposal came from; a retry is recognised by it."""

    request_id: UUID
    sub_request_id: UUID


class Over(StrEnum):
    """What has to stand under a key for a movement to change it."""

    NOTHING = "NOTHING"
    ONAY = "ONAY"
    RET = "RET"


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A movement that somebody asks for.

    consented_at and source are None only for a merchant's first record (contract, rule 13); a
    citizen's movement needs no date of its own, `accept` dates it.
    is_late: older than three business days (contract, rule 9): a refusal is recorded nevertheless,
    a consent only answered where it repeats what stands.
    mandate_id: of the partner that asks for it, under which its company lets it.
    cites: the movement that it takes back, which has to stand still.
    over: what it is to change, which has to stand when it is recorded; None: whatever does.
    given_by: until when that has to have been given, if she said this of what stood at a moment.
    said_at: when she said it, if it is recorded later: it is dated then.
    asked_at: when she was asked for this consent; a refusal since then is the later word.
    citizen_name: of a citizen who consents for the first time, if she gives it to this brand.
    evidence_hash: hex, of what proves a consent that the registry took itself.
    """

    key: ConsentKey
    status: Status
    source: Source | None
    consented_at: datetime | None
    retailer_code: RetailerCode | None = None
    retailer_access: tuple[RetailerCode, ...] | None = None
    origin: Origin | None = None
    is_late: bool = False
    mandate_id: UUID | None = None
    cites: UUID | None = None
    over: Over | None = None
    given_by: datetime | None = None
    said_at: datetime | None = None
    asked_at: datetime | None = None
    citizen_name: str | None = None
    evidence_hash: str | None = None

    def __repr__(self) -> str:
        """Leave out whose it is."""
        return f"Proposal({self.key.brand_code}, {self.status})"


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """The stored record of a key, as the provider's view has it.

    event_id   the movement that stands
    access_id  the newest event that changed its dealers only, if there was any
    version    how many events there were of both kinds
    """

    status: Status
    source: Source | None
    consented_at: datetime | None
    recorded_at: datetime
    first_recorded_at: datetime
    event_id: UUID
    version: int
    retailer_code: RetailerCode | None = None
    access_id: UUID | None = None

    @property
    def last_id(self) -> UUID:
        """Its newest event of either kind: ids of one key go up."""
        return self.event_id if self.access_id is None else max(self.event_id, self.access_id)


class Dealers(msgspec.Struct, frozen=True):
    """Who may use a consent besides its brand. Source: R-102, R-103.

    taker   the dealer that took it, until it is overridden
    listed  those let use it
    """

    taker: RetailerCode | None
    listed: frozenset[RetailerCode]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What the record of the key becomes: final values, to be sealed and written as they are."""

    status: Status
    source: Source | None
    consented_at: datetime | None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A movement that is durable."""

    transaction_id: TransactionId
    recorded_at: datetime
    event_id: UUID


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


class MessageKind(StrEnum):
    """What a sender says his message is; all but COMMERCIAL may go without a consent."""

    COMMERCIAL = "COMMERCIAL"
    EXEMPT_SERVICE = "EXEMPT_SERVICE"
    EXEMPT_ONGOING = "EXEMPT_ONGOING"
    EXEMPT_CAPITAL_MARKET = "EXEMPT_CAPITAL_MARKET"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    CONSENT_NOTICE = "CONSENT_NOTICE"
    IYS_FLOW = "IYS_FLOW"


class Reason(StrEnum):
    """Why it may or may not be sent; in the order in which it is asked."""

    INVALID_REQUEST = "INVALID_REQUEST"
    REGISTRY_UNAVAILABLE = "REGISTRY_UNAVAILABLE"
    CALLER_NOT_AUTHORISED = "CALLER_NOT_AUTHORISED"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    IYS_SYSTEM_MESSAGE = "IYS_SYSTEM_MESSAGE"
    CONSENT_NOTICE = "CONSENT_NOTICE"
    EXEMPT_6_1 = "EXEMPT_6_1"
    EXEMPT_6_2 = "EXEMPT_6_2"
    EXEMPT_6_CM = "EXEMPT_6_CM"
    SENDER_NOT_REGISTERED = "SENDER_NOT_REGISTERED"
    BRAND_NOT_ACTIVE = "BRAND_NOT_ACTIVE"
    CONSENT_REQUEST_BY_CEM = "CONSENT_REQUEST_BY_CEM"
    DEALER_NOT_ACTIVE = "DEALER_NOT_ACTIVE"
    NO_CONSENT = "NO_CONSENT"
    REJECTED = "REJECTED"
    REJECTED_LINE_CLOSED = "REJECTED_LINE_CLOSED"
    DEALER_NO_ACCESS = "DEALER_NO_ACCESS"
    ADDRESS_REASSIGNED = "ADDRESS_REASSIGNED"
    CONSENT = "CONSENT"
    MERCHANT_REJECTED = "MERCHANT_REJECTED"
    MERCHANT_NOT_REJECTED = "MERCHANT_NOT_REJECTED"
    MERCHANT_NOT_RECORDED = "MERCHANT_NOT_RECORDED"
    UNDECIDABLE = "UNDECIDABLE"


class Note(StrEnum):
    """What the sender should know besides; a note never changes the decision."""

    TYPE_ASSUMED = "TYPE_ASSUMED"
    PROMOTION_IN_EXEMPT = "PROMOTION_IN_EXEMPT"
    OTHER_TYPE_REJECTED = "OTHER_TYPE_REJECTED"
    QUIET_HOURS = "QUIET_HOURS"
    NO_MERSIS_IN_PROFILE = "NO_MERSIS_IN_PROFILE"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the decision needs of a record."""

    status: Status
    source: Source | None
    consented_at: datetime | None
    recorded_at: datetime
    retailer_code: RetailerCode | None = None

    @property
    def since(self) -> datetime:
        """When the movement that stands was made; a merchant's undated one with its recording."""
        return self.recorded_at if self.consented_at is None else self.consented_at


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """May this message be sent?

    recipient_type      None where the sender does not know it
    contains_promotion  what the sender does not rule out is taken to be there
    asks_for_consent    whether the message asks the address for its consent
    retailer_code       the dealer that sends on its own behalf under the brand
    is_readable         whether the address reads as one that the channel reaches
    valid_for           how long a yes may be used
    """

    at: datetime
    channel: Channel
    recipient_type: RecipientType | None
    message_kind: MessageKind = MessageKind.COMMERCIAL
    contains_promotion: bool = True
    asks_for_consent: bool = False
    retailer_code: RetailerCode | None = None
    is_readable: bool = True
    valid_for: timedelta = timedelta(minutes=15)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the registry knows when it is asked. None, and whatever is left out, is not known.

    is_fresh                whether the facts are provably of now
    is_caller_registry      whether the registry itself asks, for its own notices and codes
    is_sender_out_of_scope  whether the provider's legal class is outside the Regulation
    notice_until            until when the notice of a consent taken may be sent to this address
    may_retailer_use        whether the consent lists the dealer that the question names
    standing                the record of the key asked about; None where there is none
    other_type_status       the status of the same address under the other recipient type
    line_closed_at          when an operator last closed this number's line
    """

    is_fresh: bool = False
    is_caller_authorised: bool = False
    is_caller_registry: bool = False
    is_sender_out_of_scope: bool = False
    notice_until: datetime | None = None
    is_sender_registered: bool | None = None
    is_brand_active: bool | None = None
    is_retailer_active: bool | None = None
    may_retailer_use: bool | None = None
    standing: Standing | None = None
    other_type_status: Status | None = None
    line_closed_at: datetime | None = None
    is_quiet_hour: bool = False
    has_mersis: bool = True


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """May it be sent, and why.

    basis        articles the reason rests on
    state_since  the date of the movement that stands, if the record decided
    valid_until  until when a yes may be used; None for anything else
    """

    decision: Decision
    reason: Reason
    notes: tuple[Note, ...]
    basis: tuple[str, ...]
    decided_at: datetime
    state_since: datetime | None
    valid_until: datetime | None
