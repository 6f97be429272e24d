"""Many movements in one request: addBatchConsent, searchRequestDetails, and their v2."""

from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.consents import is_refusal
from izin.api.documents import BATCH_ACCEPTED, BATCH_RESULTS, CONSENT_ROWS, ROW_ERRORS
from izin.api.late import is_only_late, refuse_new
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary, always
from izin.api.services import Services, brand_of, intake_of
from izin.api.wire import Wire, dates, source_of
from izin.consent.batch import Result, Stopped, results_of, submit
from izin.consent.dealer_limit import take_room
from izin.consent.dealers import know_dealers
from izin.consent.intake import IntakeContext, parse_batch, shape_error
from izin.consent.model import Proposal
from izin.consent.quota import FULL
from izin.consent.record import OnRepeat
from izin.core.clock import wire_time
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Status
from izin.i18n.catalogue import Language, render

_REQUEST_ID_LENGTH_MAX = 36


async def add_batch(call: Call[Services]) -> Answer:
    """Take a batch; a repeat inside it is answered by the contract's codes."""
    return await _take(call, OnRepeat.BY_RULES)


async def add_batch_v2(call: Call[Services]) -> Answer:
    """Take a batch; a repeat inside it is answered with its original request."""
    return await _take(call, OnRepeat.ANSWER)


async def _take(call: Call[Services], on_repeat: OnRepeat) -> Answer:
    services = call.services
    _, brand_code = brand_of(call)
    context = intake_of(call)
    proposals = await _read(call, context, on_repeat)
    holds_others = any(proposal.status is not Status.RET for proposal in proposals)
    database = services.database if holds_others else services.reserved
    await know_dealers(database, brand_code, proposals, in_list=True)
    async with database.transaction() as connection:
        over = frozenset[int]()
        if services.quotas.may_be_over(proposals):
            over = await services.quotas.over(connection, proposals)
        if len(over) == len(proposals):
            raise RefusalError(FULL)
        limited = (await take_room(connection, services.keyring, proposals, over)).refused
        if len(over | limited.keys()) == len(proposals):
            raise RefusalError(
                msgspec.structs.replace(each, index=place) for place, each in limited.items()
            )
        stopped = Stopped(
            held=call.allowed.held,
            over=tuple(sorted(over)),
            limited=tuple(sorted(limited.items(), key=itemgetter(0))),
        )
        taken = await submit(connection, services.keyring, proposals, on_repeat, stopped)
    created = wire_time(context.now)
    origin = taken[0].origin
    assert origin is not None, "submit names the request"
    return Answer(
        202,
        {
            "requestId": str(origin.request_id),
            "subRequests": [_sub_request(proposal, created) for proposal in taken],
        },
    )


async def _read(
    call: Call[Services], context: IntakeContext, on_repeat: OnRepeat
) -> list[Proposal]:
    read = parse_batch(call.body, context)
    if on_repeat is OnRepeat.ANSWER and is_only_late(read):
        late = read
        read = parse_batch(call.body, msgspec.structs.replace(context, leaves_late=True))
        assert isinstance(read, list), "but for being late they are in order"
        await refuse_new(call, read, late)
    if isinstance(read, tuple):
        raise shape_error(read)
    return read


def _sub_request(proposal: Proposal, created: str) -> Wire:
    assert proposal.origin is not None, "submit names each row"
    own = str(proposal.origin.sub_request_id)
    return {
        "recipient": proposal.key.address.clear,
        "type": proposal.key.channel,
        **source_of(proposal.source),
        "status": proposal.status,
        **dates(proposal.consented_at),
        "recipientType": proposal.key.recipient_type,
        "subRequestId": own,
        "subrequestId": own,
        "creationDate": created,
    }


async def batch_results(call: Call[Services]) -> Answer:
    """Show what became of a batch's rows."""
    return await _results(call, is_v2=False)


async def batch_results_v2(call: Call[Services]) -> Answer:
    """Show what became of a batch's rows, and to which request a repeated one belongs."""
    return await _results(call, is_v2=True)


async def _results(call: Call[Services], *, is_v2: bool) -> Answer:
    services = call.services
    _, brand_code = brand_of(call)
    request_id = _request_id(str(call.path["requestId"]))
    if request_id is None:
        return Answer(200, [])
    async with services.database.connection() as connection:
        results = await results_of(
            connection, services.keyring, request_id, brand_code, services.clock()
        )
    shown = []
    for index, result in enumerate(results or ()):
        if not _is_callers(call, result):
            continue
        wire = _shown(index, request_id, result, call.language)
        shown.append({**wire, **_original(result)} if is_v2 else wire)
    return Answer(200, shown)


