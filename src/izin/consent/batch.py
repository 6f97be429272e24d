"""A batch request: kept before it is answered, worked through once, shown for sixty days."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from izin.consent import store
from izin.consent.event import Actor
from izin.consent.model import Origin, Proposal, Recorded, Repeated, Verdict
from izin.consent.quota import FULL
from izin.consent.record import OnRepeat, Recorder
from izin.consent.rules import hold_back
from izin.core.codes import BrandCode, TransactionId
from izin.core.errors import Refused
from izin.core.terms import Channel, Status
from izin.keyring import Keyring
from izin.queue import queue
from izin.storage.database import Connection

JOB = "record batch"
KEPT = timedelta(days=60)
"""Source: contract 1.5."""

FORGOTTEN_ROWS = 2000
"""Each holds up to a thousand sealed rows, so a larger bite would outlast the statement's time."""


class BatchBody(msgspec.Struct, frozen=True, array_like=True):
    """What a request holds; stored sealed only.

    held  why its consents are not recorded: the subscription was held back when they came
    over  places of those that the package had no room for when they came
    limited  of those that their dealer had no room for that day, and why
    """

    proposals: list[Proposal]
    on_repeat: OnRepeat
    held: Refused | None = None
    over: tuple[int, ...] = ()
    limited: tuple[tuple[int, Refused], ...] = ()


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """What of a request will not be recorded: `held` stops all but RETs, the others some rows."""

    held: Refused | None = None
    over: tuple[int, ...] = ()
    limited: tuple[tuple[int, Refused], ...] = ()


class Result(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What became of one row; `on_repeat` is its request's. New fields go to the end."""

    sub_request_id: UUID
    transaction_id: TransactionId | None = None
    recorded_at: datetime | None = None
    refused_code: str | None = None
    refused_facts: tuple[tuple[str, str], ...] = ()
    original: Origin | None = None
    on_repeat: OnRepeat = OnRepeat.BY_RULES
    channel: Channel | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_body = msgspec.msgpack.Decoder(BatchBody).decode
_decode_results = msgspec.msgpack.Decoder(list[Result]).decode


def _bucket(request_id: UUID) -> int:
    return int.from_bytes(request_id.bytes[:2], "big", signed=True)


async def submit(
    connection: Connection,
    keyring: Keyring,
    proposals: list[Proposal],
    on_repeat: OnRepeat,
    stopped: Stopped = Stopped(),  # noqa: B008 # frozen
) -> list[Proposal]:
    """Keep a request and leave its job, in the caller's transaction.

    Takes   proposals of one brand, at least one
    Gives   the same with their origin: the request's id, and each row's own
    """
    request_id = uuid4()
    originated = [
        msgspec.structs.replace(proposal, origin=Origin(request_id, uuid4()))
        for proposal in proposals
    ]
    bucket = _bucket(request_id)
    body = _encode(BatchBody(originated, on_repeat, stopped.held, stopped.over, stopped.limited))
    sealed = keyring.batch_sealer.seal("batch", "body_sealed", request_id.bytes, body)
    brand_code = proposals[0].key.brand_code
    await store.put_batch(connection, request_id, bucket, brand_code, sealed)
    # refusals follow the consents that they may end, of their own brand, and pass all others
    statuses = {proposal.status for proposal in proposals}
    turn = queue.Turn(
        lane=brand_code, leads=Status.ONAY in statuses, follows=Status.RET in statuses
    )
    await queue.put(connection, JOB, request_id.bytes, None, turn)
    return originated


class BatchWork:
    """Does the job that `submit` left."""

    def __init__(self, keyring: Keyring, recorder: Recorder) -> None:
        """Take the one writer."""
        self._keyring = keyring
        self._recorder = recorder

    async def __call__(self, connection: Connection, payload: bytes) -> None:
        """Record a request's rows and their results in one transaction, with the job's end."""
        request_id = UUID(bytes=payload)
        bucket = _bucket(request_id)
        row = await store.batch_body(connection, request_id, bucket)
        if row is None or row["results_sealed"] is not None:
            return
        opener = await self._keyring.openers([row["body_sealed"]])
        body = _decode_body(
            opener.open(row["body_sealed"], "batch", "body_sealed", request_id.bytes)
        )
        verdicts = await self._verdicts(connection, body)
        results = [
            _result(proposal, verdict, body.on_repeat)
            for proposal, verdict in zip(body.proposals, verdicts, strict=True)
        ]
        sealed = self._keyring.batch_sealer.seal(
            "batch", "results_sealed", request_id.bytes, _encode(results)
        )
        await store.finish_batch(connection, request_id, bucket, sealed)

    async def _verdicts(self, connection: Connection, body: BatchBody) -> list[Verdict]:
        held = [hold_back(proposal, body.held) for proposal in body.proposals]
        for place in body.over:
            held[place] = held[place] or FULL
        for place, refused in body.limited:
            held[place] = held[place] or refused
        passing = [
            proposal for proposal, no in zip(body.proposals, held, strict=True) if no is None
        ]
        recorded = iter(
            await self._recorder.record(
                connection, passing, actor=Actor.PROVIDER, on_repeat=body.on_repeat
            )
        )
        return [next(recorded) if no is None else no for no in held]


def _result(proposal: Proposal, verdict: Verdict, on_repeat: OnRepeat) -> Result:
    assert proposal.origin is not None, "a batch's rows know where they came from"
    own, channel = proposal.origin.sub_request_id, proposal.key.channel
    match verdict:
        case Recorded():
            return Result(
                sub_request_id=own,
                transaction_id=verdict.transaction_id,
                recorded_at=verdict.recorded_at,
                on_repeat=on_repeat,
                channel=channel,
            )
        case Repeated():
            return Result(
                sub_request_id=own,
                transaction_id=verdict.transaction_id,
                recorded_at=verdict.recorded_at,
                original=verdict.origin,
                on_repeat=on_repeat,
                channel=channel,
            )
        case Refused():
            return Result(
                sub_request_id=own,
                refused_code=verdict.code,
                refused_facts=verdict.facts,
                channel=channel,
            )


async def results_of(
    connection: Connection, keyring: Keyring, request_id: UUID, brand_code: BrandCode, now: datetime
) -> list[Result] | None:
    """What became of a request of this brand, in the order of its rows.

    Gives   a result without transaction and refusal for a row that waits; None for a request that
            is unknown, another brand's, or older than sixty days
    """
    row = await store.batch_of_brand(
        connection, request_id, _bucket(request_id), brand_code, now - KEPT
    )
    if row is None:
        return None
    opener = await keyring.openers([row["results_sealed"] or row["body_sealed"]])
    if row["results_sealed"] is not None:
        return _decode_results(
            opener.open(row["results_sealed"], "batch", "results_sealed", request_id.bytes)
        )
    body = _decode_body(opener.open(row["body_sealed"], "batch", "body_sealed", request_id.bytes))
    return [
        Result(sub_request_id=proposal.origin.sub_request_id, channel=proposal.key.channel)
        for proposal in body.proposals
        if proposal.origin is not None
    ]


async def forget_old_batches(connection: Connection, now: datetime) -> None:
    """Drop requests that are done and no longer shown, FORGOTTEN_ROWS at most."""
    await store.drop_old_batches(connection, now - KEPT, FORGOTTEN_ROWS)
