"""What is verified, by which text, and how far that is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.codes import IysCode
from izin.i18n.catalogue import Language
from izin.proof.model import LIFE as LIFE
from izin.proof.model import TRIES_MAX as TRIES_MAX
from izin.proof.model import Purpose as ProofPurpose

LINK_LIFE = timedelta(hours=24)
"""Source: contract 1.17, as for the links of ViA."""

LINK_SHOWN = 6
"""So many of a link's sixteen signs the company learns: who knew all could follow it himself."""

UNLIMITED = -1
KEPT = timedelta(days=3 * 365)
"""For how long what was verified can be shown. Source: Reg. 11, as for consents."""


class Kind(StrEnum):
    """How an address is verified."""

    SMS = "SMS"
    EMAIL = "EMAIL"
    SMS_SHORTURL = "SMS_SHORTURL"
    EMAIL_SHORTURL = "EMAIL_SHORTURL"

    @property
    def is_link(self) -> bool:
        """Does she follow a link, instead of telling a code?"""
        return self in (Kind.SMS_SHORTURL, Kind.EMAIL_SHORTURL)

    @property
    def is_sms(self) -> bool:
        """Does it go to a telephone?"""
        return self in (Kind.SMS, Kind.SMS_SHORTURL)

    @property
    def place(self) -> str:
        """What stands in a text where code or link will be."""
        return "{link}" if self.is_link else "{code}"

    @property
    def purpose(self) -> ProofPurpose:
        """Of which purpose its codes are."""
        return ProofPurpose.VERIFY_LINK if self.is_link else ProofPurpose.VERIFY


class TemplateState(StrEnum):
    """What the registry says of a text."""

    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """A text in both languages; the message goes in `language`, the page shows hers.

    subjects are empty of what goes by SMS
    """

    language: Language
    body_tr: str
    body_en: str
    subject_tr: str = ""
    subject_en: str = ""

    def said(self, language: Language) -> tuple[str, str]:
        """Give subject and body in a language."""
        if language is Language.TR:
            return self.subject_tr, self.body_tr
        return self.subject_en, self.body_en


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a company's text; none is ever changed."""

    template_id: int
    version: int
    iys_code: IysCode
    kind: Kind
    wording: Wording
    state: TemplateState
    note: str
    submitted_at: datetime
    decided_at: datetime | None


class State(StrEnum):
    """What has become of a request."""

    STARTED = "STARTED"
    DONE = "DONE"
    DENIED = "DENIED"  # whose address it is says that she asked for nothing


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a company asked for, and by whom. It lies in a seal and prints nothing.

    message  what was written: the code's place still open, of a link the beginning
    """

    to: Address
    message: str
    tin: str
    user_id: UUID
    network: str

    def __repr__(self) -> str:
        """Leave everything out."""
        return "Asked(…)"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """By what it was completed: the code and who handed it in, or her network. Sealed as well.

    code     once it was right its keyed hash in hex; of one of old the code itself, never shown
    receipt  the number that she was given for it; of one of old empty
    """

    code: str
    user_id: UUID | None
    network: str
    receipt: str = ""

    def __repr__(self) -> str:
        """Leave everything out."""
        return "Given(…)"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One verification, without what is sealed of it."""

    request_id: UUID
    iys_code: IysCode
    kind: Kind
    template_id: int
    template_version: int
    proof_id: UUID
    state: State
    started_at: datetime
    good_until: datetime
    ended_at: datetime | None
    wrong_at: tuple[datetime, ...]
    asked_sealed: bytes
    given_sealed: bytes | None

    def __repr__(self) -> str:
        """Leave the seals out."""
        return f"Request({self.request_id})"


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """How many verifications a company may have.

    credit  bought; -1: any number
    """

    subscription_id: UUID
    iys_code: IysCode
    package: str
    credit: int
    used: int
    auto_renewal: bool
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime

    @property
    def left(self) -> int:
        """How many are left; -1: any number."""
        return UNLIMITED if self.credit == UNLIMITED else max(0, self.credit - self.used)

    def stands(self, now: datetime) -> bool:
        """Has it begun, and not ended?"""
        return self.starts_at <= now < self.ends_at


class Step(msgspec.Struct, frozen=True):
    """One line of a request's history."""

    status: str
    description: str
    at: datetime


_WORDS: Mapping[State, tuple[str, str]] = MappingProxyType(
    {State.DONE: ("SUCCESS", "OTP Completed"), State.DENIED: ("FAILURE", "Denied By Recipient")}
)


def steps(request: Request, now: datetime) -> list[Step]:
    """What happened with a request, the oldest first.

    Source  the contract's statuses of getRequestAudit; its example names the first and the last
    """
    found = [Step("OTP Generation", "OTP Generation", request.started_at)]
    found += [Step("FAILURE", "OTP Code Incorrect", at) for at in request.wrong_at]
    if request.ended_at is not None:
        found.append(Step(*_WORDS[request.state], request.ended_at))
    elif request.good_until <= now:
        found.append(Step("FAILURE", "OTP Code Expired", request.good_until))
    return found
