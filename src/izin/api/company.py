"""Beside the contract: a company sees what the registry knows of it, its own people included."""

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.documents import COMPANY
from izin.api.operation import Answer, Call, Operation, Summary, always
from izin.api.services import Services, company_of
from izin.api.wire import Wire
from izin.application import lookup
from izin.application.seal import Signed, open_company
from izin.core.clock import wire_time
from izin.core.codes import company as company_party
from izin.core.errors import RefusalError, Refused


async def company(call: Call[Services]) -> Answer:
    """Show the caller's company."""
    services = call.services
    iys_code = company_of(call)
    provider = services.directory.provider(iys_code)
    if provider is None:
        raise RefusalError(Refused(code="H001", facts=(("iysCode", str(iys_code)),)))
    known: Wire = {
        "iysCode": iys_code,
        "title": provider.title,
        "state": provider.state,
        "kind": provider.kind,
        "mersis": provider.mersis,
        "activationDate": None
        if provider.activated_at is None
        else wire_time(provider.activated_at),
        **await _sealed(call),
    }
    return Answer(200, {name: value for name, value in known.items() if value is not None})


async def _sealed(call: Call[Services]) -> Wire:
    """What only the company itself sees; nothing of one that came without an application."""
    services = call.services
    async with services.database.acting_for(company_party(company_of(call))) as connection:
        found = await lookup.of_company(connection, company_of(call))
    if not found:
        return {}
    blobs = [found[0].contact, *(each.person for each in found)]
    contact, signed = open_company(await services.keyring.openers(blobs), found)
    return {
        "tin": contact.tin,
        "mobile": contact.mobile.clear,
        "email": contact.email.clear,
        "signatories": [_signed(each) for each in signed],
    }


def _signed(each: Signed) -> Wire:
    person = each.signatory
    known: Wire = {
        "name": person.name,
        "tckn": person.tckn.clear,
        "mobile": person.mobile.clear,
        "email": person.email.clear,
    }
    if each.accepted_at is not None:
        known["agreementVersion"] = each.agreement_version
        known["acceptedAt"] = wire_time(each.accepted_at)
    return known


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xCompany",
        method="GET",
        path="/x/company",
        right=Right.OWN,
        lane=Lane.INFO,
        handler=company,
        summary=Summary(
            "Çağıranın şirketini ve imza yetkililerini gösterir.",
            "Shows the caller's company and who signs for it.",
        ),
        answers={200: COMPANY},
        errors=("H001",),
        passes_held=always,  # nothing changes; whoever is paused still sees who he is
    ),
)
