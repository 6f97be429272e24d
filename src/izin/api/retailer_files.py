"""Beside the contract: a brand enters its dealers from one file.

Source  decision 0047: a part of the module of advanced brands and dealers
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.services import Services, brand_of, principal_of
from izin.api.wire import Wire
from izin.core.errors import RefusalError, Refused
from izin.files.dealer_import import DealerFile, RefusedRow, enter_dealers, read_dealers_of
from izin.files.dealers import TEMPLATE
from izin.files.problem import CellProblem, FileRefusedError
from izin.files.words import about_file, advice
from izin.i18n.catalogue import Language
from izin.retailer.enter_list import Listed, enter_list
from izin.retailer.intake import Entry

BODY_MAX = 1024 * KIB
"""Three thousand dealers are some 600 KiB."""

_COUNT = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string"}
FILE = {
    "type": "string",
    "description": f"UTF-8; {';'.join(TEMPLATE.values())}",
    "examples": [";".join(TEMPLATE.values()) + "\r\n"],
}
IMPORTED = {
    "type": "object",
    "properties": {
        "rows": _COUNT,
        "entered": _COUNT,
        "already": _COUNT,
        "refused": _COUNT,
        "list": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "line": {"type": "integer", "minimum": 2},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "heading": _TEXT,
                                "code": _TEXT,
                                "expected": _TEXT,
                                "mend": _TEXT,
                            },
                            "required": ["heading", "code", "expected", "mend"],
                        },
                    },
                },
                "required": ["line", "errors"],
            },
        },
    },
    "required": ["rows", "entered", "already", "refused", "list"],
}


async def retailer_import(call: Call[Services]) -> Answer:
    """Enter the dealers of a file; what is refused is told by its line, and not repeated."""
    services = call.services
    file = await _read(call)

    async def enter(entries: Sequence[Entry]) -> Sequence[Listed]:
        there = services.database, services.keyring
        of, by = brand_of(call), principal_of(call)
        return await enter_list(*there, entries, of=of, now=services.clock(), by=by)

    done = await enter_dealers(file, enter)
    return Answer(
        200,
        {
            "rows": done.rows,
            "entered": done.entered,
            "already": done.already,
            "refused": len(done.refused),
            "list": [_shown(each, call.language) for each in done.refused],
        },
    )


async def _read(call: Call[Services]) -> DealerFile:
    """Beside the loop: a whole file takes a tenth of a second."""
    read = partial(read_dealers_of, call.body, sandbox=call.services.is_sandbox)
    try:
        return await asyncio.to_thread(read)
    except FileRefusedError as error:
        why = about_file(error, call.language)
        raise RefusalError(Refused(code="IZ091", facts=(("why", why),))) from error


def _shown(refused: RefusedRow, language: Language) -> Wire:
    row, problems = refused
    return {"line": row.line, "errors": [_told(each, language) for each in problems]}


def _told(problem: CellProblem, language: Language) -> Wire:
    expected, mend = advice(problem, language)
    return {"heading": problem.heading, "code": problem.code, "expected": expected, "mend": mend}


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xRetailerImport",
        method="POST",
        path="/x/brands/{brandCode}/retailers/import",
        right=Right.MANAGE,
        lane=Lane.BATCH,
        handler=retailer_import,
        summary=Summary(
            "Markanın bayilerini bir CSV dosyasından ekler; kayıtlı olan yeniden eklenmez.",
            "Enters the brand's dealers from a CSV file; what is there is not entered again.",
        ),
        takes=BodyKind.CSV,
        body_max=BODY_MAX,
        request=FILE,
        answers={200: IMPORTED},
        errors=("H067", "IZ078", "IZ091"),
    ),
)
