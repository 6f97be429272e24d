"""Personal links, by which a recipient refuses what a company sends: the contract's, and ours.

A link is made of what stands at ONAY alone, so it tells nobody that an address is known. Asked
again, another one is made, and both are good. Source: contract 1.17
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.link_documents import HASH_LINKS, HASH_RECIPIENTS, LINKS, LINKS_WANTED
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.services import Services, brand_of, intake_of
from izin.api.wire import Wire
from izin.consent.fields import (
    RECIPIENT_TYPE,
    Row,
    is_object,
    read_address,
    read_term,
    refused_at,
)
from izin.consent.intake import IntakeContext, shape_error
from izin.core.address import Address, parse_for
from izin.core.clock import wire_time
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Channel, RecipientType, Status
from izin.i18n.catalogue import message
from izin.link.make import PATH, make
from izin.link.model import LIFE, LIFE_DAYS_MAX, PersonalLink, Reach

HASH_ROWS_MAX, ROWS_MAX = 100, 1000
_FIELDS = ("recipients", "type", "recipientType", "days")
_NOT_APPROVED = Refused(code="H568")


async def via_hash_links(call: Call[Services]) -> Answer:
    """Make links by which e-mail addresses are refused."""
    context = intake_of(call)
    wanted = _read(call.body, context)
    reaches = [_reach(call, Channel.EPOSTA, address, (kind,)) for address, kind in wanted]
    return Answer(200, await _rows(call, reaches, context.now + LIFE))


async def links(call: Call[Services]) -> Answer:
    """Make links by which addresses are refused on any channel."""
    context = intake_of(call)
    form = Form(call.body, _FIELDS)
    texts = form.texts("recipients", ROWS_MAX)
    channel = form.term("type", Channel, required=True)
    kind = form.term("recipientType", RecipientType)
    days = form.number("days", 1, LIFE_DAYS_MAX)
    form.check()
    assert channel is not None, "it is required"
    kinds = tuple(RecipientType) if kind is None else (kind,)
    addresses = _addresses(channel, texts, context)
    until = context.now + (LIFE if days is None else timedelta(days=days))
    reaches = [_reach(call, channel, address, kinds) for address in addresses]
    rows = await _rows(call, reaches, until)
    return Answer(200, {"list": rows, "goodUntil": wire_time(until)})


async def _rows(call: Call[Services], reaches: Sequence[Reach], until: datetime) -> list[Wire]:
    """A link for each that has a record at ONAY, and a refusal for each that has none."""
    services, context = call.services, intake_of(call)
    keys = [
        context.key(channel, kind, reach.address)
        for reach in reaches
        for channel in reach.channels
        for kind in reach.recipient_types
    ]
    found = iter(await services.checker.standings(keys))
    is_approved: list[bool] = []
    for reach in reaches:
        count = len(reach.channels) * len(reach.recipient_types)
        standings = [next(found) for _ in range(count)]
        is_approved.append(any(each and each.status is Status.ONAY for each in standings))
    approved = [
        PersonalLink(reach=reach, good_until=until)
        for reach, yes in zip(reaches, is_approved, strict=True)
        if yes
    ]
    names = iter(await _made(services, approved))
    refused = {"code": _NOT_APPROVED.code, "message": message(_NOT_APPROVED, call.language)}
    return [
        {"url": f"{services.citizens_origin}{PATH}{next(names)}", "recipient": reach.address.clear}
        if yes
        else {"recipient": reach.address.clear, **refused}
        for reach, yes in zip(reaches, is_approved, strict=True)
    ]


async def _made(services: Services, wanted: list[PersonalLink]) -> list[str]:
    if not wanted:
        return []
    async with services.database.connection() as connection:
        return await make(connection, services.keyring, wanted)


def _reach(
    call: Call[Services], channel: Channel, address: Address, kinds: tuple[RecipientType, ...]
) -> Reach:
    _, brand_code = brand_of(call)
    return Reach(brand_code=brand_code, address=address, channels=(channel,), recipient_types=kinds)


def _addresses(channel: Channel, texts: Sequence[str], context: IntakeContext) -> list[Address]:
    """Read addresses. Raises RefusalError H120, H121, every fault."""
    addresses: list[Address] = []
    refused: list[Refused] = []
    code = "H120" if channel is Channel.EPOSTA else "H121"
    for place, text in enumerate(texts):
        address = parse_for(channel, text, sandbox=context.sandbox)
        if isinstance(address, Address):
            addresses.append(address)
        else:
            refused.append(refused_at(code, "recipients", text, place))
    if refused:
        raise RefusalError(refused)
    return addresses


def _read(body: object, context: IntakeContext) -> list[tuple[Address, RecipientType]]:
    """Read the contract's rows. Raises RefusalError, every fault."""
    if not is_object(body):
        raise shape_error((Refused(code="H097"),))
    rows = body.get("recipients")
    fault = _list_fault(rows)
    if fault is not None or not isinstance(rows, list):
        raise shape_error(() if fault is None else (fault,))
    refused: list[Refused] = []
    wanted: list[tuple[Address, RecipientType]] = []
    for place, row in enumerate(rows):
        faults: list[Refused] = []
        address, kind = _row(row, context, faults)
        refused += [_at(each, place) for each in faults]
        if address is not None and kind is not None:
            wanted.append((address, kind))
    if refused:
        raise shape_error(refused)
    return wanted


