"""İYS Yolu: the registry takes a consent for a company. Source: contract 1.17, tag İLETİ ViA."""

from typing import Any
from uuid import UUID

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.services import Services, company_of, principal_of
from izin.api.via_documents import CONFIRM, CONFIRMED, KVK, LIST, SEARCH, START, STARTED, STATUS
from izin.api.via_intake import read_confirmation, read_search, read_start, request_id
from izin.api.via_problems import of_confirming, of_kvk, of_looking, of_taking
from izin.api.wire import Wire
from izin.core.clock import IYS_TIME, wire_time
from izin.core.codes import BrandCode, company
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Status
from izin.partner.model import Scope
from izin.via.confirm import Confirming
from izin.via.model import Title
from izin.via.read import kvk_requests, request_of, with_what_is_out
from izin.via.request import Body, Detail, Request
from izin.via.rules import shown
from izin.via.start import On, Wanted, start

_GIVEN, _NOT_GIVEN = "Onay verildi", "Onay verilmedi"
"""Source: contract, getViaRequest, the examples."""


async def start_request(call: Call[Services]) -> Answer:
    """Begin a request: the notice is sent, and the codes once it has arrived."""
    wanted = read_start(call.body, sandbox=takes_nobodys(call), language=call.language)
    return await begin(call, wanted)


async def begin(call: Call[Services], wanted: Wanted) -> Answer:
    """Begin what was read."""
    services, of = call.services, company_of(call)
    see_that_he_reaches(call, () if wanted.asked.etk is None else wanted.asked.etk.brands)
    on = On(
        iys_code=of,
        asked_by=_caller(call),
        pages=services.citizens_origin,
        quotas=services.quotas,
    )
    async with services.database.acting_for(company(of)) as connection:
        made = await start(connection, services.keyring, on, wanted, now=services.clock())
    return Answer(200, {"message": {"requestId": str(made)}, "code": "OK"})


async def confirm_request(call: Call[Services]) -> Answer:
    """Take the codes that she told; what she consents to is recorded."""
    services = call.services
    handed = read_confirmation(call.body, by=_caller(call))
    await request_seen(call, handed.request_id)
    body = await confirming_of(services).confirm(company_of(call), handed, now=services.clock())
    given = [_recorded(each) for each in body.details if each.title in handed.codes]
    return Answer(200, {"message": given, "code": "OK"})


def confirming_of(services: Services) -> Confirming:
    """What takes codes for companies."""
    return Confirming(
        services.database,
        services.keyring,
        services.recorder,
        services.quotas,
        services.citizens_origin,
    )


async def show_request(call: Call[Services]) -> Answer:
    """Show how far a request is, and what came of it."""
    request = await request_seen(call, request_id(str(call.path["requestId"])))
    async with call.services.database.acting_for(company(request.iys_code)) as connection:
        request = await with_what_is_out(connection, request)
    body, person = request.body, request.person
    stage, status = shown(request.stands, call.services.clock())
    at = request.started_at.astimezone(IYS_TIME)
    message: Wire = {
        "requestId": str(request.request_id),
        "formId": str(request.form_id),
        "source": body.source,
        "iysCode": str(request.iys_code),
        "recipient": body.address,
        "consentSource": body.asked.verification,
        "requestDate": f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
        "requestDetails": [_detail(each) for each in body.details],
        "lastStatus": {"stage": stage, "status": status},
    }
    if body.asked.etk is not None:
        message["recipientType"] = body.asked.etk.recipient_type
    if person is not None:
        message["recipientName"] = person.name
        message["recipientIdNumber"] = person.id_number
    return Answer(200, {"message": message, "code": "OK"})


async def show_kvk(call: Call[Services]) -> Answer:
    """Show what was obtained of texts of the law on personal data."""
    request = await request_seen(call, request_id(str(call.path["requestId"])))
    found = [_kvk(request, each) for each in request.body.details if _is_kvk(each)]
    return Answer(200, {"message": found, "code": "OK"})


async def search_kvk(call: Call[Services]) -> Answer:
    """List the requests by which an address gave its word on a text."""
    services, of = call.services, company_of(call)
    address, kind = read_search(call.body, sandbox=takes_nobodys(call))
    async with services.database.acting_for(company(of)) as connection:
        found = await kvk_requests(connection, services.keyring, of, address, kind)
    his = [str(each.request_id) for each in found if _is_his(call, each)]
    return Answer(200, {"message": his, "code": "OK"})


async def request_seen(call: Call[Services], id_: UUID) -> Request:
    """Give a request of the company's that the caller may see. Raises RefusalError H1030."""
    services, of = call.services, company_of(call)
    async with services.database.acting_for(company(of)) as connection:
        request = await request_of(connection, services.keyring, id_)
    if request is None or not _is_his(call, request):
        raise RefusalError(Refused(code="H1030"))
    return request


def _caller(call: Call[Services]) -> str:
    return principal_of(call).name


def takes_nobodys(call: Call[Services]) -> bool:
    """Test brands take nobody's numbers everywhere."""
    brands = call.services.directory.brands_of(company_of(call))
    return call.services.is_sandbox or any(each.is_test for each in brands)


def see_that_he_reaches(call: Call[Services], brands: tuple[BrandCode, ...]) -> None:
    """See that a caller may ask for these brands, or with none of them for the company's own.

    Raises  RefusalError H1014 one is not his to ask for, H1104 a partner without a ViA mandate
    """
    reached = _reached(call)
    if reached is None:
        return
    is_partner = call.allowed.caller.partner_code is not None
    if not set(brands) <= reached or not (brands or (reached and is_partner)):
        raise RefusalError(Refused(code="H1104" if is_partner else "H1014"))


