"""What the trail is made of. Nothing of a recipient, and no secret, is ever in it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from izin.core.codes import IysCode

Fact = str | int | bool | None


class PrincipalKind(StrEnum):
    """What kind of principal changed something."""

    API_USER = "api_user"
    MEMBER = "member"
    OPERATOR = "operator"
    REGISTRY = "registry"


class Principal(msgspec.Struct, frozen=True):
    """Who changes something.

    name  an API user's or a member's id, an operator's account on the machine; of the registry
          itself empty, or ``voice`` for its menu
    """

    kind: PrincipalKind
    name: str = ""


REGISTRY = Principal(PrincipalKind.REGISTRY)
"""The registry's own processes, when nobody asked them to."""


class Action(StrEnum):
    """What was done, as `izin audit` names it."""

    APPLICATION_MADE = "application.made"
    APPLICATION_MOVED = "application.moved"
    APPLICATION_ACCEPTED = "application.accepted"
    AGREEMENT_PUBLISHED = "agreement.published"
    PROVIDER_PUT = "provider.put"
    BRAND_PUT = "brand.put"
    BRAND_SHORT_NAMES = "brand.short_names"
    BRAND_MOVED = "brand.moved"
    PARTNER_PUT = "partner.put"
    MANDATE_GRANTED = "mandate.granted"
    MANDATE_REVOKED = "mandate.revoked"
    MIGRATION_PUT = "migration.put"
    CARRIER_PUT = "carrier.put"
    RETAILER_PUT = "retailer.put"
    RETAILER_ENTERED = "retailer.entered"
    RETAILER_PUT_UNDER = "retailer.put_under"
    RETAILER_LIMITED = "retailer.limited"
    RETAILER_STATUS = "retailer.status"
    RETAILER_REMOVED = "retailer.removed"
    SUBSCRIPTION_PUT = "subscription.put"
    SUBSCRIPTION_SHARE = "subscription.share"
    USER_PUT = "user.put"  # of accounts that were entered before there was `client.added`
    MEMBER_INVITED = "member.invited"
    MEMBER_ENROLLED = "member.enrolled"
    MEMBER_PUT = "member.put"
    MEMBER_FACTOR = "member.factor"
    MEMBER_SUBJECT = "member.subject"
    MEMBER_SIGNED_IN = "member.signed_in"
    MEMBER_SIGNED_OUT = "member.signed_out"
    SIGN_ON_PUT = "sign_on.put"
    SIGN_ON_REMOVED = "sign_on.removed"
    CLIENT_ADDED = "client.added"
    CLIENT_PASSWORD = "client.password"  # noqa: S105 -- the name of a deed
    CLIENT_STOPPED = "client.stopped"
    CLIENT_KEY_ADDED = "client.key_added"
    CLIENT_KEY_WITHDRAWN = "client.key_withdrawn"
    CLIENT_RESOURCE_SERVER = "client.resource_server"
    VIA_FORM_DRAFTED = "via_form.drafted"
    VIA_FORM_SUBMITTED = "via_form.submitted"
    VIA_FORM_APPROVED = "via_form.approved"
    VIA_FORM_REJECTED = "via_form.rejected"
    TEMPLATE_SUBMITTED = "template.submitted"
    TEMPLATE_DECIDED = "template.decided"
    VERIFICATIONS_PUT = "verifications.put"
    VIA_PLAN_PUT = "via_plan.put"
    CALL_STARTED = "call.started"
    CALL_IDENTIFIED = "call.identified"
    CALL_BELIEVED = "call.believed"
    CALL_CHANGED = "call.changed"
    CALL_ENDED = "call.ended"
    KEY_MADE = "key.made"


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One change.

    subject   the code or the id of what was changed
    iys_code  whose company's it is; None of what is the registry's own
    facts     what stands since
    """

    action: Action
    subject: str
    iys_code: IysCode | None
    facts: Mapping[str, Fact]


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A change as it is kept: the deed, by whom, when, and by which process.

    process  the database role under which it was written, as the database itself saw it
    """

    audit_id: int
    happened_at: datetime
    principal: Principal
    process: str
    deed: Deed


class Query(msgspec.Struct, frozen=True):
    """Which events are wanted; what is None is not asked for. Until is exclusive."""

    iys_code: IysCode | None = None
    action: Action | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
