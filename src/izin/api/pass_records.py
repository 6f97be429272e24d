"""What became of verifications: history, record, and what is left of the subscription.

Source  contract 1.17b
"""

import asyncio
from uuid import UUID

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.operation import Answer, BodyKind, Call, Operation, Param, Summary, always
from izin.api.pass_documents import HISTORY, HISTORY_ASKED, SUBSCRIBED
from izin.api.pass_problems import dressed, dressed_of_subscription
from izin.api.services import Services, company_of
from izin.api.stamps import with_stamp
from izin.api.via_pass import BODY_MAX, PATH, company_asked_for, read_id
from izin.api.wire import Wire
from izin.core.clock import IYS_TIME, wire_time
from izin.core.errors import RefusalError, Refused
from izin.i18n import catalogue
from izin.viapass import lookup
from izin.viapass.model import Request, State, Step, Subscription, steps
from izin.viapass.paper import facts_of, pdf_of
from izin.viapass.seal import opened

_PAGE_SIZE, _PAGE_SIZE_MAX, _PAGE_MAX = 20, 100, 1_000_000


async def history(call: Call[Services]) -> Answer:
    """Show what happened with a request, page by page."""
    request_id = read_id(_asked_for(call.body))
    page = _number(call, "page", 1, _PAGE_MAX)
    size = _number(call, "pageSize", _PAGE_SIZE, _PAGE_SIZE_MAX)
    found = None if request_id is None else await _request(call, request_id)
    if found is None:
        raise RefusalError(Refused(code="OTP-ERROR-002"))
    kind = found.kind.value.replace("_SHORTURL", " SHORT URL")
    every = steps(found, call.services.clock())
    shown = [_step(each, kind) for each in every[(page - 1) * size : page * size]]
    pages = {
        "currentPage": page,
        "elementsInPage": len(shown),
        "totalItems": len(every),
        "totalPages": -(-len(every) // size),
    }
    return Answer(200, {"content": shown, "pagination": pages})


async def _request(call: Call[Services], request_id: UUID) -> Request | None:
    of = await company_asked_for(call, request_id)
    return None if of is None else await lookup.request_of(call.services.database, of, request_id)


def _asked_for(body: object) -> str:
    """Read the one field; each way to get it wrong has a code of its own."""
    if not isinstance(body, dict) or not body:
        raise RefusalError(Refused(code="OTP-ERROR-005"))
    if "requestId" not in body:
        raise RefusalError(Refused(code="OTP-ERROR-009"))
    if len(body) > 1:
        raise RefusalError(Refused(code="OTP-ERROR-010"))
    text = body["requestId"]
    if not isinstance(text, str) or not text.strip():
        raise RefusalError(Refused(code="OTP-ERROR-006"))
    return text


def _number(call: Call[Services], name: str, usual: int, most: int) -> int:
    form = Form(call.query, ("page", "pageSize"))
    number = form.digits(name, 1, most)
    form.check()
    return usual if number is None else number


def _step(step: Step, kind: str) -> Wire:
    at = step.at.astimezone(IYS_TIME)
    return {
        "requestType": kind,
        "status": step.status,
        "description": step.description,
        "transactionDate": f"{at:%Y-%m-%d %H:%M:%S.%f}",
    }


async def subscription(call: Call[Services]) -> Answer:
    """Show what a company has bought, and what is left of it: to the company, not to a partner."""
    found = await lookup.subscription_of(call.services.database, company_of(call))
    listed = [] if found is None else [_subscribed(call, found)]
    message = catalogue.done("via_pass_subscription", call.language)
    return Answer(200, {"data": listed, "message": message})


def _subscribed(call: Call[Services], each: Subscription) -> Wire:
    status = "ACTIVE" if each.stands(call.services.clock()) else "EXPIRED"
    span: Wire = {
        "startDate": wire_time(each.starts_at),
        "expirationDate": wire_time(each.ends_at),
        "status": status,
    }
    package: Wire = {
        **span,
        "viaSubscriptionId": str(each.subscription_id),
        "viaSubscriptionPackageName": each.package,
        "isLimited": each.credit >= 0,
    }
    shown: Wire = {
        **span,
        "iysViaSubscriptionId": str(each.subscription_id),
        "iysCode": each.iys_code,
        "creationDate": wire_time(each.created_at),
        "lastUpdateDate": wire_time(each.changed_at),
        "autoRenewal": each.auto_renewal,
        "viaSubscriptionPackage": package,
    }
    if call.allowed.caller.partner_code is None:
        shown["viaCredit"], package["viaCredit"] = each.left, each.credit
    return shown


async def file(call: Call[Services]) -> Answer:
    """Give the record of a completed verification."""
    services, iys_code = call.services, company_of(call)
    request_id = read_id(str(call.path["requestId"]))
    found = None
    if request_id is not None:
        found = await lookup.request_of(services.database, iys_code, request_id)
    if found is None or found.state is not State.DONE:
        raise RefusalError(Refused(code="H1072"))
    asked, given = await opened(services.keyring, found)
    assert given is not None, "what is completed says by what"
    provider = services.directory.provider(iys_code)
    company = "" if provider is None else provider.title
    facts = facts_of(found, asked, given, company=company, sender=services.sms_sender)
    return await with_stamp(services, found.request_id, await asyncio.to_thread(pdf_of, facts))


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="getRequestAudit",
        method="POST",
        path=f"{PATH}/request-history",
        right=Right.VERIFY,
        lane=Lane.INFO,
        handler=history,
        summary=Summary(
            "Bir doğrulamanın geçmişini gösterir.", "Shows what happened with a verification."
        ),
        takes=BodyKind.JSON,
        body_max=BODY_MAX,
        request=HISTORY_ASKED,
        query=(
            Param(name="page", kind=int, tr="Sayfa; 1'den başlar.", en="The page, from 1."),
            Param(name="pageSize", kind=int, tr="Sayfadaki satır; 20.", en="Rows a page; 20."),
        ),
        answers={200: HISTORY},
        errors=(
            "IZ011",
            *(f"OTP-ERROR-{number}" for number in ("002", "005", "006", "009", "010")),
        ),
        dressed=dressed,
    ),
    Operation(
        id="getClarificationFile",
        method="GET",
        path=f"{PATH}/get-clarification-file/{{iysCode}}/{{requestId}}",
        right=Right.VERIFY,
        lane=Lane.INFO,
        handler=file,
        summary=Summary(
            "Tamamlanan bir doğrulamanın işlem dosyasını verir.",
            "Gives the record of a completed verification.",
        ),
        answers={200: {"type": "string", "format": "binary"}},
        media="application/zip",
        errors=("H1072",),
        dressed=dressed,
    ),
    Operation(
        id="search",
        method="GET",
        path=f"{PATH}/subscription/{{iysCode}}",
        right=Right.VERIFY,
        lane=Lane.INFO,
        handler=subscription,
        passes_held=always,  # whoever may do nothing else may see what it has (H520 says so)
        summary=Summary(
            "ViA PASS aboneliğini ve kalan kontörü gösterir.",
            "Shows the ViA PASS subscription and the credit that is left.",
        ),
        answers={200: SUBSCRIBED},
        errors=("H1040",),
        dressed=dressed_of_subscription,
    ),
)
