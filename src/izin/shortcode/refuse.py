"""RET: what stands at ONAY for messages becomes RET, at one brand or at all.

Existing records only, so that no address reaches a brand that never had it; what stands at RET is
left, so that a repeated text makes no second event.

Source  law.md C-4, C-22; data page 4, 5; Reg. 9
"""

from collections.abc import Sequence
from typing import NamedTuple

from izin.brand import lookup
from izin.brand.model import Brand
from izin.citizen.call import Call as Work
from izin.citizen.meanwhile import record_all
from izin.consent.of_citizen import consents_of
from izin.core.terms import Channel, Source, Status
from izin.receipt.issue import issue
from izin.shortcode.call import Call, Record, records_at
from izin.shortcode.own import own_of
from izin.shortcode.replies import day, say_of


async def refuse(call: Call, brand: Brand) -> str:
    """Refuse one brand's messages; give the reply.

    What stands refused for whoever had the number before is told as if there were nothing.
    Cost    one round trip to see what stands, three to change it with its receipt
    """
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
    """What was refused: the number of its receipt, and at how many brands."""

    receipt: str
    brands: int


async def end(call: Call, records: Sequence[Record]) -> Ended | None:
    """Record a RET on each that stands at ONAY, or that an undo would still make so.

    In the call's transaction.
    Gives   None where none does: other doors were there first
    """
    work = Work(
        connection=call.connection,
        keyring=call.keyring,
        recorder=call.recorder,
        address=call.sender,
        source=Source.IYS_KISAMESAJ,
    )
    made = await record_all(work, dict.fromkeys((each.key for each in records), Status.RET))
    if not made:
        return None
    at = max(each.recorded.recorded_at for each in made)
    events = [each.recorded.event_id for each in made]
    receipt = await issue(call.connection, call.keyring, events, at)
    return Ended(receipt, len({each.proposal.key.brand_code for each in made}))


async def all_records(call: Call) -> list[Record]:
    """The sender's records of messages at all brands but test brands, with what stands.

    Which there are is read where they are projected to: what was recorded within the last second
    may be missing. Cost: three round trips
    """
    consents = await consents_of(call.connection, call.keyring, call.sender)
    codes = sorted({each.brand_code for each in consents if each.channel is Channel.MESAJ})
    if not codes:
        return []
    brands = await lookup.some(call.connection, codes)
    return await records_at(call, [brand for brand in brands if not brand.is_test])


async def all_consenting(call: Call) -> list[Record]:
    """Those of `all_records` that stand at ONAY."""
    return _consenting(await all_records(call))


def _consenting(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record.standing.status is Status.ONAY]
