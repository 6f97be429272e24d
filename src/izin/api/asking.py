"""Beside the contract: the question with its reasons, the past, and a brand's own list."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.checks import asker_of, moved
from izin.api.documents import AS_OF, AS_OF_FOUND, ASK, ASKED, BRAND_PAGE
from izin.api.form import Form
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Param, Summary
from izin.api.services import Services, brand_of, intake_of
from izin.api.wire import Wire, dates, source_of
from izin.consent.ask import Asker, Circumstances, ask, unreadable
from izin.consent.history import AS_OF_EVENTS_MAX, Movement, as_of, history
from izin.consent.intake import parse_question, shape_error
from izin.consent.listing import Listed, Wanted, list_consents
from izin.consent.model import Answer as Told
from izin.consent.model import ConsentKey, Decision, MessageKind, Question
from izin.core.address import Address, parse_for
from izin.core.clock import wire_time
from izin.core.codes import RetailerCode
from izin.core.errors import RefusalError, Refused
from izin.core.paging import BadCursorError
from izin.core.terms import Channel, RecipientType, Status
from izin.retailer import lookup as retailers

RECIPIENTS_MAX = 10_000
PAGE_MAX = 1000
_DEALER_MAX = 99_999_999
_LAST_OF_SECOND = timedelta(microseconds=999_999)
_EVER = datetime.max.replace(tzinfo=UTC)

_ASK_FIELDS = (
    *("recipients", "type", "recipientType", "retailerCode", "messageKind", "containsPromotion"),
)
_AS_OF_FIELDS = ("recipient", "type", "recipientType", "at", "knownAt")
_LIST_FIELDS = (
    *("type", "recipientType", "status", "retailerCode", "since", "until", "limit", "after"),
)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What `ask` is asked."""

    recipients: list[str]
    channel: Channel
    recipient_type: RecipientType | None
    retailer_code: RetailerCode | None
    message_kind: MessageKind
    contains_promotion: bool


async def ask_brand(call: Call[Services]) -> Answer:
    """May it be sent to each address, why, and since when?"""
    asked = read_question(call.body)
    question, told = await asked_of(call, asked)
    return Answer(
        200,
        {
            "list": [_told(text, each) for text, each in zip(asked.recipients, told, strict=True)],
            "decidedAt": wire_time(question.at),
            "validUntil": wire_time(question.at + question.valid_for),
        },
    )


async def asked_of(call: Call[Services], asked: Asked) -> tuple[Question, list[Told]]:
    """Ask the one question of a brand; give it with an answer for each address."""
    context = intake_of(call)
    question = Question(
        at=context.now,
        channel=asked.channel,
        recipient_type=asked.recipient_type,
        message_kind=asked.message_kind,
        contains_promotion=asked.contains_promotion,
        retailer_code=asked.retailer_code,
    )
    around = Circumstances(question=question, facts=(await _asker(call, question)).facts())
    addresses = [parse_for(asked.channel, r, sandbox=context.sandbox) for r in asked.recipients]
    assumed = asked.recipient_type or RecipientType.BIREYSEL
    keys = [
        context.key(asked.channel, assumed, address)
        for address in addresses
        if isinstance(address, Address)
    ]
    told = await ask(call.services.checker, keys, around)
    return question, list(_in_order(addresses, told, unreadable(around)))


def read_question(body: object) -> Asked:
    """Read what is asked. Raises RefusalError IZ011, every fault."""
    form = Form(body, _ASK_FIELDS)
    recipients = form.texts("recipients", RECIPIENTS_MAX)
    channel = form.term("type", Channel, required=True)
    recipient_type = form.term("recipientType", RecipientType)
    retailer_code = form.number("retailerCode", 1, _DEALER_MAX)
    message_kind = form.term("messageKind", MessageKind)
    contains_promotion = form.truth("containsPromotion", default=True)
    form.check()
    assert channel is not None, "it is required"
    return Asked(
        recipients=recipients,
        channel=channel,
        recipient_type=recipient_type,
        retailer_code=None if retailer_code is None else RetailerCode(retailer_code),
        message_kind=message_kind or MessageKind.COMMERCIAL,
        contains_promotion=contains_promotion,
    )


def _in_order(addresses: list[Any], told: list[Told], unreadable_: Told) -> Iterator[Told]:
    readable = iter(told)
    for address in addresses:
        yield next(readable) if isinstance(address, Address) else unreadable_


async def _asker(call: Call[Services], question: Question) -> Asker:
    asker = asker_of(call)
    code = question.retailer_code
    if code is None:
        return asker
    _, brand_code = brand_of(call)
    async with call.services.database.connection() as connection:
        active = await retailers.active(connection, brand_code, [code])
    return msgspec.structs.replace(asker, is_retailer_active=code in active)


def _told(text: str, told: Told) -> Wire:
    wire: Wire = {
        "recipient": text,
        "allowed": told.decision is Decision.ALLOWED,
        "decision": told.decision,
        "reason": told.reason,
    }
    if told.state_since is not None:
        wire["since"] = wire_time(told.state_since)
    if told.notes:
        wire["notes"] = told.notes
    return wire


