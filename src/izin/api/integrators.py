"""What a partner may do for whom: integratorList and its twin by company. Source: contract 1.13."""

from collections.abc import Iterable

from izin.access.facts import BrandFacts
from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.documents import INTEGRATOR
from izin.api.operation import Answer, Call, Operation, Param, Summary
from izin.api.paging import read_limit, read_offset, whole_number
from izin.api.services import Services
from izin.api.wire import Wire
from izin.core.codes import IysCode, PartnerCode
from izin.core.errors import RefusalError, Refused
from izin.partner.model import Mandate, Scope

PAGE_MAX = 100


async def integrator_list(call: Call[Services]) -> Answer:
    """List the brands that the partner may act for, with its rights."""
    partner_code = _own(call)
    refused: list[Refused] = []
    offset = read_offset(call.query, refused)
    limit = read_limit(call.query, PAGE_MAX, refused)
    if refused:
        raise RefusalError(refused)
    brands = _brands(call, partner_code)
    return _page(call, partner_code, brands, offset, limit)


async def integrator_list_of_company(call: Call[Services]) -> Answer:
    """List the brands of one company that the partner may act for, with its rights."""
    partner_code = _own(call)
    iys_code = call.path["iysCode"]
    brands = [each for each in _brands(call, partner_code) if each.iys_code == iys_code]
    if not brands:
        raise RefusalError(Refused(code="H353", facts=(("field", "iysCode"),)))
    return _page(call, partner_code, brands, 0, len(brands))


def _own(call: Call[Services]) -> PartnerCode:
    """See that the partner in the path is the caller."""
    own = call.allowed.caller.partner_code
    if own is None or whole_number(str(call.path["integratorCode"])) != own:
        raise RefusalError(Refused(code="H353", facts=(("field", "integratorIysCode"),)))
    return own


def _brands(call: Call[Services], partner_code: PartnerCode) -> list[BrandFacts]:
    directory = call.services.directory
    found = (directory.brand(code) for code in directory.brands_with_mandates(partner_code))
    return [each for each in found if each is not None and _standing(call, partner_code, each)]


def _standing(call: Call[Services], partner_code: PartnerCode, brand: BrandFacts) -> list[Mandate]:
    now = call.services.clock()
    mandates = call.services.directory.mandates(partner_code, brand.brand_code)
    return [each for each in mandates if each.stands(now)]


def _page(
    call: Call[Services],
    partner_code: PartnerCode,
    brands: list[BrandFacts],
    offset: int,
    limit: int,
) -> Answer:
    some = brands[offset : offset + limit]
    shown = [_shown(call, each, _standing(call, partner_code, each)) for each in some]
    pagination = {"offset": offset, "totalCount": len(brands), "pageSize": len(shown)}
    return Answer(200, {"pagination": pagination, "list": shown})


def _shown(call: Call[Services], brand: BrandFacts, mandates: Iterable[Mandate]) -> Wire:
    """One brand; a channel without a right is left out."""
    by_scope = {each.scope: each for each in mandates}
    return {
        "brandCode": brand.brand_code,
        "name": brand.name,
        "master": brand.is_master,
        "title": _title(call, brand.iys_code),
        "iysCode": brand.iys_code,
        "agreementControl": Scope.AGREEMENT in by_scope,
        "viaControl": Scope.VIA in by_scope,
        **{
            scope.value: "write" if mandate.can_write else "read"
            for scope, mandate in by_scope.items()
            if scope.channel is not None
        },
    }


def _title(call: Call[Services], iys_code: IysCode) -> str:
    provider = call.services.directory.provider(iys_code)
    return "" if provider is None else provider.title


_PATH = "/integrator/{integratorCode}/sps"

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="integratorList",
        method="GET",
        path=_PATH,
        right=Right.PARTNER,
        lane=Lane.INFO,
        handler=integrator_list,
        summary=Summary(
            "İş ortağının yetkili olduğu markaları listeler.",
            "Lists the brands that the partner may act for.",
        ),
        query=(
            Param(
                name="offset", kind=int, tr="Atlanacak marka sayısı.", en="How many to pass over."
            ),
            Param(name="limit", kind=int, tr="En çok 100.", en="At most 100."),
        ),
        answers={200: INTEGRATOR},
        errors=("H182", "H183", "H186", "H187", "H353", "H363"),
    ),
    Operation(
        id="integratorListByiysCode",
        method="GET",
        path=_PATH + "/{iysCode}",
        right=Right.PARTNER,
        lane=Lane.INFO,
        handler=integrator_list_of_company,
        summary=Summary(
            "İş ortağının bir şirkette yetkili olduğu markaları listeler.",
            "Lists the brands of one company that the partner may act for.",
        ),
        answers={200: INTEGRATOR},
        errors=("H353", "H363"),
    ),
)
