"""What a partner is, which step follows which, and what a mandate lets it do.

Source  rules 1.15, 3.6
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.core.codes import BrandCode, IysCode, PartnerCode
from izin.core.terms import Channel


class PartnerKind(StrEnum):
    """What a partner does for companies. Source: the presentation, R-113 to R-117."""

    CRM = "CRM"
    ERP = "ERP"
    BULK_SMS_EMAIL = "BULK_SMS_EMAIL"
    CALL_CENTRE = "CALL_CENTRE"
    OTHER = "OTHER"


class PartnerState(StrEnum):
    """From the application to the revocation. Source: rules 3.6."""

    APPLIED = "APPLIED"
    MINISTRY_REVIEW = "MINISTRY_REVIEW"
    AUTHORISED = "AUTHORISED"
    CONTRACTED = "CONTRACTED"
    LIVE = "LIVE"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"


_STATE = PartnerState
NEXT: Mapping[PartnerState, frozenset[PartnerState]] = {
    _STATE.APPLIED: frozenset({_STATE.MINISTRY_REVIEW, _STATE.REVOKED}),
    _STATE.MINISTRY_REVIEW: frozenset({_STATE.AUTHORISED, _STATE.APPLIED, _STATE.REVOKED}),
    _STATE.AUTHORISED: frozenset({_STATE.CONTRACTED, _STATE.REVOKED}),
    _STATE.CONTRACTED: frozenset({_STATE.LIVE, _STATE.REVOKED}),
    _STATE.LIVE: frozenset({_STATE.SUSPENDED, _STATE.REVOKED}),
    _STATE.SUSPENDED: frozenset({_STATE.LIVE, _STATE.REVOKED}),
    _STATE.REVOKED: frozenset(),
}
"""What may follow; a revoked partner does not come back."""


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """İş ortağı.

    iso22301_until, iso27001_until  last days of its certificates; the second of an accredited body
    authorisation                   number of the Ministry's authorisation
    fee_paid_on                     when the fee for the live system was paid
    """

    partner_code: PartnerCode
    title: str
    kind: PartnerKind
    state: PartnerState = PartnerState.APPLIED
    iso22301_until: date | None = None
    iso27001_until: date | None = None
    authorisation: str | None = None
    contracted_on: date | None = None
    fee_paid_on: date | None = None

    def may_act(self, today: date) -> bool:
        """May it act for companies? A certificate that has run out ends that by itself."""
        return self.state is PartnerState.LIVE and self.is_certified(today)

    def is_certified(self, today: date) -> bool:
        """Are both certificates good on this day?"""
        return all(
            until is not None and today <= until
            for until in (self.iso22301_until, self.iso27001_until)
        )

    def missing(self, to: PartnerState, today: date) -> tuple[str, ...]:
        """What is missing for this step? Names of fields. Source: R-114, R-115."""
        wanted: dict[PartnerState, dict[str, bool]] = {
            PartnerState.AUTHORISED: {"authorisation": self.authorisation is not None},
            PartnerState.CONTRACTED: {"contracted_on": _has_come(self.contracted_on, today)},
            PartnerState.LIVE: {
                "fee_paid_on": _has_come(self.fee_paid_on, today),
                "iso22301_until": self.iso22301_until is not None and today <= self.iso22301_until,
                "iso27001_until": self.iso27001_until is not None and today <= self.iso27001_until,
            },
        }
        return tuple(name for name, is_there in wanted.get(to, {}).items() if not is_there)


def _has_come(day: date | None, today: date) -> bool:
    return day is not None and day <= today


class Scope(StrEnum):
    """What a mandate is about: a channel of a brand, or a service for all of the brand."""

    ARAMA = "ARAMA"
    MESAJ = "MESAJ"
    EPOSTA = "EPOSTA"
    AGREEMENT = "AGREEMENT"
    VIA = "VIA"

    @property
    def channel(self) -> Channel | None:
        """The channel that it is about, if it is about one."""
        return Channel(self.value) if self in _CHANNELS else None


class MandateRight(StrEnum):
    """How the contract writes what a mandate gives; writing includes reading."""

    READ = "read"
    WRITE = "write"


_CHANNELS = frozenset({Scope.ARAMA, Scope.MESAJ, Scope.EPOSTA})


class Mandate(msgspec.Struct, frozen=True, kw_only=True):
    """What a company lets a partner do with one of its brands.

    can_write    writing includes reading; of a service it says nothing more
    valid_until  exclusive; None: until it is revoked
    """

    mandate_id: UUID
    partner_code: PartnerCode
    iys_code: IysCode
    brand_code: BrandCode
    scope: Scope
    can_write: bool
    valid_from: datetime
    valid_until: datetime | None = None
    granted_at: datetime | None = None
    revoked_at: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Is it in force?"""
        return (
            self.revoked_at is None
            and self.valid_from <= now
            and (self.valid_until is None or now < self.valid_until)
        )
