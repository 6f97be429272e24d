"""One movement: addConsent and addConsentV2."""

from typing import Any

import msgspec

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.documents import CONSENT_ROW, RECEIPT, ROW_ERRORS, STATE_ERRORS
from izin.api.late import is_only_late, refuse_new
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.services import Services, brand_of, intake_of
from izin.consent.dealer_limit import NOTHING, by_dealers, give_back, take_room
from izin.consent.dealers import know_dealers
from izin.consent.intake import parse_consent, shape_error
from izin.consent.model import Proposal, Recorded
from izin.consent.quota import FULL
from izin.consent.record import OnRepeat
from izin.core.clock import wire_time
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Status


async def add_consent(call: Call[Services]) -> Answer:
    """Record one movement; a repeat is answered by the contract's codes."""
    return await record_one(call, call.body, OnRepeat.BY_RULES)


async def add_consent_v2(call: Call[Services]) -> Answer:
    """Record one movement; a repeat is answered with its first receipt."""
    return await record_one(call, call.body, OnRepeat.ANSWER)


async def record_one(call: Call[Services], body: Any, on_repeat: OnRepeat) -> Answer:
    """Record the one movement of a body."""
    services = call.services
    _, brand_code = brand_of(call)
    proposal = await _read(call, body, on_repeat)
    # a RET finds a connection while all others are at work, with its dealer too
    database = services.reserved if proposal.status is Status.RET else services.database
    await know_dealers(database, brand_code, [proposal], in_list=False)
    if services.quotas.may_be_over([proposal]):
        async with database.connection() as connection:
            if await services.quotas.over(connection, [proposal]):
                raise RefusalError(FULL)
    taken = NOTHING
    if by_dealers([proposal]):
        async with database.connection() as connection:
            taken = await take_room(connection, services.keyring, [proposal])
        if taken.refused:
            raise RefusalError(taken.refused[0])
    verdict = await services.together.record(proposal, on_repeat)
    if taken.room and not isinstance(verdict, Recorded):
        async with database.connection() as connection:
            await give_back(connection, taken, {0: verdict})
    if isinstance(verdict, Refused):
        raise RefusalError(verdict)
    return Answer(
        200,
        {
            "transactionId": verdict.transaction_id,
            "creationDate": wire_time(verdict.recorded_at),
        },
    )


async def _read(call: Call[Services], body: Any, on_repeat: OnRepeat) -> Proposal:
    context = intake_of(call)
    read = parse_consent(body, context)
    if on_repeat is OnRepeat.ANSWER and is_only_late(read):
        late = read
        read = parse_consent(body, msgspec.structs.replace(context, leaves_late=True))
        assert isinstance(read, Proposal), "but for being late it is in order"
        await refuse_new(call, [read], late)
    if not isinstance(read, Proposal):
        raise shape_error(read)
    return read


def is_refusal(body: Any) -> bool:
    """Is this row a RET? A subscription never stops one."""
    return isinstance(body, dict) and body.get("status") == Status.RET


_PATH = "/sps/{iysCode}/brands/{brandCode}/consents"

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="addConsent",
        method="POST",
        path=_PATH,
        right=Right.WRITE,
        lane=Lane.CONSENT,
        handler=add_consent,
        summary=Summary("Tek bir izni kaydeder.", "Records one consent."),
        takes=BodyKind.JSON,
        body_max=64 * KIB,
        request=CONSENT_ROW,
        answers={200: RECEIPT},
        errors=("H085", *ROW_ERRORS, *STATE_ERRORS, "H525", "IZ093"),
        only_refusals=is_refusal,
    ),
    Operation(
        id="addConsentV2",
        method="POST",
        path="/v2" + _PATH,
        right=Right.WRITE,
        lane=Lane.CONSENT,
        handler=add_consent_v2,
        summary=Summary(
            "Tek bir izni kaydeder; aynı istek tekrarlanırsa ilk işlem numarasını döner.",
            "Records one consent; a repeated request is answered with its first receipt.",
        ),
        takes=BodyKind.JSON,
        body_max=64 * KIB,
        request=CONSENT_ROW,
        answers={200: RECEIPT},
        errors=("H085", *ROW_ERRORS, *STATE_ERRORS, "H525", "IZ093"),
        only_refusals=is_refusal,
    ),
)
