"""What an application is, and which step may follow which.

Source  rules 3.5
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.codes import IysCode
from izin.core.identity import Tckn
from izin.provider.model import ProviderKind

SIGNATORIES_MAX = 5


class ApplicationState(StrEnum):
    """Up to where a company is taken on; what comes afterwards is a state of the provider."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    DOCUMENT_CHECK = "DOCUMENT_CHECK"
    SIGNATURE_PENDING = "SIGNATURE_PENDING"
    ACTIVE = "ACTIVE"


_STATE = ApplicationState

NEXT: Mapping[ApplicationState, frozenset[ApplicationState]] = {
    _STATE.DRAFT: frozenset({_STATE.SUBMITTED}),
    _STATE.SUBMITTED: frozenset({_STATE.DOCUMENT_CHECK}),
    _STATE.DOCUMENT_CHECK: frozenset({_STATE.SIGNATURE_PENDING, _STATE.DRAFT}),
    _STATE.SIGNATURE_PENDING: frozenset({_STATE.ACTIVE, _STATE.DRAFT}),
    _STATE.ACTIVE: frozenset(),
}
"""What may follow. Back to the draft goes what has to be mended."""


class Signatory(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs for the company; sealed, shown to the company alone."""

    name: str
    tckn: Tckn
    mobile: Address
    email: Address


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """How the company is reached and taxed; sealed, for a tradesman's is a person's."""

    tin: str
    mobile: Address
    email: Address


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is in clear of an application.

    brand_name  what its master brand is to be called
    mersis      None for a tradesman who has none
    is_joint    all signatories have to accept the agreement, not one of them
    """

    kind: ProviderKind
    title: str
    brand_name: str
    mersis: str | None
    is_joint: bool


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """Başvuru, as the registry's people see it: nobody's number is in it."""

    application_id: UUID
    state: ApplicationState
    facts: Facts
    tin_tag: UUID
    created_at: datetime
    changed_at: datetime
    iys_code: IysCode | None


class Acceptance(msgspec.Struct, frozen=True):
    """What one signatory has accepted, and when; None: nothing yet."""

    place: int
    agreement_version: int | None
    accepted_at: datetime | None
