"""What stands: consentDetail, batchConsentStatus, consentsHistory."""

from uuid import uuid4

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.documents import DETAIL, HISTORY, QUESTION, RECIPIENTS, STATUS_LIST
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Param, Summary
from izin.api.paging import read_limit, read_offset
from izin.api.services import Services, brand_of, intake_of
from izin.api.wire import Wire, dates, source_of
from izin.consent.ask import Asker, Circumstances, allowed, now_question
from izin.consent.check import Detail
from izin.consent.history import Movement, history
from izin.consent.intake import parse_question, parse_recipients, shape_error
from izin.consent.model import ConsentKey
from izin.core.clock import wire_time
from izin.core.errors import RefusalError, Refused
from izin.retailer import lookup as retailers

PAGE_MAX = 100


async def consent_detail(call: Call[Services]) -> Answer:
    """Show one record; an address without one is an empty object, which is never yes."""
    key = _question(call)
    detail = await call.services.checker.detail(key)
    if detail is None:
        return Answer(200, {})
    return Answer(200, {**_record(key, detail), **await _dealer(call, detail)})


def _record(key: ConsentKey, detail: Detail) -> Wire:
    return {
        **dates(detail.consented_at),
        **source_of(detail.source),
        "recipientType": key.recipient_type,
        "status": detail.status,
        "type": key.channel,
        "recipient": key.address.clear,
        "creationDate": wire_time(detail.first_recorded_at),
        "retailerAccessCount": detail.retailer_count,
        "transactionId": detail.transaction_id,
    }


async def _dealer(call: Call[Services], detail: Detail) -> Wire:
    code = detail.retailer_code
    if code is None:
        return {}
    _, brand_code = brand_of(call)
    async with call.services.database.connection() as connection:
        titles = await retailers.titles(connection, brand_code, [code])
    return {"retailerCode": code, **({"retailerTitle": titles[code]} if code in titles else {})}


async def statuses(call: Call[Services]) -> Answer:
    """List those of the asked addresses that may be sent to."""
    context = intake_of(call)
    keys = parse_recipients(
        call.body, str(call.path["type"]), str(call.path["recipientType"]), context
    )
    if isinstance(keys, tuple):
        raise shape_error(keys)
    around = Circumstances(
        question=now_question(keys[0], context.now), facts=asker_of(call).facts()
    )
    answers = await allowed(call.services.checker, keys, around)
    return Answer(
        200,
        {
            "requestId": str(uuid4()),
            "list": [key.address.clear for key, yes in zip(keys, answers, strict=True) if yes],
        },
    )


def asker_of(call: Call[Services]) -> Asker:
    """What the copy of the parties says of who asks."""
    iys_code, brand_code = brand_of(call)
    brand = call.services.directory.brand(brand_code)
    provider = call.services.directory.provider(iys_code)
    return Asker(
        is_sender_registered=provider is not None and provider.is_registered,
        is_brand_active=brand is not None and brand.is_active,
    )


async def consents_history(call: Call[Services]) -> Answer:
    """Show what happened to one record, newest first."""
    refused: list[Refused] = []
    limit = read_limit(call.query, PAGE_MAX, refused)
    offset = read_offset(call.query, refused)
    key = parse_question(call.body, intake_of(call))
    if isinstance(key, tuple):
        raise shape_error([*key, *refused])
    if refused:
        raise RefusalError(refused)
    services = call.services
    async with services.database.connection() as connection:
        found = await history(connection, services.keyring, key, offset=offset, limit=limit)
    return Answer(
        200,
        {
            "list": [moved(key, movement) for movement in found.movements],
            "pagination": {
                "totalCount": found.total_count,
                "pageSize": len(found.movements),
                "offset": offset,
            },
        },
    )


def moved(key: ConsentKey, movement: Movement) -> Wire:
    """One movement of a known key."""
    return {
        **dates(movement.consented_at),
        **source_of(movement.source),
        "recipient": key.address.clear,
        "recipientType": key.recipient_type,
        "status": movement.status,
        "type": key.channel,
        "creationDate": wire_time(movement.recorded_at),
        "transactionId": movement.transaction_id,
    }


def _question(call: Call[Services]) -> ConsentKey:
    key = parse_question(call.body, intake_of(call))
    if isinstance(key, tuple):
        raise shape_error(key)
    return key


_PATH = "/sps/{iysCode}/brands/{brandCode}"
_QUESTION_ERRORS = (
    *("H097", "H111", "H114", "H116", "H117", "H120", "H121", "H122", "H166", "H170"),
)

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="consentDetail",
        method="POST",
        path=_PATH + "/consents/status",
        aliases=(_PATH + "/status",),
        right=Right.READ,
        lane=Lane.SINGLE_STATUS,
        handler=consent_detail,
        summary=Summary("Bir iznin durumunu gösterir.", "Shows one consent."),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=QUESTION,
        answers={200: DETAIL},
        errors=_QUESTION_ERRORS,
    ),
    Operation(
        id="batchConsentStatus",
        method="POST",
        path=_PATH + "/consents/{recipientType}/status/{type}",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=statuses,
        summary=Summary(
            "Verilen adreslerden onaylı olanları listeler.",
            "Lists those of the given addresses that have consented.",
        ),
        takes=BodyKind.JSON,
        body_max=512 * KIB,
        request=RECIPIENTS,
        answers={200: STATUS_LIST},
        errors=("H091", "H097", "H116", "H117", "H164", "H168", "H193", "H464", "H478"),
    ),
    Operation(
        id="consentsHistory",
        method="POST",
        path=_PATH + "/consents/history",
        right=Right.READ,
        lane=Lane.HISTORY,
        handler=consents_history,
        summary=Summary("Bir iznin geçmişini gösterir.", "Shows one consent's history."),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        query=(
            Param(name="limit", kind=int, tr="En çok 100.", en="At most 100."),
            Param(name="offset", kind=int, tr="Atlanacak kayıt.", en="Rows to pass over."),
        ),
        request=QUESTION,
        answers={200: HISTORY},
        errors=(*_QUESTION_ERRORS, "H182", "H183", "H186", "H187"),
    ),
)
