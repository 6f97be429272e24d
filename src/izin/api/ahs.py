"""What carriers ask before they send. Source: contract 1.13; rules 1.8, 3.7.

They call with name and password in each call, and learn of an address whether it may be sent to,
never why.
"""

from uuid import UUID

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.asking import asked_of, read_question
from izin.api.checks import asker_of
from izin.api.documents import (
    ASK,
    CARRIER_BRANDS,
    CARRIER_RECEIPT,
    CARRIER_TOLD,
    LINES_TAKEN,
    RECIPIENTS,
    REJECTED,
)
from izin.api.form import Form
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.services import Services, brand_of, intake_of
from izin.api.wire import Wire
from izin.consent.ask import Circumstances, allowed, now_question
from izin.consent.close_lines import submit
from izin.consent.intake import parse_recipients, shape_error
from izin.consent.model import Decision
from izin.core.address import Address, parse_phone
from izin.core.clock import wire_time
from izin.core.codes import IntermediaryCode
from izin.core.errors import RefusalError, Refused
from izin.inquiry.receipt import QueryReceipt, keep, receipt_of

LINES_MAX = 1000


async def brands_of_tin(call: Call[Services]) -> Answer:
    """List the brands of who pays taxes under a number, if it may send at all."""
    services = call.services
    tag = services.keyring.pseudonyms.tin_tag(str(call.path["tin"]))
    provider = services.directory.provider_by_tin(tag)
    if provider is None or not provider.is_registered:
        return Answer(200, [])
    return Answer(
        200,
        [
            {
                "iysCode": provider.iys_code,
                "title": provider.title,
                "brandCode": each.brand_code,
                "name": each.name,
                "master": each.is_master,
            }
            for each in services.directory.brands_of(provider.iys_code)
            if each.is_active and not each.is_test
        ],
    )


async def rejected(call: Call[Services]) -> Answer:
    """List those of the asked addresses that may not be sent to."""
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
    told = [key.address.clear for key, yes in zip(keys, answers, strict=True) if not yes]
    return Answer(200, {"list": told})


async def ask_with_receipt(call: Call[Services]) -> Answer:
    """May it be sent to each address? The answers are kept, and their receipt's number is given."""
    services = call.services
    asked = read_question(call.body)
    question, told = await asked_of(call, asked)
    decisions = [each.decision for each in told]
    _, brand_code = brand_of(call)
    receipt = QueryReceipt(
        brand_code=brand_code,
        asked_at=question.at,
        channel=asked.channel,
        recipient_type=asked.recipient_type,
        message_kind=asked.message_kind,
        contains_promotion=asked.contains_promotion,
        retailer_code=asked.retailer_code,
        recipients=asked.recipients,
        decisions=decisions,
    )
    async with services.database.connection() as connection:
        receipt_id = await keep(connection, services.keyring, receipt, _carrier(call))
    return Answer(
        200,
        {
            "receiptId": str(receipt_id),
            "list": _told(asked.recipients, decisions),
            "decidedAt": wire_time(question.at),
            "validUntil": wire_time(question.at + question.valid_for),
        },
    )


async def shown_receipt(call: Call[Services]) -> Answer:
    """Show a receipt of the carrier's own."""
    services = call.services
    receipt = None
    receipt_id = _receipt_id(str(call.path["receiptId"]))
    if receipt_id is not None:
        async with services.database.connection() as connection:
            receipt = await receipt_of(connection, services.keyring, receipt_id, _carrier(call))
    if receipt is None:
        raise RefusalError(Refused(code="IZ038"))
    known: Wire = {
        "receiptId": str(receipt_id),
        "brandCode": receipt.brand_code,
        "askedAt": wire_time(receipt.asked_at),
        "type": receipt.channel,
        "recipientType": receipt.recipient_type,
        "retailerCode": receipt.retailer_code,
        "messageKind": receipt.message_kind,
        "containsPromotion": receipt.contains_promotion,
        "list": _told(receipt.recipients, receipt.decisions),
    }
    return Answer(200, {name: value for name, value in known.items() if value is not None})