def _list_fault(rows: Any) -> Refused | None:
    if rows is None:
        return Refused(code="H168", location=("recipients",))
    if not isinstance(rows, list):
        return refused_at("H478", "recipients", rows)
    if not rows:
        return refused_at("H164", "recipients", rows)
    if len(rows) > HASH_ROWS_MAX:
        return Refused(code="H127", location=("recipients",))
    return None


def _row(
    row: object, context: IntakeContext, faults: list[Refused]
) -> tuple[Address | None, RecipientType | None]:
    if not is_object(row):
        faults.append(Refused(code="H097", location=("recipients",)))
        return None, None
    kind = read_term(row, RECIPIENT_TYPE, "H170", faults)
    read_as = Channel.MESAJ if _is_like_a_phone(row) else Channel.EPOSTA
    address = read_address(row, read_as, faults, sandbox=context.sandbox, too_long=("H160", "H121"))
    if address is not None and read_as is Channel.MESAJ:
        faults.append(refused_at("H120", "recipient", row["recipient"]))
    return address, kind


def _is_like_a_phone(row: Row) -> bool:
    """Then it is told what is wrong with the number, as the contract shows it."""
    text = row.get("recipient")
    return isinstance(text, str) and text.removeprefix("+").isdigit()


def _at(refused: Refused, place: int) -> Refused:
    """Say in which row: the contract has the field alone."""
    return Refused(code=refused.code, location=(*refused.location, place), value=refused.value)


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="via-hash-links",
        method="POST",
        path="/sps/{iysCode}/brands/{brandCode}/via-hash-links",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=via_hash_links,
        summary=Summary(
            "Onaylı e-posta adresleri için 90 gün geçerli ret bağlantıları üretir.",
            "Makes links, good for 90 days, by which approved e-mail addresses are refused.",
        ),
        takes=BodyKind.JSON,
        body_max=64 * KIB,
        request=HASH_RECIPIENTS,
        answers={200: HASH_LINKS},
        errors=(
            *("H097", "H114", "H116", "H120", "H121", "H127", "H160", "H164", "H168", "H170"),
            "H478",
        ),
    ),
    Operation(
        id="xLinks",
        method="POST",
        path="/x/brands/{brandCode}/links",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=links,
        summary=Summary(
            "Onaylı adresler için, o kanalı iki dokunuşta reddeden kişisel bağlantılar üretir.",
            "Makes personal links by which approved addresses refuse the channel in two taps.",
        ),
        takes=BodyKind.JSON,
        body_max=512 * KIB,
        request=LINKS_WANTED,
        answers={200: LINKS},
        errors=("H120", "H121", "IZ011"),
    ),
)
