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
from izin.consent.model import Proposal, Recorded, Verdict
from izin.consent.quota import Quotas
from izin.consent.record import OnRepeat, Recorder
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Channel, Status
from izin.keyring import Keyring
from izin.message.lookup import told
from izin.message.write import Meant, put
from izin.provider import lookup as providers
from izin.receipt.issue import draw, issue
from izin.storage.database import Connection
from izin.subscription.via import take
from izin.via import evidence, store
from izin.via.evidence import evidence_hash
from izin.via.model import Title
from izin.via.request import Body, Detail, Proof, Request, Sent, Text, seal_body
from izin.via.room import key_of, take_room
from izin.via.told import rendered
from izin.via.words import text_after

TOLD_FOR = timedelta(days=1)

OVERTAKEN = "IZ165"


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

    Each title's answer has a receipt of its own, be it yes or no.

    Takes   request: held by this transaction · answers: by the place of its details
    Gives   the request as it stands from now on
    Raises  RefusalError H1014 a brand is no longer the company's, H1031 its package has no room,
            IZ165 one was refused since she was asked: nothing may stay · UnavailableError
    Cost    some ten statements
    """
    known = await _brands(connection, request)
    said = _said(request.body.details, answers, proof.given_at)
    body, after = await _proven(connection, on.pages, request, (said, known), proof)
    movements = {
        place: _proposal(request, body, known, said[place])
        for place in answers
        if said[place].title is Title.ETK
    }
    if on.quotas is not None:
        await take_room(connection, on.quotas, list(movements.values()))
    verdicts = await on.recorder.record(
        connection, list(movements.values()), actor=on.actor, on_repeat=OnRepeat.BY_RULES
    )
    details, events = _moved(said, dict(zip(movements, verdicts, strict=True)))
    for place in answers:
        if said[place].title is Title.KVK:
            id_ = own_id(request.request_id, body, said[place])
            details[place] = msgspec.structs.replace(said[place], transaction_id=id_)
    await take(connection, request.iys_code, len(answers))
    body = msgspec.structs.replace(body, details=tuple(details))
    await _end(connection, on.keyring, request, body, len(answers))
    for title in body.receipts.keys() - request.body.receipts.keys():
        happened = (request.request_id, *(events if title is Title.ETK else ()))
        number = body.receipts[title]
        await issue(connection, on.keyring, happened, proof.given_at, number=number)
    for title, text in after.items():
        meant = Meant(
            text.words, text.version, TOLD_FOR, uuid5(request.request_id, f"recorded {title}")
        )
        about = rendered(body.to, text)
        await put(connection, on.keyring.message_sealer, about, meant, now=proof.given_at)
    return body


async def _end(
    connection: Connection, keyring: Keyring, request: Request, body: Body, taken: int
) -> None:
    """Write down what is answered; the request is done when nothing is left."""
    fresh = body.done - request.body.done
    sealed = seal_body(keyring, request.request_id, body)
    is_whole = body.done == set(body.asked.titles)
    await store.answer(connection, request.request_id, sealed, fresh, taken, is_whole=is_whole)


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


async def _brands(connection: Connection, request: Request) -> dict[BrandCode, Brand]:
    etk = request.body.asked.etk
    codes = () if etk is None else etk.brands
    known = {each.brand_code: each for each in await brands.some(connection, codes)}
    if any(code not in known or known[code].iys_code != request.iys_code for code in codes):
        raise RefusalError(Refused(code="H1014"))
    return known


async def _proven(
    connection: Connection,
    pages: str,
    request: Request,
    answered: tuple[Sequence[Detail], Mapping[BrandCode, Brand]],
    proof: Proof,
) -> tuple[Body, dict[Title, Text]]:
    """Put together what proves each title's answer; and what confirms it to her."""
    (said, known), body = answered, request.body
    form = await store.one(connection, request.form_id, request.form_version)
    assert form is not None, "a request names a version that there is"
    company = (await providers.titles(connection, [request.iys_code])).get(request.iys_code, "")
    names = (company, {code: each.name for code, each in known.items()})
    fresh = sorted({each.title for each in said if each.status is not None} - body.done)
    given, receipts, after = dict(body.given), dict(body.receipts), {}
    for title in fresh:
        own = [each for each in said if each.title is title]
        receipts[title] = draw()
        told = (pages, receipts[title])
        text = text_after(form, body.asked, own, (company, known), (title, body.language), told)
        given[title] = evidence.given(body, title, proof, text, names)
        if text is not None:
            after[title] = text
    return msgspec.structs.replace(body, given=given, receipts=receipts), after


def _said(
    details: Sequence[Detail], answers: Mapping[int, Status], at: datetime
) -> tuple[Detail, ...]:
    return tuple(
        msgspec.structs.replace(each, status=answers[place], at=at) if place in answers else each
        for place, each in enumerate(details)
    )


def _moved(
    said: Sequence[Detail], verdicts: Mapping[int, Verdict]
) -> tuple[list[Detail], list[UUID]]:
    """Write down what was recorded; of what never stood nothing is refused (H175).

    Raises  RefusalError IZ165
    """
    details, events = list(said), list[UUID]()
    for place, verdict in verdicts.items():
        if isinstance(verdict, Recorded):
            details[place] = msgspec.structs.replace(
                said[place], transaction_id=verdict.transaction_id, at=verdict.recorded_at
            )
            events.append(verdict.event_id)
        elif isinstance(verdict, Refused) and verdict.code == OVERTAKEN:
            raise RefusalError(verdict)
    return details, events


def _proposal(
    request: Request, body: Body, known: Mapping[BrandCode, Brand], detail: Detail
) -> Proposal:
    etk = body.asked.etk
    assert etk is not None, "a detail of this title is of its brands"
    assert detail.brand_code is not None, "a detail of this title has its brand"
    assert detail.status is not None, "it is answered"
    brand = known[detail.brand_code]
    return Proposal(
        key=key_of(brand, Channel(detail.kind), etk.recipient_type, body.to),
        status=detail.status,
        source=body.source,
        consented_at=None,
        asked_at=request.started_at,
        evidence_hash=evidence_hash(request.request_id, body, Title.ETK),
    )


def own_id(request_id: UUID, body: Body, detail: Detail) -> str:
    """What is no consent to messages is in no ledger: its number fixes it with its evidence."""
    whole = f"{evidence_hash(request_id, body, detail.title)} {detail.kind} {detail.status}"
    return hashlib.sha256(body.salt + whole.encode()).hexdigest()