async def close_lines(call: Call[Services]) -> Answer:
    """Take a report of closed lines: every consent of those numbers ends."""
    services = call.services
    form = Form(call.body, ("recipients",))
    texts = form.texts("recipients", LINES_MAX)
    form.check()
    phones: list[Address] = []
    refused: list[Refused] = []
    for place, text in enumerate(texts):
        phone = parse_phone(text, sandbox=services.is_sandbox)
        if isinstance(phone, Address):
            phones.append(phone)
        else:
            refused.append(Refused(code="H121", location=("recipients", place), value=text))
    if refused:
        raise RefusalError(refused)
    async with services.reserved.transaction() as connection:
        request_id = await submit(connection, services.keyring, phones)
    return Answer(202, {"requestId": str(request_id)})


def _told(recipients: list[str], decisions: list[Decision]) -> list[Wire]:
    return [
        {"recipient": text, "decision": decision}
        for text, decision in zip(recipients, decisions, strict=True)
    ]


def _carrier(call: Call[Services]) -> IntermediaryCode:
    code = call.allowed.caller.intermediary_code
    assert code is not None, "only a carrier passes the door of its questions"
    return code


def _receipt_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="ahsBrands",
        method="GET",
        path="/ahs/brands/{tin}",
        right=Right.CARRIER,
        lane=Lane.INFO,
        handler=brands_of_tin,
        summary=Summary(
            "Vergi numarası verilen şirketin markalarını listeler.",
            "Lists the brands of the company with this tax number.",
        ),
        answers={200: CARRIER_BRANDS},
        errors=("H353",),
    ),
    Operation(
        id="ahsRejected",
        method="POST",
        path="/ahs/brands/{brandCode}/consents/{recipientType}/rejected/{type}",
        right=Right.CARRIER,
        lane=Lane.QUESTION,
        handler=rejected,
        summary=Summary(
            "Verilen adreslerden gönderilemeyecek olanları listeler.",
            "Lists those of the given addresses that may not be sent to.",
        ),
        takes=BodyKind.JSON,
        body_max=512 * KIB,
        request=RECIPIENTS,
        answers={200: REJECTED},
        errors=(
            *("H018", "H091", "H097", "H116", "H117", "H164", "H168", "H193", "H353", "H464"),
            "H478",
        ),
    ),
    Operation(
        id="ahsAsk",
        method="POST",
        path="/ahs/brands/{brandCode}/ask",
        right=Right.CARRIER,
        lane=Lane.QUESTION,
        handler=ask_with_receipt,
        summary=Summary(
            "Adreslere ileti gönderilebilir mi? Yanıt, sorgu belgesiyle saklanır.",
            "May a message be sent to these addresses? The answers are kept with a receipt.",
        ),
        takes=BodyKind.JSON,
        body_max=4096 * KIB,
        request=ASK,
        answers={200: CARRIER_TOLD},
        errors=("H018", "H353", "IZ011"),
    ),
    Operation(
        id="ahsLinesClosed",
        method="POST",
        path="/ahs/lines/closed",
        right=Right.CARRIER,
        lane=Lane.BATCH,
        handler=close_lines,
        summary=Summary(
            "Kapanan hatları bildirir; o numaraların bütün onayları RET olur.",
            "Reports closed lines; every consent of those numbers becomes a refusal.",
        ),
        takes=BodyKind.JSON,
        body_max=512 * KIB,
        request=RECIPIENTS,
        answers={202: LINES_TAKEN},
        errors=("H121", "H353", "IZ011"),
    ),
    Operation(
        id="ahsReceipt",
        method="GET",
        path="/ahs/receipts/{receiptId}",
        right=Right.CARRIER,
        lane=Lane.HISTORY,
        handler=shown_receipt,
        summary=Summary("Bir sorgu belgesini gösterir.", "Shows a query receipt."),
        answers={200: CARRIER_RECEIPT},
        errors=("H353", "IZ038"),
    ),
)
