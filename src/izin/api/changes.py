"""PULL: PullPerBrandCode."""

import re

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.documents import CHANGES
from izin.api.operation import Answer, Call, Operation, Param, Summary
from izin.api.paging import whole_number
from izin.api.services import Services, brand_of
from izin.api.wire import Wire, movement
from izin.consent.opened import Opened
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Side
from izin.feed.pull import LIMIT_MAX, Changes, Reader, pull

_CURSOR = re.compile(r"[0-9]{1,15}_([0-9a-f]{64})", re.ASCII)


async def changes(call: Call[Services]) -> Answer:
    """Show what moved after the cursor, oldest first; 204 when nothing did."""
    services = call.services
    reader = _reader(call)
    async with services.database.connection() as connection:
        found = await pull(connection, services.keyring, reader, services.window)
    if found.last_recorded_at is None:
        return Answer(204)
    return Answer(
        200,
        {
            "after": _after(call, reader, found),
            "list": [_shown(opened) for opened in found.movements],
        },
    )


def _shown(opened: Opened) -> Wire:
    """A movement; with the name of a citizen who added the brand, if she gave it to this one.

    Source  contract 1.9
    """
    shown = movement(opened)
    name = opened.body.citizen_name
    return shown if name is None else {**shown, "citizenName": name}


def _after(call: Call[Services], reader: Reader, found: Changes) -> str:
    assert found.last_recorded_at is not None, "a stretch that has entries has a last one"
    ms = int(found.last_recorded_at.timestamp() * 1000)
    seal = call.services.keyring.cursors.seal_cursor
    return f"{ms}_{seal(reader.brand_code, reader.side, found.last_idx)}"


def _reader(call: Call[Services]) -> Reader:
    refused: list[Refused] = []
    _, brand_code = brand_of(call)
    side = _side(call.query.get("source"), refused)
    limit = _limit(call.query.get("limit"), refused)
    after_idx = None
    after = call.query.get("after")
    if after:  # an empty one is none: a client's first call may send it so
        match = _CURSOR.fullmatch(after)
        cursor = match and call.services.keyring.cursors.open_cursor(match[1])
        if cursor and (cursor.brand_code, cursor.side) == (brand_code, side):
            after_idx = cursor.idx
        else:
            refused.append(Refused(code="IZ004", location=("after",), value=after))
    if refused:
        raise RefusalError(refused)
    return Reader(
        brand_code=brand_code,
        side=side,
        after_idx=after_idx,
        limit=limit,
        now=call.services.clock(),
        channels=call.allowed.channels,
    )


def _side(text: str | None, refused: list[Refused]) -> Side:
    if text in (None, Side.IYS):
        return Side.IYS
    if text != Side.HS:
        refused.append(Refused(code="H506", location=("source",), value=text))
    return Side.HS


def _limit(text: str | None, refused: list[Refused]) -> int:
    """Read the page's size; the value is echoed as text, as the contract shows it."""
    if text is None:
        return LIMIT_MAX
    number = whole_number(text)
    if number is not None and 0 < number <= LIMIT_MAX:
        return number
    refused.append(Refused(code="H507", location=("limit",), value=text))
    return LIMIT_MAX


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="PullPerBrandCode",
        method="GET",
        path="/sps/{iysCode}/brands/{brandCode}/consents/changes",
        right=Right.READ,
        lane=Lane.CHANGES,
        handler=changes,
        summary=Summary("İzin hareketlerini sırayla verir.", "Gives consent movements in order."),
        query=(
            Param(name="after", tr="Önceki cevaptaki imleç.", en="Cursor of the previous answer."),
            Param(name="limit", kind=int, tr="En çok 1000.", en="At most 1000."),
            Param(
                name="source", tr="HS ya da IYS; varsayılan IYS.", en="HS or IYS; IYS if absent."
            ),
        ),
        answers={200: CHANGES, 204: None},
        errors=("H506", "H507", "IZ004"),
    ),
)
