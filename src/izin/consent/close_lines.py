"""A carrier says that lines are closed: every consent of those numbers ends.

The carrier's call leaves jobs. The keeper does them, which alone may look from a number to all that
its owner has consented to, once everything recorded before the report is in the citizens' view. How
far that view has to have come is seen by what waits for a number and what has one: processes whose
clocks differ make it later, and miss nothing.

Source  data 4, 5; contract, IYS_AHS_HAT_KAPATMA
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from izin.brand import lookup as brands
from izin.consent.event import Actor
from izin.consent.model import Over, Proposal
from izin.consent.of_citizen import FIRST, key_under, page_of
from izin.consent.project import CitizenConsent
from izin.consent.record import OnRepeat, Recorder
from izin.core.address import Address, AddressKind
from izin.core.errors import UnavailableError
from izin.core.terms import Source, Status
from izin.keyring import Keyring
from izin.ledger import entry as ledger
from izin.queue import payload, queue
from izin.storage.database import Connection

JOB = "lines closed"
SETTLING = timedelta(seconds=5)
"""What was under way when the report came has committed by then, but for a load of a file."""

ROWS_MAX = 1000
"""Records that one job looks at: what is left of its numbers goes into the next."""

PHONES_MAX = 25
"""Numbers of one job: a report of a thousand is not one transaction."""

Closed = Callable[[Connection, Sequence[Address]], Awaitable[None]]
"""Hears at once, and again with the end of their consents, that numbers are nobody's any more."""

_NOBODY = UUID(int=0)


class _Report(msgspec.Struct, frozen=True, array_like=True):
    """What a job carries; sealed only.

    reported_at  by the database's clock
    waits_for    the last that was not numbered when all under way had committed; None until then
    target_idx   how far the citizens' view has to have come; None until that is numbered
    at           at which of the phones it goes on, `after` so many of its records
    is_heard     has everybody heard that the numbers are nobody's?
    """

    reported_at: datetime
    phones: list[str]
    waits_for: UUID | None = None
    target_idx: int | None = None
    at: int = 0
    after: UUID = FIRST
    is_heard: bool = False


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Report).decode


async def submit(connection: Connection, keyring: Keyring, phones: Sequence[Address]) -> UUID:
    """Leave the jobs, in the caller's transaction; give the report's number."""
    request_id = uuid4()
    reported_at = await queue.now(connection)
    for start in range(0, len(phones), PHONES_MAX):
        some = phones[start : start + PHONES_MAX]
        report = _Report(reported_at, [phone.clear for phone in some])
        await _put(connection, keyring, request_id.bytes, report)
    return request_id


async def _put(connection: Connection, keyring: Keyring, row: bytes, report: _Report) -> None:
    sealed = payload.seal(keyring.batch_sealer, _encode(report), row)
    await queue.put(connection, JOB, sealed, None)


class ClosingLines:
    """Does the job that `submit` left."""

    def __init__(self, keyring: Keyring, recorder: Recorder, closed: Closed) -> None:
        """Take the keys of both sides, the one writer, and who else has to know of a number."""
        self._keyring = keyring
        self._recorder = recorder
        self._closed = closed

    async def __call__(self, connection: Connection, sealed: bytes) -> None:
        """Refuse for those numbers whatever stood at ONAY, in the transaction of the job's end.

        What is learned on the way goes into a job that takes this one's place.
        Raises  UnavailableError: what was recorded before is not all in the citizens' view yet
        """
        row = payload.name_of(sealed)
        opener = await self._keyring.openers([payload.envelope_of(sealed)])
        report = _decode(payload.opened(opener, sealed))
        if not report.is_heard:  # at once: nothing old is answered while the view is waited for
            await self._closed(connection, _phones_of(report))
            heard = msgspec.structs.replace(report, is_heard=True)
            await _put(connection, self._keyring, row, heard)
            return
        ahead = await _ahead(connection, report)
        if ahead is None:
            ahead = await self._end_some(connection, report)
        if ahead is not None:
            await _put(connection, self._keyring, row, ahead)

    async def _end_some(self, connection: Connection, report: _Report) -> _Report | None:
        """End ROWS_MAX records at most; give what is left to do."""
        addresses = _phones_of(report)
        at, slot, left = report.at, report.after, ROWS_MAX
        if (at, slot) == (0, FIRST):
            await self._closed(connection, addresses)
        found: list[tuple[Address, CitizenConsent]] = []
        while at < len(addresses) and left:
            page = await page_of(connection, self._keyring, addresses[at], slot, left)
            left -= len(page.consents)
            found += [(addresses[at], each) for each in page.consents if _is_meant(each, report)]
            at, slot = (at + 1, FIRST) if page.next_slot is None else (at, page.next_slot)
        await self._recorder.record(
            connection,
            await _refusals(connection, found, report.reported_at),
            actor=Actor.OPERATOR,
            on_repeat=OnRepeat.ANSWER,
        )
        return msgspec.structs.replace(report, at=at, after=slot) if at < len(addresses) else None


def _phones_of(report: _Report) -> list[Address]:
    return [Address(phone, AddressKind.PHONE) for phone in report.phones]


def _is_meant(consent: CitizenConsent, report: _Report) -> bool:
    """Does it stand at ONAY, since before the report?"""
    return consent.status is Status.ONAY and _is_older(consent, report.reported_at)


def _is_older(consent: CitizenConsent, reported_at: datetime) -> bool:
    """Was it given or recorded before the report? Who has the number next may consent anew."""
    is_given_before = consent.consented_at is not None and consent.consented_at <= reported_at
    return is_given_before or consent.recorded_at <= reported_at + SETTLING


async def _ahead(connection: Connection, report: _Report) -> _Report | None:
    """Give the report with what could be learned; None when its work can be done.

    Raises  UnavailableError: nothing can be learned yet
    """
    if report.waits_for is None:
        if await queue.now(connection) < report.reported_at + SETTLING:
            raise UnavailableError("what was under way may not have committed yet")
        newest = await ledger.newest_waiting(connection)
        return msgspec.structs.replace(report, waits_for=newest or _NOBODY)
    if report.target_idx is None:
        waiting = await ledger.waiting(connection, 1)
        if any(row["event_id"] <= report.waits_for for row in waiting):
            raise UnavailableError("what was recorded before is not all numbered yet")
        head = await ledger.head(connection)  # afterwards: what waited has a number by now
        return msgspec.structs.replace(report, target_idx=head["assigned_idx"])
    head = await ledger.head(connection)
    if head["projected_idx"] < report.target_idx:
        raise UnavailableError("what was recorded before is not all in the citizens' view yet")
    return None


async def _refusals(
    connection: Connection, found: Sequence[tuple[Address, CitizenConsent]], reported_at: datetime
) -> list[Proposal]:
    """Of what stands at ONAY, as the one writer finds it: the citizens' view is a moment late.

    Meanwhile she may have refused it herself, or whoever has the number next consented anew.
    """
    codes = sorted({each.brand_code for _, each in found})
    owners = {each.brand_code: each for each in await brands.some(connection, codes)}
    return [
        Proposal(
            key=key_under(owners[each.brand_code], each.channel, each.recipient_type, address),
            status=Status.RET,
            source=Source.IYS_AHS_HAT_KAPATMA,
            consented_at=None,
            over=Over.ONAY,
            given_by=reported_at + SETTLING,
        )
        for address, each in found
    ]