def _reached(call: Call[Services]) -> set[BrandCode] | None:
    """For which brands a caller may have consents taken; None: for all of the company's."""
    permit = call.allowed
    partner = permit.caller.partner_code
    if partner is None:
        return None if permit.brands is None else set(permit.brands)
    asked = {permit.brand_code} if permit.brand_code is not None else set(permit.brands or ())
    directory, now = call.services.directory, call.services.clock()
    return {
        code
        for code in asked
        for each in directory.mandates(partner, code)
        if each.scope is Scope.VIA and each.can_write and each.stands(now)
    }


def _is_his(call: Call[Services], request: Request) -> bool:
    """May he see a request: of the brands that he may ask for?"""
    etk = request.body.asked.etk
    try:
        see_that_he_reaches(call, () if etk is None else etk.brands)
    except RefusalError:
        return False
    return True


def _recorded(detail: Detail) -> Wire:
    assert detail.at is not None, "it was answered"
    found: Wire = {
        "transactionId": detail.transaction_id,
        "creationDate": wire_time(detail.at),
        "type": detail.kind,
    }
    if detail.brand_code is not None:
        found["brandCode"] = str(detail.brand_code)
    return found


def _detail(detail: Detail) -> Wire:
    is_given = detail.status is Status.ONAY
    found: Wire = {
        "consentTypeChoice": detail.kind,
        "consentType": detail.title,
        "operationStatusMessage": _GIVEN if is_given else _NOT_GIVEN,
    }
    if detail.brand_code is not None:
        found["brandCode"] = str(detail.brand_code)
    if detail.at is not None and detail.transaction_id:
        found["transactionId"] = detail.transaction_id
        found["consentDate"] = wire_time(detail.at)
    return found


def _is_kvk(detail: Detail) -> bool:
    return detail.title is Title.KVK and detail.status is not None


def _kvk(request: Request, detail: Detail) -> Wire:
    assert detail.at is not None, "it was answered"
    body: Body = request.body
    found: Wire = {
        "requestId": str(request.request_id),
        "type": detail.kind,
        "source": body.source,
        "iysCode": str(request.iys_code),
        "recipient": body.address,
        "consentDate": str(int(detail.at.timestamp() * 1000)),
        "status": detail.status,
        "transactionId": detail.transaction_id,
    }
    if request.person is not None:
        found["recipientName"] = request.person.name
        found["recipientIdNumber"] = request.person.id_number
    return found


_ASKED = ("H1005", "H1012", "H1013", "H1025", "H1029", "H1043", "H1057", "H1060")
_PATH = "/via/sps/{iysCode}"


def _row(
    name: str, method: str, path: str, handler: Any, summary: Summary, **rest: Any
) -> Operation[Services]:
    rest = {"lane": Lane.QUESTION, **rest}
    if method == "POST":
        rest |= {"takes": BodyKind.JSON, "body_max": 64 * KIB}
    return Operation(
        id=name,
        method=method,
        path=_PATH + path,
        handler=handler,
        summary=summary,
        **rest,
    )


OPERATIONS: tuple[Operation[Services], ...] = (
    _row(
        "startViaRequest",
        "POST",
        "/consent",
        start_request,
        Summary("Onay alma işlemini başlatır.", "Begins to take a consent."),
        right=Right.WRITE,
        lane=Lane.CONSENT,
        dressed=of_taking,
        tokenless="H1038",
        request=START,
        answers={200: STARTED},
        errors=(
            *_ASKED,
            *("H1000", "H1014", "H1015", "H1026", "H1027", "H1031", "H1054", "H1055", "H1061"),
            *("H1063", "H1065", "H1066", "H1085", "H1086", "H1092", "H1093", "H1096", "H1104"),
            *("IZ078", "IZ110", "IZ113", "IZ114", "IZ133", "IZ134", "IZ137", "IZ166"),
        ),
    ),
    _row(
        "completeViaRequest",
        "POST",
        "/confirmation",
        confirm_request,
        Summary("Alıcının söylediği kodla onayı kaydeder.", "Records a consent by its code."),
        right=Right.WRITE,
        lane=Lane.CONSENT,
        dressed=of_confirming,
        tokenless="H1038",
        request=CONFIRM,
        answers={200: CONFIRMED},
        errors=(
            *_ASKED,
            *("H1014", "H1028", "H1030", "H1031", "H1032", "H1049", "H1050", "H1051", "H1052"),
            *("H1056", "H1064", "H1113", "IZ078", "IZ110", "IZ152", "IZ160", "IZ165"),
        ),
    ),
    _row(
        "getViaRequest",
        "GET",
        "/consent/request/{requestId}",
        show_request,
        Summary("Onay alma işleminin durumunu gösterir.", "Shows how far a request is."),
        right=Right.READ,
        dressed=of_looking,
        tokenless="H1038",
        answers={200: STATUS},
        errors=("H1030", "IZ078"),
    ),
    _row(
        "getKVKConsent",
        "GET",
        "/consent/{requestId}",
        show_kvk,
        Summary("Bir işlemin KVK sonucunu gösterir.", "Shows a request's answer on personal data."),
        right=Right.READ,
        dressed=of_kvk,
        answers={200: KVK},
        errors=("H1030", "IZ078"),
    ),
    _row(
        "searchKVKConsent",
        "POST",
        "/consent/status",
        search_kvk,
        Summary("Alıcının KVK işlemlerini listeler.", "Lists an address's answers on a text."),
        right=Right.READ,
        dressed=of_looking,
        tokenless="H1038",
        request=SEARCH,
        answers={200: LIST},
        errors=(
            *("H1005", "H1025", "H1026", "H1027", "H1029", "H1043", "H1057", "H1085"),
            "IZ078",
        ),
    ),
)
