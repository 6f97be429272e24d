"""Beside the contract: what a company declares that it told her, giving up, and what proves it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.services import Services, company_of
from izin.api.via import begin, request_seen, takes_nobodys
from izin.api.via_documents import PROVEN, START, STARTED, WITHDRAWN
from izin.api.via_intake import read_start, request_id
from izin.api.via_problems import of_taking
from izin.api.wire import Wire
from izin.core.clock import a_year_after, wire_time
from izin.core.codes import company
from izin.core.errors import RefusalError, Refused
from izin.via import lookup
from izin.via.evidence import Kept, evidence_hash, evidence_version, messages, opening, proven
from izin.via.model import Title
from izin.via.request import Body, Given, Request
from izin.via.rules import not_answered
from izin.via.withdraw import withdraw

_WHAT_MAX, _WHERE_MAX = 500, 200


async def start_told(call: Call[Services]) -> Answer:
    """Begin a request as the contract's call does, with what was told before, where and when."""
    given = dict(call.body) if isinstance(call.body, dict) else {}
    form = Form(given.pop("informed", None), ("what", "where", "at"))
    what = form.text("what", _WHAT_MAX, required=True)
    where = form.text("where", _WHERE_MAX, required=True)
    at = form.instant("at", latest=call.services.clock(), required=True)
    if at is not None and a_year_after(at) < call.services.clock():
        form.refuse("of_late", "at")
    form.check()
    assert at is not None, "checked"
    informed = f"{wire_time(at)}, {where}: {what}"
    sandbox, language = takes_nobodys(call), call.language
    wanted = read_start(given, sandbox=sandbox, informed=informed, language=language)
    return await begin(call, wanted)


async def withdraw_request(call: Call[Services]) -> Answer:
    """Give a request up: its code or link is good for nothing from now on."""
    services, of = call.services, company_of(call)
    request = await request_seen(call, request_id(str(call.path["requestId"])))
    async with services.database.acting_for(company(of)) as connection:
        known = (connection, services.keyring, request.request_id)
        is_given_up = await withdraw(*known, now=services.clock())
    if not is_given_up:
        raise RefusalError(Refused(code="H1032"))
    return Answer(200, {"requestId": str(request.request_id)})


async def show_evidence(call: Call[Services]) -> Answer:
    """Show what proves an answer, and its hash, as the movement's commitment has it."""
    request = await request_seen(call, request_id(str(call.path["requestId"])))
    found = proven(request.body)
    if not found:
        over = not_answered(request.stands, call.services.clock())
        raise RefusalError(Refused(code=over))
    async with call.services.database.acting_for(company(request.iys_code)) as connection:
        form = await lookup.one(connection, request.form_id, request.form_version)
    assert form is not None, "a request names a version that there is"
    return Answer(200, _shown(request, found) | {"form": form.draft.written().decode()})


def _shown(request: Request, found: Mapping[Title, Given]) -> Wire:
    body = request.body
    return {
        "requestId": str(request.request_id),
        "formId": request.form_id,
        "formVersion": request.form_version,
        "formDigest": body.digest.hex(),
        "verificationType": body.asked.verification,
        "recipient": body.address,
        "informed": body.informed,
        "startedBy": body.asked_by,
        "startedAt": wire_time(request.started_at),
        "evidence": [_of_title(request, title, each) for title, each in found.items()],
        "answers": [
            {
                "title": each.title,
                "type": each.kind,
                "brandCode": each.brand_code,
                "status": each.status,
                "transactionId": each.transaction_id,
                "answeredAt": None if each.at is None else each.at.isoformat(),
            }
            for each in body.details
        ],
        **_page(body),
    }


def _page(body: Body) -> Wire:
    """On which page of the company's own she did it, if a widget asked her."""
    frame = body.frame
    return {} if frame is None else {"widgetUUID": str(frame.widget), "domain": frame.domain}


def _of_title(request: Request, title: Title, given: Given) -> Wire:
    """Show what proves one title's answer: each by itself, with a hash of its own."""
    proof, code = given.proof, given.proof.codes.get(title)
    salt, text = opening(request.request_id, request.body, title) or (None, None)
    return {
        "title": title,
        "version": evidence_version(request.body, title),
        "company": given.company,
        "brands": [{"brandCode": code, "name": name} for code, name in given.brands],
        "messages": [_message(each) for each in messages(given)],
        "codeHash": None if code is None else code.hex(),
        "givenBy": proof.given_by,
        "givenAt": wire_time(proof.given_at),
        "network": proof.network,
        "evidenceHash": evidence_hash(request.request_id, request.body, title),
        "salt": salt,
        "canonical": text,
    }


def _message(kept: Kept) -> Wire:
    sent, text = kept.sent, kept.text
    return {
        "text": kept.words,
        "version": kept.version,
        "subject": None if text is None else text.subject,
        "body": None if text is None else text.body,
        "state": None if sent is None else sent.state,
        "sentAt": _at(None if sent is None else sent.sent_at),
        "arrivedAt": _at(None if sent is None else sent.arrived_at),
        "supplierAt": _at(None if sent is None else sent.supplier_at),
    }


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else wire_time(instant)


_TOLD = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("what", "where", "at")},
    "required": ["what", "where", "at"],
    "additionalProperties": False,
}
_START: dict[str, Any] = {
    **START,
    "properties": {**START["properties"], "informed": _TOLD},
    "required": [*START["required"], "informed"],
}
_PATH = "/x/sps/{iysCode}/via/requests"

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xViaStart",
        method="POST",
        path=_PATH,
        right=Right.WRITE,
        lane=Lane.CONSENT,
        handler=start_told,
        summary=Summary(
            "Önceden ne anlatıldığını bildirerek onay alma işlemini başlatır.",
            "Begins to take a consent, with what was told before.",
        ),
        takes=BodyKind.JSON,
        body_max=64 * KIB,
        request=_START,
        answers={200: STARTED},
        errors=(
            *("H1000", "H1005", "H1012", "H1013", "H1014", "H1015", "H1025", "H1026", "H1027"),
            *(
                "H1029",
                "H1031",
                "H1043",
                "H1054",
                "H1055",
                "H1057",
                "H1060",
                "H1061",
                "H1063",
                "H1065",
            ),
            *("H1066", "H1085", "H1086", "H1092", "H1093", "H1096", "H1104"),
            *("IZ011", "IZ078", "IZ110", "IZ113", "IZ114", "IZ133", "IZ134", "IZ137", "IZ166"),
        ),
        dressed=of_taking,
        tokenless="H1038",
    ),
    Operation(
        id="xViaWithdraw",
        method="POST",
        path=f"{_PATH}/{{requestId}}/withdraw",
        right=Right.WRITE,
        lane=Lane.CONSENT,
        handler=withdraw_request,
        summary=Summary("Onay alma işleminden vazgeçer.", "Gives a request up."),
        answers={200: WITHDRAWN},
        errors=("H1030", "H1032", "IZ078"),
        dressed=of_taking,
        tokenless="H1038",
    ),
    Operation(
        id="xViaEvidence",
        method="GET",
        path=f"{_PATH}/{{requestId}}/evidence",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=show_evidence,
        summary=Summary(
            "Bir yanıtı kanıtlayan her şeyi gösterir.", "Shows all that proves an answer."
        ),
        answers={200: PROVEN},
        errors=("H1030", "H1049", "H1050", "H1051", "H1072", "IZ078", "IZ165"),
        dressed=of_taking,
        tokenless="H1038",
    ),
)
