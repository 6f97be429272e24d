"""RET: what stands at ONAY for messages becomes RET, at one brand or at all.

Existing records only, so that no address reaches a brand that never had it; what stands at RET is
left, so that a repeated text makes no second event.

Source  law.md C-4, C-22; data page 4, 5; Reg. 9
"""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from izin.brand import lookup
from izin.brand.model import Brand
from izin.citizen.acts import Did
from izin.citizen.call import Call as Work
from izin.citizen.done import Begun, keep_act, receipt_of
from izin.citizen.meanwhile import acts_going_on, record_all
from izin.citizen.parts import ROWS_MAX
from izin.citizen.refuse import Scope, begin_refusing
from izin.consent.of_citizen import consents_of
from izin.core.codes import BrandCode
from izin.core.terms import Channel, Source, Status
from izin.shortcode.call import Call, Record, records_at
from izin.shortcode.own import own_of
from izin.shortcode.replies import day, say_of
from izin.via.end import end_of_company, end_of_messages


async def refuse(call: Call, brand: Brand) -> str:
    """Refuse one brand's messages; give the reply.

    What stands refused for whoever had the number before is told as if there were nothing.
    Whatever stands, what its company asks her is over.
    Cost    one round trip for that, one to see what stands, three to change it with its receipt
    """
    await end_of_company(call.connection, call.keyring, brand.iys_code, call.sender)
    records = await records_at(call, [brand])
    if records:
        ended = await end(call, records)
        if ended is not None:
            return say_of("refused", brand, receipt=ended.receipt)
        records = await records_at(call, [brand])  # it may be another door that refused it
    own = await own_of(call, records)
    if not own:
        return say_of("no_record", brand)
    since = max(record.standing.since for record in own)
    return say_of("already", brand, date=day(since))


class Ended(NamedTuple):
    """What was refused: the number of its receipt, at how many brands, and is more to come?"""

    receipt: str
    brands: int
    goes_on: bool = False


async def end(call: Call, records: Sequence[Record]) -> Ended | None:
    """Record a RET on each that stands at ONAY, or that an undo would still make so.

    In the call's transaction.
    Gives   None where none does: other doors were there first
    """
    work = _hers(call)
    made = await record_all(work, dict.fromkeys((each.key for each in records), Status.RET))
    return _ended(await receipt_of(work, made))


async def end_all(call: Call, *, rows_max: int = ROWS_MAX) -> Ended | None:
    """The same, of all brands; of very many records jobs do it, and the receipt is given at once.

    Then it is kept as an act: what she says of a record before its job comes is known by that.
    Gives   None where nothing stands at ONAY
    """
    work, scope = _hers(call), Scope(channel=Channel.MESAJ)
    await end_of_messages(call.connection, call.keyring, call.sender)
    begun = await begin_refusing(work, scope, missing=call.missing, rows_max=rows_max)
    if begun is not None and begun.parts:
        await keep_act(work, begun, Did.REFUSED, refused=begun.count)
    return _ended(begun) or await _going_on(work, scope)


async def _going_on(work: Work, scope: Scope) -> Ended | None:
    """What refuses the same since before."""
    acts = await acts_going_on(work)
    same = next((each for each in acts if each.sign == scope.sign), None)
    return None if same is None else Ended(same.receipt, 0, goes_on=True)


async def all_pages(call: Call) -> AsyncIterator[list[Record]]:
    """The sender's records of messages at all brands but test brands, with what stands.

    Some at a time. Which there are is read where they are projected to: see `Call.missing`.
    Cost    three round trips a page
    """
    async for consents in consents_of(call.connection, call.keyring, call.sender):
        codes = sorted({each.brand_code for each in consents if each.channel is Channel.MESAJ})
        if codes:
            brands = await lookup.some(call.connection, codes)
            yield await records_at(call, [brand for brand in brands if not brand.is_test])


async def all_consenting(call: Call) -> frozenset[BrandCode]:
    """At which brands ONAY stands."""
    return frozenset(
        [
            record.brand.brand_code
            async for page in all_pages(call)
            for record in page
            if record.standing.status is Status.ONAY
        ]
    )


def _ended(begun: Begun | None) -> Ended | None:
    return None if begun is None else Ended(begun.receipt, begun.brands, begun.parts > 0)


def _hers(call: Call) -> Work:
    return Work(
        connection=call.connection,
        keyring=call.keyring,
        recorder=call.recorder,
        address=call.sender,
        source=Source.IYS_KISAMESAJ,
    )