async def past(call: Call[Services]) -> Answer:
    """What was the state at an instant, and what was known of it at another?"""
    services = call.services
    key, at, known_at = _read_past(call)
    async with services.database.connection() as connection:
        found = await history(connection, services.keyring, key, offset=0, limit=AS_OF_EVENTS_MAX)
    # what is shown with a second cut off was there within that second
    valid_at = at + _LAST_OF_SECOND
    state = as_of(found.movements, valid_at=valid_at, known_at=_EVER)
    known = as_of(found.movements, valid_at=valid_at, known_at=known_at + _LAST_OF_SECOND)
    if found.total_count > len(found.movements) and (state is None or known is None):
        facts = (("most", str(AS_OF_EVENTS_MAX)),)
        raise RefusalError(
            Refused(code="IZ015", location=("at",), value=wire_time(at), facts=facts)
        )
    return Answer(
        200,
        {
            "at": wire_time(at),
            "knownAt": wire_time(known_at),
            "state": _shown(key, state),
            "known": _shown(key, known),
        },
    )


def _read_past(call: Call[Services]) -> tuple[ConsentKey, datetime, datetime]:
    form = Form(call.body, _AS_OF_FIELDS)
    now = call.services.clock()
    at = form.instant("at", latest=now, required=True)
    known_at = form.instant("knownAt", latest=now)
    key = parse_question(form.given, intake_of(call))
    refused = [*(key if isinstance(key, tuple) else ()), *form.refused]
    if refused or at is None or isinstance(key, tuple):
        raise shape_error(refused)
    return key, at, known_at or at


def _shown(key: ConsentKey, movement: Movement | None) -> Wire:
    return {} if movement is None else moved(key, movement)


async def brand_consents(call: Call[Services]) -> Answer:
    """List a brand's consents in the order of their keys."""
    return await consents_page(call, read_list(call))


async def consents_page(call: Call[Services], wanted: Wanted) -> Answer:
    """Give one page of a list of consents."""
    services = call.services
    try:
        async with services.database.connection() as connection:
            page = await list_consents(connection, services.keyring, wanted)
    except BadCursorError as error:
        raise RefusalError(
            Refused(code="IZ004", location=("after",), value=wanted.after)
        ) from error
    wire: Wire = {"list": [_listed(each) for each in page.items]}
    if page.next is not None:
        wire["after"] = page.next
    return Answer(200, wire)


def read_list(call: Call[Services], *, dealer: RetailerCode | None = None) -> Wanted:
    """Read which consents of the brand are wanted, of one dealer or of all."""
    _, brand_code = brand_of(call)
    form = Form(call.query, _LIST_FIELDS)
    retailer_code = form.digits("retailerCode", 1, _DEALER_MAX)
    until = form.instant("until")
    wanted = Wanted(
        brand_code=brand_code,
        channel=form.term("type", Channel),
        recipient_type=form.term("recipientType", RecipientType),
        status=form.term("status", Status),
        retailer_code=None if retailer_code is None else RetailerCode(retailer_code),
        channels=call.allowed.channels,
        dealer=dealer,
        since=form.instant("since"),
        until=None if until is None else until + _LAST_OF_SECOND,
        after=call.query.get("after") or None,
        limit=form.digits("limit", 1, PAGE_MAX) or PAGE_MAX,
    )
    form.check()
    return wanted


def _listed(listed: Listed) -> Wire:
    dealer = {} if listed.retailer_code is None else {"retailerCode": listed.retailer_code}
    return {
        "recipient": listed.recipient,
        "type": listed.channel,
        "recipientType": listed.recipient_type,
        "status": listed.status,
        **source_of(listed.source),
        **dates(listed.consented_at),
        "creationDate": wire_time(listed.first_recorded_at),
        "changeDate": wire_time(listed.recorded_at),
        **dealer,
    }


_PATH = "/x/brands/{brandCode}"

LIST_PARAMS = (
    Param(name="type", tr="Kanal.", en="Channel."),
    Param(name="recipientType", tr="Alıcı tipi.", en="Recipient type."),
    Param(name="status", tr="Durum.", en="Status."),
    Param(name="retailerCode", kind=int, tr="Bayi.", en="Dealer."),
    Param(name="since", tr="Bu andan beri.", en="Since this instant."),
    Param(name="until", tr="Bu ana kadar.", en="Until this instant."),
    Param(name="limit", kind=int, tr="En çok 1000.", en="At most 1000."),
    Param(name="after", tr="Önceki sayfanın imleci.", en="Cursor of the previous page."),
)
"""How every list of consents is asked for."""

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xAsk",
        method="POST",
        path=_PATH + "/ask",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=ask_brand,
        summary=Summary(
            "Adreslere ileti gönderilebilir mi, neden ve ne zamandan beri?",
            "May a message be sent to these addresses, why, and since when?",
        ),
        takes=BodyKind.JSON,
        body_max=4096 * KIB,
        request=ASK,
        answers={200: ASKED},
        errors=("IZ011",),
    ),
    Operation(
        id="xAsOf",
        method="POST",
        path=_PATH + "/as-of",
        right=Right.READ,
        lane=Lane.HISTORY,
        handler=past,
        summary=Summary(
            "Geçmiş bir anda durum neydi, ne biliniyordu?",
            "What was the state at a past instant, and what was known of it?",
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=AS_OF,
        answers={200: AS_OF_FOUND},
        errors=(
            *("H111", "H114", "H116", "H117", "H120", "H121", "H122", "H166", "H170"),
            *("IZ011", "IZ015"),
        ),
    ),
    Operation(
        id="xConsents",
        method="GET",
        path=_PATH + "/consents",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=brand_consents,
        summary=Summary("Markanın izinlerini listeler.", "Lists the brand's consents."),
        query=LIST_PARAMS,
        answers={200: BRAND_PAGE},
        errors=("IZ004", "IZ011"),
    ),
)
