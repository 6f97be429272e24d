"""Her answer is recorded, with all that proves it: the burden of proof is the registry's.

Source  Reg. 7/10; slides, İYS Yolu, steps 6 and 7; contract, VIA İşlem Tamamlama
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import msgspec

from izin.brand import lookup as brands
from izin.brand.model import Brand
from izin.consent.event import Actor
from izin.consent.model import Proposal, Recorded
from izin.consent.quota import Quotas
from izin.consent.record import OnRepeat, Recorder
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Channel, Status
from izin.keyring import Keyring
from izin.message.lookup import told
from izin.message.write import Letter, write
from izin.provider import lookup as providers
from izin.storage.database import Connection
from izin.subscription.via import spend, take
from izin.via import store
from izin.via.model import Title
from izin.via.request import Body, Detail, Proof, Request, Sent, seal_body
from izin.via.room import key_of, take_room
from izin.via.rules import Step
from izin.via.words import RECORDED, given_to, granted, values

TOLD_FOR = timedelta(days=1)
LIST = "/consents"
"""Where the citizens' pages show all that is hers."""


class Answering(msgspec.Struct, frozen=True):
    """With what an answer is recorded.

    pages  where the citizens' pages are: the way back that she is told
    """

    keyring: Keyring
    recorder: Recorder
    actor: Actor
    pages: str
    quotas: Quotas | None = None


async def record_answer(
    connection: Connection,
    on: Answering,
    request: Request,
    answers: Mapping[int, Status],
    proof: Proof,
) -> Body:
    """Record an answer in the caller's transaction, take its credits, and tell her of it.

    Takes   request: held by this transaction · answers: by the place of its details
    Gives   the request as it stands from now on
    Raises  RefusalError H1015 too few credits are left, H1014 a brand is no longer the company's,
            H1031 its package has no room · UnavailableError
    Cost    some ten statements
    """
    body = msgspec.structs.replace(request.body, proof=proof)
    request = msgspec.structs.replace(request, body=body)
    known = await _brands(connection, request)
    details = list(body.details)
    movements = {
        place: _proposal(request, known, details[place], status)
        for place, status in answers.items()
        if details[place].title is Title.ETK
    }
    if on.quotas is not None:
        await take_room(connection, on.quotas, list(movements.values()))
    verdicts = await on.recorder.record(
        connection, list(movements.values()), actor=on.actor, on_repeat=OnRepeat.BY_RULES
    )
    for place, verdict in zip(movements, verdicts, strict=True):
        id_, at = "", proof.given_at
        if isinstance(verdict, Recorded):  # of what never stood nothing is refused: H175
            id_, at = verdict.transaction_id, verdict.recorded_at
        details[place] = _answered(details[place], answers[place], id_, at)
    for place, status in answers.items():
        if details[place].title is Title.KVK:
            id_ = _own_id(request, details[place], status)
            details[place] = _answered(details[place], status, id_, proof.given_at)
    pay = take if on.actor is Actor.CITIZEN else spend  # her refusal waits for nobody's credits
    await pay(connection, request.iys_code, len(answers))
    body = msgspec.structs.replace(body, details=tuple(details))
    sealed = seal_body(on.keyring, request.request_id, body)
    await store.end(connection, request.request_id, Step.DONE.value, sealed)
    await _tell(connection, on, request, body, known)
    return body


async def messages_of(connection: Connection, keys: Sequence[UUID]) -> tuple[Sent, ...]:
    """What became of a request's messages, to be kept with its answer: they are forgotten."""
    heard = await told(connection, keys)
    return tuple(
        Sent(
            words=heard[key].standing.words,
            version=heard[key].standing.words_version,
            state=heard[key].standing.state.value,
            sent_at=heard[key].standing.sent_at,
            arrived_at=heard[key].standing.ended_at,
            supplier_at=heard[key].standing.supplier_at,
        )
        for key in keys
        if key in heard
    )


def evidence_hash(request_id: UUID, body: Body) -> str:
    """Fix all that proves an answer, but for whom it is of, which the event itself fixes."""
    known: tuple[object, ...] = (
        *(str(request_id), body.asked, body.digest, body.informed, body.asked_by, body.proof),
        *(() if body.frame is None else (body.frame,)),
    )
    written = msgspec.json.encode(known, order="deterministic")
    return hashlib.sha256(body.salt + written).hexdigest()


async def _brands(connection: Connection, request: Request) -> dict[BrandCode, Brand]:
    etk = request.body.asked.etk
    codes = () if etk is None else etk.brands
    known = {each.brand_code: each for each in await brands.some(connection, codes)}
    if any(code not in known or known[code].iys_code != request.iys_code for code in codes):
        raise RefusalError(Refused(code="H1014"))
    return known


def _proposal(
    request: Request, known: Mapping[BrandCode, Brand], detail: Detail, status: Status
) -> Proposal:
    etk, body = request.body.asked.etk, request.body
    assert etk is not None, "a detail of this title is of its brands"
    assert detail.brand_code is not None, "a detail of this title has its brand"
    brand = known[detail.brand_code]
    key = key_of(brand, Channel(detail.kind), etk.recipient_type, body.to)
    return Proposal(
        key=key,
        status=status,
        source=body.source,
        consented_at=None,
        evidence_hash=evidence_hash(request.request_id, body),
    )


def _own_id(request: Request, detail: Detail, status: Status) -> str:
    """What is no consent to messages is in no ledger: its number fixes it with its evidence."""
    whole = f"{evidence_hash(request.request_id, request.body)} {detail.kind} {status}"
    return hashlib.sha256(request.body.salt + whole.encode()).hexdigest()


def _answered(detail: Detail, status: Status, id_: str, at: datetime) -> Detail:
    return msgspec.structs.replace(detail, status=status, transaction_id=id_, at=at)


async def _tell(
    connection: Connection,
    on: Answering,
    request: Request,
    body: Body,
    known: Mapping[BrandCode, Brand],
) -> None:
    """Confirm to her what she gave, and say how she takes it back."""
    form = await store.one(connection, request.form_id, request.form_version)
    assert form is not None, "a request names a version that there is"
    title = (await providers.titles(connection, [request.iys_code])).get(request.iys_code, "")
    assert body.proof is not None, "it was answered"
    asked = granted(body.asked, body.details)
    named = [known[code] for code in asked.etk.brands] if asked.etk else []
    places = {
        **values(form, asked, (title, named), body.language),
        "given": given_to(asked, body.details, known, body.language),
        "url": f"{on.pages}{LIST}",
    }
    for each in asked.titles:
        letter = Letter(
            to=body.to,
            words=RECORDED[each],
            values=places,
            language=body.language,
            good_for=TOLD_FOR,
            once=uuid5(request.request_id, f"recorded {each}"),
        )
        await write(connection, on.keyring.message_sealer, letter, now=body.proof.given_at)
