"""Beside the contract: a brand lists the consents of one of its dealers, and records more by it.

Source  the presentation of İYS, dealer management
"""

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.asking import LIST_PARAMS, consents_page, read_list
from izin.api.consents import is_refusal, record_one
from izin.api.documents import BRAND_PAGE, RECEIPT, RETAILER_ROW, ROW_ERRORS, STATE_ERRORS
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.retailers import code_of, no_such_retailer
from izin.api.services import Services, brand_of
from izin.consent.dealers import know_any
from izin.consent.record import OnRepeat
from izin.core.codes import RetailerCode
from izin.core.errors import RefusalError, Refused


async def retailer_consents(call: Call[Services]) -> Answer:
    """List the consents that a dealer took or may use."""
    code = _code(call)
    wanted = read_list(call, dealer=code)
    _, brand_code = brand_of(call)
    await know_any(call.services.database, brand_code, [code])
    return await consents_page(call, wanted)


async def record_by_retailer(call: Call[Services]) -> Answer:
    """Record one movement that a dealer took; a repeat is answered with its first receipt."""
    code = _code(call)
    body = call.body
    if isinstance(body, dict):
        if body.get("retailerCode", code) != code:
            facts = (("expected", "path_dealer"), ("retailerCode", str(code)))
            place = ("retailerCode",)
            value = body["retailerCode"]
            raise RefusalError(Refused(code="IZ011", location=place, value=value, facts=facts))
        body = {**body, "retailerCode": code}
    return await record_one(call, body, OnRepeat.ANSWER)


def _code(call: Call[Services]) -> RetailerCode:
    code = code_of(call)
    if code is None:
        raise no_such_retailer(call)
    return code


_PATH = "/x/brands/{brandCode}/retailers/{retailerCode}/consents"

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xRetailerConsents",
        method="GET",
        path=_PATH,
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=retailer_consents,
        summary=Summary(
            "Bir bayinin aldığı ya da kullanabildiği izinleri listeler.",
            "Lists the consents that a dealer took or may use.",
        ),
        query=LIST_PARAMS,
        answers={200: BRAND_PAGE},
        errors=("H058", "IZ004", "IZ011"),
    ),
    Operation(
        id="xRetailerRecord",
        method="POST",
        path=_PATH,
        right=Right.WRITE,
        lane=Lane.CONSENT,
        handler=record_by_retailer,
        summary=Summary(
            "Bir bayinin aldığı tek bir izni kaydeder; aynı istek tekrarlanırsa ilk işlem "
            "numarasını döner.",
            "Records one consent that a dealer took; a repeated request is answered with its "
            "first receipt.",
        ),
        takes=BodyKind.JSON,
        body_max=64 * KIB,
        request=RETAILER_ROW,
        answers={200: RECEIPT},
        errors=("H058", "H085", *ROW_ERRORS, *STATE_ERRORS, "H525", "IZ093"),
        only_refusals=is_refusal,
    ),
)
