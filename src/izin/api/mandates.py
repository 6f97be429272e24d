"""Beside the contract: a company gives partners mandates for a brand, and takes them back."""

from datetime import timedelta

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.documents import MANDATE, MANDATE_GRANTED, MANDATES, REVOCATION, REVOKED
from izin.api.form import Form
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary, always
from izin.api.services import Services, brand_of, principal_of, see_that_it_is_fresh
from izin.api.wire import Wire
from izin.core.clock import wire_time
from izin.core.codes import PartnerCode
from izin.core.errors import RefusalError, Refused
from izin.partner import lookup
from izin.partner.mandate import Grant, grant, revoke
from izin.partner.model import Mandate, MandateRight, Scope

SHOWN_MAX = 500
_PARTNER_MAX = 99_999_999
_CLOCKS_APART = timedelta(minutes=5)
"""A mandate gives nothing for the past; but the clock of whoever gives it may be behind ours."""
_GRANT_FIELDS = ("partnerCode", "scope", "right", "validFrom", "validUntil")
_REVOKE_FIELDS = ("partnerCode", "scope")


async def list_mandates(call: Call[Services]) -> Answer:
    """Show the brand's mandates, those that ended too, the newest first."""
    services = call.services
    async with services.database.connection() as connection:
        found = await lookup.of_brand(connection, *brand_of(call), SHOWN_MAX)
    return Answer(200, {"list": [_shown(call, each) for each in found]})


async def grant_mandate(call: Call[Services]) -> Answer:
    """Give a partner a mandate in the place of the one that it has about the same."""
    await see_that_it_is_fresh(call)
    form = Form(call.body, _GRANT_FIELDS)
    partner_code = form.required_number("partnerCode", 1, _PARTNER_MAX)
    scope = form.term("scope", Scope, required=True)
    right = form.term("right", MandateRight, required=True)
    now = call.services.clock()
    valid_from = form.instant("validFrom") or now
    if valid_from < now - _CLOCKS_APART:
        form.refuse("later", "validFrom")
    valid_until = form.instant("validUntil")
    if valid_until is not None and valid_until <= max(valid_from, now):
        form.refuse("later", "validUntil")
    form.check()
    assert scope is not None, "it is required"
    mandate = await grant(
        call.services.reserved,
        Grant(
            partner_code=PartnerCode(partner_code),
            scope=scope,
            can_write=right is MandateRight.WRITE,
            valid_from=max(valid_from, now),
            valid_until=valid_until,
        ),
        of=brand_of(call),
        by=principal_of(call),
    )
    return Answer(201, _shown(call, mandate))


async def revoke_mandates(call: Call[Services]) -> Answer:
    """Take a partner's mandates back: about one scope, or all of the brand's."""
    form = Form(call.body, _REVOKE_FIELDS)
    partner_code = form.required_number("partnerCode", 1, _PARTNER_MAX)
    scope = form.term("scope", Scope)
    form.check()
    gone = await revoke(
        call.services.reserved,
        PartnerCode(partner_code),
        scope,
        of=brand_of(call),
        by=principal_of(call),
    )
    if not gone:
        raise RefusalError(Refused(code="IZ035", facts=(("partnerCode", str(partner_code)),)))
    return Answer(200, {"revoked": gone})


def _shown(call: Call[Services], mandate: Mandate) -> Wire:
    known: Wire = {
        "mandateId": str(mandate.mandate_id),
        "partnerCode": mandate.partner_code,
        "scope": mandate.scope,
        "right": MandateRight.WRITE if mandate.can_write else MandateRight.READ,
        "validFrom": wire_time(mandate.valid_from),
        "stands": mandate.stands(call.services.clock()),
    }
    if mandate.valid_until is not None:
        known["validUntil"] = wire_time(mandate.valid_until)
    if mandate.revoked_at is not None:
        known["revokedAt"] = wire_time(mandate.revoked_at)
    return known


_PATH = "/x/brands/{brandCode}/mandates"

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xMandates",
        method="GET",
        path=_PATH,
        right=Right.OWN,
        lane=Lane.INFO,
        handler=list_mandates,
        summary=Summary(
            "Markanın iş ortaklarına verilen yetkileri gösterir.",
            "Shows the mandates that partners have for the brand.",
        ),
        answers={200: MANDATES},
        passes_held=always,
    ),
    Operation(
        id="xMandateGrant",
        method="POST",
        path=_PATH,
        right=Right.GRANT,
        lane=Lane.INFO,
        handler=grant_mandate,
        summary=Summary(
            "Bir iş ortağına marka için yetki verir.", "Gives a partner a mandate for the brand."
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=MANDATE,
        answers={201: MANDATE_GRANTED},
        errors=("IZ052", "IZ011", "IZ033", "IZ040"),
    ),
    Operation(
        id="xMandateRevoke",
        method="POST",
        path=_PATH + "/revoke",
        right=Right.GRANT,
        lane=Lane.INFO,
        handler=revoke_mandates,
        summary=Summary(
            "Bir iş ortağının markadaki yetkilerini geri alır.",
            "Takes a partner's mandates for the brand back.",
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=REVOCATION,
        answers={200: REVOKED},
        errors=("IZ011", "IZ035"),
        passes_held=always,
    ),
)