def _is_callers(call: Call[Services], result: Result) -> bool:
    """Whether a row is of a channel that the caller may see; a company sees all of its own."""
    if call.allowed.caller.partner_code is None:
        return True
    return result.channel in call.allowed.channels


def _request_id(text: str) -> UUID | None:
    """Read a request's number; None for one that was never given. Source: contract 1.5."""
    code = None
    if len(text) > _REQUEST_ID_LENGTH_MAX:
        code = "H198"
    elif text.isalpha():
        code = "H199"
    elif text.isdigit():
        code = "H400"
    if code is not None:
        raise RefusalError(Refused(code=code, location=("requestId",), value=text))
    try:
        return UUID(text)
    except ValueError:
        return None


def _shown(index: int, request_id: UUID, result: Result, language: Language) -> Wire:
    own = str(result.sub_request_id)
    wire: Wire = {"subRequestId": own, "subrequestId": own, "index": index}
    if result.refused_code is not None:
        said = render(Refused(code=result.refused_code, facts=result.refused_facts), language)
        return {**wire, "status": "failure", "error": said}
    if result.transaction_id is None or result.recorded_at is None:
        return {**wire, "status": "enqueue"}
    return {
        **wire,
        "requestId": str(request_id),
        "transactionId": result.transaction_id,
        "status": "success",
        "creationDate": wire_time(result.recorded_at),
    }


def _original(result: Result) -> Wire:
    """Say whether the row came by v2, and to which request a repeated one belongs."""
    if result.transaction_id is None:
        return {}
    wire: Wire = {"isAddConsentV2Service": result.on_repeat is OnRepeat.ANSWER}
    if result.original is not None:
        wire["originalRequestInformation"] = {
            "requestId": str(result.original.request_id),
            "subRequestId": str(result.original.sub_request_id),
        }
    return wire


def are_refusals(body: Any) -> bool:
    """Is every row a RET? A subscription never stops one."""
    return isinstance(body, list) and bool(body) and all(is_refusal(row) for row in body)


def has_refusal(body: Any) -> bool:
    """Is any row a RET? Then a held subscription lets the list in, and each other row is told."""
    return isinstance(body, list) and any(is_refusal(row) for row in body)


_PATH = "/sps/{iysCode}/brands/{brandCode}/consents/request"
_BATCH_ERRORS = ("H091", "H092", "H194", "H525", "IZ093", *ROW_ERRORS)
_RESULT_ERRORS = ("H198", "H199", "H400")

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="addBatchConsent",
        method="POST",
        path=_PATH,
        right=Right.WRITE,
        lane=Lane.BATCH,
        handler=add_batch,
        summary=Summary("En çok 1000 izni kuyruğa alır.", "Takes up to 1000 consents."),
        takes=BodyKind.JSON,
        body_max=1024 * KIB,
        request=CONSENT_ROWS,
        answers={202: BATCH_ACCEPTED},
        errors=_BATCH_ERRORS,
        only_refusals=are_refusals,
        passes_held=has_refusal,
    ),
    Operation(
        id="addBatchConsentV2",
        method="POST",
        path="/v2" + _PATH,
        right=Right.WRITE,
        lane=Lane.BATCH,
        handler=add_batch_v2,
        summary=Summary(
            "En çok 1000 izni kuyruğa alır; tekrarlanan izin ilk isteğini gösterir.",
            "Takes up to 1000 consents; a repeated one names its original request.",
        ),
        takes=BodyKind.JSON,
        body_max=1024 * KIB,
        request=CONSENT_ROWS,
        answers={202: BATCH_ACCEPTED},
        errors=_BATCH_ERRORS,
        only_refusals=are_refusals,
        passes_held=has_refusal,
    ),
    Operation(
        id="searchRequestDetails",
        method="GET",
        path=_PATH + "/{requestId}",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=batch_results,
        summary=Summary("Toplu isteğin sonuçlarını gösterir.", "Shows a batch's results."),
        answers={200: BATCH_RESULTS},
        errors=_RESULT_ERRORS,
        passes_held=always,  # who may send refusals may see what became of them
    ),
    Operation(
        id="searchRequestDetailsV2",
        method="GET",
        path="/v2" + _PATH + "/{requestId}",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=batch_results_v2,
        summary=Summary(
            "Toplu isteğin sonuçlarını ilk istekleriyle gösterir.",
            "Shows a batch's results with their original requests.",
        ),
        answers={200: BATCH_RESULTS},
        errors=_RESULT_ERRORS,
        passes_held=always,  # who may send refusals may see what became of them
    ),
)
