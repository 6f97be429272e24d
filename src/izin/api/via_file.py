"""The record of a request, for its company. Source: contract, VİA İşlem Dosyası İndirme."""

import asyncio

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import Answer, Call, Operation, Summary
from izin.api.services import Services, company_of
from izin.api.stamps import with_stamp
from izin.api.via import request_seen
from izin.api.via_intake import request_id
from izin.api.via_problems import of_looking
from izin.brand import lookup as brands
from izin.core.codes import company
from izin.core.errors import RefusalError, Refused
from izin.via.paper import facts_of, marks_of, pdf_of


async def clarification(call: Call[Services]) -> Answer:
    """Give the record of a request that was answered, as a zip of a PDF and its time stamp."""
    services, of = call.services, company_of(call)
    try:
        request = await request_seen(call, request_id(str(call.path["requestId"])))
    except RefusalError:
        raise RefusalError(Refused(code="H1072")) from None
    if not request.body.done:
        raise RefusalError(Refused(code="H1072"))
    etk = request.body.asked.etk
    async with services.database.acting_for(company(of)) as connection:
        known = await brands.some(connection, etk.brands if etk else ())
    provider = services.directory.provider(of)
    today = ("" if provider is None else provider.title, known)
    facts = facts_of(request, today, pages=services.citizens_origin)
    pdf = await asyncio.to_thread(pdf_of, facts, marks_of(request))
    return await with_stamp(services, request.request_id, pdf)


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="get-sps-iysCode-via-clarification-requestId-file",
        method="GET",
        path="/via/sps/{iysCode}/via/clarification/{requestId}/file",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=clarification,
        summary=Summary("Bir onayın işlem dosyasını verir.", "Gives the record of a consent."),
        answers={200: {"type": "string", "format": "binary"}},
        media="application/zip",
        errors=("H1072", "IZ078"),
        dressed=of_looking,
        tokenless="H1038",
    ),
)
